"""The console's list of procedures: found without accents, filtered, and sent as a link."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from nicegui import ui

from assistant.catalogue.lines import STATUSES, Line, Lines, Page, Status, lines_of
from assistant.catalogue.search import MAX_QUERY
from assistant.console.catalogue_wording import say
from assistant.console.frame import bar
from assistant.errors import Language

PER_PAGE = 50
_STATUS_WORDS: dict[Status, str] = {
    "all": "Tất cả",
    "unverified": "Chưa kiểm với nguồn",
    "review": "Cần xem lại",
    "overdue": "Quá hạn xem lại",
    "retired": "Đã có thủ tục thay thế",
}
_NAME_CELL = """
<q-td :props="props">
  <a class="desk-row-link" :href="props.row.href">{{ props.row.name }}</a>
  <div class="desk-small">{{ props.row.code }}</div>
</q-td>
"""
"""Vue writes the text of a cell as text: markup in a name is inert."""
_KEYS = """
if (!window.catalogueKeys) {
  window.catalogueKeys = true;
  addEventListener('keydown', (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === '/' && !typing) {
      document.querySelector('[data-testid="search"]').focus();
      event.preventDefault();
    }
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const links = [...document.querySelectorAll('.desk-row-link')];
    const here = links.indexOf(document.activeElement);
    const search = document.querySelector('[data-testid="search"]');
    if (here < 0 && document.activeElement !== search) return;
    const next = event.key === 'ArrowDown' ? here + 1 : here - 1;
    (next < 0 ? search : links[next])?.focus();
    event.preventDefault();
  });
}
"""


class CatalogueList:
    """Builds the page for one browser."""

    def __init__(self, letan: FastAPI, language: Language, asked: Mapping[str, str]) -> None:
        state = letan.state
        self._lines: Lines = lines_of(state, state.database)
        self._zone = ZoneInfo(state.settings.timezone)
        self._language: Language = language
        self._query = asked.get("q", "")[:MAX_QUERY]
        self._field = asked.get("field") or None
        self._status: Status = next((s for s in STATUSES if s == asked.get("status")), "all")
        page = asked.get("page", "")
        self._page = min(int(page), 10_000) if page.isascii() and page.isdigit() else 1

    def _say(self, text: str, **values: object) -> str:
        return say(self._language, text, **values)

    async def build(self) -> None:
        """Draws the filters and the first fifty that fit."""
        bar(self._language, "Thủ tục")
        found = await self._find()
        with ui.column().classes("desk"):
            await self._filters()
            self._table(found)
        ui.run_javascript(_KEYS)

    async def _filters(self) -> None:
        fields = await self._lines.fields()
        vi = self._language == "vi"
        with ui.row().classes("desk-filters"):
            search = ui.input(
                label=self._say("Tìm theo tên, cách gọi hoặc mã, có dấu hay không dấu đều được"),
                value=self._query,
                on_change=lambda event: self._filter(query=event.value or ""),
            )
            search.props('data-testid="search" outlined clearable debounce=250 maxlength=200')
            search.classes("desk-search")
            ui.select(
                {"": self._say("Mọi lĩnh vực")} | {f: f if vi else en for f, en in fields.items()},
                label=self._say("Lĩnh vực"),
                value=self._field if self._field in fields else "",
                on_change=lambda event: self._filter(field=event.value or None),
            ).props('data-testid="field" outlined').classes("desk-select")
            ui.select(
                {status: self._say(text) for status, text in _STATUS_WORDS.items()},
                label=self._say("Tình trạng"),
                value=self._status,
                on_change=lambda event: self._filter(status=event.value),
            ).props('data-testid="status" outlined').classes("desk-select")
            for text, path in (
                ("Thêm thủ tục mới", "/catalogue/new"),
                ("Excel, YAML", "/exchange"),
            ):
                link = ui.link(self._say(text), f"{path}?lang={self._language}")
                link.classes("desk-action")

    @ui.refreshable_method
    def _table(self, found: Page) -> None:
        first = (self._page - 1) * PER_PAGE
        told = self._say(
            "{first}-{last} trong {total} thủ tục",
            first=first + 1 if found.lines else 0,
            last=first + len(found.lines),
            total=found.total,
        )
        with ui.row().classes("items-center justify-between w-full"):
            ui.label(told).props('data-testid="total" role=status').classes("desk-name")
            with ui.row():
                self._turn("Trang trước", self._page - 1, enabled=self._page > 1)
                self._turn("Trang sau", self._page + 1, enabled=first + PER_PAGE < found.total)
        if not found.lines:
            ui.label(self._empty()).classes("desk-need")
            return
        told_columns = {
            "name": "Thủ tục",
            "field": "Lĩnh vực",
            "state": "Tình trạng",
            "source": "Ngày của nguồn",
            "changed": "Sửa lúc",
        }
        columns = [
            {"name": key, "label": self._say(text), "field": key, "align": "left"}
            for key, text in told_columns.items()
        ]
        today = self._today()
        rows = [self._row(line, today) for line in found.lines]
        table = ui.table(columns=columns, rows=rows, row_key="code")
        table.props('data-testid="procedures" wrap-cells').classes("w-full desk-list")
        table.add_slot("body-cell-name", _NAME_CELL)

    def _turn(self, text: str, page: int, *, enabled: bool) -> None:
        button = ui.button(self._say(text), on_click=lambda: self._filter(page=page))
        button.props("unelevated no-caps outline")
        button.set_enabled(enabled)

    def _row(self, line: Line, today: date) -> dict[str, Any]:
        states = [
            text
            for text, holds in (
                ("Đã có thủ tục thay thế", line.retired),
                ("Quá hạn xem lại", line.overdue(today)),
                ("Cần xem lại", line.needs_review),
                ("Chưa kiểm với nguồn", not line.verified and not line.retired),
            )
            if holds
        ]
        return {
            "code": line.code,
            "name": (line.name_en or line.name) if self._language == "en" else line.name,
            "field": line.field if self._language == "vi" else line.field_en,
            "state": " · ".join(self._say(text) for text in states) or self._say("Đã kiểm"),
            "source": (line.source_date or "—").partition(" (")[0],
            "changed": line.updated_at.astimezone(self._zone).strftime("%d/%m/%Y"),
            "href": f"catalogue/{line.code}?lang={self._language}",
        }

    def _empty(self) -> str:
        if self._query or self._field or self._status != "all":
            return self._say("Không có thủ tục nào như vậy. Bớt chữ, hoặc bỏ bớt điều kiện lọc.")
        return self._say("Danh mục còn trống. Bấm “Thêm thủ tục mới”, hoặc nạp tệp Excel.")

    async def _filter(self, **wanted: Any) -> None:
        """Another filter begins at the first page; the address tells what is shown."""
        self._page = 1
        for name, value in wanted.items():
            setattr(self, f"_{name}", value)
        self._query = self._query[:MAX_QUERY]
        found = await self._find()
        told = {"q": self._query, "field": self._field, "status": self._status, "page": self._page}
        kept = {k: v for k, v in told.items() if v not in ("", None, "all", 1)}
        asked = json.dumps({**kept, "lang": self._language}).replace("</", "<\\/")
        ui.run_javascript(
            f"history.replaceState(history.state, '', '?' + new URLSearchParams({asked}))"
        )
        self._table.refresh(found)

    async def _find(self) -> Page:
        return await self._lines.find(
            self._query,
            today=self._today(),
            field=self._field,
            status=self._status,
            limit=PER_PAGE,
            offset=(self._page - 1) * PER_PAGE,
        )

    def _today(self) -> date:
        return datetime.now(self._zone).date()
