"""What clerks do to a workbook: every mistake has its cell and its remedy, nothing is guessed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from workbooks import FAQ, PROCEDURE, cell_of, changed, written

from assistant.errors import LetanError
from assistant.exchange.reading import read_workbook

RAW = written([PROCEDURE], [FAQ])


def put(sheet: str, title: str, value: Any, row: int = 2) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        cell_of(book, sheet, title, row).value = value

    return change


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        (put("Lệ phí", "Số tiền (đồng)", "năm nghìn"), "Lệ phí!E2", "số tiền"),
        (put("Lệ phí", "Số tiền (đồng)", "=1+1"), "Lệ phí!E2", "công thức"),
        (put("Lệ phí", "Trường hợp số", 9), "Lệ phí!B2", "trường hợp số 9"),
        (put("Thủ tục", "Nơi nhận", "Quầy lạ"), "Thủ tục!G2", "Chọn một trong"),
        (put("Thủ tục", "Áp dụng từ ngày", "hôm qua"), "Thủ tục!N2", "ngày"),
        (put("Thủ tục", "Áp dụng đến ngày", "01/01/2020"), "Thủ tục!O2", "sớm hơn"),
        (put("Thủ tục", "Tên thủ tục", None), "Thủ tục!E2", "cần có nội dung"),
        (put("Thủ tục", "Đã kiểm chứng", "có lẽ"), "Thủ tục!I2", "Có hoặc Không"),
        (put("Thủ tục", "Thay bằng mã", "1.93"), "Thủ tục!M2", "Mã phải như"),
        (put("Thủ tục", "Không cần giấy nào", "Có"), "Thủ tục!U2", "sửa một chỗ"),
        (put("Giấy tờ", "Mã thủ tục", "1.999999"), "Giấy tờ!A2", "Không có 1.999999"),
        (put("Giấy tờ", "Mã thủ tục", None), "Giấy tờ!A2", "Thiếu mã thủ tục"),
        (put("Giấy tờ", "Số bản", 2.5), "Giấy tờ!E2", "số nguyên"),
        (put("Giấy tờ", "Số bản", 1000), "Giấy tờ!E2", "số nguyên"),
        (put("Giấy tờ trường hợp", "Giấy tờ", "Giấy lạ", 3), "Giấy tờ trường hợp!D3", "documents"),
        (put("Biểu mẫu", "Mã thủ tục", "1.001930"), "Biểu mẫu!B2", "cần có nội dung"),
        (put("Hỏi đáp", "Câu trả lời", None), "Hỏi đáp!E2", "cần có nội dung"),
        (put("Cách hỏi", "Mã hỏi đáp", "wi fi"), "Cách hỏi!A2", "Không có wi fi"),
    ],
)
def test_a_cell_is_named_with_its_remedy(
    change: Callable[[Any], None], place: str, words: str
) -> None:
    read = read_workbook(changed(RAW, change))
    told = {line.place: line for line in read.errors}
    assert next(iter(told)) == place, read.errors
    assert words in told[place].vi
    assert told[place].en


def test_numbers_dates_and_codes_are_taken_as_excel_leaves_them() -> None:
    def change(book: Any) -> None:
        for sheet in ("Thủ tục", "Giấy tờ", "Trường hợp", "Giấy tờ trường hợp"):
            for row in range(2, book[sheet].max_row + 1):
                cell_of(book, sheet, "Mã thủ tục", row).value = 1.00193  # its final 0 is lost
        cell_of(book, "Lệ phí", "Số tiền (đồng)", 2).value = " 50.000 đ"
        cell_of(book, "Lệ phí", "Số tiền (đồng)", 3).value = "Miễn phí"
        cell_of(book, "Thủ tục", "Áp dụng từ ngày").value = datetime(2027, 3, 1)
        cell_of(book, "Thủ tục", "Áp dụng đến ngày").value = "31/12/2027"
        cell_of(book, "Thủ tục", "Xem lại trước ngày").value = 46447
        cell_of(book, "Thủ tục", "Cần xem lại").value = True
        cell_of(book, "Thủ tục", "Thời hạn").value = "2,5"
        cell_of(book, "Thủ tục", "Nơi nhận").value = "hộ tịch"
        cell_of(book, "Giấy tờ", "Số bản").value = "2"

    read = read_workbook(changed(RAW, change))
    assert read.errors == []
    entry = read.procedures[0].entry.entry
    assert entry.code == "1.001930"
    assert [fee.amount_vnd for fee in entry.fee_vnd] == [50_000, 0]
    assert [str(entry.valid_from), str(entry.valid_until)] == ["2027-03-01", "2027-12-31"]
    assert str(entry.review_by) == "2027-03-01"
    assert (entry.needs_review, entry.time.value, entry.service) == (True, 2.5, "civil_status")
    assert entry.documents[0].copies == 2


def test_a_renamed_column_is_found_and_a_missing_one_empties_nothing() -> None:
    def rename(book: Any) -> None:
        cell_of(book, "Giấy tờ", "Số bản", 1).value = "Số bản sao"
        book["Lệ phí"].delete_cols(5)

    read = read_workbook(changed(RAW, rename))
    assert read.procedures == []
    renamed, missing = read.errors
    assert (renamed.place, missing.place) == ("Giấy tờ!E1", "Lệ phí!A1")
    assert "“Số bản”" in renamed.vi
    assert "đổi tên" in renamed.vi
    assert "“Số tiền (đồng)”" in missing.vi


def test_merged_cells_are_told() -> None:
    read = read_workbook(changed(RAW, lambda book: book["Lệ phí"].merge_cells("A2:A3")))
    assert ("Lệ phí!A2:A3", "error") in [(line.place, line.what) for line in read.errors]
    assert "gộp" in read.errors[0].vi
    assert read.procedures == []


def test_a_missing_sheet_is_told_and_empties_nothing() -> None:
    with pytest.raises(LetanError) as told:
        read_workbook(changed(RAW, lambda book: book.remove(book["Giấy tờ"])))
    assert told.value.code == "exchange_sheets_missing"
    assert "Giấy tờ" in told.value.vi


def test_the_same_item_twice_is_told() -> None:
    def twice(book: Any) -> None:
        page = book["Hỏi đáp"]
        for cell in page[2]:
            page.cell(3, cell.column).value = cell.value

    read = read_workbook(changed(RAW, twice))
    assert [line.place for line in read.errors] == ["Hỏi đáp!A3"]
    assert "ô A2" in read.errors[0].vi
