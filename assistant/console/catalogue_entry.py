"""The console's page of one procedure: written in, checked, saved; nothing written is ever lost."""

import json
from copy import deepcopy
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from nicegui import run, ui

from assistant.catalogue.concerns import Concern, Phrases, concerns
from assistant.catalogue.editing import Edited, Editing, written_form
from assistant.catalogue.lines import Lines, lines_of
from assistant.catalogue.presence import Presence, presence_of
from assistant.catalogue.telling import changes, label, shown
from assistant.console.acting import Acting
from assistant.console.catalogue_form import PARTS, Form
from assistant.console.catalogue_panel import Panel
from assistant.console.catalogue_past import PAST, Past
from assistant.console.catalogue_wording import jumps, named_dialog, say
from assistant.console.catalogue_written import Written, blank, merge, tidy
from assistant.console.frame import bar
from assistant.errors import Language, LetanError

_TICK_SECONDS = 1.0
_PRESENCE_TICKS = 20
_RIGHT = "catalogue:write"
_SAME = 97
"""Likeness of a phrase that is worth a warning although it has stood there for long."""
_KEYS = """
if (!window.entryKeys) {
  window.entryKeys = true;
  addEventListener('keydown', (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 's') return;
    event.preventDefault();
    document.activeElement?.blur();  // what is being typed is sent first
    setTimeout(() => document.querySelector('[data-testid="save"]')?.click(), 50);
  });
  addEventListener('beforeunload', (event) => {
    if (window.unsavedEntry) event.preventDefault();
  });
}
"""
_KEEP = "window.unsavedEntry = true; localStorage.setItem(%s, JSON.stringify(%s));"
_DROP = "window.unsavedEntry = false; localStorage.removeItem(%s);"
_AGAIN = """
fetch('/console/alive').then((answer) => {
  if (answer.status === 204) { window.unsavedEntry = false; location.reload(); }
});
"""
"""After a log-in in another tab this page is somebody's again: it is loaded anew with its text."""


