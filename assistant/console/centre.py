"""The console's centre: counters open now, hours and days off, services, the map, kiosks."""

from typing import Any

from fastapi import FastAPI
from nicegui import ui

from assistant.centre.changes import CentreChanges
from assistant.centre.changing_endpoints import CLOSED_EN, CLOSED_VI
from assistant.centre.editing import Part
from assistant.centre.service import Centre
from assistant.console.acting import Acting
from assistant.console.centre_counters import draw_counters
from assistant.console.centre_hours import DaysOff, draw_week
from assistant.console.centre_map import PlacesMap
from assistant.console.frame import bar
from assistant.console.release_words import Words
from assistant.errors import Language, LetanError
from assistant.kiosks.staff_endpoints import issue

_LOOK_SECONDS = 2.0


class CentrePage:
    """Builds the page for one browser; saves with the version that was drawn."""

    def __init__(self, letan: FastAPI, language: Language, acting: Acting) -> None:
        self._state = letan.state
        self.acting = acting
        self.centre: Centre = letan.state.centre
        self._changes: CentreChanges = letan.state.centre_changes
        self.language: Language = language
        self.say = Words(language, letan.state.settings.timezone)
        self.parts: dict[Part, Any] = {}
        self._version = ""
        self._undoable = 0
        self._shown = ""

    async def build(self) -> None:
        """Draws everything; what is open now is drawn again when it changes."""
        say = self.say
        await self.read()
        say.styled()
        bar(self.language, "Trung tâm")
        with ui.column().classes("desk"):
            self._head()
            say.heading("Các quầy lúc này")
            await self._counters_now()
            say.heading("Giờ làm việc")
            draw_week(self)
            say.heading("Ngày nghỉ và ngày làm khác giờ")
            DaysOff(self).build()
            say.heading("Quầy và dịch vụ")
            draw_counters(self)
            say.heading("Bản đồ sảnh")
            PlacesMap(self).build()
            if self.acting.may("kiosk:pair"):
                say.heading("Ghép nối kiosk")
                self._kiosks()
        self._shown = self._facts()
        ui.timer(_LOOK_SECONDS, self._follow)

    @property
    def may_write(self) -> bool:
        return self.acting.may("centre:write")

    async def read(self) -> None:
        self._version, self.parts, self._undoable = await self._changes.read()

    async def save(self, part: Part, values: Any, *, told: str = "") -> None:
        """Write one part; raises LetanError, and what was typed stays on the page."""
        await self.acting.check("centre:write")
        await self._changes.save(part, values, self._version, self.acting.who)
        await self.read()
        self._head.refresh()
        ui.notify(told or self.say("Đã lưu, có hiệu lực ngay."), type="positive")

    def _facts(self) -> str:
        return repr([(each["id"], each["open"]) for each in self.centre.board()["counters"]])

    async def _follow(self) -> None:
        now = self._facts()
        if now != self._shown:
            self._shown = now
            self._counters_now.refresh()

    @ui.refreshable_method
    def _head(self) -> None:
        say = self.say
        with ui.card().classes("desk-card is-open"):
            ui.label(self.centre.content.info.name.get(self.language)).classes("desk-name")
            ui.label(
                say(
                    "Giờ làm việc, ngày nghỉ, vị trí có hiệu lực ngay. Tên quầy và dịch vụ vào câu "
                    "trả lời sau khi tạo và phát hành bản mới."
                )
            )
            if not self.may_write:
                ui.label(say("Chỉ người quản trị sửa được trang này."))
            elif self._undoable:
                ui.button(
                    say("Hoàn tác thay đổi gần nhất ({n})", n=self._undoable),
                    on_click=say.guarded(self._undo),
                ).props('data-testid="undo" outline no-caps')

    async def _undo(self) -> None:
        await self.acting.check("centre:write")
        await self._changes.undo(self._version, self.acting.who)
        ui.navigate.reload()

    @ui.refreshable_method
    async def _counters_now(self) -> None:
        say, closed = self.say, await self._changes.closed_today()
        with ui.element("div").classes("desk-counters"):
            for counter in self.centre.board()["counters"]:
                self._counter(counter, counter["id"] in closed)
        if self.acting.may("queue:call"):
            ui.label(say("Đóng quầy ở đây là cho hôm nay; ngày mai quầy lại theo giờ thường lệ."))

    def _counter(self, counter: dict[str, Any], closed: bool) -> None:
        say, id_ = self.say, str(counter["id"])
        with ui.card().classes("desk-card is-open" if counter["open"] else "desk-card"):
            ui.label(counter["name"][self.language]).classes("desk-name")
            state = say("Đang mở") if counter["open"] else say("Đang đóng")
            if closed:
                state = say("Đóng riêng hôm nay")
            ui.label(state).props(f'data-testid="now-{id_}" role=status')
            if not self.acting.may("queue:call"):
                return

            async def turn() -> None:
                await self.acting.check("queue:call")
                if closed:
                    await self._changes.open_counter(id_, self.acting.who)
                else:
                    who = self.acting.who
                    await self._changes.close_counter(id_, who, CLOSED_VI, CLOSED_EN)
                await self.read()
                self._counters_now.refresh()
                self._head.refresh()

            text = say("Mở lại") if closed else say("Đóng quầy hôm nay")
            ui.button(text, on_click=say.guarded(turn)).props(
                f'data-testid="turn-{id_}" outline no-caps'
            )

    def _kiosks(self) -> None:
        say = self.say
        known = self._state.kiosks.all()
        ui.label(
            say("Mở trang /kiosk trên máy kiosk, nhập mã dưới đây. Mã dùng một lần, trong 10 phút.")
        )
        with ui.row().classes("items-center"):
            chosen = ui.select(known, value=known[0] if known else None, label=say("Kiosk"))
            code = ui.label("").classes("desk-code").props('data-testid="code" role=status')

            async def make() -> None:
                await self.acting.check("kiosk:pair")
                if chosen.value is None:
                    raise LetanError("kiosk_unknown", 404, "Chưa có kiosk.", "There is no kiosk.")
                state = self._state
                made = await issue(state.kiosks, state.database, chosen.value, self.acting.who)
                code.set_text(made.code)

            ui.button(say("Lấy mã ghép nối"), on_click=say.guarded(make)).props(
                'data-testid="pair" unelevated no-caps'
            )
