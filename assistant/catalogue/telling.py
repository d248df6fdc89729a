"""What differs between two versions of a procedure, in a clerk's words."""

from collections.abc import Iterable, Mapping
from typing import Any

from assistant.errors import Language

Written = Mapping[str, Any]
"""The flat form of the staff's API: the entry's keys and `field`."""

_LABELS: dict[str, tuple[str, str]] = {
    "field": ("Lĩnh vực", "Field"),
    "code": ("Mã", "Code"),
    "rank": ("Thứ tự hay hỏi", "Rank"),
    "name": ("Tên", "Name"),
    "service": ("Nơi giải quyết", "Counter service"),
    "verified": ("Đã kiểm với nguồn", "Checked against a source"),
    "needs_review": ("Cần xem lại", "Needs another look"),
    "same_as": ("Mã khác cùng thủ tục", "Other codes"),
    "replaced_by": ("Được thay bằng", "Replaced by"),
    "valid_from": ("Có hiệu lực từ", "In force from"),
    "valid_until": ("Hết hiệu lực sau", "In force until"),
    "who": ("Ai làm", "Who"),
    "where": ("Nộp ở đâu", "Where"),
    "online": ("Làm qua mạng", "Online"),
    "documents": ("Giấy tờ", "Papers"),
    "fee_vnd": ("Lệ phí", "Fee"),
    "fee_note": ("Ghi chú lệ phí", "Note on the fee"),
    "time": ("Thời gian", "Time"),
    "result": ("Kết quả", "Result"),
    "steps": ("Các bước", "Steps"),
    "forms": ("Mẫu đơn", "Forms"),
    "note": ("Điều cần biết", "Note"),
    "cases": ("Trường hợp riêng", "Special cases"),
    "aliases": ("Cách dân gọi", "What people call it"),
    "examples": ("Cách dân hỏi", "How people ask"),
    "former_names": ("Tên cũ", "Former names"),
    "tells_apart": ("Khác thủ tục gần giống ở chỗ", "What tells it apart"),
    "legal_basis": ("Căn cứ pháp lý", "Legal basis"),
    "legal_basis_unverified": ("Căn cứ chưa kiểm", "Legal basis, unchecked"),
    "sources": ("Nguồn", "Sources"),
    "source_date": ("Ngày của nguồn", "Date of the source"),
    "review_by": ("Hạn xem lại", "Look again by"),
}
_WORDS: dict[str, tuple[str, str]] = {
    "full": ("toàn trình", "wholly"),
    "partial": ("một phần", "in part"),
    "no": ("không", "no"),
    "submit": ("nộp", "hand in"),
    "present": ("xuất trình", "show"),
    "form": ("tờ khai", "form"),
    "working_days": ("ngày làm việc", "working days"),
    "days": ("ngày", "days"),
    "hours": ("giờ", "hours"),
    "same_day": ("trong ngày", "the same day"),
    "months": ("tháng", "months"),
}
_ITEM_LABELS: dict[str, tuple[str, str]] = {
    "documents_add": ("thêm giấy", "also"),
    "documents_drop": ("bớt giấy", "without"),
    "not_needed": ("không cần", "not needed"),
    "fee_vnd": ("lệ phí", "fee"),
    "note": ("ghi chú", "note"),
}
_UNKNOWN = ("chưa biết", "unknown")
_YES, _NO = ("có", "yes"), ("không", "no")


def label(key: str, language: Language) -> str:
    """What a clerk calls a key of an entry."""
    return _of(_LABELS.get(key, (key, key)), language)


def changes(before: Written | None, after: Written | None, language: Language) -> list[str]:
    """One sentence a changed part; none where nothing changed."""
    if after is None:
        return [_of(("Đã xóa khỏi danh mục.", "Taken out of the catalogue."), language)]
    if before is None:
        return [_of(("Thêm vào danh mục.", "Put into the catalogue."), language)]
    ordered = [*_LABELS, *sorted((before.keys() | after.keys()) - _LABELS.keys())]
    return [
        f"{label(key, language)}: {_change(before.get(key), after.get(key), key, language)}"
        for key in ordered
        if before.get(key) != after.get(key)
    ]


def shown(value: Any, key: str, language: Language) -> list[str]:
    """A part of an entry as lines to read."""
    if isinstance(value, list):
        return [_item(each, key, language) for each in value] or [_of(_NONE, language)]
    return [_item(value, key, language)]


_NONE = ("không có", "none")


def _change(before: Any, after: Any, key: str, language: Language) -> str:
    old, new = shown(before, key, language), shown(after, key, language)
    if len(old) == 1 and len(new) == 1:
        return f"{old[0]} → {new[0]}"
    gone = [line for line in old if line not in new]
    come = [line for line in new if line not in old]
    parts = []
    empty = _of(_NONE, language)
    if gone and gone != [empty]:
        parts.append(_of(("bỏ", "removed"), language) + f" “{'”, “'.join(gone)}”")
    if come and come != [empty]:
        parts.append(_of(("thêm", "added"), language) + f" “{'”, “'.join(come)}”")
    return "; ".join(parts) or _of(("đổi thứ tự", "another order"), language)


def _item(value: Any, key: str, language: Language) -> str:
    if value is None:
        return _of(_UNKNOWN, language)
    if isinstance(value, bool):
        return _of(_YES if value else _NO, language)
    if isinstance(value, str):
        return _of(_WORDS[value], language) if value in _WORDS else value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if not isinstance(value, Mapping):
        return str(value)
    if key == "fee_vnd":
        case = value.get("case")
        amount = _money(value.get("amount_vnd"), language)
        return f"{_text(case)}: {amount}" if case else amount
    if key == "time":
        number = _item(value.get("value"), "", language)
        unit = _item(value["unit"], "", language)
        told = unit if value["unit"] == "same_day" else f"{number} {unit}"
        return told + (f" ({_text(value['note'])})" if value.get("note") else "")
    if key == "documents":
        return _paper(value, language)
    if key == "cases":
        return _case(value, language)
    if key == "forms":
        return " ".join(filter(None, (_text(value["name"]), value.get("url"))))
    return _text(value)


def _paper(value: Mapping[str, Any], language: Language) -> str:
    more = [_item(value["kind"], "", language)] if value.get("kind") else []
    if value.get("copies"):
        more.append(
            _of(("{} bản", "{} copies"), language).format(_item(value["copies"], "", language))
        )
    if value.get("note"):
        more.append(_text(value["note"]))
    return _text(value) + (f" ({', '.join(more)})" if more else "")


def _case(value: Mapping[str, Any], language: Language) -> str:
    parts = []
    for key, names in _ITEM_LABELS.items():
        part = value.get(key)
        if part:
            parts.append(f"{_of(names, language)} {', '.join(shown(part, key, language))}")
    condition = _of(("Nếu", "If"), language) + f" {_text(value['if'])}"
    return f"{condition}: {'; '.join(parts)}" if parts else condition


def _money(amount: Any, language: Language) -> str:
    if amount is None:
        return _of(_UNKNOWN, language)
    if amount == 0:
        return _of(("miễn phí", "free"), language)
    mark = "." if language == "vi" else ","
    return f"{amount:,}".replace(",", mark) + _of((" đồng", " dong"), language)


def _text(value: Any) -> str:
    """Both languages, so that a changed translation shows."""
    if not isinstance(value, Mapping):
        return str(value)
    texts: Iterable[str] = (str(value[name]) for name in ("vi", "en") if value.get(name))
    return " / ".join(texts)


def _of(pair: tuple[str, str], language: Language) -> str:
    return pair[0] if language == "vi" else pair[1]
