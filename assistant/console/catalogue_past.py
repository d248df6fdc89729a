"""A procedure's versions, who needs it, and how it is taken out of use."""

import json
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from nicegui import run, ui

from assistant.catalogue.editing import Editing, Version, written_form
from assistant.catalogue.lines import lines_of
from assistant.catalogue.service import IMPORTED
from assistant.catalogue.telling import changes
from assistant.console.acting import Acting
from assistant.console.catalogue_wording import heading, named_dialog, say
from assistant.console.catalogue_written import tidy
from assistant.errors import Language, LetanError
from assistant.releases.service import Releases

_RIGHT = "catalogue:write"
_SHOWN = 20
_READ = _SHOWN + 1
"""And the one before, which tells what the last one shown changed."""
PAST = "Lịch sử và việc khác"


class Past:
    """Draws itself when it is asked for: most who come only write."""

    def __init__(
        self,
        letan: FastAPI,
        language: Language,
        acting: Acting,
        code: str,
        reload: Callable[[], Awaitable[None]],
    ) -> None:
        state = letan.state
        self._editing = Editing(state.database)
        self._lines = lines_of(state, state.database)
        self._releases: Releases = state.releases
        self._zone = ZoneInfo(state.settings.timezone)
        self._language: Language = language
        self._acting = acting
        self._code = code
        self._reload = reload
        self._all: list[Version] | None = None

    def _say(self, text: str, **values: object) -> str:
        return say(self._language, text, **values)

    async def gone(self, error: LetanError) -> None:
        """In place of a procedure that there is not, or not any more."""
        with ui.column().classes("desk"):
            ui.label(error.text(self._language)).classes("desk-need").props("role=alert")
            try:
                self._all = await self._editing.history(self._code, _READ)
            except LetanError:
                self._all = None
            if self._all is not None:
                ui.label(self._say("Thủ tục này đã bị xóa. Chọn một bản để lấy lại."))
                self._versions(self._all)

    @ui.refreshable_method
    def draw(self) -> None:
        self._all = None
        heading(self._language, PAST)
        with ui.row():
            self._button("Xem lịch sử", self._look, "history", "outline")
            self._button("Ngừng dùng hoặc xóa…", self._leave, "leave", "outline")
        self._listed()

    async def _look(self) -> None:
        self._all = await self._editing.history(self._code, _READ)
        self._listed.refresh()

    @ui.refreshable_method
    def _listed(self) -> None:
        if self._all is not None:
            self._versions(self._all)

    def _versions(self, versions: list[Version]) -> None:
        forms = [written_form(each.item) if each.item is not None else None for each in versions]
        with ui.column().classes("w-full").props('data-testid="versions"'):
            for version, (after, before) in list(
                zip(versions, pairwise([*forms, None]), strict=True)
            )[:_SHOWN]:
                with ui.card().classes("desk-card"):
                    at = version.saved_at.astimezone(self._zone).strftime("%H:%M %d/%m/%Y")
                    who = self._say("nạp từ tệp") if version.who == IMPORTED else version.who
                    told = self._say("Bản {n} · {who} · {at}", n=version.version, who=who, at=at)
                    ui.label(told).classes("desk-name")
                    for line in changes(before, after, self._language):
                        ui.label(line)
                    if version is not versions[0] and version.item is not None:
                        self._restoring(version.version)
            if len(versions) > _SHOWN:
                ui.label(self._say("Các bản cũ hơn vẫn được giữ."))

    def _restoring(self, number: int) -> None:
        async def restore() -> None:
            told = self._say("Lấy lại bản {n}? Bản bây giờ vẫn còn trong lịch sử.", n=number)
            if not await self._sure(told, [], "Lấy lại"):
                return
            await self._acting.check(_RIGHT)
            newest = (await self._editing.history(self._code, 1))[0].version
            await self._editing.restore(self._code, newest, number, self._acting.who)
            ui.navigate.reload()

        self._button("Lấy lại bản này", self._told(restore), f"restore-{number}", "outline")

    async def _leave(self) -> None:
        """Out of use, after who needs it was shown."""
        needing = await self._editing.dependents(self._code)
        told = await self._needed(needing)
        names = {
            line.code: f"{line.name} ({line.code})"
            for line in await self._lines.all()
            if not line.retired and line.code != self._code
        }
        with (
            named_dialog(self._say("Ngừng dùng hoặc xóa…")) as dialog,
            ui.card().classes("desk-card"),
        ):
            ui.label(self._say("Ngừng dùng {code}", code=self._code)).classes("desk-name")
            for line in told or [self._say("Không có gì dẫn tới thủ tục này.")]:
                ui.label(line)
            instead = ui.select(
                names, label=self._say("Được thay bằng"), with_input=True, clearable=True
            ).props('data-testid="instead" outlined')
            instead.classes("w-full")
            with ui.row():
                retire = ui.button(
                    self._say("Thay bằng thủ tục này"), on_click=lambda: dialog.submit("retire")
                ).props('data-testid="retire" unelevated no-caps')
                retire.bind_enabled_from(instead, "value", backward=bool)
                delete = ui.button(
                    self._say("Xóa khỏi danh mục"), on_click=lambda: dialog.submit("delete")
                ).props('data-testid="delete" outline no-caps color=negative')
                delete.set_enabled(not needing)
                self._button("Không", lambda: dialog.submit(None), "leave-no", "outline")
        chosen = await dialog
        if chosen is not None:
            await self._told(lambda: self._take_out(chosen, instead.value))()

    async def _take_out(self, how: str, instead: Any) -> None:
        await self._acting.check(_RIGHT)
        found = await self._editing.get(self._code)
        if how == "delete":
            await self._editing.delete(self._code, found.version, self._acting.who)
            ui.navigate.reload()
            return
        written = tidy(written_form(found.item)) | {"replaced_by": instead}
        await self._editing.save(self._code, found.version, written, self._acting.who)
        ui.notify(self._say("Đã ghi. Lấy lại được từ lịch sử."), type="positive")
        await self._reload()

    async def _needed(self, needing: list[str]) -> list[str]:
        """Who leads to it, in sentences."""
        told = []
        if needing:
            listed = ", ".join(needing)
            told.append(
                self._say(
                    "Được thay bằng thủ tục này: {codes}. Sửa chúng trước khi xóa.", codes=listed
                )
            )
        mentions = await self._editing.mentions(self._code)
        if mentions:
            told.append(self._say("Nhắc tới trong nội dung: {codes}.", codes=", ".join(mentions)))
        live = await self._releases.published()
        events = await run.io_bound(_events, live.folder, self._code) if live is not None else []
        if events:
            told.append(self._say("Sự kiện đời sống: {names}.", names=", ".join(events)))
        return told

    async def _sure(self, question: str, more: list[str], yes: str) -> bool:
        with named_dialog(question) as dialog, ui.card().classes("desk-card"):
            ui.label(question).classes("desk-name")
            for line in more:
                ui.label(line)
            with ui.row():
                self._button(yes, lambda: dialog.submit(True), "sure-yes")
                self._button("Không", lambda: dialog.submit(False), "sure-no", "outline")
        return bool(await dialog)

    def _told(self, do: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """An error of ours as a sentence."""

        async def act() -> None:
            try:
                await do()
            except LetanError as error:
                ui.notify(error.text(self._language), type="negative", timeout=8000)

        return act

    def _button(self, text: str, do: Any, name: str, look: str = "") -> None:
        ui.button(self._say(text), on_click=do).props(
            f'data-testid="{name}" unelevated no-caps {look}'
        )


def _events(folder: Path, code: str) -> list[str]:
    """Names of life events of a release whose list of procedures has a code."""
    try:
        file = json.loads((folder / "life_events.json").read_text(encoding="utf-8"))
        events = file["life_events"]
        return [str(event["name"]["vi"]) for event in events if f'"{code}"' in json.dumps(event)]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []
