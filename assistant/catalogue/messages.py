"""What to tell a clerk about a value that the schema refused."""

import difflib
from collections.abc import Mapping
from typing import Any

from assistant.catalogue.problems import Said
from assistant.catalogue.schemas import (
    Case,
    Document,
    Fee,
    Form,
    ProcedureEntry,
    Time,
)
from assistant.catalogue.services import SERVICES

_ENTRY_KEYS = sorted(ProcedureEntry.model_fields)
_PART_KEYS = {
    "documents": sorted(Document.model_fields),
    "fee_vnd": sorted(Fee.model_fields),
    "time": sorted(Time.model_fields),
    "cases": sorted(field.alias or name for name, field in Case.model_fields.items()),
    "forms": sorted(Form.model_fields),
}

_FIXED: dict[str, tuple[str, str]] = {
    "code_unquoted": (
        "Mã phải đặt trong dấu nháy, ví dụ '1.001193'; không có dấu nháy thì số 0 ở cuối bị mất.",
        "A code must be in quotes, for example '1.001193'; without them a final 0 is lost.",
    ),
    "fee_type": (
        "Phí phải là số nguyên đồng, không dấu chấm, không chữ: 8000; miễn phí là 0; chưa biết là "
        "null.",
        "A fee must be a whole number of dong, without dots or words: 8000; free is 0; unknown is "
        "null.",
    ),
    "fee_negative": (
        "Phí không thể âm; miễn phí là 0, chưa biết là null.",
        "A fee cannot be below zero; free is 0, unknown is null.",
    ),
    "fee_large": (
        "Phí lớn hơn một tỷ đồng; hãy kiểm tra số 0 thừa.",
        "The fee is above one billion dong; check for extra zeros.",
    ),
    "fee_empty": (
        "Danh sách phí trống; chưa biết thì viết null, miễn phí thì viết 0.",
        "The list of fees is empty; write null when unknown, 0 when free.",
    ),
    "empty_text": (
        "Không để chữ trống; chưa biết thì bỏ khóa này hoặc viết null.",
        "The text is empty; leave the key out or write null when unknown.",
    ),
    "control_character": (
        "Có ký tự điều khiển không nhìn thấy; hãy gõ lại đoạn này.",
        "There is an invisible control character; type this text again.",
    ),
    "dates_reversed": (
        "valid_until sớm hơn valid_from; hãy đổi lại.",
        "valid_until is before valid_from; correct one of them.",
    ),
    "verified_without_source": (
        "verified: true cần ít nhất một nguồn ở sources; không có nguồn thì viết false.",
        "verified: true needs at least one entry in sources; write false without a source.",
    ),
    "missing": (
        "Thiếu khóa bắt buộc này; hãy thêm vào.",
        "This required key is missing; add it.",
    ),
    "bool_type": ("Chỉ viết true hoặc false.", "Write true or false."),
    "list_type": (
        "Phải là danh sách: mỗi mục một dòng bắt đầu bằng '- '.",
        "This must be a list: each item on a line that begins with '- '.",
    ),
    "string_type": (
        "Phải là chữ; nếu là số hay ngày thì đặt trong dấu nháy.",
        "This must be a text; put a number or date in quotes.",
    ),
    "string_too_long": ("Chữ quá dài; hãy rút gọn.", "The text is too long; shorten it."),
    "date_format": (
        "Ngày phải viết năm-tháng-ngày, ví dụ 2027-03-01.",
        "A date is written year-month-day, for example 2027-03-01.",
    ),
    "too_short": ("Danh sách không được trống.", "The list must not be empty."),
    "too_long": ("Danh sách quá dài.", "The list is too long."),
}
_INTEGER = (
    "Phải là số nguyên trong khoảng cho phép.",
    "This must be a whole number in the allowed range.",
)
_TEXT = (
    "Phải là chữ, hoặc hai khóa vi và en; số thì đặt trong dấu nháy.",
    "This must be a text, or the two keys vi and en; put a number in quotes.",
)
_MAPPING = (
    "Phải gồm các khóa con, ví dụ 'vi: …' (xem docs/content.md).",
    "This must hold keys of its own, for example 'vi: …' (see docs/content.md).",
)


def explain(error: Mapping[str, Any], whole_file: bool = False) -> Said:
    """Words for one of pydantic's errors (an item of `ValidationError.errors()`).

    `whole_file` tells an error about the head of a file from one about a procedure.
    """
    kind = str(error["type"])
    location = tuple(error["loc"])
    last = location[-1] if location else ""
    context = error.get("ctx") or {}
    if kind in _FIXED:
        return (kind, *_FIXED[kind])
    if kind == "extra_forbidden":
        return _unknown_key(location, whole_file)
    if kind == "string_pattern_mismatch":
        return _pattern(str(last))
    if kind == "literal_error":
        allowed = str(context.get("expected", "")).replace("'", "")
        allowed_vi = allowed.replace(" or ", " hoặc ")
        return ("value_unknown", f"Chỉ nhận: {allowed_vi}.", f"Only these are known: {allowed}.")
    if kind == "service_unknown":
        known = ", ".join(SERVICES)
        return (
            kind,
            f"Không có dịch vụ này. Các khóa đã có: {known}.",
            f"There is no such service. Known keys: {known}.",
        )
    if kind == "drop_unknown":
        paper = str(context.get("value", ""))[:80]
        return (
            kind,
            f"“{paper}” không có trong documents; chép đúng từng chữ, hoặc dùng not_needed.",
            f"“{paper}” is not in documents; copy it word for word, or use not_needed.",
        )
    if kind == "id_twice":
        id_ = context.get("value", "")
        return (kind, f"Mã id “{id_}” bị lặp; đổi một mã.", f"The id “{id_}” is used twice.")
    if kind.startswith("date_"):
        return ("date_format", *_FIXED["date_format"])
    if kind == "model_type" and context.get("class_name") == "Bilingual":
        return ("text_expected", *_TEXT)
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return ("mapping_expected", *_MAPPING)
    if kind.startswith(("int_", "float_", "greater_than", "less_than", "finite")):
        return ("number_invalid", *_INTEGER)
    return ("value_invalid", "Giá trị không hợp lệ (xem docs/content.md).", "The value is invalid.")


def _unknown_key(location: tuple[Any, ...], whole_file: bool) -> Said:
    key = str(location[-1])[:60]
    parents = [part for part in location[:-1] if isinstance(part, str)]
    if parents:
        known = _PART_KEYS.get(parents[-1], ["vi", "en"])
    else:
        known = ["field", "procedures"] if whole_file else _ENTRY_KEYS
    near = difflib.get_close_matches(key, known, 1)
    if near:
        vi, en = f"Có phải là “{near[0]}”?", f"Did you mean “{near[0]}”?"
    else:
        vi = "Các khóa đã có: " + ", ".join(known) + "."
        en = "Known keys: " + ", ".join(known) + "."
    return ("key_unknown", f"Không có khóa “{key}”. {vi}", f"There is no key “{key}”. {en}")


def _pattern(key: str) -> Said:
    if key == "id":
        return (
            "id_invalid",
            "id chỉ gồm chữ thường không dấu, số và '-'.",
            "An id holds only lower-case letters, digits and '-'.",
        )
    if key == "url":
        return (
            "url_invalid",
            "Địa chỉ phải bắt đầu bằng https:// hoặc http://.",
            "An address begins with https:// or http://.",
        )
    return (
        "code_invalid",
        "Mã phải như '1.001193' (mã quốc gia) hoặc 'x-cap-so-nha' (mã nội bộ).",
        "A code is like '1.001193' (national) or 'x-cap-so-nha' (local).",
    )
