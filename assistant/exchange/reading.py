"""Reads the workbook: rows of several sheets become procedures and questions."""

import difflib
from collections.abc import Iterator
from typing import Any

from openpyxl.utils import range_boundaries

from assistant.catalogue.search import fold
from assistant.exchange import columns as c
from assistant.exchange.items import Path, Raw, Read, faq_of, procedure_of
from assistant.exchange.opening import Page, address, pages, refused
from assistant.exchange.report import MOST_ERRORS
from assistant.exchange.values import BadCellError, value_of

Values = dict[str, Any]
_BY_TITLE = {sheet.title: sheet for sheet in c.SHEETS}


def read_workbook(raw: bytes) -> Read:
    """Raises LetanError `exchange_file_refused`, `exchange_sheets_missing`."""
    found = {page.title: page for page in pages(raw, set(_BY_TITLE))}
    read = Read()
    _check_sheets(found)
    for of, whole, collect in (
        (c.CATALOGUE, c.PROCEDURES, _Procedures(read)),
        (c.FAQ, c.FAQS, _Questions(read)),
    ):
        if whole.title not in found:
            continue
        # cases before what belongs to them
        sheets = sorted((s for s in c.SHEETS if s.of == of), key=lambda s: s is not whole)
        sheets.sort(key=lambda s: (s is not whole, s is not c.CASES))
        complete = [_has_columns(found[sheet.title], sheet, read) for sheet in sheets]
        if all(complete):
            for sheet in sheets:
                for row in _rows(found[sheet.title], sheet, read):
                    collect.take(sheet, row)
            collect.finish()
    del read.errors[MOST_ERRORS:]
    return read


def _check_sheets(found: dict[str, Page]) -> None:
    """A sheet that is not there would empty what it holds."""
    whole = [sheet for sheet in (c.PROCEDURES, c.FAQS) if sheet.title in found]
    kinds = {sheet.of for sheet in whole}
    missing = [s.title for s in c.SHEETS if s.of in kinds and s.title not in found]
    if not whole:
        missing = [c.PROCEDURES.title, c.FAQS.title]
    if missing:
        listed = ", ".join(f"“{title}”" for title in missing)
        raise refused(
            "exchange_sheets_missing",
            f"Tệp thiếu trang {listed}. Hãy dùng tệp do Lễ Tân xuất ra và không đổi tên trang.",
            f"The file lacks the sheets {listed}. Use a file that Lễ Tân exported and keep the "
            "names of its sheets.",
        )


class _Row:
    """A row of a sheet: its values, and the cell of each column."""

    def __init__(self, sheet: str, values: Values, cells: dict[str, str], *, good: bool) -> None:
        self.sheet, self.values, self.cells = sheet, values, cells
        self.good = good
        """Whether all of its cells could be read."""

    def cell(self, key: str) -> tuple[str, str]:
        return self.sheet, self.cells[key]


def _heads(page: Page) -> dict[str, int]:
    if not page.rows:
        return {}
    return {fold(str(cell.value)): at for at, cell in reversed(page.rows[0][1].items())}


def _has_columns(page: Page, sheet: c.Sheet, read: Read) -> bool:
    """Whether every column is there and nothing is merged; what is not is told."""
    heads = _heads(page)
    row = page.rows[0][0] if page.rows else 1
    unknown = [head for head in heads if head not in map(fold, sheet.titles)]
    complete = True
    for title in sheet.titles:
        if fold(title) in heads:
            continue
        complete = False
        near = difflib.get_close_matches(fold(title), unknown, 1)
        at = address(row, heads[near[0]]) if near else address(row, 1)
        vi = f" Có phải là cột ở ô {at} đã bị đổi tên?" if near else ""
        en = f" Was the column at {at} renamed?" if near else ""
        read.complain(
            (page.title, at),
            "",
            f"Thiếu cột “{title}”.{vi} Hãy ghi lại đúng tên cột như tệp xuất ra.",
            f"The column “{title}” is missing.{en} Write its name as the export has it.",
        )
    for merged in page.merged:
        _, _, _, last = range_boundaries(merged)
        if last is not None and last > row:
            complete = False
            read.complain(
                (page.title, merged),
                "",
                f"Ô {merged} bị gộp. Hãy bỏ gộp (Home → Merge & Center) và điền từng ô.",
                f"The cells {merged} are merged. Unmerge them and fill in each.",
            )
    return complete


