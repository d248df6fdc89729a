"""What a clerk's cell means: numbers as text, Excel's dates, Có and Không."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from openpyxl.utils.datetime import from_excel

from assistant.catalogue.search import fold
from assistant.exchange.columns import Column
from assistant.exchange.opening import Cell

_YES = {"co", "yes", "true", "1", "x", "dung"}
_NO = {"khong", "no", "false", "0", "sai"}
_FREE = {"mien phi", "khong mat phi", "khong thu"}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
_LOCAL = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_GROUPED = re.compile(r"\d{1,3}(?:[., \u00a0]\d{3})+|\d+")
_CURRENCY = re.compile(r"\s*(?:đồng|đ|vnd|vnđ)\.?\s*$", re.IGNORECASE)
_SERIALS = range(20_000, 80_000)
"""Excel's number of a day between 1954 and 2119: a date whose cell lost its format."""


class BadCellError(Exception):
    """What is wrong with a cell, in Vietnamese and English."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi, self.en = vi, en


def value_of(column: Column, cell: Cell) -> Any:
    """The value of a cell for its column. Raises `BadCellError`."""
    if cell.formula:
        raise BadCellError(
            "Ô chứa công thức, máy không tính. Hãy dán giá trị (Paste Special → Values).",
            "The cell holds a formula, which is not computed. Paste its value.",
        )
    return _READERS[column.kind](column, cell.value)


def _text(_: Column, value: Any) -> str | None:
    if isinstance(value, datetime):
        raise BadCellError(
            "Excel đã đổi chữ thành ngày. Định dạng ô là Text rồi gõ lại.",
            "Excel has turned the text into a date. Format the cell as text and type it again.",
        )
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _clean(str(value)) or None


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _code(_: Column, value: Any) -> str | None:
    if isinstance(value, float):  # a final 0 is lost where Excel took a code for a number
        value = f"{value:.6f}"
    if isinstance(value, (datetime, bool)):
        raise BadCellError(
            "Excel đã đổi mã thành kiểu khác. Định dạng ô là Text rồi gõ lại mã.",
            "Excel has turned the code into something else. Format the cell as text, type it.",
        )
    return str(value).strip() or None


def _codes(_: Column, value: Any) -> list[str] | None:
    whole = _code(_, value) or ""
    return [code for code in re.split(r"[;,\s]+", whole) if code] or None


def _whole(_: Column, value: Any) -> int | None:
    text = str(value).strip() if isinstance(value, str) else value
    if isinstance(text, str) and re.fullmatch(r"\d{1,9}", text):
        return int(text)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value):
        return int(value)
    raise BadCellError(
        f"“{_shown(value)}” không phải số nguyên. Hãy ghi số, ví dụ 2.",
        f"“{_shown(value)}” is no whole number. Write a number such as 2.",
    )


def _money(_: Column, value: Any) -> int | None:
    if isinstance(value, str):
        text = _CURRENCY.sub("", value).strip()
        if fold(text) in _FREE:
            return 0
        if _GROUPED.fullmatch(text):
            return int(re.sub(r"\D", "", text))
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value):
        return int(value)
    raise BadCellError(
        f"“{_shown(value)}” không phải số tiền. Ghi số đồng, ví dụ 8000; miễn phí ghi 0; chưa biết "
        "để trống.",
        f"“{_shown(value)}” is no amount. Write whole dong such as 8000; free is 0; unknown is "
        "empty.",
    )


def _number(_: Column, value: Any) -> float | None:
    if isinstance(value, str) and re.fullmatch(r"\d{1,6}(?:[.,]\d{1,4})?", value.strip()):
        return float(value.strip().replace(",", "."))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    raise BadCellError(f"“{_shown(value)}” không phải số.", f"“{_shown(value)}” is no number.")


def _day(_: Column, value: Any) -> str | None:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, (int, float)) and not isinstance(value, bool) and int(value) in _SERIALS:
        found = from_excel(int(value))
        return found.date().isoformat() if isinstance(found, datetime) else None
    if isinstance(value, str):
        text = value.strip()
        if found_iso := _ISO.fullmatch(text):
            numbers = [int(part) for part in found_iso.groups()]
        elif found_local := _LOCAL.fullmatch(text):
            numbers = [int(part) for part in reversed(found_local.groups())]
        else:
            numbers = []
        try:
            return date(*numbers).isoformat()
        except (TypeError, ValueError):
            pass
    raise BadCellError(
        f"“{_shown(value)}” không phải ngày. Ghi ngày/tháng/năm, ví dụ 01/03/2027.",
        f"“{_shown(value)}” is no date. Write day/month/year such as 01/03/2027.",
    )


def _yes(_: Column, value: Any) -> bool | None:
    said = fold(str(int(value)) if isinstance(value, (bool, int, float)) else str(value))
    if said in _YES or said in _NO:
        return said in _YES
    raise BadCellError(
        f"“{_shown(value)}”: chỉ ghi Có hoặc Không.", f"“{_shown(value)}”: write Có or Không."
    )


def _choice(column: Column, value: Any) -> str | None:
    said = fold(str(value))
    for key, shown in column.choices.items():
        if said in (fold(key), fold(shown), fold(shown.partition(" [")[0])):
            return key
    listed = ", ".join(shown.partition(" [")[0] for shown in column.choices.values())
    raise BadCellError(
        f"“{_shown(value)}” không có trong danh sách. Chọn một trong: {listed}.",
        f"“{_shown(value)}” is not in the list. Choose one of: {listed}.",
    )


def _shown(value: Any) -> str:
    return str(value)[:60]


_READERS: dict[str, Callable[[Column, Any], Any]] = {
    "text": _text,
    "code": _code,
    "codes": _codes,
    "whole": _whole,
    "money": _money,
    "number": _number,
    "day": _day,
    "yes": _yes,
    "choice": _choice,
}
