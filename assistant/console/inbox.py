"""The console's inbox: one list, one question, one key each; nothing is learnt without a person."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from nicegui import ui
from nicegui.events import KeyEventArguments, ValueChangeEventArguments

from assistant.catalogue.search import fold
from assistant.console.acting import Acting
from assistant.console.frame import bar, heading
from assistant.console.inbox_question import Question
from assistant.console.inbox_words import KINDS, line
from assistant.console.wording import say
from assistant.errors import Language, LetanError
from assistant.inbox.endpoints import groups_out
from assistant.inbox.judging import Decision, Judging
from assistant.inbox.repository import Wanted
from assistant.inbox.schemas import GroupOut
from assistant.inbox.service import Inbox
from assistant.inbox.signs import KINDS as ALL_KINDS

ON_A_PAGE = 30
_LONGEST_QUERY = 100


class InboxPage:
    """Builds the page for one browser."""

    def __init__(
        self, letan: FastAPI, language: Language, acting: Acting, request: Request
    ) -> None:
        self._state = letan.state
        self._inbox: Inbox = letan.state.inbox
        self._judging: Judging = letan.state.judging
        self._language: Language = language
        self._acting = acting
        asked = request.query_params
        self._kind = asked["kind"] if asked.get("kind") in ALL_KINDS else None
        self._done = asked.get("state") == "resolved"
        self._query = asked.get("q", "")[:_LONGEST_QUERY]
        number = asked.get("page", "")
        self._page = int(number) if number.isascii() and number.isdigit() and len(number) < 5 else 1
        self._groups: list[GroupOut] = []
        self._total = 0
        self._kinds: dict[str, int] = {}
        self._chosen = 0
        self._decided: list[int] = []
        """Groups that were dealt with on this page, the newest last: what Z takes back."""
        self._keys = True
        self._question = Question(letan, language, acting, self._decide, self._undo_one)

    def _say(self, text: str, **values: object) -> str:
        return say(self._language, text, **values)

    async def build(self) -> None:
        """Draws everything once; the list and the question anew when something was decided."""
        await self._read()
        bar(self._language, "Hộp thư")
        with ui.column().classes("desk"):
            heading(self._language, "Câu hỏi chờ người xem")
            ui.label(
                self._say(
                    "Máy không tự học. Câu được nhận vào bản nháp của danh mục và có hiệu lực "
                    "khi bản mới được phát hành."
                )
            )
            self._filters()
            self._sentence()
            with ui.element("div").classes("inbox-desk"):
                with (
                    ui.element("section")
                    .classes("inbox-list")
                    .props(f'aria-label="{self._say("Danh sách câu hỏi")}"')
                ):
                    self._list()
                with (
                    ui.element("section")
                    .classes("inbox-question")
                    .props(f'aria-label="{self._say("Câu đang xem")}" aria-live=polite')
                ):
                    self._shown()
        ui.keyboard(on_key=self._pressed, repeating=False, ignore=["input", "select", "textarea"])

    async def _read(self) -> None:
        words = tuple(fold(self._query).split())
        wanted = Wanted(
            "resolved" if self._done else "open",
            self._kind,
            words,
            limit=ON_A_PAGE,
            offset=(max(self._page, 1) - 1) * ON_A_PAGE,
        )
        page = await self._inbox.page(wanted)
        if not page.groups and page.total and self._page > 1:  # the last of a page was decided on
            self._page = (page.total - 1) // ON_A_PAGE + 1
            await self._read()
            return
        self._groups = groups_out(page, self._state.catalogue)
        self._total, self._kinds = page.total, page.kinds
        self._chosen = max(0, min(self._chosen, len(self._groups) - 1))

    def _filters(self) -> None:
        kinds = {name: self._say(KINDS[name]).capitalize() for name in ALL_KINDS}
        states = {"open": self._say("Đang chờ"), "resolved": self._say("Đã xử lý")}
        with ui.row().classes("items-center"):
            ui.input(
                self._say("Tìm trong câu hỏi"), value=self._query, on_change=self._searched
            ).props("outlined clearable debounce=300 data-testid=inbox-search").classes(
                "inbox-search"
            )
            ui.select(
                {"": self._say("Mọi lý do"), **kinds},
                label=self._say("Lý do"),
                value=self._kind or "",
                on_change=self._kind_chosen,
            ).props("outlined data-testid=inbox-kind").style("min-width: 15rem")
            ui.select(
                states,
                label=self._say("Tình trạng"),
                value="resolved" if self._done else "open",
                on_change=self._state_chosen,
            ).props("outlined data-testid=inbox-state").style("min-width: 11rem")
            ui.switch(self._say("Phím tắt"), value=True, on_change=self._keys_switched)

    @ui.refreshable_method
    def _sentence(self) -> None:
        text = "{n} nhóm câu đã xử lý." if self._done else "{n} nhóm câu đang chờ."
        told = [self._say(text, n=self._total)]
        told += [
            f"{self._say(KINDS[name]).capitalize()}: {self._kinds[name]}."
            for name in ALL_KINDS
            if self._kinds.get(name)
        ]
        ui.label(" ".join(told)).props('data-testid="inbox-sentence"')

    @ui.refreshable_method
    def _list(self) -> None:
        if not self._groups:
            ui.label(self._say(self._nothing())).props('data-testid="inbox-empty"')
            return
        with ui.element("ol").classes("inbox-lines"):
            for number, group in enumerate(self._groups):
                chosen = number == self._chosen
                with ui.element("li"):
                    row = ui.element("button").classes("inbox-line").props("type=button")
                    row.props("aria-current=true" if chosen else "")
                    row.on("click", lambda _, number=number: self._choose(number))
                    with row:
                        ui.label(group.text).classes("inbox-text")
                        ui.label(line(self._language, group)).classes("inbox-meta")
        pages = (self._total - 1) // ON_A_PAGE + 1
        if pages > 1:
            with ui.row().classes("items-center"):
                self._turn("←", "Trang trước", self._page - 1, self._page > 1)
                ui.label(self._say("Trang {n}/{all}", n=self._page, all=pages))
                self._turn("→", "Trang sau", self._page + 1, self._page < pages)

    def _nothing(self) -> str:
        if self._query or self._kind:
            return "Không có câu nào như vậy."
        if self._done:
            return "Chưa có câu nào được xử lý."
        return "Hộp thư trống. Câu nào máy chưa trả lời tốt sẽ hiện ở đây."

    def _turn(self, text: str, label: str, page: int, possible: bool) -> None:
        async def go() -> None:
            self._page, self._chosen = page, 0
            await self._draw()

        button = ui.button(text, on_click=go).props(
            f'flat aria-label="{self._say(label)}" title="{self._say(label)}"'
        )
        button.set_enabled(possible)

    @ui.refreshable_method
    def _shown(self) -> None:
        group = self._groups[self._chosen] if self._groups else None
        self._question.draw(group, list(self._decided))

    def _choose(self, number: int) -> None:
        self._chosen = number
        self._list.refresh()
        self._shown.refresh()

    async def _draw(self) -> None:
        await self._read()
        asked = {
            "lang": self._language,
            "state": "resolved" if self._done else "",
            "kind": self._kind or "",
            "q": self._query,
            "page": str(self._page) if self._page > 1 else "",
        }
        query = urlencode({key: value for key, value in asked.items() if value})
        # urlencode leaves no quote and no bracket: the address is a plain string of the script.
        ui.run_javascript(f"history.replaceState(history.state, '', '?{query}')")
        self._sentence.refresh()
        self._list.refresh()
        self._shown.refresh()

    async def _searched(self, event: ValueChangeEventArguments[str | None]) -> None:
        self._query, self._page, self._chosen = (event.value or "")[:_LONGEST_QUERY], 1, 0
        await self._draw()

    async def _kind_chosen(self, event: ValueChangeEventArguments[str | None]) -> None:
        self._kind, self._page, self._chosen = event.value or None, 1, 0
        await self._draw()

    async def _state_chosen(self, event: ValueChangeEventArguments[str | None]) -> None:
        self._done, self._page, self._chosen = event.value == "resolved", 1, 0
        await self._draw()

    def _keys_switched(self, event: ValueChangeEventArguments[bool | None]) -> None:
        self._keys = bool(event.value)

    async def _pressed(self, event: KeyEventArguments) -> None:
        if not self._keys or not event.action.keydown or event.modifiers.alt:
            return
        if event.modifiers.ctrl or event.modifiers.meta:
            return
        name = str(event.key.name)
        if name in ("ArrowDown", "j") and self._chosen + 1 < len(self._groups):
            self._choose(self._chosen + 1)
        elif name in ("ArrowUp", "k") and self._chosen > 0:
            self._choose(self._chosen - 1)
        elif name == "z":
            await self._undo()
        elif self._groups:
            await self._question.press(name)

    async def _decide(self, group: GroupOut, decision: Decision) -> None:
        async def do() -> None:
            await self._acting.check("inbox:resolve")
            if decision.action == "faq":
                await self._acting.check("faq:write")
            await self._judging.resolve(group.id, decision, self._acting.who)
            self._decided.append(group.id)
            ui.notify(self._say("Đã ghi. Phím Z: hoàn tác."), type="positive")

        await self._guarded(do)

    async def _undo(self) -> None:
        if self._decided:
            await self._undo_one(self._decided[-1])
        else:
            ui.notify(self._say("Chưa có gì để hoàn tác trên trang này."))

    async def _undo_one(self, id_: int) -> None:
        async def do() -> None:
            await self._acting.check("inbox:resolve")
            await self._judging.undo(id_, self._acting.who)
            self._decided = [each for each in self._decided if each != id_]
            ui.notify(self._say("Đã hoàn tác."), type="positive")

        await self._guarded(do)

    async def _guarded(self, action: Callable[[], Awaitable[None]]) -> None:
        """Shows an error of ours as a sentence; what is drawn is true again afterwards."""
        try:
            await action()
        except LetanError as error:
            ui.notify(error.text(self._language), type="negative", timeout=8000)
        await self._draw()
