"""The console's list of questions that are no procedure: found without accents, sent as a link."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from nicegui import ui

from assistant.catalogue.search import MAX_QUERY, fold
from assistant.console.faq_wording import say
from assistant.console.frame import bar
from assistant.errors import Language
from assistant.faq.service import Edited, FaqRoom
from assistant.faq.staff_endpoints import fits

_COUNTED = timedelta(days=30)
_STATES = {
    "all": "Tất cả",
    "live": "Đang áp dụng",
    "later": "Chưa đến ngày áp dụng",
    "over": "Hết hạn áp dụng",
}
_NAME_CELL = """
<q-td :props="props">
  <a class="desk-row-link" :href="props.row.href">{{ props.row.question }}</a>
  <div class="desk-small">{{ props.row.answer }}</div>
</q-td>
"""
"""Vue writes the text of a cell as text: markup in a question is inert."""
_SHOWN = 140


class FaqList:
    """Builds the page for one browser."""

    def __init__(self, letan: FastAPI, language: Language, asked: Mapping[str, str]) -> None:
        self._room = FaqRoom(letan.state.database)
        self._zone = ZoneInfo(letan.state.settings.timezone)
        self._language: Language = language
        self._query = asked.get("q", "")[:MAX_QUERY]
        self._state = asked.get("state", "") if asked.get("state", "") in _STATES else "all"

    def _say(self, text: str, **values: object) -> str:
        return say(self._language, text, **values)

    async def build(self) -> None:
        bar(self._language, "Hỏi đáp")
        with ui.column().classes("desk"):
            self._filters()
            await self._table()

    def _filters(self) -> None:
        with ui.row().classes("desk-filters"):
            search = ui.input(
                label=self._say("Tìm trong câu hỏi và câu trả lời, không dấu cũng được"),
                value=self._query,
                on_change=lambda event: self._filter(query=event.value or ""),
            )
            search.props('data-testid="search" outlined clearable debounce=250 maxlength=200')
            search.classes("desk-search")
            ui.select(
                {state: self._say(text) for state, text in _STATES.items()},
                label=self._say("Tình trạng"),
                value=self._state,
                on_change=lambda event: self._filter(state=event.value),
            ).props('data-testid="state" outlined').classes("desk-select")
            for text, path in (("Thêm hỏi đáp", "/faq/new"), ("Excel, YAML", "/exchange")):
                link = ui.link(self._say(text), f"{path}?lang={self._language}")
                link.classes("desk-action")

    @ui.refreshable_method
    async def _table(self) -> None:
        words, today = fold(self._query).split(), datetime.now(self._zone).date()
        asked = await self._room.asked(datetime.now(UTC) - _COUNTED)
        found = [
            each
            for each in await self._room.all()
            if self._state in ("all", each.state(today)) and fits(each, words)
        ]
        found.sort(key=lambda each: -asked.get(each.entry.id, 0))
        told = self._say("{n} câu hỏi", n=len(found))
        ui.label(told).props('data-testid="total" role=status').classes("desk-name")
        if not found:
            ui.label(self._empty()).classes("desk-need")
            return
        told_columns = {
            "question": "Câu hỏi và câu trả lời",
            "state": "Tình trạng",
            "asked": "Lượt hỏi trong 30 ngày",
            "changed": "Sửa lúc",
        }
        columns = [
            {"name": key, "label": self._say(text), "field": key, "align": "left"}
            for key, text in told_columns.items()
        ]
        rows = [self._row(each, today, asked.get(each.entry.id, 0)) for each in found]
        table = ui.table(columns=columns, rows=rows, row_key="id")
        table.props('data-testid="faqs" wrap-cells').classes("w-full desk-list")
        table.add_slot("body-cell-question", _NAME_CELL)

    def _row(self, each: Edited, today: date, asked: int) -> dict[str, Any]:
        entry, english = each.entry, self._language == "en"
        answer = (entry.answer.en if english else None) or entry.answer.vi
        return {
            "id": entry.id,
            "question": (entry.question.en if english else None) or entry.question.vi,
            "answer": answer if len(answer) <= _SHOWN else answer[:_SHOWN] + "…",
            "state": self._say(_STATES[each.state(today)]),
            "asked": asked,
            "changed": f"{each.updated_at.astimezone(self._zone):%d/%m/%Y} · {each.updated_by}",
            "href": f"faq/{entry.id}?lang={self._language}",
        }

    def _empty(self) -> str:
        if self._query or self._state != "all":
            return self._say("Không có câu hỏi nào như vậy. Bớt chữ, hoặc bỏ bớt điều kiện lọc.")
        return self._say("Chưa có hỏi đáp nào. Bấm “Thêm hỏi đáp”: gửi xe, wifi, ai ký…")

    async def _filter(self, **wanted: Any) -> None:
        for name, value in wanted.items():
            setattr(self, f"_{name}", value)
        self._query = self._query[:MAX_QUERY]
        told = {"q": self._query, "state": self._state, "lang": self._language}
        kept = {key: value for key, value in told.items() if value not in ("", "all")}
        asked = json.dumps(kept).replace("</", "<\\/")
        ui.run_javascript(
            f"history.replaceState(history.state, '', '?' + new URLSearchParams({asked}))"
        )
        self._table.refresh()
