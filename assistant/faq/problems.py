"""What can be wrong with a question and its answer, in words for people."""

from collections.abc import Iterable, Mapping
from typing import Any

from assistant.catalogue.messages import explain
from assistant.catalogue.problems import Said
from assistant.catalogue.yaml_tree import dotted
from assistant.errors import LetanError
from assistant.faq.schemas import FaqEntry

_KEYS = ", ".join(FaqEntry.model_fields)
_ID = (
    "id_invalid",
    "Mã hỏi đáp chỉ gồm chữ thường không dấu, số và '-', ví dụ gui-xe.",
    "An id holds only lower-case letters, digits and '-', for example parking.",
)


def unknown(id_: str) -> LetanError:
    shown = id_[:64]
    return LetanError(
        "faq_unknown",
        404,
        f"Không có hỏi đáp “{shown}”; có thể đã bị xoá.",
        f"There is no question “{shown}”; it may have been deleted.",
        field="id",
    )


def exists(id_: str) -> LetanError:
    return LetanError(
        "faq_exists",
        409,
        f"Đã có hỏi đáp mang mã {id_}. Hãy mở mục ấy để sửa, hoặc đặt mã khác.",
        f"There is a question {id_} already. Open that one, or choose another id.",
        field="id",
    )


def asked_twice(id_: str, wording: str) -> LetanError:
    return LetanError(
        "faq_asked_twice",
        409,
        f"Câu “{wording[:120]}” đã có ở hỏi đáp {id_}. Mỗi câu chỉ có một câu trả lời: hãy sửa mục "
        "ấy, hoặc bỏ câu này.",
        f"“{wording[:120]}” is asked in {id_} already. A question has one answer: change that "
        "one, or leave this wording out.",
        field="variants",
    )


def twice(what: str) -> Said:
    """The same id or wording in two items of a file."""
    return (
        "faq_twice",
        f"“{what[:120]}” có ở hai mục; mỗi mã và mỗi câu hỏi chỉ một lần, hãy bỏ một chỗ.",
        f"“{what[:120]}” stands in two items; an id and a wording stand once, remove one.",
    )


def changed(version: int, who: str) -> LetanError:
    return LetanError(
        "faq_changed",
        409,
        f"Hỏi đáp này vừa được {who} sửa (bản {version}). Anh/chị mở lại, so sánh rồi lưu; nội "
        "dung đang soạn vẫn còn.",
        f"{who} has changed this question meanwhile (version {version}). Open it again, compare, "
        "then save; what you were writing is kept.",
        field="version",
    )


def told(found: Mapping[str, Any]) -> tuple[str, Said]:
    """Path and words of one of pydantic's errors."""
    path = tuple(found["loc"])
    path += tuple((found.get("ctx") or {}).get("place", ()))
    if found["type"] == "string_pattern_mismatch" and path[-1:] == ("id",):
        return "id", _ID
    if found["type"] == "extra_forbidden" and len(path) == 1:
        key = str(path[0])[:60]
        return key, (
            "key_unknown",
            f"Không có khóa “{key}”. Các khóa đã có: {_KEYS}.",
            f"There is no key “{key}”. Known keys: {_KEYS}.",
        )
    return dotted(path), explain({**found, "loc": path})


def invalid(found: Iterable[tuple[str, Said]]) -> LetanError:
    listed = sorted(set(found))[:20]
    return LetanError(
        "faq_invalid",
        422,
        "; ".join(f"{path}: {said[1]}" for path, said in listed),
        "; ".join(f"{path}: {said[2]}" for path, said in listed),
        field=listed[0][0] if listed else None,
    )