class CatalogueEntry:
    """Builds the page for one browser."""

    def __init__(self, letan: FastAPI, language: Language, acting: Acting, code: str) -> None:
        state = letan.state
        self._editing = Editing(state.database)
        self._lines: Lines = lines_of(state, state.database)
        self._presence: Presence = presence_of(state)
        self._zone = ZoneInfo(state.settings.timezone)
        self._language: Language = language
        self._acting = acting
        self._new = code == "new"
        self._code = "" if self._new else code.strip().lower()
        self._version = 0
        self._base: Written = {}
        self._problems: list[str] = []
        self._both: tuple[str, ...] = ()
        self._theirs: Edited | None = None
        self._kept: dict[str, Any] | None = None
        self._others: list[str] = []
        self._dirty = self._unkept = self._unchecked = False
        self._ticks = 0
        self._form = Form(language, self._changed)
        self._panel = Panel(letan, language, acting, self)
        self._past = Past(letan, language, acting, self._code, self._reload)

    def _say(self, text: str, **values: object) -> str:
        return say(self._language, text, **values)

    @property
    def written(self) -> Written:
        """What is on the page, as it would be saved."""
        return tidy(self._form.written)

    @property
    def code(self) -> str:
        return self._code

    async def build(self) -> None:
        """Draws the procedure, or what is left of one that was taken out."""
        bar(self._language, "Thủ tục")
        if self._new:
            self._take(blank(), 0)
            self._form.new = True
        else:
            try:
                found = await self._editing.get(self._code)
            except LetanError as error:
                await self._past.gone(error)
                return
            self._take(written_form(found.item), found.version)
        with ui.column().classes("desk desk-wide"):
            name = _name(self._base) or self._say("Thủ tục mới")
            ui.label(f"{name} · {self._code}" if self._code else name).classes(
                "desk-heading"
            ).props("role=heading aria-level=2")
            self._company()
            self._notices()
            jumps(self._language, *PARTS, *(() if self._new else (PAST,)))
            with ui.element("div").classes("desk-entry"):
                with ui.column().classes("desk-left"):
                    self._form.draw()
                with ui.column().classes("desk-right"):
                    self._panel.draw()
            if not self._new:
                self._past.draw()
            self._foot()
        ui.run_javascript(_KEYS)
        self._key = f"{id(self):x}"
        ui.timer(0.05, self._opened, once=True)
        ui.timer(_TICK_SECONDS, self._tick)
        ui.context.client.on_delete(lambda: self._presence.gone(self._code, self._key))

    def _take(self, written: Written, version: int) -> None:
        """Show a version; what is being written is replaced."""
        self._base, self._version = tidy(written), version
        self._form.written = deepcopy(written)
        self._dirty = False
        self._unchecked = True

    async def _opened(self) -> None:
        """What this browser kept when a page was lost is offered again."""
        text = await ui.run_javascript(f"return localStorage.getItem({self._store()})", timeout=5)
        try:
            kept = json.loads(text) if isinstance(text, str) else None
        except ValueError:
            kept = None
        if isinstance(kept, dict) and isinstance(kept.get("written"), dict):
            self._kept = kept
            self._notices.refresh()

    async def _tick(self) -> None:
        if self._unkept:
            self._unkept = False
            kept = {"written": self.written, "version": self._version, "base": self._base}
            kept["at"] = datetime.now(self._zone).strftime("%d/%m %H:%M")
            ui.run_javascript(_KEEP % (self._store(), _inert(kept)))
        if self._unchecked:
            self._unchecked = False
            await self.check()
        editing = self._code and self._acting.may(_RIGHT)
        if editing and self._ticks % _PRESENCE_TICKS == 0:
            others = self._presence.here(self._code, self._key, self._acting.name)
            if others != self._others:
                self._others = others
                self._company.refresh()
        self._ticks += 1

    async def check(self) -> None:
        """Warn of what is written."""
        phrases = Phrases(await self._lines.all())
        found = await run.io_bound(concerns, self.written, phrases, self._today())
        self._panel.tell([each for each in found or () if self._matters(each)])

    def _matters(self, concern: Concern) -> bool:
        """What was near before somebody began to write is told only when it is the same."""
        near = concern.near
        if near is None or near.closeness >= _SAME:
            return True
        return near.ours not in (_name(self._base), *_phrases(self._base))

    def _store(self) -> str:
        return json.dumps(f"letan-entry-{self._code or 'new'}")

    def _changed(self, _key: str) -> None:
        was, self._dirty = self._dirty, self.written != self._base
        self._unkept = self._dirty
        self._unchecked = True
        if was and not self._dirty:
            ui.run_javascript(_DROP % self._store())
        if was != self._dirty:
            self._state.refresh()

    def put(self, key: str, value: Any) -> None:
        """Another part writes into the entry: a phrase that is moved away, a distinction."""
        self._form.written[key] = value
        self._form.draw.refresh()
        self._changed(key)

    @ui.refreshable_method
    def _company(self) -> None:
        """Apart from other notices: it changes by itself, which must not take a button away."""
        if self._others:
            who = ", ".join(self._others)
            text = self._say(
                "Đang được {who} sửa. Ai lưu sau sẽ được hỏi trước khi ghi đè.", who=who
            )
            ui.label(text).classes("desk-note").props('role=status data-testid="others"')

    @ui.refreshable_method
    def _notices(self) -> None:
        if self._kept is not None:
            self._offer(self._kept)
        for problem in self._problems:
            ui.label(problem).classes("desk-need").props("role=alert")
        if self._theirs is not None:
            self._conflict(self._theirs)

    def _offer(self, kept: dict[str, Any]) -> None:
        with ui.column().classes("desk-note").props("role=status"):
            at = str(kept.get("at", ""))
            ui.label(self._say("Máy này còn giữ nội dung chưa lưu từ {at}.", at=at))
            with ui.row():

                async def take() -> None:
                    self._kept = None
                    ours, base = dict(kept["written"]), dict(kept.get("base") or {})
                    if base and base != self._base and not self._new:
                        newest = await self._editing.get(self._code)
                        self._merge(base, ours, newest)
                    else:
                        self._form.written = ours
                        self._form.draw.refresh()
                    self._changed("")
                    self._notices.refresh()

                def leave() -> None:
                    self._kept = None
                    ui.run_javascript(_DROP % self._store())
                    self._notices.refresh()

                self._button("Dùng lại nội dung ấy", take, "keep")
                self._button("Bỏ nội dung ấy", leave, "drop", "outline")

    def _conflict(self, theirs: Edited) -> None:
        """Both versions of every part that two people changed; ours stays until chosen."""
        with ui.column().classes("desk-need").props('role=alert data-testid="conflict"'):
            ui.label(
                self._say(
                    "{who} vừa lưu bản {version}. Nội dung của anh/chị vẫn còn trên trang này.",
                    who=theirs.updated_by,
                    version=theirs.version,
                )
            )
            for key in self._both:
                self._choose(key, theirs)
            if not self._both:
                ui.label(self._say("Hai người sửa những phần khác nhau: bấm Lưu để giữ cả hai."))

    def _choose(self, key: str, theirs: Edited) -> None:
        ours, other = self.written.get(key), written_form(theirs.item).get(key)
        ui.label(label(key, self._language)).classes("desk-name")
        with ui.row().classes("desk-pair"):
            for title, value in ((self._say("Của tôi"), ours), (theirs.updated_by, other)):
                with ui.column().classes("desk-grow"):
                    ui.label(title).classes("desk-small")
                    for line in shown(value, key, self._language):
                        ui.label(line)

        def settle(value: Any) -> None:
            self._both = tuple(each for each in self._both if each != key)
            self.put(key, deepcopy(value))
            self._notices.refresh()

        with ui.row():
            self._button("Giữ của tôi", lambda: settle(ours), f"mine-{key}")
            self._button("Lấy của người kia", lambda: settle(other), f"theirs-{key}", "outline")

    def _foot(self) -> None:
        with ui.row().classes("desk-foot items-center"):
            if self._acting.may(_RIGHT):
                self._button("Lưu", self._save, "save")
                self._state()
            else:
                ui.label(self._say("Tài khoản của anh/chị chỉ xem được, không lưu được."))

    @ui.refreshable_method
    def _state(self) -> None:
        if self._dirty:
            text = self._say("Có thay đổi chưa lưu (Ctrl+S để lưu).")
        elif self._new:
            text = self._say("Chưa viết gì.")
        else:
            text = self._say("Bản {version}, không có thay đổi.", version=self._version)
        ui.label(text).props('role=status data-testid="state"')
        if self._dirty and not self._new:
            self._button("Bỏ thay đổi", self._discard, "discard", "outline")

    async def _discard(self) -> None:
        told = changes(self._base, self.written, self._language)
        with (
            named_dialog(self._say("Bỏ những thay đổi này?")) as dialog,
            ui.card().classes("desk-card"),
        ):
            ui.label(self._say("Bỏ những thay đổi này?")).classes("desk-name")
            for line in told:
                ui.label(line)
            with ui.row():
                self._button("Bỏ thay đổi", lambda: dialog.submit(True), "discard-yes")
                self._button("Không", lambda: dialog.submit(False), "discard-no", "outline")
        if await dialog:
            ui.run_javascript(_DROP % self._store())
            await self._reload()

    async def _save(self) -> None:
        if self._both:
            first = label(self._both[0], self._language)
            ui.notify(self._say("Hãy chọn một trong hai bản của “{part}” trước.", part=first))
            return
        try:
            await self._acting.check(_RIGHT)
            who = self._acting.who
            if self._new:
                saved = await self._editing.create(self.written, who)
            else:
                saved = await self._editing.save(self._code, self._version, self.written, who)
        except LetanError as error:
            await self._refused(error)
            return
        ui.run_javascript(_DROP % self._store())
        if self._new:
            ui.navigate.to(f"/catalogue/{saved.item.entry.code}?lang={self._language}")
            return
        text = self._say(
            "Đã lưu bản {version}. Khách thấy sau khi phát hành.", version=saved.version
        )
        ui.notify(text, type="positive", timeout=6000)
        self._problems, self._theirs = [], None
        self._base, self._version = tidy(written_form(saved.item)), saved.version
        self._dirty = self._unkept = False
        self._state.refresh()
        self._notices.refresh()
        self._past.draw.refresh()

    async def _refused(self, error: LetanError) -> None:
        """What is written stays, whatever the reason."""
        self._unkept = True
        self._problems = [self._part_named(line) for line in error.text(self._language).split("; ")]
        if error.code == "procedure_changed":
            self._problems = []
            self._merge(self._base, self.written, await self._editing.get(self._code))
        elif error.code == "staff_session_over":
            ui.run_javascript(_KEEP % (self._store(), _inert(self._keepsake())) + _AGAIN)
        self._notices.refresh()
        ui.run_javascript("window.scrollTo({top: 0})")

    def _keepsake(self) -> dict[str, Any]:
        at = datetime.now(self._zone).strftime("%d/%m %H:%M")
        return {"written": self.written, "version": self._version, "base": self._base, "at": at}

    def _merge(self, base: Written, ours: Written, theirs: Edited) -> None:
        newest = tidy(written_form(theirs.item))
        merged = merge(base, ours, newest)
        self._both, self._theirs = merged.both, theirs
        self._base, self._version = newest, theirs.version
        self._form.written = merged.written
        self._form.draw.refresh()
        self._changed("")

    def _part_named(self, problem: str) -> str:
        """`documents[2].vi: …` with the words of this page."""
        path, separator, told = problem.partition(": ")
        key, bracket, rest = path.partition("[")
        key = key.partition(".")[0]
        if not separator or label(key, self._language) == key:
            return problem
        number = rest.partition("]")[0] if bracket else ""
        place = f" {int(number) + 1}" if number.isdigit() else ""
        return f"{label(key, self._language)}{place}: {told}"

    async def _reload(self) -> None:
        """As it is saved now."""
        found = await self._editing.get(self._code)
        self._take(written_form(found.item), found.version)
        self._problems, self._theirs, self._both = [], None, ()
        for part in (self._form.draw, self._notices, self._state, self._past.draw):
            part.refresh()

    def _today(self) -> date:
        return datetime.now(self._zone).date()

    def _button(self, text: str, do: Any, name: str, look: str = "") -> None:
        ui.button(self._say(text), on_click=do).props(
            f'data-testid="{name}" unelevated no-caps {look}'
        )


def _name(written: Written) -> str:
    """Empty where nobody has written one yet."""
    return str((written.get("name") or {}).get("vi") or "")


def _phrases(written: Written) -> list[str]:
    return [*(written.get("aliases") or ()), *(written.get("examples") or ())]


def _inert(value: Any) -> str:
    """JSON that may stand in a script."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
