"""Old and new answers side by side, each judged with one key: 1 better, 2 same, 3 worse."""

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from assistant.console.acting import Acting
from assistant.console.release_words import VERDICTS, Words
from assistant.errors import LetanError
from assistant.releases.tables import DifferenceRow
from assistant.releases.workshop import Verdict, Workshop

_AT_ONCE = 20
_KEYS: dict[str, Verdict] = {"1": "better", "2": "same", "3": "worse"}
_SHOWS = {
    "todo": "Cần xem",
    "risky": "Quan trọng",
    "worse": "Kém hơn",
    "all": "Tất cả",
}
_SECTIONS = {"fee": "Lệ phí", "documents": "Giấy tờ", "place": "Nơi nộp"}
_NEXT = """
(() => {{ const cards = [...document.querySelectorAll('.desk-difference')];
const here = cards.findIndex((card) => card.dataset.id === '{id}');
const next = cards[here + {step}];
if (next) {{ next.focus(); next.scrollIntoView({{block: 'nearest'}}); }} }})()
"""


def fits(row: DifferenceRow, show: str) -> bool:
    """Whether a difference belongs in a view."""
    if show == "todo":
        return row.verdict == "worse" or (row.risky and row.verdict is None)
    if show == "worse":
        return row.verdict == "worse"
    return show == "all" or row.risky


