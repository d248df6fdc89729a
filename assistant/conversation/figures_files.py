"""The figures as files for Excel: CSV with a line a day, and a workbook."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Font

from assistant.conversation.figures import Counts, Figures, Waiting

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What spreadsheets take for the begin of a formula (OWASP, CSV injection)."""
_HEADS = {
    "conversations": "Lượt khách",
    "turns": "Câu hỏi",
    "understood": "Tỷ lệ hiểu được",
    "up": "Khen",
    "down": "Chê",
    "sent": "Được chỉ quầy",
    "wrongly_sent": "Chỉ nhầm quầy",
    "wrongly_sent_rate": "Tỷ lệ nhầm quầy",
}


def as_csv(found: Figures) -> str:
    """A line a day; begins with a byte order mark, by which Excel knows UTF-8."""
    outcomes = sorted(found.total.outcomes)
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    waited = ["tickets", "waiting_median_minutes", "waiting_longest_minutes"]
    writer.writerow(["day", *_HEADS, *map(harmless, outcomes), *waited])
    for day, counts in found.days.items():
        waiting = found.waiting_days.get(day)
        writer.writerow(
            [
                day.isoformat(),
                *(_rounded(value) for value in _row(counts)),
                *(counts.outcomes[name] for name in outcomes),
                *_waited(waiting),
            ]
        )
    return out.getvalue()


def as_workbook(found: Figures, names: Mapping[str, str]) -> bytes:
    """Sheets by day, channel, language and procedure; ``names`` of procedures by their codes."""
    book = Workbook()
    book.remove(book.active) if book.active is not None else None
    outcomes = sorted(found.total.outcomes)
    heads = [*_HEADS.values(), *outcomes]

    def lines(counted: Mapping[Any, Counts]) -> Iterable[list[Any]]:
        for name, counts in counted.items():
            yield [str(name), *_row(counts), *(counts.outcomes[each] for each in outcomes)]

    days = [
        [*line, *_waited(found.waiting_days.get(day))]
        for day, line in zip(found.days, lines(found.days), strict=True)
    ]
    waited = ["Số thứ tự", "Chờ: trung vị (phút)", "Chờ: lâu nhất (phút)"]
    _sheet(book, "Theo ngày", ["Ngày", *heads, *waited], days)
    _sheet(book, "Theo kênh", ["Kênh", *heads], lines(found.channels))
    _sheet(book, "Theo ngôn ngữ", ["Ngôn ngữ", *heads], lines(found.languages))
    listed = [[code, names.get(code, ""), turns] for code, turns in found.procedures]
    _sheet(book, "Thủ tục", ["Mã", "Thủ tục", "Câu hỏi"], listed)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def harmless(text: str) -> str:
    """The text so that no spreadsheet runs it."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def _sheet(book: Workbook, title: str, heads: list[str], rows: Iterable[list[Any]]) -> None:
    sheet = book.create_sheet(title)
    for row in (heads, *rows):
        sheet.append(row)
        for cell in sheet[sheet.max_row]:
            if isinstance(cell, Cell) and isinstance(cell.value, str):
                cell.data_type = "s"  # text, also where it begins like a formula
                cell.quotePrefix = cell.value.startswith(_DANGEROUS)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "B2"


def _row(counts: Counts) -> list[float | int | None]:
    return [
        len(counts.conversations),
        counts.turns,
        counts.understood,
        counts.up,
        counts.down,
        len(counts.sent),
        counts.wrongly_sent,
        counts.wrongly_sent_rate,
    ]


def _rounded(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _waited(waiting: Waiting | None) -> list[float | int | None]:
    if waiting is None:
        return [0, None, None]
    return [waiting.tickets, waiting.median, waiting.longest]
