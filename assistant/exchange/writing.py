"""Writes the workbook: drop-downs, frozen headers, a guide; texts stay texts.

A text that begins like a formula is stored as a text and marked so (`quotePrefix`), so that Excel
neither computes it nor turns it into a formula when somebody edits the cell.
"""

import re
from collections.abc import Iterable
from datetime import date
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from assistant.exchange import columns as c
from assistant.exchange.flattening import Row

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_ESCAPED = re.compile(r"_x[0-9A-Fa-f]{4}_")
_NO_XML = re.compile("[\ufffe\uffff]")
_HEADER = PatternFill("solid", fgColor="1F4E5F")
_DAY = "dd/mm/yyyy"
_FORMATS = {"text": "@", "code": "@", "codes": "@", "choice": "@", "yes": "@"}
_ROWS = 1_048_576
_GUIDE = (
    "Tệp này do Lễ Tân xuất ra để sửa trong Excel rồi nhập lại. Nhập lại tệp chưa sửa thì không có "
    "gì thay đổi.",
    "1. Sửa, thêm dòng ở các trang. Không đổi tên trang, không đổi tên và không xoá cột; thứ tự "
    "cột thế nào cũng được.",
    "2. Không gộp ô. Không dùng công thức: dán giá trị (Paste Special → Values).",
    "3. Ô trống nghĩa là CHƯA BIẾT. Lệ phí 0 nghĩa là MIỄN PHÍ. Đừng đoán.",
    "4. Cột “Bản” để nguyên: nhờ nó mà việc người khác vừa sửa không bị ghi đè.",
    "5. Dòng không có trong tệp thì giữ nguyên trong hệ thống; muốn bỏ một thủ tục thì bỏ ở trang "
    "Thủ tục của bàn làm việc.",
    "6. Một thủ tục có trong tệp thì được thay bằng đúng những gì tệp ghi: xoá dòng giấy tờ là bỏ "
    "giấy tờ ấy.",
    "7. Khi nhập, máy kiểm tra và báo từng dòng trước; chưa ghi gì cho đến khi anh/chị bấm Lưu. "
    "Nội dung mới đến người dân sau khi phát hành.",
    "8. Lưu dạng Excel Workbook (.xlsx), không dùng .xlsm, .xls, .csv.",
)


def workbook(sheets: Iterable[c.Sheet], rows: Iterable[tuple[c.Sheet, Row]]) -> bytes:
    """The file; `rows` may come in any order of sheets."""
    listed = tuple(sheets)
    book = Workbook(write_only=True)
    _guide(book, listed)
    drawn = {sheet.title: _sheet(book, sheet) for sheet in listed}
    for sheet, row in rows:
        page = drawn[sheet.title]
        page.append([_cell(page, column, row.get(column.key)) for column in sheet.columns])
    ranges = _values(book, listed)
    for sheet in listed:
        _drop_downs(drawn[sheet.title], sheet, ranges)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _guide(book: Any, sheets: Iterable[c.Sheet]) -> None:
    page = book.create_sheet(c.GUIDE)
    page.column_dimensions["A"].width = 34
    page.column_dimensions["B"].width = 90
    page.append([_styled(page, "Hướng dẫn", Font(bold=True, size=14))])
    for line in _GUIDE:
        page.append([None, _styled(page, line)])
    for sheet in sheets:
        page.append([])
        page.append([_styled(page, f"Trang {sheet.title}", Font(bold=True)), sheet.about])
        for column in sheet.columns:
            if column.note:
                page.append([_styled(page, column.title), _styled(page, column.note)])


def _styled(page: Any, text: str, font: Font | None = None) -> Any:
    cell = WriteOnlyCell(page, value=text)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if font is not None:
        cell.font = font
    return cell


def _sheet(book: Any, sheet: c.Sheet) -> Any:
    page = book.create_sheet(sheet.title)
    page.freeze_panes = "B2"
    for number, column in enumerate(sheet.columns, 1):
        page.column_dimensions[get_column_letter(number)].width = column.width
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}1"
    heads = []
    for title in sheet.titles:
        head = _styled(page, title, Font(bold=True, color="FFFFFF"))
        head.fill = _HEADER
        heads.append(head)
    page.append(heads)
    return page


def _cell(page: Any, column: c.Column, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, bool):
        value = c.YES if value else c.NO
    elif column.kind == "codes":
        value = "; ".join(value)
    elif column.kind == "choice":
        value = column.choices.get(value, value)
    if value == "":
        return None
    cell = WriteOnlyCell(page)
    if isinstance(value, str):
        cell.value = written_text(value)
        cell.data_type = "s"  # never a formula, whatever it begins with
        cell.quotePrefix = value.startswith(_FORMULA)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    else:
        cell.value = value
    if isinstance(value, date):
        cell.number_format = _DAY
    elif column.kind == "money":
        cell.number_format = "#,##0"
    else:
        cell.number_format = _FORMATS.get(column.kind, "General")
    return cell


def written_text(text: str) -> str:
    """As OOXML wants it: what looks like one of its escapes, and what no XML holds, is escaped."""
    escaped = _ESCAPED.sub(lambda found: f"_x005F{found[0]}", text)
    return _NO_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", escaped)


def _values(book: Any, sheets: Iterable[c.Sheet]) -> dict[tuple[str, ...], str]:
    """A hidden sheet with what the drop-downs offer, and where each list stands there."""
    lists: dict[tuple[str, ...], str] = {}
    for sheet in sheets:
        for column in sheet.columns:
            shown = offered(column)
            if shown and shown not in lists:
                letter = get_column_letter(len(lists) + 1)
                lists[shown] = f"'{c.VALUES}'!${letter}$1:${letter}${len(shown)}"
    page = book.create_sheet(c.VALUES)
    page.sheet_state = "hidden"
    for number in range(max(map(len, lists), default=0)):
        page.append([shown[number] if number < len(shown) else None for shown in lists])
    return lists


def offered(column: c.Column) -> tuple[str, ...]:
    """What a drop-down of the column offers."""
    return (c.YES, c.NO) if column.kind == "yes" else tuple(column.choices.values())


def _drop_downs(page: Any, sheet: c.Sheet, ranges: dict[tuple[str, ...], str]) -> None:
    for number, column in enumerate(sheet.columns, 1):
        shown = offered(column)
        if shown:
            rule = DataValidation("list", formula1=ranges[shown], allow_blank=True)
            rule.errorTitle, rule.error = column.title, "Chọn một mục trong danh sách."
            letter = get_column_letter(number)
            rule.add(f"{letter}2:{letter}{_ROWS}")
            page.data_validations.append(rule)
