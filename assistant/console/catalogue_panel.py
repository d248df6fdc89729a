"""Beside a procedure: what to look at, and what the desk would answer, live and with the draft."""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from fastapi import FastAPI
from nicegui import ui

from assistant.catalogue.concerns import MOST_SPOKEN_WORDS, Concern, Near
from assistant.catalogue.editing import Editing, written_form
from assistant.catalogue.telling import label
from assistant.console.acting import Acting
from assistant.console.catalogue_trial import LONGEST, Said, trial_of
from assistant.console.catalogue_wording import heading, named_dialog, say
from assistant.console.catalogue_written import Written, tidy
from assistant.console.outcomes import outcome
from assistant.errors import Language, LetanError

_RIGHT = "catalogue:write"
_MOST_SHOWN = 12
_MOVED = ("aliases", "examples")
_SPEAK = """
(async () => {
  const answer = await fetch('/api/v1/speech', {
    method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(SAID)});
  if (!answer.ok) return String((await answer.json()).detail || answer.status);
  window.deskSound?.close();
  const sound = window.deskSound = new AudioContext();
  const source = sound.createBufferSource();
  source.buffer = await sound.decodeAudioData(await answer.arrayBuffer());
  source.connect(sound.destination);
  source.start();
  window.deskSpoke = (window.deskSpoke || 0) + source.buffer.duration;
  return '';
})()
"""


class Entry(Protocol):
    """The page that this stands on."""

    @property
    def written(self) -> Written: ...
    @property
    def code(self) -> str: ...
    def put(self, key: str, value: Any) -> None: ...


