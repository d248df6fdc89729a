"""The console's robots: where each is, what it does and why not, and what an operator may order."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from fastapi import FastAPI
from nicegui import ui

from assistant.centre.service import Centre
from assistant.console.acting import Acting
from assistant.console.frame import bar, heading
from assistant.console.robot_map import Shown, lobby_drawing, metres
from assistant.console.robot_telling import Telling
from assistant.console.robot_words import ACTIVITIES, COMMANDS, FAILURES, KINDS, LINKS
from assistant.console.wording import say
from assistant.errors import Language, LetanError
from assistant.robots.repository import Row
from assistant.robots.service import Fleet
from assistant.robots.view import RobotView
from robot_bridge.missions import ENDED, Mission, MissionKind

_MAP_SECONDS = 0.5
_COMMANDS = 10
_MISSIONS = 20
_STOP_KEY = """
if (!window.stopKey) {
  window.stopKey = true;
  addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.repeat) return;
    for (const id of ROBOTS) fetch(`/api/v1/robots/${id}/stop`, {method: 'POST', keepalive: true});
  }, {capture: true});
}
"""
"""Goes to the door itself: it works without the connection by which this page is drawn."""

log = structlog.get_logger(__name__)


class Robots:
    """Builds the page for one browser."""

    def __init__(self, letan: FastAPI, language: Language, acting: Acting) -> None:
        self._acting = acting
        self._fleet: Fleet = letan.state.fleet
        self._centre: Centre = letan.state.centre
        self._zone = ZoneInfo(letan.state.settings.timezone)
        self._language: Language = language
        self._shown = ("", "", "")
        self._chosen: dict[str, str | None] = {}
        """Where to, by robot: kept when the cards are drawn anew."""
        self._missions = ""
        self._past: dict[str, list[Row]] = {}
        places = self._centre.static()["places"]
        self._tell = Telling(language, {place["id"]: place["name"][language] for place in places})

    def _say(self, text: str, **values: object) -> str:
        return say(self._language, text, **values)

    async def build(self) -> None:
        """Draws everything once; what is no longer true is drawn anew."""
        await self._look_back()
        bar(self._language, "Robot")
        with ui.column().classes("desk"):
            heading(self._language, "Bản đồ sảnh")
            ui.label(self._say("Phím Esc dừng mọi robot ngay."))
            self._map()
            self._cards()
        ui.run_javascript(_STOP_KEY.replace("ROBOTS", json.dumps(self._fleet.ids())))
        self._shown = self._facts()
        ui.timer(_MAP_SECONDS, self._follow)

    async def _follow(self) -> None:
        """Buttons are drawn anew only when others are needed: it takes the focus and the finger."""
        missions = repr([robot.mission for robot in self._fleet.robots()])
        if missions != self._missions:
            await self._look_back()
            self._history.refresh()
        self._map.refresh()
        before, self._shown = self._shown, self._facts()
        for was, now, part in zip(
            before, self._shown, (self._status, self._buttons, self._commands), strict=True
        ):
            if was != now:
                part.refresh()

    async def _look_back(self) -> None:
        """Read the missions of the past; without a database there is none to show."""
        self._missions = repr([robot.mission for robot in self._fleet.robots()])
        for id_ in self._fleet.ids():
            try:
                self._past[id_] = await self._fleet.missions(id_, _MISSIONS)
            except LetanError as error:
                self._past[id_] = []
                log.warning("missions not read", robot=id_, code=error.code)

    def _facts(self) -> tuple[str, str, str]:
        """What the states, the buttons and the commands tell now."""
        robots = self._fleet.robots()
        return (
            repr([(self._sentence(robot), self._faults(robot)) for robot in robots]),
            repr([robot.stopped for robot in robots]),
            repr([self._fleet.recent_commands(robot.id)[:1] for robot in robots]),
        )

    @ui.refreshable_method
    def _map(self) -> None:
        robots = [
            Shown(robot.name, robot.pose, robot.path, bool(self._faults(robot)))
            for robot in self._fleet.robots()
        ]
        told = [
            self._say("{robot}: x {x} m, y {y} m", robot=robot.name, **metres(robot.pose))
            for robot in robots
            if robot.pose is not None
        ]
        around = self._fleet.surroundings()
        if around.people:
            told.append(self._say("{n} người đang đi lại", n=len(around.people)))
        closed = [self._fleet.robot(id_).name for id_ in around.closed]
        told += [self._say("lối hẹp dành cho {robot}", robot=name) for name in closed]
        label = "; ".join(told) or self._say("Chưa biết robot nào ở đâu.")
        drawing = lobby_drawing(self._centre.map, robots, around, label)
        ui.html(drawing, sanitize=False).classes("w-full")

    def _cards(self) -> None:
        for robot in self._fleet.robots():
            heading(self._language, robot.name)
            with ui.card().classes("desk-card is-open"):
                self._status(robot.id)
                self._buttons(robot.id)
            self._commands(robot.id)
            self._history(robot.id)
        if not self._fleet.ids():
            ui.label(self._say("Chưa có robot nào."))

    @ui.refreshable_method
    def _status(self, id_: str) -> None:
        robot = self._fleet.robot(id_)
        ui.label(self._sentence(robot)).classes("desk-name")
        for fault in self._faults(robot):
            ui.label(fault).classes("desk-need")

    def _sentence(self, robot: RobotView) -> str:
        shown = [ACTIVITIES[robot.activity], LINKS[robot.link]]
        words = [self._say(text) for text in shown]
        if robot.battery is not None:
            words.append(self._say("pin {n} %", n=round(robot.battery * 100)))
        if robot.mission is not None and not robot.mission.ended:
            words.append(self._mission(robot.mission))
        return " · ".join(words)

    def _mission(self, mission: Mission) -> str:
        name = mission.target.vi if self._language == "vi" else mission.target.en
        return f"{self._say(KINDS[mission.kind])} → {name}"

    def _faults(self, robot: RobotView) -> list[str]:
        found = []
        if robot.link != "up":
            found.append(self._say(LINKS[robot.link]))
        if robot.e_stop:
            found.append(self._say("nút dừng khẩn cấp bị nhấn"))
        if robot.stopped:
            found.append(self._say("đang dừng theo lệnh"))
        found += [self._say("robot báo: {words}", words=words) for words in robot.errors]
        if robot.blocked:
            found.append(self._say("đường bị chắn"))
        mission = robot.mission
        if mission is not None and mission.state == "failed":
            why = self._say(FAILURES.get(mission.reason or "", "lỗi phần mềm"))
            found.append(self._say("việc gần nhất không xong: {why}", why=why))
        return found

    @ui.refreshable_method
    def _buttons(self, id_: str) -> None:

        async def stop() -> None:
            await self._fleet.stop(id_, requested_by=self._acting.name)

        async def resume() -> None:
            await self._acting.check("robot:command")
            await self._fleet.resume(id_, self._acting.name)

        def send(kind: MissionKind, to: Callable[[], str | None]) -> Callable[[], Awaitable[None]]:
            async def go() -> None:
                await self._acting.check("robot:command")
                await self._fleet.start_mission(id_, kind, to(), self._acting.name)

            return go

        with ui.row().classes("items-center"):
            self._button("DỪNG", "stop", id_, stop, "color=negative")
            if self._fleet.robot(id_).stopped:
                self._button("Cho phép chạy lại", "resume", id_, resume)
            self._button("Về chỗ đợi", "home", id_, send("return", lambda: None))
            self._button("Về trạm sạc", "dock", id_, send("dock", lambda: None))
        with ui.row().classes("items-center"):
            ui.select(
                self._places(),
                label=self._say("Nơi đến"),
                value=self._chosen.get(id_),
                on_change=lambda event: self._chosen.update({id_: event.value}),
            ).style("min-width: 20rem")
            self._button("Dẫn đến đó", "lead", id_, send("lead", lambda: self._chosen.get(id_)))

    def _button(
        self, text: str, name: str, robot: str, do: Callable[[], Awaitable[None]], look: str = ""
    ) -> None:
        ui.button(self._say(text), on_click=self._guarded(do)).props(
            f'data-testid="{name}-{robot}" unelevated no-caps {look}'
        )

    def _places(self) -> dict[str, str]:
        known = set(self._fleet.places())
        return {
            place["id"]: place["name"][self._language]
            for place in self._centre.static()["places"]
            if place["id"] in known
        }

    @ui.refreshable_method
    def _commands(self, id_: str) -> None:
        ui.label(self._say("Các lệnh gần nhất")).classes("desk-name")
        latest = self._fleet.recent_commands(id_)[:_COMMANDS]
        if not latest:
            ui.label(self._say("Từ khi khởi động chưa có lệnh nào."))
            return
        rows = [
            {
                "id": number,
                "at": self._when(one.at),
                "command": self._say(COMMANDS.get(one.command, one.command)),
                "sent": self._tell.sent(one),
                "by": self._tell.who(one.asked_by),
                "back": self._tell.came_back(one.came_back),
            }
            for number, one in enumerate(latest)
        ]
        told = {"at": "Lúc", "command": "Lệnh", "sent": "Nội dung", "by": "Ai", "back": "Kết quả"}
        self._table(f"commands-{id_}", told, rows)

    @ui.refreshable_method
    def _history(self, id_: str) -> None:
        ui.label(self._say("Các việc gần nhất")).classes("desk-name")
        past = self._past.get(id_, [])
        if not past:
            ui.label(self._say("Chưa có việc nào được ghi lại."))
            return
        rows = [
            {
                "id": row["id"],
                "at": self._when(row["created_at"]),
                "kind": self._tell.kind(row["kind"]),
                "to": self._tell.place(row["target"]),
                "by": self._tell.who(row["requested_by"]),
                "back": self._tell.outcome(row["state"], row["reason"]),
                "seconds": self._lasted(row),
            }
            for row in past
        ]
        told = {
            "at": "Lúc",
            "kind": "Việc",
            "to": "Nơi đến",
            "by": "Ai",
            "back": "Kết quả",
            "seconds": "Trong",
        }
        self._table(f"missions-{id_}", told, rows)

    def _table(self, name: str, told: dict[str, str], rows: list[dict[str, object]]) -> None:
        columns = [
            {"name": key, "label": self._say(label), "field": key, "align": "left"}
            for key, label in told.items()
        ]
        ui.table(columns=columns, rows=rows, row_key="id").classes("w-full").props(
            f'data-testid="{name}" dense wrap-cells'
        )

    def _when(self, at: datetime) -> str:
        local = at.astimezone(self._zone)
        today = datetime.now(self._zone).date()
        return local.strftime("%H:%M:%S" if local.date() == today else "%d/%m %H:%M")

    def _lasted(self, row: Row) -> str:
        if row["state"] not in ENDED or row["state"] == "interrupted":
            return ""
        seconds = (row["changed_at"] - row["created_at"]).total_seconds()
        return self._say("{n} giây", n=round(max(0.0, seconds)))

    def _guarded(self, action: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """Shows an error of ours as a sentence instead of losing it."""

        async def run() -> None:
            try:
                await action()
            except LetanError as error:
                ui.notify(error.text(self._language), type="negative", timeout=8000)

        return run
