"""The console's first screen: what needs me, what is happening, how are we doing."""

import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from fastapi import FastAPI
from nicegui import ui

from assistant.console.acting import Acting
from assistant.console.frame import bar, heading
from assistant.console.overview_desk import (
    Need,
    compared,
    going_on,
    how_it_goes,
    needs,
    sentence,
)
from assistant.console.wording import say
from assistant.conversation.figures import Figures
from assistant.errors import Language, LetanError
from assistant.inbox.reporting import Report
from assistant.robots.announcements import visit_of
from assistant.robots.view import RobotView

log = structlog.get_logger(__name__)

_REFRESH_SECONDS = 2.0
_FIGURES_SECONDS = 60
_NUMBERED = re.compile(r"^(?:quầy|counter)\s*(?:số|no\.?)?\s*\d+\s*[–:-]\s*", re.IGNORECASE)
_ACTIVITIES = {
    "idle": "đang chờ",
    "moving": "đang di chuyển",
    "waiting": "đang đợi người dân",
    "docked": "ở trạm sạc",
    "charging": "đang sạc",
}


class Overview:
    """Builds the page for one browser."""

    def __init__(self, letan: FastAPI, language: Language, acting: Acting) -> None:
        self._state = letan.state
        self._acting = acting
        self._language: Language = language
        self._shown = ""

    def _say(self, text: str, **values: object) -> str:
        return say(self._language, text, **values)

    async def build(self) -> None:
        """Draws everything once, and again when something has changed."""
        bar(self._language, "Bàn làm việc của cán bộ", ("Các lượt nói", "/voice"))
        with ui.column().classes("desk"):
            await self._sections()
        self._shown = self._facts()
        ui.timer(_REFRESH_SECONDS, self._follow)

    def _follow(self) -> None:
        """Draws anew only what is no longer true: a new drawing takes the focus and the finger."""
        now = self._facts()
        if now != self._shown:
            self._shown = now
            self._sections.refresh()

    def _facts(self) -> str:
        """Everything on the page that changes by itself."""
        centre = getattr(self._state, "centre", None)
        fleet = getattr(self._state, "fleet", None)
        robots = [
            (robot.id, robot.activity, robot.stopped, robot.blocked, _percent(robot))
            for robot in (fleet.robots() if fleet is not None else ())
        ]
        counters = centre.board()["counters"] if centre is not None else None
        visits = self._visits()
        parts = self._state.health.report(self._language)["parts"]
        broken = [(name, part["detail"]) for name, part in parts.items() if not part["ready"]]
        minute = int(time.monotonic() // _FIGURES_SECONDS)
        return repr((counters, robots, visits, broken, minute))

    @ui.refreshable_method
    async def _sections(self) -> None:
        self._needs(await needs(self._state, self._language))
        heading(self._language, "Đang diễn ra")
        if getattr(self._state, "centre", None) is not None:
            told = await going_on(self._state, self._language)
            ui.label(told).props('data-testid="going-on"')
        self._counters()
        self._robots()
        self._figures(*await compared(self._state))

    def _needs(self, waiting: list[Need]) -> None:
        heading(self._language, "Việc cần làm")
        parts = self._state.health.report(self._language)["parts"]
        rows = [f"{name}: {part['detail']}" for name, part in parts.items() if not part["ready"]]
        fleet = getattr(self._state, "fleet", None)
        for robot in fleet.robots() if fleet is not None else ():
            if robot.stopped:
                rows.append(self._say("{robot} đã được dừng.", robot=robot.name))
            if robot.blocked:
                rows.append(self._say("{robot} đang bị chắn đường.", robot=robot.name))
            mission = robot.mission
            if mission is not None and mission.kind == "lead" and mission.state == "failed":
                rows.append(self._say("{robot} không dẫn tiếp được khách.", robot=robot.name))
        for row in rows:
            ui.label(row).classes("desk-need")
        for need in waiting:
            mark = "&" if "?" in need.path else "?"
            address = f"{need.path}{mark}lang={self._language}"
            with ui.link(target=address).classes("desk-need desk-need-link"):
                ui.label(need.text)
        if not rows and not waiting:
            ui.label(self._say("Không có việc gì cần xử lý."))

    def _counters(self) -> None:
        heading(self._language, "Các quầy")
        centre = getattr(self._state, "centre", None)
        if centre is None:
            ui.label(self._say("Chưa sẵn sàng."))
            return
        with ui.element("div").classes("desk-counters"):
            for counter in centre.board()["counters"]:
                self._counter(counter)

    def _counter(self, counter: dict[str, Any]) -> None:
        with ui.card().classes("desk-card is-open" if counter["open"] else "desk-card"):
            name = _NUMBERED.sub("", counter["name"][self._language])
            with ui.row().classes("items-center no-wrap w-full"):
                ui.label(counter["id"]).classes("desk-number")
                ui.label(name).classes("desk-name")
            state = self._say("Đang mở") if counter["open"] else self._say("Đang đóng")
            waiting = self._say("{n} người chờ", n=counter["waiting"])
            ui.label(f"{state} · {waiting}")
            current = counter["current"]
            called_now = self._say("Đang gọi số {n}", n=current) if current else "—"
            ui.label(called_now).classes("desk-current")
            for visit in self._visits().get(counter["id"], ()):
                ui.label(visit).classes("desk-current")

            async def call() -> None:
                await self._acting.check("queue:call")
                called = await self._state.centre.call_next(counter["id"])
                if called is None:
                    ui.notify(self._say("Không còn ai chờ ở quầy này."))

            ui.button(self._say("Gọi số tiếp theo"), on_click=self._guarded(call)).props(
                f'data-testid="call-{counter["id"]}" unelevated no-caps'
            )
            if current:
                self._wrong_button(counter["id"], current)

    def _wrong_button(self, counter: str, number: int) -> None:
        """For the visitor who stands there now: one press, and one to take it back."""

        async def tell() -> None:
            await self._acting.check("queue:call")
            reporting, who = self._state.reporting, self._acting.who
            told = await reporting.report(Report(ticket=number, counter=counter), who)

            async def take_back() -> None:
                await reporting.take_back(told.id, who)

            with ui.dialog() as done, ui.card().classes("desk-card"):
                text = "Đã ghi: khách số {n} được chỉ nhầm quầy. Câu hỏi của khách vào hộp thư."
                ui.label(self._say(text, n=number))
                with ui.row():
                    ui.button(self._say("Được"), on_click=done.close).props("unelevated no-caps")
                    ui.button(self._say("Hoàn tác"), on_click=self._guarded(take_back)).props(
                        "outline no-caps"
                    ).on("click", done.close)
            done.open()

        ui.button(self._say("Khách đến nhầm quầy"), on_click=self._quietly(tell)).props(
            f'data-testid="wrong-{counter}" outline no-caps'
        )

    def _visits(self) -> dict[str, list[str]]:
        """Whom robots bring to each counter, by its id."""
        centre = getattr(self._state, "centre", None)
        fleet = getattr(self._state, "fleet", None)
        if centre is None or fleet is None:
            return {}
        counters = {place["id"]: place["counter"] for place in centre.static()["places"]}
        found: dict[str, list[str]] = {}
        for robot in fleet.robots():
            visit = visit_of(robot.mission) if robot.mission is not None else None
            if visit is None or visit["state"] == "gone":
                continue
            coming = visit["state"] == "coming"
            text = self._say("Robot đang dẫn khách đến" if coming else "Robot đã dẫn khách đến")
            if visit["ticket"]:
                text += " · " + self._say("số {n}", n=visit["ticket"])
            found.setdefault(counters.get(visit["place"]) or "", []).append(text)
        return found

    def _robots(self) -> None:
        heading(self._language, "Robot")
        fleet = getattr(self._state, "fleet", None)
        for robot in fleet.robots() if fleet is not None else ():
            with (
                ui.card().classes("desk-card is-open"),
                ui.row().classes("items-center justify-between w-full"),
            ):
                shown = [robot.name, self._say(_ACTIVITIES[robot.activity])]
                if robot.battery is not None:
                    shown.append(self._say("pin {n} %", n=_percent(robot)))
                if robot.stopped:
                    shown.append(self._say("đang dừng theo lệnh"))
                ui.label(" · ".join(shown)).classes("desk-name")
                self._robot_buttons(robot)

    def _robot_buttons(self, robot: RobotView) -> None:
        fleet, id_ = self._state.fleet, robot.id

        async def stop() -> None:
            await fleet.stop(id_, requested_by=self._acting.name)

        async def resume() -> None:
            await self._acting.check("robot:command")
            await fleet.resume(id_, self._acting.name)

        with ui.row():
            ui.button(self._say("DỪNG"), on_click=self._guarded(stop)).props(
                'data-testid="stop" unelevated no-caps color=negative'
            )
            if robot.stopped:
                ui.button(self._say("Cho phép chạy lại"), on_click=self._guarded(resume)).props(
                    'data-testid="resume" unelevated no-caps'
                )

    def _figures(self, today: Figures, before: Figures) -> None:
        heading(self._language, "Hôm nay")
        ui.label(sentence(self._language, today, before))
        heads = {"name": "Chỉ số", "today": "Hôm nay", "before": "Tuần trước, đến giờ này"}
        columns = [
            {
                "name": name,
                "label": self._say(head),
                "field": name,
                "align": "left",
            }
            for name, head in heads.items()
        ]
        rows = how_it_goes(self._language, today, before)
        ui.table(columns=columns, rows=rows, row_key="name").classes("w-full").props(
            'data-testid="today" dense hide-pagination :rows-per-page-options="[0]"'
        )

    def _quietly(self, action: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """Shows an error of ours as a sentence; draws nothing anew, a dialog may stand there."""

        async def run() -> None:
            try:
                await action()
            except LetanError as error:
                ui.notify(error.text(self._language), type="negative", timeout=8000)

        return run

    def _guarded(self, action: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """Shows an error of ours as a sentence instead of losing it."""

        async def run() -> None:
            try:
                await action()
            except LetanError as error:
                ui.notify(error.text(self._language), type="negative", timeout=8000)
            self._shown = self._facts()
            self._sections.refresh()

        return run


def _percent(robot: RobotView) -> int | None:
    return None if robot.battery is None else round(robot.battery * 100)
