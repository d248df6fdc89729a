"""One question of the inbox and what can be done with it."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from nicegui import ui
from nicegui.events import ValueChangeEventArguments

from assistant.catalogue.view import PublishedCatalogue
from assistant.console.acting import Acting
from assistant.console.inbox_words import CHANNELS, REASONS, decided, trend
from assistant.console.procedure_names import name_of
from assistant.console.wording import say
from assistant.errors import Language, LetanError
from assistant.inbox.grouping import content_words
from assistant.inbox.judging import LONGEST_ANSWER, LONGEST_REASON, LONGEST_TEXT, Decision
from assistant.inbox.schemas import GroupOut
from assistant.inbox.service import Inbox

_OTHER_WORDINGS = 5
_OFFERED = 8

Decide = Callable[[GroupOut, Decision], Awaitable[None]]
Undo = Callable[[int], Awaitable[None]]


class Question:
    """The right half of the page. Visitors' words are only ever drawn as text."""

    def __init__(
        self, letan: FastAPI, language: Language, acting: Acting, decide: Decide, undo: Undo
    ) -> None:
        self._state = letan.state
        self._inbox: Inbox = letan.state.inbox
        self._language: Language = language
        self._acting = acting
        self._decide_on = decide
        self._undo = undo
        self._group: GroupOut | None = None
        self._text = ""
        self._wanted = ""
        self._found: list[tuple[str, str, float]] = []
        self._other: ui.input | None = None
        self._ignoring: ui.dialog | None = None
        self._asking: ui.dialog | None = None

    def _say(self, text: str, **values: object) -> str:
        return say(self._language, text, **values)

    def draw(self, group: GroupOut | None, undoable: list[int]) -> None:
        """Everything about one group; ``undoable``: what was decided on this page."""
        self._group, self._other, self._ignoring, self._asking = group, None, None, None
        self._wanted, self._found = "", []
        if group is None:
            if undoable:
                self._undo_button(undoable[-1])
            return
        self._text = group.text[:LONGEST_TEXT]
        ui.label(group.text).classes("inbox-asked").props('data-testid="inbox-asked"')
        ui.label(trend(self._language, group)).classes("inbox-meta")
        if group.judgement is not None:
            names = {group.judgement.code or "": self._name(group.judgement.code or "")}
            told = decided(self._language, group, names)
            prefix = "" if group.state == "resolved" else self._say("Trước đây: ")
            ui.label(prefix + told).props('data-testid="inbox-decided"')
        if not self._acting.may("inbox:resolve"):
            ui.label(self._say("Anh/chị được xem, không được xử lý hộp thư."))
        elif group.state == "resolved":
            self._undo_button(group.id)
        else:
            self._actions(group)
            if undoable:
                self._undo_button(undoable[-1])
        self._wordings(group)
        if group.comments:
            ui.label(self._say("Góp ý kèm theo")).classes("desk-name")
            for comment in group.comments:
                ui.label(comment).classes("inbox-comment")

    async def press(self, key: str) -> None:
        """A key's action, where it has one."""
        group = self._group
        if group is None or group.state == "resolved" or not self._acting.may("inbox:resolve"):
            return
        if self._asking is not None and self._asking.value:
            return
        if self._ignoring is not None and self._ignoring.value:
            if key.isdigit() and 1 <= int(key) <= len(REASONS):
                await self._ignore(REASONS[int(key) - 1])
        elif key in ("1", "2", "3") and int(key) <= len(group.suggestions):
            await self._accept(group.suggestions[int(key) - 1].code)
        elif key == "o" and self._other is not None:
            self._other.run_method("focus")
        elif key == "x":
            await self._decide(Decision("out_of_scope", text=self._text))
        elif key == "n" and self._asking is not None:
            self._asking.open()
        elif key == "i" and self._ignoring is not None:
            self._ignoring.open()

    def _wordings(self, group: GroupOut) -> None:
        others = list({content_words(q.text): q.text for q in group.questions[::-1]}.values())
        others = [text for text in others if text != group.text]
        if others:
            ui.label(self._say("Cũng được hỏi là")).classes("desk-name")
            with ui.element("ul").classes("inbox-wordings"):
                for text in others[:_OTHER_WORDINGS]:
                    with ui.element("li"):
                        ui.label(text)
        guessed = dict.fromkeys(code for q in group.questions for code in q.guessed[:1])
        if guessed:
            named = "; ".join(self._name(code) for code in list(guessed)[:3])
            ui.label(self._say("Máy đã hiểu là: {names}", names=named))
        channels = {q.channel for q in group.questions if q.channel}
        where = ", ".join(self._say(CHANNELS.get(name, name)) for name in sorted(channels))
        if where:
            ui.label(self._say("Nơi hỏi: {where}", where=where)).classes("inbox-meta")

    def _actions(self, group: GroupOut) -> None:
        ui.input(
            self._say("Câu sẽ được ghi (sửa lại nếu có chuyện riêng của một người)"),
            value=self._text,
            on_change=self._reworded,
        ).props(f"outlined maxlength={LONGEST_TEXT} data-testid=inbox-text").classes("w-full")
        ui.label(self._say("Đây là cách hỏi của thủ tục nào?")).classes("desk-name")
        for number, each in enumerate(group.suggestions, 1):
            self._offer(str(number), each.code, self._name(each.code), each.score)
        if not group.suggestions:
            ui.label(self._say("Máy không đoán được thủ tục nào."))
        self._other = (
            ui.input(self._say("O · Thủ tục khác: gõ tên hoặc mã"), on_change=self._look_for)
            .props("outlined debounce=200 data-testid=inbox-other")
            .classes("w-full")
        )
        self._offers()
        with ui.row():
            ui.button(
                self._say("X · Ngoài phạm vi"),
                on_click=lambda: self._decide(Decision("out_of_scope", text=self._text)),
            ).props("outline no-caps data-testid=inbox-outside")
            self._ignoring = self._dialog()
            if self._acting.may("faq:write"):
                self._asking = self._faq_dialog()
                ui.button(self._say("N · Hỏi đáp mới…"), on_click=self._asking.open).props(
                    "outline no-caps data-testid=inbox-faq"
                )
            ui.button(self._say("I · Bỏ qua…"), on_click=self._ignoring.open).props(
                "outline no-caps data-testid=inbox-ignore"
            )

    def _offer(self, key: str, code: str, name: str, score: float | None) -> None:
        share = "" if score is None else self._say(" · giống {n} %", n=round(score * 100))
        prefix = f"{key} · " if key else ""

        async def accept() -> None:
            await self._accept(code)

        ui.button(f"{prefix}{name} ({code}){share}", on_click=accept).props(
            f'unelevated no-caps align=left data-testid="inbox-accept-{key or code}"'
        ).classes("w-full inbox-offer")

    @ui.refreshable_method
    def _offers(self) -> None:
        for code, name, score in self._found:
            self._offer("", code, name, score or None)
        if self._wanted.strip() and not self._found:
            ui.label(self._say("Không có thủ tục nào như vậy."))

    def _dialog(self) -> ui.dialog:
        title = self._say("Vì sao bỏ qua?")
        with ui.dialog().props(f'aria-label="{title}"') as dialog, ui.card().classes("desk-card"):
            ui.label(title).classes("desk-name")
            for number, reason in enumerate(REASONS, 1):

                async def choose(reason: str = reason) -> None:
                    await self._ignore(reason)

                ui.button(f"{number} · {self._say(reason)}", on_click=choose).props(
                    f"outline no-caps align=left data-testid=inbox-reason-{number}"
                ).classes("w-full")
            own = ui.input(self._say("Lý do khác")).props(f"outlined maxlength={LONGEST_REASON}")
            own.classes("w-full")

            async def say_why() -> None:
                await self._ignore(own.value or "")

            own.on("keydown.enter", say_why)
            with ui.row():
                ui.button(self._say("Bỏ qua"), on_click=say_why).props("unelevated no-caps")
                ui.button(self._say("Thôi"), on_click=dialog.close).props("flat no-caps")
        return dialog

    def _faq_dialog(self) -> ui.dialog:
        title = self._say("Hỏi đáp mới")
        with ui.dialog().props(f'aria-label="{title}"') as dialog, ui.card().classes("desk-card"):
            ui.label(title).classes("desk-name")
            ui.label(self._say("Câu hỏi là câu sẽ được ghi. Máy trả lời đúng như viết ở đây:"))
            answer = ui.textarea(self._say("Câu trả lời")).classes("w-full")
            answer.props(f"outlined autofocus maxlength={LONGEST_ANSWER} data-testid=inbox-answer")

            async def save() -> None:
                if not (answer.value or "").strip():
                    ui.notify(self._say("Chưa có câu trả lời."), type="negative")
                    return
                dialog.close()
                await self._decide(Decision("faq", text=self._text, answer=answer.value))

            with ui.row():
                ui.button(self._say("Lưu vào bản nháp"), on_click=save).props("unelevated no-caps")
                ui.button(self._say("Thôi"), on_click=dialog.close).props("flat no-caps")
        return dialog

    def _undo_button(self, id_: int) -> None:
        async def undo() -> None:
            await self._undo(id_)

        ui.button(self._say("Z · Hoàn tác"), on_click=undo).props(
            "outline no-caps data-testid=inbox-undo"
        )

    def _reworded(self, event: ValueChangeEventArguments[str | None]) -> None:
        self._text = event.value or ""

    async def _look_for(self, event: ValueChangeEventArguments[str | None]) -> None:
        self._wanted = (event.value or "")[:200]
        self._found = []
        catalogue: PublishedCatalogue | None = self._state.catalogue
        suggesting = await self._inbox.suggesting()
        if catalogue is not None and suggesting is not None and self._wanted.strip():
            try:
                exact = catalogue.get(self._wanted)
                self._found = [(exact.code, exact.name.vi, 0.0)]
            except LetanError:
                found = suggesting.suggest(self._wanted, most=_OFFERED)
                self._found = [(each.code, self._name(each.code), each.score) for each in found]
        self._offers.refresh()

    async def _accept(self, code: str) -> None:
        await self._decide(Decision("example", code=code, text=self._text))

    async def _ignore(self, reason: str) -> None:
        if self._ignoring is not None:
            self._ignoring.close()
        await self._decide(Decision("ignore", reason=reason))

    async def _decide(self, decision: Decision) -> None:
        if self._group is not None:
            await self._decide_on(self._group, decision)

    def _name(self, code: str) -> str:
        return name_of(self._state.catalogue, code, self._language)
