"""The console's page of one question: written, tried, saved; nothing written is lost."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from nicegui import ui

from assistant.console.acting import Acting
from assistant.console.catalogue_wording import named_dialog
from assistant.console.faq_form import FaqForm, inert
from assistant.console.faq_panel import FaqPanel
from assistant.console.faq_wording import say
from assistant.console.frame import bar
from assistant.errors import Language, LetanError
from assistant.faq.schemas import FaqEntry
from assistant.faq.service import Edited, FaqRoom

_RIGHT = "faq:write"
_KEYS = """
if (!window.faqKeys) {
  window.faqKeys = true;
  addEventListener('keydown', (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 's') return;
    event.preventDefault();
    document.activeElement?.blur();  // what is being typed is sent first
    setTimeout(() => document.querySelector('[data-testid="save"]')?.click(), 50);
  });
  addEventListener('beforeunload', (event) => {
    if (window.unsavedFaq) event.preventDefault();
  });
}
"""


class FaqPage:
    """Builds the page for one browser."""

    def __init__(
        self, letan: FastAPI, language: Language, acting: Acting, id_: str, question: str = ""
    ) -> None:
        self._room = FaqRoom(letan.state.database)
        self._zone = ZoneInfo(letan.state.settings.timezone)
        self._language: Language = language
        self._acting = acting
        self._id = "" if id_ == "new" else id_
        self._version = 0
        self._theirs: Edited | None = None
        self._problem = ""
        self._kept: dict[str, Any] | None = None
        self._form = FaqForm(language, self._changed)
        self._form.written["question"]["vi"] = question[:300]
        self._base = self._form.tidy()
        self._panel = FaqPanel(letan, language, self._form, self._id)

    def _say(self, text: str, **values: object) -> str:
        return say(self._language, text, **values)

    async def build(self) -> None:
        bar(self._language, "Hỏi đáp")
        if self._id:
            try:
                self._take(await self._room.get(self._id))
            except LetanError as error:
                with ui.column().classes("desk"):
                    ui.label(error.text(self._language)).classes("desk-need").props("role=alert")
                    await self._past()
                return
        with ui.column().classes("desk desk-wide"):
            ui.link(self._say("‹ Tất cả hỏi đáp"), f"/faq?lang={self._language}").classes(
                "desk-row-link"
            )
            self._heading(self._base["question"]["vi"] if self._id else "Hỏi đáp mới", 2)
            self._notices()
            with ui.element("div").classes("desk-entry"):
                with ui.column().classes("desk-left desk-form"):
                    self._form.draw()
                with ui.column().classes("desk-right"):
                    self._panel.draw()
            if self._id:
                await self._past()
            self._foot()
        ui.run_javascript(_KEYS)
        ui.timer(0.05, self._opened, once=True)
        ui.timer(1.0, self._panel.tick)

    def _heading(self, text: str, level: int) -> None:
        shown = self._say(text)
        ui.label(shown).classes("desk-heading").props(f"role=heading aria-level={level}")

    def _take(self, edited: Edited) -> None:
        self._form.take(edited.entry)
        self._base, self._version = self._form.tidy(), edited.version

    @property
    def _dirty(self) -> bool:
        return self._form.tidy() != self._base

    def _store(self) -> str:
        return json.dumps(f"letan-faq-{self._id or 'new'}")

    async def _opened(self) -> None:
        """What this browser kept when a page was lost is offered again."""
        text = await ui.run_javascript(f"return localStorage.getItem({self._store()})", timeout=5)
        try:
            kept = json.loads(text) if isinstance(text, str) else None
        except ValueError:
            kept = None
        if isinstance(kept, dict) and kept != self._base:
            self._kept = kept
            self._notices.refresh()

    def _changed(self) -> None:
        if self._dirty:
            kept = inert(self._form.tidy())
            ui.run_javascript(
                f"window.unsavedFaq = true; localStorage.setItem({self._store()}, "
                f"JSON.stringify({kept}));"
            )
        else:
            self._forget()
        self._state.refresh()
        self._panel.unchecked = True

    def _forget(self) -> None:
        ui.run_javascript(f"window.unsavedFaq = false; localStorage.removeItem({self._store()});")

    @ui.refreshable_method
    def _notices(self) -> None:
        if self._kept is not None:
            with ui.column().classes("desk-note").props("role=status"):
                ui.label(self._say("Máy này còn giữ nội dung chưa lưu."))
                with ui.row():
                    self._button("Dùng lại nội dung ấy", self._use_kept, "keep")
                    self._button("Bỏ nội dung ấy", self._drop_kept, "drop", "outline")
        if self._problem:
            ui.label(self._problem).classes("desk-need").props("role=alert")
        if self._theirs is not None:
            self._conflict(self._theirs)

    def _use_kept(self) -> None:
        self._form.put(self._kept or {})
        self._kept = None
        self._notices.refresh()
        self._changed()

    def _drop_kept(self) -> None:
        self._kept = None
        self._forget()
        self._notices.refresh()

    def _conflict(self, theirs: Edited) -> None:
        """Both are shown; what is written here stays until somebody chooses."""
        with ui.column().classes("desk-need").props('role=alert data-testid="conflict"'):
            told = "{who} vừa lưu bản {version}. Nội dung của anh/chị vẫn còn trên trang này."
            ui.label(self._say(told, who=theirs.updated_by, version=theirs.version))
            ui.label(self._say("Bản vừa lưu: {told}", told=theirs.entry.question.vi))
            ui.label(theirs.entry.answer.vi)
            with ui.row():

                def ours() -> None:
                    self._version, self._theirs = theirs.version, None
                    self._notices.refresh()

                def take() -> None:
                    self._take(theirs)
                    self._theirs = None
                    self._form.draw.refresh()
                    self._notices.refresh()
                    self._changed()

                self._button("Giữ bản của tôi", ours, "ours")
                self._button("Lấy bản vừa lưu", take, "theirs", "outline")

    def _foot(self) -> None:
        with ui.row().classes("desk-foot items-center"):
            if not self._acting.may(_RIGHT):
                ui.label(self._say("Tài khoản của anh/chị chỉ xem được, không lưu được."))
                return
            self._button("Lưu", self._save, "save")
            if self._id:
                self._button("Xoá", self._delete, "delete", "outline color=negative")
            self._state()

    @ui.refreshable_method
    def _state(self) -> None:
        if self._dirty:
            text = self._say("Có thay đổi chưa lưu (Ctrl+S để lưu).")
        elif self._id:
            text = self._say("Bản {version}, không có thay đổi.", version=self._version)
        else:
            text = self._say("Chưa viết gì.")
        ui.label(text).props('role=status data-testid="state"')

    async def _save(self) -> None:
        try:
            await self._acting.check(_RIGHT)
            written, who = self._form.tidy(), self._acting.who
            if self._id:
                saved = await self._room.save(self._id, self._version, written, who)
            else:
                saved = await self._room.create(written, who)
        except LetanError as error:
            self._problem = error.text(self._language)
            if error.code == "faq_changed":
                self._problem, self._theirs = "", await self._room.get(self._id)
            self._notices.refresh()
            ui.run_javascript("window.scrollTo({top: 0})")
            return
        self._forget()
        if not self._id:
            ui.navigate.to(f"/faq/{saved.entry.id}?lang={self._language}")
            return
        told = "Đã lưu bản {version}. Khách nghe sau khi phát hành."
        ui.notify(self._say(told, version=saved.version), type="positive", timeout=6000)
        self._problem, self._theirs = "", None
        self._take(saved)
        for part in (self._notices, self._state, self._past):
            part.refresh()

    async def _delete(self) -> None:
        name = self._say("Xoá hỏi đáp này?")
        with named_dialog(name) as dialog, ui.card().classes("desk-card"):
            ui.label(name).classes("desk-name")
            ui.label(self._say("Lấy lại được ở trang này bất cứ lúc nào."))
            with ui.row():
                self._button("Xoá", lambda: dialog.submit(True), "delete-yes", "color=negative")
                self._button("Không", lambda: dialog.submit(False), "delete-no", "outline")
        if not await dialog:
            return
        try:
            await self._acting.check(_RIGHT)
            await self._room.delete(self._id, self._version, self._acting.who)
        except LetanError as error:
            self._problem = error.text(self._language)
            self._notices.refresh()
            return
        self._forget()
        ui.navigate.to(f"/faq/{self._id}?lang={self._language}")

    @ui.refreshable_method
    async def _past(self) -> None:
        """Versions, newest first; each can come back, also of a deleted question."""
        try:
            history = await self._room.history(self._id)
        except LetanError:
            return
        self._heading("Lịch sử", 3)
        newest = history[0].version
        for each in history[:20]:
            with ui.row().classes("desk-section items-center"):
                at = each.saved_at.astimezone(self._zone)
                ui.label(
                    self._say(
                        "Bản {version} · {who} · {at}",
                        version=each.version,
                        who=each.who,
                        at=f"{at:%d/%m/%Y %H:%M}",
                    )
                ).classes("desk-name")
                ui.label(_told(each.entry) if each.entry else self._say("đã xoá"))
                if each.entry is not None and each.version != newest and self._acting.may(_RIGHT):
                    text = self._say("Lấy lại bản {version}", version=each.version)
                    ui.button(
                        text, on_click=lambda _, n=each.version: self._restore(newest, n)
                    ).props(f'data-testid="restore-{each.version}" unelevated no-caps outline')

    async def _restore(self, newest: int, earlier: int) -> None:
        try:
            await self._acting.check(_RIGHT)
            await self._room.restore(self._id, newest, earlier, self._acting.who)
        except LetanError as error:
            ui.notify(error.text(self._language), type="negative", timeout=8000)
            return
        self._forget()
        ui.navigate.to(f"/faq/{self._id}?lang={self._language}&v={datetime.now(self._zone):%H%M%S}")

    def _button(self, text: str, do: Any, name: str, look: str = "") -> None:
        ui.button(self._say(text), on_click=do).props(
            f'data-testid="{name}" unelevated no-caps {look}'
        )


def _told(entry: FaqEntry) -> str:
    answer = entry.answer.vi
    return answer if len(answer) <= 160 else answer[:160] + "…"
