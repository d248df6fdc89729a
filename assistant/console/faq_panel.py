"""Beside a question: what to look at before saving, and what the desk would say."""

from fastapi import FastAPI
from nicegui import ui

from assistant.console.faq_form import FaqForm
from assistant.console.faq_wording import say
from assistant.errors import Language, LetanError
from assistant.faq.nearness import Caution
from assistant.faq.service import checked
from assistant.faq.staff_endpoints import tried, warned
from assistant.faq.trial import Said

_LONGEST = 500


class FaqPanel:
    """Warnings while typing, and a trial."""

    def __init__(self, letan: FastAPI, language: Language, form: FaqForm, id_: str) -> None:
        self._letan = letan
        self._id = id_ or "draft"
        self._language: Language = language
        self._form = form
        self.unchecked = True
        self._cautions: list[Caution] = []
        self._text = ""
        self._said: tuple[Said, Said] | None = None
        self._problem = ""

    def _say(self, text: str, **values: object) -> str:
        return say(self._language, text, **values)

    def draw(self) -> None:
        self._heading("Nên xem trước khi lưu")
        self._warnings()
        self._heading("Máy trả lời thế nào?")
        field = ui.input(
            label=self._say("Gõ một câu như người dân hỏi"),
            on_change=lambda event: setattr(self, "_text", event.value or ""),
        )
        field.props(f'data-testid="ask" outlined maxlength={_LONGEST}').classes("w-full")
        field.on("keydown.enter", self._ask)
        ui.button(self._say("Hỏi thử"), on_click=self._ask).props(
            'data-testid="try" unelevated no-caps'
        )
        self._answers()

    def _heading(self, text: str) -> None:
        ui.label(self._say(text)).classes("desk-name").props("role=heading aria-level=3")

    async def tick(self) -> None:
        """Look again at what has been written since."""
        if not self.unchecked:
            return
        self.unchecked = False
        written = self._form.tidy()
        found: list[Caution] = []
        if written["question"]["vi"]:
            answered = written if written["answer"]["vi"] else {**written, "answer": "…"}
            try:
                found = await warned(self._letan, checked({**answered, "id": self._id}))
            except LetanError as error:
                found = [Caution(error.code, error.text("vi"), error.text("en"))]
        if found != self._cautions:
            self._cautions = found
            self._warnings.refresh()

    @ui.refreshable_method
    def _warnings(self) -> None:
        with ui.column().props('role=status data-testid="warnings"').classes("w-full"):
            if not self._cautions:
                ui.label(self._say("Không có gì cần lưu ý."))
            for each in self._cautions:
                text = each.vi if self._language == "vi" else each.en
                ui.label(text).classes("desk-note")

    async def _ask(self) -> None:
        text = self._text.strip()[:_LONGEST]
        if not text:
            return
        self._problem, self._said = "", None
        written = self._form.tidy()
        try:
            extra = (
                checked({**written, "id": self._id})
                if written["question"]["vi"] and written["answer"]["vi"]
                else None
            )
            self._said = await tried(self._letan, text, extra)
        except LetanError as error:
            self._problem = error.text(self._language)
        self._answers.refresh()

    @ui.refreshable_method
    def _answers(self) -> None:
        with ui.column().props('role=status data-testid="answers"').classes("w-full"):
            if self._problem:
                ui.label(self._problem).classes("desk-need")
            if self._said is None:
                return
            live, draft = self._said
            self._answer("Bây giờ (bản đang dùng)", live, "live")
            self._answer("Với nội dung đang soạn", draft, "draft")

    def _answer(self, title: str, said: Said, name: str) -> None:
        with ui.column().classes("desk-section").props(f'data-testid="{name}"'):
            ui.label(self._say(title)).classes("desk-name")
            ui.label(said.text).style("white-space: pre-line")
            if said.faq is not None:
                understood = self._say("Hiểu là hỏi đáp: {id}", id=said.faq)
            elif said.procedure is not None:
                understood = self._say("Hiểu là thủ tục: {id}", id=said.procedure)
            else:
                understood = self._say("Không nhận ra hỏi đáp hay thủ tục nào")
            ui.label(understood).classes("desk-small")