class Differences:
    """The part of a release's page; ``judged`` is called after every verdict."""

    def __init__(
        self,
        workshop: Workshop,
        say: Words,
        acting: Acting,
        release: str,
        judged: Callable[[], Any],
    ) -> None:
        self._workshop = workshop
        self._say = say
        self._acting = acting
        self._release = release
        self._judged = judged
        self._rows: list[DifferenceRow] = []
        self._first = 0
        self._show = "all"
        self._on_page: list[int] = []
        """Ids of the differences shown: what was judged stays until another view is chosen."""

    async def build(self, show: str) -> None:
        self._rows = await self._workshop.differences(self._release)
        self._show = show if show in _SHOWS else "todo"
        if show not in _SHOWS and not any(fits(row, "todo") for row in self._rows):
            self._show = "all"
        self._choose()
        self._overview()
        self._cards()

    def _choose(self) -> None:
        self._on_page = [row.id for row in self._rows if fits(row, self._show)]

    @ui.refreshable_method
    def _overview(self) -> None:
        say, rows = self._say, self._rows
        if not rows:
            ui.label(say("Không câu nào được trả lời khác đi.")).props('data-testid="none"')
            return
        risky = [row for row in rows if row.risky]
        ui.label(
            say(
                "{n} câu được trả lời khác đi; {risky} câu khác ở giấy tờ, lệ phí, quầy hoặc thủ "
                "tục, trong đó {left} câu chưa được xem. Phím 1: tốt hơn, 2: như cũ, 3: kém hơn; "
                "phím mũi tên: câu sau, câu trước.",
                n=len(rows),
                risky=len(risky),
                left=sum(row.verdict is None for row in risky),
            )
        ).props('data-testid="summary" role=status')
        with ui.row().classes("items-center"):
            for show, text in _SHOWS.items():
                count = sum(fits(row, show) for row in rows)
                address = f"?show={show}&lang={say.language}"
                link = ui.link(f"{say(text)} ({count})", address).classes("desk-chip")
                if show == self._show:
                    link.props("aria-current=true")

    @ui.refreshable_method
    def _cards(self) -> None:
        shown = self._on_page[self._first : self._first + _AT_ONCE]
        for row in (row for row in self._rows if row.id in shown):
            self._card(row)
        more = len(self._on_page) > _AT_ONCE
        if more:
            with ui.row().classes("items-center"):
                if self._first:
                    self._turn("‹ Các câu trước", -_AT_ONCE)
                if self._first + _AT_ONCE < len(self._on_page):
                    self._turn("Các câu sau ›", _AT_ONCE)

    def _turn(self, text: str, step: int) -> None:
        def turn() -> None:
            self._first = max(0, self._first + step)
            self._cards.refresh()

        ui.button(self._say(text), on_click=turn).props("outline no-caps")

    def _card(self, row: DifferenceRow) -> None:
        say = self._say
        label = say("Câu hỏi: {text}", text=row.text).replace('"', "”")
        card = ui.element("section").classes("desk-card desk-difference is-open")
        card.props(f'tabindex=0 data-id="{row.id}" data-testid="difference"')
        card.props["aria-label"] = label

        async def pressed(event: GenericEventArguments) -> None:
            key = str(event.args.get("key", ""))
            if key in _KEYS:
                await judge(_KEYS[key])
            elif key in ("ArrowDown", "ArrowUp"):
                step = 1 if key == "ArrowDown" else -1
                ui.run_javascript(_NEXT.format(id=row.id, step=step))

        async def judge(verdict: Verdict) -> None:
            try:
                await self._acting.check("release:judge")
                await self._workshop.judge(self._release, row.id, verdict, self._acting.who)
            except LetanError as error:
                say.tell(error)
                return
            self._rows = await self._workshop.differences(self._release)
            now = next(each for each in self._rows if each.id == row.id)
            draw_verdict(now)
            self._overview.refresh()
            self._judged()
            ui.run_javascript(_NEXT.format(id=row.id, step=1))

        buttons: dict[str, ui.button] = {}

        def draw_verdict(now: DifferenceRow) -> None:
            for verdict, button in buttons.items():
                chosen = verdict == now.verdict
                button.props(f"aria-pressed={'true' if chosen else 'false'}")
                button.props("unelevated" if chosen else "outline", remove="unelevated outline")
            by = say("Người xem: {who}", who=now.judged_by) if now.judged_by else ""
            judged_by.set_text(by)

        card.on(
            "keydown",
            pressed,
            args=["key"],
            js_handler="""(event) => {
              if (event.ctrlKey || event.metaKey || event.altKey) return;
              if (!['1', '2', '3', 'ArrowDown', 'ArrowUp'].includes(event.key)) return;
              event.preventDefault();
              emit({key: event.key});
            }""",
        )
        with card:
            self._both(row)
            with ui.row().classes("items-center"):
                for key, verdict in _KEYS.items():

                    async def click(verdict: Verdict = verdict) -> None:
                        await judge(verdict)

                    text = f"{key} · {say(VERDICTS[verdict])}"
                    button = ui.button(text, on_click=click).props(
                        f'data-testid="{verdict}" outline no-caps'
                    )
                    buttons[verdict] = button
                judged_by = ui.label("")
            draw_verdict(row)

    def _both(self, row: DifferenceRow) -> None:
        say = self._say
        asked = say("{n} lần trong 30 ngày", n=row.times)
        ui.label(f"“{row.text}”").classes("desk-name")
        with ui.row().classes("items-center"):
            ui.label(asked if row.source == "asked" else say("bộ câu hỏi kiểm tra"))
            if row.risky:
                ui.label(say("Quan trọng")).classes("desk-tag")
        with ui.element("div").classes("desk-pair"):
            self._answer(say("Bản đang dùng"), row.before, row.after)
            self._answer(say("Bản này"), row.after, row.before)

    def _answer(self, title: str, answer: dict[str, Any], other: dict[str, Any]) -> None:
        say = self._say
        with ui.element("div").classes("desk-answer"):
            ui.label(title).classes("desk-answer-title")
            codes = ", ".join(answer.get("procedures") or ())
            if answer.get("procedures") != other.get("procedures"):
                ui.label(say("Thủ tục: {codes}", codes=codes or "–")).classes("desk-changed")
            ui.label(str(answer.get("text", "")) or say("(không có lời nào)"))
            facts, others = answer.get("facts") or {}, other.get("facts") or {}
            for name, text in _SECTIONS.items():
                lines = facts.get(name) or []
                if lines == (others.get(name) or []):
                    continue
                with ui.element("div").classes("desk-changed"):
                    ui.label(say(text)).classes("desk-answer-title")
                    for line in lines or [say("(không nói)")]:
                        ui.label(str(line))