class Panel:
    """Draws what is known of the entry as it is being written."""

    def __init__(self, letan: FastAPI, language: Language, acting: Acting, entry: Entry) -> None:
        self._trial = trial_of(letan)
        self._editing = Editing(letan.state.database)
        self._language: Language = language
        self._acting = acting
        self._entry = entry
        self._concerns: Sequence[Concern] = ()
        self._question = ""
        self._said: list[tuple[str, Said | None, str]] = []
        self._waiting = False

    def _say(self, text: str, **values: object) -> str:
        return say(self._language, text, **values)

    def draw(self) -> None:
        heading(self._language, "Máy sẽ trả lời thế nào?")
        with ui.row().classes("w-full items-center"):
            question = ui.input(
                label=self._say("Hỏi thử một câu như người dân"),
                on_change=lambda event: setattr(self, "_question", event.value or ""),
            ).props(f'data-testid="question" outlined maxlength={LONGEST}')
            question.classes("desk-grow").on("keydown.enter", self._ask)
            self._button("Hỏi thử", self._ask, "ask")
        self._answers()
        heading(self._language, "Nên xem lại")
        self._warnings()

    def tell(self, found: Sequence[Concern]) -> None:
        """Other warnings than before are drawn; the same ones are left alone."""
        if list(found) != list(self._concerns):
            self._concerns = found
            self._warnings.refresh()

    @ui.refreshable_method
    def _warnings(self) -> None:
        with ui.column().classes("w-full").props('role=status data-testid="concerns"'):
            if not self._concerns:
                ui.label(self._say("Không có gì đáng lo."))
            for concern in self._concerns[:_MOST_SHOWN]:
                self._warning(concern)
            more = len(self._concerns) - _MOST_SHOWN
            if more > 0:
                ui.label(self._say("… và {n} điều nữa.", n=more))

    def _warning(self, concern: Concern) -> None:
        key, _, number = concern.field.partition("[")
        place = label(key, self._language)
        if number:
            place += f" {int(number.rstrip(']')) + 1}"
        with ui.column().classes("desk-note w-full"):
            ui.label(place).classes("desk-small")
            ui.label(concern.text(self._language))
            if concern.near is not None:
                self._ways_out(key, concern.near)

    def _ways_out(self, key: str, near: Near) -> None:
        with ui.row().classes("desk-ways"):
            ui.link(
                self._say("Mở {code}", code=near.code),
                f"/catalogue/{near.code}?lang={self._language}",
                new_tab=True,
            ).classes("desk-row-link")
            if key in _MOVED:
                self._quiet("Chuyển sang bên kia", lambda: self._move(key, near), "move")
            self._quiet("Gộp hai thủ tục", lambda: self._merge(near), "merge")
            self._quiet("Ghi điều phân biệt", lambda: self._tell_apart(near), "distinguish")

    async def _move(self, key: str, near: Near) -> None:
        """The phrase goes to the other procedure, which is saved at once; here it is taken out."""
        await self._acting.check(_RIGHT)
        other = await self._editing.get(near.code)
        theirs = written_form(other.item)
        if near.ours not in theirs[key]:
            theirs[key] = [*theirs[key], near.ours]
            await self._editing.save(near.code, other.version, theirs, self._acting.who)
        left = [text for text in self._entry.written[key] if text != near.ours]
        self._entry.put(key, left)
        ui.notify(
            self._say(
                "“{phrase}” đã sang {code}. Bấm Lưu để bỏ ở đây; lịch sử của {code} lấy lại được.",
                phrase=near.ours,
                code=near.code,
            ),
            timeout=8000,
        )

    async def _merge(self, near: Near) -> None:
        """The other procedure is answered by this one from now on."""
        await self._acting.check(_RIGHT)
        needing = await self._editing.dependents(near.code)
        with named_dialog(self._say("Gộp hai thủ tục")) as dialog, ui.card().classes("desk-card"):
            told = self._say(
                "Từ nay {other} ({name}) được trả lời bằng {code}?",
                other=near.code,
                name=near.name,
                code=self._entry.code,
            )
            ui.label(told).classes("desk-name")
            ui.label(
                self._say("Mọi cách gọi của thủ tục kia vẫn được hiểu. Lấy lại được từ lịch sử.")
            )
            if needing:
                listed = ", ".join(needing)
                ui.label(self._say("Các thủ tục đang dẫn tới nó: {codes}.", codes=listed))
            with ui.row():
                self._button("Gộp", lambda: dialog.submit(True), "merge-yes")
                self._button("Không", lambda: dialog.submit(False), "merge-no")
        if not await dialog:
            return
        other = await self._editing.get(near.code)
        theirs = tidy(written_form(other.item)) | {"replaced_by": self._entry.code}
        await self._editing.save(near.code, other.version, theirs, self._acting.who)
        ui.notify(self._say("{code} đã được gộp vào đây.", code=near.code), type="positive")
        self._entry.put("aliases", self._entry.written["aliases"])

    async def _tell_apart(self, near: Near) -> None:
        """A sentence to be finished, by which the desk asks back."""
        text = self._entry.written.get("tells_apart") or {"vi": "", "en": None}
        if near.code not in text["vi"]:
            begun = f"{text['vi'].rstrip('. ')}; " if text["vi"] else ""
            text = {**text, "vi": f"{begun}… thì {near.code}."}
            self._entry.put("tells_apart", text)
        ui.run_javascript("document.querySelector('[data-testid=\"tells_apart-vi\"]')?.focus()")

    async def _ask(self) -> None:
        text = self._question.strip()
        if not text or self._waiting:
            return
        self._waiting, self._said = True, []
        self._answers.refresh()
        written = self._entry.written
        try:
            live = await self._asked(lambda: self._trial.live(text, None))
            self._said.append((self._say("Đang phục vụ"), *live))
            self._answers.refresh()
            draft = await self._asked(lambda: self._draft(text, written))
            self._said.append((self._say("Bản nháp"), *draft))
        finally:
            self._waiting = False
            self._answers.refresh()

    async def _draft(self, text: str, written: Written) -> Said:
        await self._acting.check(_RIGHT)
        return await self._trial.draft(text, None, written)

    async def _asked(self, ask: Callable[[], Awaitable[Said]]) -> tuple[Said | None, str]:
        try:
            return await ask(), ""
        except LetanError as error:
            return None, error.text(self._language)

    @ui.refreshable_method
    def _answers(self) -> None:
        with ui.column().classes("w-full").props("role=status"):
            for title, said, problem in self._said:
                with ui.card().classes("desk-card is-open").props('data-testid="answer"'):
                    ui.label(title).classes("desk-name")
                    if said is None:
                        ui.label(problem).classes("desk-need")
                    else:
                        self._answer(said)
            if self._waiting:
                ui.label(self._say("Đang hỏi… Lần đầu cần khoảng mười giây để mở bản nháp."))

    def _answer(self, said: Said) -> None:
        which = {
            "live": "Bản {release}",
            "built": "Bản {release}, đã tạo, chưa phát hành",
            "facts": "Nội dung trên trang này với bộ hiểu của bản {release}; cách gọi mới chỉ "
            "được học khi tạo bản phát hành",
        }[said.kind]
        ui.label(self._say(which, release=said.release)).classes("desk-small")
        ui.label(outcome(self._language, said.outcome)).classes("desk-small")
        for line in said.text.split("\n"):
            ui.label(line)
        for choice in said.choices:
            ui.label(f"• {choice}")
        if said.card is not None:
            with ui.column().classes("desk-section").props('data-testid="card"'):
                ui.label(said.card).classes("desk-name")
                for section in said.sections:
                    ui.label(section.title).classes("desk-small")
                    for line in section.lines:
                        ui.label(f"• {line}")
        words = len(said.speech.split())
        if words > MOST_SPOKEN_WORDS:
            told = self._say("Đọc lên dài {n} tiếng, khách khó nghe hết.", n=words)
            ui.label(told).classes("desk-note")
        self._button("Đọc lên", lambda: self._speak(said), f"speak-{said.kind}", "outline")

    async def _speak(self, said: Said) -> None:
        body = json.dumps({"text": said.text[:2000]}, ensure_ascii=False).replace("<", "\\u003c")
        problem = await ui.run_javascript(
            "return " + _SPEAK.strip().replace("SAID", body), timeout=30
        )
        if problem:
            ui.notify(str(problem)[:300], type="negative", timeout=8000)

    def _quiet(self, text: str, do: Callable[[], Awaitable[None]], name: str) -> None:
        self._button(text, self._told(do), name, "outline", "desk-quiet")

    def _told(self, do: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """An error of ours as a sentence."""

        async def act() -> None:
            try:
                await do()
            except LetanError as error:
                ui.notify(error.text(self._language), type="negative", timeout=8000)

        return act

    def _button(self, text: str, do: Any, name: str, look: str = "", kind: str = "") -> None:
        ui.button(self._say(text), on_click=do).props(
            f'data-testid="{name}" unelevated no-caps {look}'
        ).classes(kind)