def _rows(page: Page, sheet: c.Sheet, read: Read) -> Iterator[_Row]:
    """The rows; cells that cannot be read are told."""
    heads = _heads(page)
    at = {column.key: heads[fold(column.title)] for column in sheet.columns}
    for number, cells in page.rows[1:]:
        if not any(place in cells for place in at.values()):
            continue
        values: Values = {}
        good = True
        for column in sheet.columns:
            cell = cells.get(at[column.key])
            if cell is None:
                continue
            try:
                value = value_of(column, cell)
            except BadCellError as error:
                good = False
                item = cells.get(at[sheet.columns[0].key])
                shown = str(item.value)[:100] if item is not None else ""
                place = (page.title, address(number, at[column.key]))
                read.complain(place, shown, error.vi, error.en)
                continue
            if value is not None:
                values[column.key] = value
        places = {key: address(number, place) for key, place in at.items()}
        yield _Row(page.title, values, places, good=good)


class _Items:
    """Items by their key; lines of the other sheets find theirs."""

    key = "code"
    what = ("mã thủ tục", "code")

    def __init__(self, read: Read) -> None:
        self.read = read
        self.items: dict[str, Raw] = {}

    def begin(self, row: _Row) -> Raw | None:
        """A new item. None, and told, when its key is missing or stands twice."""
        key = row.values.get(self.key)
        if key is None:
            self._lacks_key(row)
            return None
        if key in self.items:
            first = self.items[key].place[1]
            self.read.complain(
                row.cell(self.key),
                key,
                f"Đã có {key} ở ô {first}. Mỗi mục một dòng; hãy bỏ một.",
                f"{key} stands at {first} already. One row an item; remove one.",
            )
            return None
        raw = Raw(key, row.cell(self.key), row.values.get("version"))
        self.items[key] = raw
        raw.broken = not row.good
        _fill(raw, row, (), leave=("version",))
        return raw

    def belonging(self, row: _Row) -> Raw | None:
        """The item that a line belongs to. None, and told, when there is none."""
        key = row.values.get(self.key)
        if key is None:
            self._lacks_key(row)
            return None
        raw = self.items.get(key)
        if raw is not None and not row.good:
            raw.broken = True
            return None
        if raw is None:
            self.read.complain(
                row.cell(self.key),
                key,
                f"Không có {key} ở trang đầu. Thêm mục ấy, hoặc bỏ dòng này.",
                f"There is no {key} on the first sheet. Add it, or remove this row.",
            )
        return raw

    def _lacks_key(self, row: _Row) -> None:
        self.read.complain(
            row.cell(self.key),
            "",
            f"Thiếu {self.what[0]}. Ô gộp hoặc ô để trống: điền mã vào từng dòng.",
            f"The {self.what[1]} is missing. Fill it in on every row.",
        )


