"""Opens a file from anybody: what it is, whether it is safe, and the cells of its sheets.

Checked before openpyxl sees it: kind, macros, number and unpacked size of its parts, document types
in XML. Sheets are read as a stream; formulas are never computed.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from assistant.errors import LetanError

MAX_UPLOAD = 20 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_PARTS = 300
MAX_ROWS = 60_000
"""Of one sheet, empty ones not counted."""
MAX_COLUMNS = 60
_LAST_ROW = 1_048_576
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that holds something."""

    value: Any
    formula: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet: rows that hold something, each with its number (the header is 1)."""

    title: str
    rows: list[tuple[int, dict[int, Cell]]] = field(default_factory=list)
    """Number of the row; cells by the number of their column."""
    merged: tuple[str, ...] = ()


def address(row: int, column: int) -> str:
    """`C17`."""
    return f"{get_column_letter(column)}{row}"


def refused(code: str, vi: str, en: str) -> LetanError:
    return LetanError(code, 422, vi, en, field="file")


def kind_of(raw: bytes) -> str:
    """`xlsx`, `zip` (of YAML) or `yaml`. Raises LetanError `exchange_file_refused`."""
    if len(raw) > MAX_UPLOAD:
        raise _refused(
            f"Tệp lớn hơn {MAX_UPLOAD >> 20} MB. Hãy chia nhỏ.",
            f"The file is over {MAX_UPLOAD >> 20} MB. Split it.",
        )
    if raw.startswith(b"PK\x03\x04"):
        names = _names(raw)
        return "xlsx" if "[Content_Types].xml" in names else "zip"
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise _refused(
            "Tệp Excel 97–2003 (.xls) hoặc có mật khẩu. Trong Excel: bỏ mật khẩu, File → Save As → "
            "Excel Workbook (.xlsx).",
            "An Excel 97–2003 file (.xls), or one with a password. In Excel: remove the password, "
            "File → Save As → Excel Workbook (.xlsx).",
        )
    if not raw.strip():
        raise _refused("Tệp trống.", "The file is empty.")
    text = _text(raw)
    if _looks_like_csv(text):
        raise _refused(
            "Đây là tệp CSV. Hãy mở tệp Excel do Lễ Tân xuất ra, dán nội dung vào rồi lưu .xlsx.",
            "This is a CSV file. Open the workbook that Lễ Tân exports, paste, save as .xlsx.",
        )
    return "yaml"


def _text(raw: bytes) -> str:
    """UTF-8 text. Raises LetanError `exchange_file_refused` naming the likely encoding."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or raw[:400].count(0) > len(raw[:400]) // 8:
        found = "UTF-16"
    else:
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            found = "Windows-1258"
    raise _refused(
        f"Tệp chữ này không phải UTF-8 (có lẽ là {found}). Hãy lưu lại với bảng mã UTF-8, hoặc "
        "dùng tệp Excel .xlsx do Lễ Tân xuất ra.",
        f"This text file is not UTF-8 (perhaps {found}). Save it as UTF-8, or use the .xlsx file "
        "that Lễ Tân exports.",
    )


def _looks_like_csv(text: str) -> bool:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return not first.startswith(("#", "-")) and any(first.count(mark) >= 2 for mark in ",;\t")


def _names(raw: bytes) -> set[str]:
    try:
        with zipfile.ZipFile(BytesIO(raw)) as packed:
            return set(packed.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError) as error:
        raise _broken() from error


def unpacked(raw: bytes) -> zipfile.ZipFile:
    """The archive, its parts counted and weighed. Raises LetanError `exchange_file_refused`."""
    try:
        packed = zipfile.ZipFile(BytesIO(raw))
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError) as error:
        raise _broken() from error
    parts = packed.infolist()
    # zipfile never gives more of a part than is declared here
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise _refused(
            f"Tệp nén bung ra quá lớn (hơn {MAX_UNPACKED >> 20} MB hoặc {MAX_PARTS} phần), không "
            "giống tệp Excel bình thường nên không được mở.",
            f"The file unpacks to more than {MAX_UNPACKED >> 20} MB or {MAX_PARTS} parts, unlike "
            "an ordinary workbook, so it is not opened.",
        )
    if len({part.filename for part in parts}) < len(parts):
        raise _broken()
    return packed


