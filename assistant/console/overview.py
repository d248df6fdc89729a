"""The console's first screen: what needs me, what is happening, how are we doing."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from fastapi import FastAPI
from nicegui import ui

from assistant.console.today import Day, day
from assistant.console.wording import say
from assistant.errors import Language, LetanError
from assistant.robots.service import RobotView

log = structlog.get_logger(__name__)

_REFRESH_SECONDS = 2.0
_OUTCOMES = {
    "answered": "Đã trả lời",
    "clarified": "Đã hỏi lại cho rõ",
    "chosen": "Người dân đã chọn",
    "out_of_scope": "Ngoài phạm vi",
    "handed_over": "Chuyển cán bộ",
    "stopped": "Dừng robot",
    "busy": "Đang bận",
}
_ACTIVITIES = {
    "idle": "đang chờ",
    "moving": "đang di chuyển",
    "waiting": "đang đợi người dân",
    "docked": "ở trạm sạc",
    "charging": "đang sạc",
}


class Overview:
    """Builds the page for one browser."""

    def __init__(self, letan: FastAPI, language: Language) -> None:
        self._state = letan.state
        self._language: Language = language

    def _say(self, text: str, **values: object) -> str:
        return say(self._language, text, **values)

    async def build(self) -> None:
        """Draws everything once and again every two seconds."""
        with ui.header().classes("items-center justify-between bg-[#0b5d52]"):
            ui.label(self._say("Bàn làm việc của cán bộ")).classes("text-xl font-semibold")
            with ui.row():
                other = "en" if self._language == "vi" else "vi"
                ui.link("English" if other == "en" else "Tiếng Việt", f"/console/?lang={other}")
                ui.button(self._say("Ra"), on_click=self._log_out).props("flat color=white")
        with ui.column().classes("w-full max-w-6xl mx-auto gap-6 p-4"):
            await self._sections()
        ui.timer(_REFRESH_SECONDS, self._sections.refresh)

    @ui.refreshable_method
    async def _sections(self) -> None:
        self._needs()
        self._counters()
        self._robots()
        zone = self._state.settings.timezone
        today = await day(self._state.database, zone)
        before = await day(self._state.database, zone, days_ago=7)
        self._figures(today, before)

    def _heading(self, text: str) -> None:
        ui.label(self._say(text)).classes("text-2xl font-semibold").props(
            "role=heading aria-level=2"
        )

    def _needs(self) -> None:
        self._heading("Việc cần làm")
        parts = self._state.health.report(self._language)["parts"]
        rows = [f"{name}: {part['detail']}" for name, part in parts.items() if not part["ready"]]
        fleet = getattr(self._state, "fleet", None)
        for robot in fleet.robots() if fleet is not None else ():
            if robot.stopped:
                rows.append(self._say("{robot} đã được dừng.", robot=robot.name))
            if robot.blocked:
                rows.append(self._say("{robot} đang bị chắn đường.", robot=robot.name))
        for row in rows:
            ui.label(row).classes("text-lg text-[#8a1c13]")
        if not rows:
            ui.label(self._say("Không có việc gì cần xử lý.")).classes("text-lg")

    def _counters(self) -> None:
        self._heading("Các quầy")
        centre = getattr(self._state, "centre", None)
        if centre is None:
            ui.label(self._say("Chưa sẵn sàng."))
            return
        with ui.grid(columns=3).classes("w-full gap-4"):
            for counter in centre.board()["counters"]:
                self._counter(counter)

    def _counter(self, counter: dict[str, Any]) -> None:
        with ui.card().classes("w-full"):
            name = counter["name"][self._language]
            ui.label(f"{counter['id']} · {name}").classes("text-lg font-semibold")
            state = self._say("Đang mở") if counter["open"] else self._say("Đang đóng")
            waiting = self._say("{n} người chờ", n=counter["waiting"])
            ui.label(f"{state} · {waiting}")
            current = counter["current"]
            ui.label(self._say("Đang gọi số {n}", n=current) if current else "—")

            async def call() -> None:
                called = await self._state.centre.call_next(counter["id"])
                if called is None:
                    ui.notify(self._say("Không còn ai chờ ở quầy này."))

            ui.button(self._say("Gọi số tiếp theo"), on_click=self._guarded(call)).props(
                f'data-testid="call-{counter["id"]}" color=teal-9'
            )

    def _robots(self) -> None:
        self._heading("Robot")
        fleet = getattr(self._state, "fleet", None)
        for robot in fleet.robots() if fleet is not None else ():
            with (
                ui.card().classes("w-full"),
                ui.row().classes("items-center justify-between w-full"),
            ):
                shown = [robot.name, self._say(_ACTIVITIES[robot.activity])]
                if robot.battery is not None:
                    shown.append(self._say("pin {n} %", n=round(robot.battery * 100)))
                ui.label(" · ".join(shown)).classes("text-lg")
                self._robot_buttons(robot)

    def _robot_buttons(self, robot: RobotView) -> None:
        fleet, id_ = self._state.fleet, robot.id

        async def stop() -> None:
            await fleet.stop(id_)

        async def resume() -> None:
            await fleet.resume(id_)

        with ui.row():
            ui.button(self._say("DỪNG"), on_click=self._guarded(stop)).props("color=red-9")
            if robot.stopped:
                ui.button(self._say("Cho phép chạy lại"), on_click=self._guarded(resume)).props(
                    "color=teal-9"
                )

    def _figures(self, today: Day, before: Day) -> None:
        self._heading("Hôm nay")
        ui.label(self._sentence(today, before)).classes("text-lg")
        rows = [
            {"name": self._say(_OUTCOMES.get(name, name)), "today": count}
            for name, count in sorted(today.outcomes.items(), key=lambda item: -item[1])
        ]
        if rows:
            columns = [
                {"name": "name", "label": self._say("Kết quả"), "field": "name", "align": "left"},
                {"name": "today", "label": self._say("Số lượt"), "field": "today"},
            ]
            ui.table(columns=columns, rows=rows, row_key="name").classes("w-full")

    def _sentence(self, today: Day, before: Day) -> str:
        if today.understood is None:
            return self._say("Hôm nay chưa có câu hỏi nào.")
        shares = self._say(
            "{conversations} lượt khách, {turns} câu hỏi, hiểu được {share} %.",
            conversations=today.conversations,
            turns=today.turns,
            share=round(today.understood * 100),
        )
        if before.understood is None:
            return shares
        return (
            shares + " " + self._say("Tuần trước: {share} %.", share=round(before.understood * 100))
        )

    def _guarded(self, action: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """Shows an error of ours as a sentence instead of losing it."""

        async def run() -> None:
            try:
                await action()
            except LetanError as error:
                ui.notify(error.text(self._language), type="negative", timeout=8000)
            self._sections.refresh()

        return run

    async def _log_out(self) -> None:
        await ui.run_javascript("fetch('/console/logout',{method:'POST'})", timeout=5)
        ui.navigate.to("/console/login")