class _Procedures(_Items):
    def __init__(self, read: Read) -> None:
        super().__init__(read)
        self._cases: dict[str, dict[int, int]] = {}

    def take(self, sheet: c.Sheet, row: _Row) -> None:
        if sheet is c.PROCEDURES:
            self.begin(row)
            return
        raw = self.belonging(row)
        if raw is None:
            return
        if sheet is c.CASES:
            numbers = self._cases.setdefault(raw.key, {})
            number = row.values.get("number", len(numbers) + 1)
            if number in numbers:
                self.read.complain(
                    row.cell("number"), raw.key, f"Số {number} bị lặp.", f"{number} stands twice."
                )
                return
            numbers[number] = len(numbers)
            _append(raw, ("cases",), row, leave=("code", "number"))
        elif sheet in (c.FEES, c.CASE_PAPERS):
            self._of_case(sheet, raw, row)
        elif sheet is c.LISTS and "what" not in row.values:
            self.read.complain(
                row.cell("what"), raw.key, "Chọn loại trong danh sách.", "Choose a kind."
            )
        elif sheet is c.LISTS:
            _append_text(raw, (str(row.values["what"]),), row, "text")
        elif sheet is c.STEPS:
            _append(raw, ("steps",), row, leave=("code",), inner="text")
        else:
            path = "documents" if sheet is c.DOCUMENTS else "forms"
            _append(raw, (path,), row, leave=("code",))

    def _of_case(self, sheet: c.Sheet, raw: Raw, row: _Row) -> None:
        base: Path = ()
        number = row.values.get("case")
        if number is not None or sheet is c.CASE_PAPERS:
            at = self._cases.get(raw.key, {}).get(number or 0)
            if at is None:
                self.read.complain(
                    row.cell("case"),
                    raw.key,
                    f"Thủ tục này không có trường hợp số {number or '?'} ở trang Trường hợp.",
                    f"This procedure has no case {number or '?'} on the sheet of cases.",
                )
                return
            base = ("cases", at)
        if sheet is c.FEES:
            row.values.pop("case", None)
            _append(raw, (*base, "fee_vnd"), row, leave=("code",))
            return
        what = str(row.values.get("what", "documents_add"))
        if what == "documents_add":
            _append(raw, (*base, what), row, leave=("code", "case", "what"), inner="text")
        else:
            _append_text(raw, (*base, what), row, "text.vi")

    def finish(self) -> None:
        for raw in self.items.values():
            for key in ("documents", "steps", "forms"):
                if raw.data.pop(f"no_{key}", False):
                    if raw.data.get(key):
                        self.read.complain(
                            raw.where((f"no_{key}",)),
                            raw.key,
                            "Đã ghi là không có, nhưng trang kia vẫn có dòng. Hãy sửa một chỗ.",
                            "Said to be none, but the other sheet has rows. Correct one of them.",
                        )
                    raw.data.setdefault(key, [])
            if not raw.broken:
                procedure_of(raw, self.read)


class _Questions(_Items):
    key = "id"
    what = ("mã hỏi đáp", "id")

    def take(self, sheet: c.Sheet, row: _Row) -> None:
        if sheet is c.FAQS:
            self.begin(row)
        elif (raw := self.belonging(row)) is not None:
            _append_text(raw, ("variants",), row, "text")

    def finish(self) -> None:
        for raw in self.items.values():
            if not raw.broken:
                faq_of(raw, self.read)


def _fill(raw: Raw, row: _Row, base: Path, *, leave: tuple[str, ...] = (), inner: str = "") -> None:
    """Put the values of a row below `base`; `inner`: the key that is `base` itself."""
    target = _at(raw.data, base)
    for key in row.cells:
        if key in leave:
            continue
        parts = key.split(".")
        if inner and parts[0] == inner:
            parts = parts[1:]
        raw.places[(*base, *parts)] = row.cell(key)
        if key in row.values:
            into = target
            for part in parts[:-1]:
                into = into.setdefault(part, {})
            into[parts[-1]] = row.values[key]


def _append(raw: Raw, path: Path, row: _Row, *, leave: tuple[str, ...], inner: str = "") -> None:
    items = _at(raw.data, path[:-1]).setdefault(path[-1], [])
    items.append({})
    raw.places.setdefault(path, (row.sheet, next(iter(row.cells.values()))))
    _fill(raw, row, (*path, len(items) - 1), leave=leave, inner=inner)


def _append_text(raw: Raw, path: Path, row: _Row, key: str) -> None:
    items = _at(raw.data, path[:-1]).setdefault(path[-1], [])
    items.append(row.values.get(key))
    raw.places[(*path, len(items) - 1)] = row.cell(key)


def _at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data
