"""Workbooks to try: the shipped ward's, changed cell by cell, and made by hand."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from openpyxl import Workbook, load_workbook

from assistant.catalogue.schemas import CatalogueEntry
from assistant.exchange.columns import SHEETS
from assistant.exchange.flattening import faq_rows, procedure_rows
from assistant.exchange.writing import workbook
from assistant.faq.schemas import FaqEntry

PROCEDURE: dict[str, Any] = {
    "field": {"vi": "Hộ tịch", "en": "Civil status"},
    "entry": {
        "code": "1.001930",
        "name": {"vi": "Đăng ký khai sinh", "en": "Birth registration"},
        "service": "civil_status",
        "rank": 3,
        "valid_from": "2026-03-01",
        "documents": [{"vi": "Giấy chứng sinh", "kind": "submit", "copies": 1}],
        "fee_vnd": [{"case": "Đúng hạn", "amount_vnd": 0}, {"case": "Quá hạn"}],
        "time": {"value": 2.5, "unit": "working_days", "note": "Nhận sau 15 giờ thì ngày sau"},
        "steps": [],
        "cases": [
            {
                "if": "Không có giấy chứng sinh",
                "documents_add": ["Văn bản của người làm chứng"],
                "documents_drop": ["Giấy chứng sinh"],
                "not_needed": ["Một lần đến"],
                "fee_vnd": 5000,
            }
        ],
        "aliases": ["=làm giấy khai sinh", "+84", "@x", "_x0041_ \ufffe"],
        "sources": ["https://example.org/1"],
    },
}
FAQ: dict[str, Any] = {
    "id": "wifi",
    "question": "Mật khẩu wifi là gì?",
    "answer": {"vi": "Không có.", "en": "None."},
    "variants": ["cho xin pass wifi"],
}


def written(procedures: list[Any], faqs: list[Any] | None = None, version: int = 1) -> bytes:
    """The workbook of these items."""
    rows = [
        line
        for data in procedures
        for line in procedure_rows(CatalogueEntry.model_validate(data), version)
    ]
    rows += [
        line for data in faqs or () for line in faq_rows(FaqEntry.model_validate(data), version)
    ]
    return workbook(SHEETS, rows)


def changed(raw: bytes, change: Callable[[Workbook], None]) -> bytes:
    """The workbook as somebody saves it with Excel after a change."""
    book = load_workbook(BytesIO(raw))
    change(book)
    into = BytesIO()
    book.save(into)
    return into.getvalue()


def cell_of(book: Workbook, sheet: str, title: str, row: int = 2) -> Any:
    """The cell below a title."""
    page = book[sheet]
    column = next(cell.column for cell in page[1] if cell.value == title)
    return page.cell(row, column)