def pages(raw: bytes, titles: set[str]) -> Iterator[Page]:
    """The sheets of those titles.

    Raises LetanError `exchange_file_refused`, `exchange_too_many`.
    """
    packed = unpacked(raw)
    try:
        _check_parts(packed)
        book = load_workbook(BytesIO(raw), read_only=True, data_only=False, keep_links=False)
    except LetanError:
        raise
    except Exception as error:  # openpyxl raises what it likes at a broken file
        raise _broken() from error
    try:
        for sheet in book.worksheets:
            if sheet.title.strip() in titles:
                yield _page(sheet, packed)
    except (LetanError, GeneratorExit):
        raise
    except Exception as error:
        raise _broken() from error
    finally:
        book.close()


def _check_parts(packed: zipfile.ZipFile) -> None:
    for part in packed.infolist():
        name = part.filename.lower()
        if "vbaproject" in name or "macrosheets" in name or "activex" in name:
            raise _macros()
        if not name.endswith((".xml", ".rels")):
            continue
        with packed.open(part) as stream:
            tail = b""
            while block := stream.read(_BLOCK):
                seen = (tail + block).replace(b"\0", b"")  # UTF-16 as well
                if _DOCTYPE.search(seen):
                    raise _broken()
                if name == "[content_types].xml" and b"macroEnabled" in seen:
                    raise _macros()
                tail = block[-32:]


def _page(sheet: Any, packed: zipfile.ZipFile) -> Page:
    rows: list[tuple[int, dict[int, Cell]]] = []
    sheet.reset_dimensions()  # what a file says of its own size is not believed
    blank: Any = None
    for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), 1):
        if number > _LAST_ROW:
            raise _broken()
        if row is blank:  # openpyxl fills a gap with one and the same row
            continue
        cells = {
            column: Cell(_read(cell.value), cell.data_type == "f")
            for column, cell in enumerate(row, 1)
            if cell.value is not None and cell.value != ""
        }
        if not cells:
            blank = row
            continue
        if len(rows) >= MAX_ROWS:
            raise LetanError(
                "exchange_too_many",
                422,
                f"Trang “{sheet.title[:40]}” có hơn {MAX_ROWS:,} dòng. Hãy chia thành nhiều tệp.",
                f"The sheet “{sheet.title[:40]}” has more than {MAX_ROWS:,} rows. Split the file.",
                field="file",
            )
        rows.append((number, cells))
    return Page(sheet.title.strip(), rows, _merged(sheet, packed))


def _read(value: Any) -> Any:
    if isinstance(value, str):
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
    if isinstance(value, (bool, int, float, datetime)) or value is None:
        return value
    return str(getattr(value, "text", value))  # array formulas, times


def _merged(sheet: Any, packed: zipfile.ZipFile) -> tuple[str, ...]:
    """Ranges of merged cells: openpyxl leaves them out of a stream."""
    path = str(sheet._worksheet_path).lstrip("/")
    found: list[str] = []
    with packed.open(path) as stream:
        tail = b""
        while block := stream.read(_BLOCK):
            found += [ref.decode() for ref in _MERGED.findall(tail + block)]
            tail = block[-200:]
    return tuple(dict.fromkeys(found))


def _refused(vi: str, en: str) -> LetanError:
    return refused("exchange_file_refused", vi, en)


def _macros() -> LetanError:
    return _refused(
        "Tệp có macro (.xlsm). Trong Excel: File → Save As → Excel Workbook (.xlsx) rồi gửi lại.",
        "The file holds macros (.xlsm). In Excel: File → Save As → Excel Workbook (.xlsx).",
    )


def _broken() -> LetanError:
    return _refused(
        "Không đọc được tệp này: tệp hỏng hoặc không phải Excel. Hãy mở bằng Excel, lưu lại dạng "
        ".xlsx rồi gửi lại.",
        "This file cannot be read: it is damaged or no workbook. Open it in Excel, save it as "
        ".xlsx, then send it again.",
    )
