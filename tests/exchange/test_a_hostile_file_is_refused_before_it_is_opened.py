"""Macros, bombs, damaged and foreign files: refused with a remedy, quickly and without memory."""

import random
import struct
import zipfile
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from workbooks import FAQ, PROCEDURE, changed, written

from assistant.errors import LetanError
from assistant.exchange import opening
from assistant.exchange.files import read_zip
from assistant.exchange.opening import kind_of, pages
from assistant.exchange.reading import read_workbook

RAW = written([PROCEDURE], [FAQ])


def with_part(name: str, content: bytes, instead: bool = False) -> bytes:
    into = BytesIO()
    with zipfile.ZipFile(BytesIO(RAW)) as old, zipfile.ZipFile(into, "w", 8) as new:
        for part in old.namelist():
            if not (instead and part == name):
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return into.getvalue()


def sheet_with(xml: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    page = f'<worksheet xmlns="{space}"><sheetData>{xml}</sheetData></worksheet>'
    return with_part("xl/worksheets/sheet2.xml", page.encode(), instead=True)


def refused(raw: bytes) -> LetanError:
    with pytest.raises(LetanError) as told:
        read_workbook(raw)
    assert told.value.status == 422
    assert told.value.code == "exchange_file_refused"
    return told.value


def test_macros_are_refused_whatever_the_file_is_called() -> None:
    assert "macro" in refused(with_part("xl/vbaProject.bin", b"\0")).vi
    with zipfile.ZipFile(BytesIO(RAW)) as packed:
        types = packed.read("[Content_Types].xml")
    as_xlsm = types.replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml")
    assert "macro" in refused(with_part("[Content_Types].xml", as_xlsm, instead=True)).vi


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MAX_UNPACKED", 3_000_000)
    assert "bung ra" in refused(with_part("xl/media/bomb.bin", bytes(4_000_000))).vi
    monkeypatch.setattr(opening, "MAX_PARTS", 5)
    assert "bung ra" in refused(RAW).vi


def test_entities_are_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    for encoding in ("utf-8", "utf-16"):
        refused(with_part("xl/sharedStrings.xml", bomb.encode(encoding), instead=True))


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "trống"),
        (b"PK\x03\x04garbage", "hỏng"),
        (RAW[: len(RAW) // 2], "hỏng"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "mật khẩu"),
        ("Mã;Tên;Phí\n1;a;b\n".encode(), "CSV"),
        ("Mã,Tên,Phí\n1,a,b\n".encode("utf-16"), "UTF-16"),
        ("Mã,Tên\n1,Đăng ký\n".encode("utf-16-le"), "UTF-16"),
        ("Thu tuc, gi\u1ea5y\n".encode("cp1258", "replace") + b"\xcc\xf0", "Windows-1258"),
    ],
)
def test_another_kind_of_file_is_named_with_the_way_to_save_it(raw: bytes, words: str) -> None:
    with pytest.raises(LetanError) as told:
        if kind_of(raw) == "xlsx":
            read_workbook(raw)
    assert words in told.value.vi
    assert told.value.en


def test_rows_far_down_and_cells_far_right_cost_nothing() -> None:
    assert list(pages(sheet_with('<row r="1048576"><c r="XFD1048576"/></row>'), {"Thủ tục"}))
    refused(sheet_with('<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>'))


def test_many_rows_are_read_and_too_many_told(monkeypatch: pytest.MonkeyPatch) -> None:
    book = Workbook(write_only=True)
    page = book.create_sheet("Hỏi đáp")
    for number in range(301):
        page.append([f"hoi-{number}"])
    into = BytesIO()
    book.save(into)
    monkeypatch.setattr(opening, "MAX_ROWS", 300)
    with pytest.raises(LetanError) as told:
        list(pages(into.getvalue(), {"Hỏi đáp"}))
    assert told.value.code == "exchange_too_many"


def test_what_begins_like_a_formula_is_stored_as_text() -> None:
    book = load_workbook(BytesIO(RAW))
    cells = [cell for row in book["Cách gọi, nguồn"].iter_rows() for cell in row]
    risky = [cell for cell in cells if str(cell.value).startswith(("=", "+", "@"))]
    assert len(risky) == 3
    for cell in risky:
        assert cell.data_type == "s"
        assert cell.quotePrefix
    with zipfile.ZipFile(BytesIO(RAW)) as packed:
        for name in packed.namelist():
            assert b"<f>" not in packed.read(name)


def test_a_workbook_has_a_guide_drop_downs_and_frozen_headers() -> None:
    book = load_workbook(BytesIO(RAW))
    assert book.sheetnames[0] == "Hướng dẫn"
    assert "Không gộp ô" in " ".join(str(c.value) for row in book["Hướng dẫn"] for c in row)
    page = book["Thủ tục"]
    assert page.freeze_panes == "B2"
    rules = {str(rule.sqref).split("2:")[0]: rule for rule in page.data_validations.dataValidation}
    assert rules["G"].formula1.startswith("'Danh mục'!")
    assert book["Danh mục"].sheet_state == "hidden"


def test_any_damage_is_an_error_of_ours() -> None:
    """Bytes altered or cut anywhere: read, or refused; never anything else."""
    chance = random.Random(7)
    for _ in range(40):
        raw = bytearray(RAW)
        for _ in range(chance.randint(1, 6)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        try:
            if kind_of(bytes(raw)) == "xlsx":
                read_workbook(bytes(raw))
        except LetanError as error:
            assert error.status == 422


def test_a_zip_of_yaml_with_a_lie_about_its_size_is_refused() -> None:
    into = BytesIO()
    with zipfile.ZipFile(into, "w", 8) as packed:
        packed.writestr("faqs.yaml", b"faqs: []\n" + b"#" * 100_000)
    raw = bytearray(into.getvalue())
    at = raw.index(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<I", 50)
    with pytest.raises(LetanError):
        read_zip(bytes(raw))


def test_a_sheet_of_another_program_is_read() -> None:
    """Strings inside the cells, no styles: as some programs write."""

    def plain(book: Any) -> None:
        for page in book.worksheets:
            page.freeze_panes = None

    assert read_workbook(changed(RAW, plain)).errors == []
