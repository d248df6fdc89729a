"""The console's robots: where each is, what it does and why not, and what an operator may order."""

from collections.abc import Awaitable, Callable
from html import escape
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from nicegui import ui

from assistant.centre.service import Centre
from assistant.console.frame import bar, heading
from assistant.console.wording import say
from assistant.errors import Language, LetanError
from assistant.robots.service import Fleet
from assistant.robots.view import RobotView
from robot_bridge.missions import Mission, MissionKind
from robot_bridge.planner import Point

_MAP_SECONDS = 0.5
_COMMANDS = 10
_ACTIVITIES = {
    "idle": "đang chờ",
    "moving": "đang di chuyển",
    "waiting": "đang đợi người dân",
    "docked": "ở trạm sạc",
    "charging": "đang sạc",
}
_LINKS = {
    "up": "đường truyền tốt",
    "lost": "mất đường truyền",
    "silent": "nối được nhưng robot im lặng",
}
_KINDS = {
    "lead": "dẫn khách",
    "return": "về chỗ đợi",
    "dock": "về trạm sạc",
    "announce": "thông báo",
    "patrol": "đi một vòng mời nước",
    "greet": "đón khách ở cửa",
}
_FAILURES = {
    "rejected": "robot không nhận lệnh",
    "unreachable": "không có đường đến đó",
    "blocked": "đường bị chắn",
    "not_localised": "robot không biết mình ở đâu",
    "estop": "nút dừng khẩn cấp bị nhấn",
    "manual_mode": "robot bị điều khiển bằng tay",
    "battery_low": "pin yếu",
    "link_lost": "mất đường truyền",
    "timeout": "robot không trả lời kịp",
    "preempted": "có lệnh khác chen vào",
    "canceled": "lệnh bị hủy",
    "docking_failed": "không vào được trạm sạc",
    "unsupported": "robot không làm được việc này",
    "internal": "lỗi phần mềm",
}
_COMMAND_WORDS = {
    "mission": "giao việc",
    "cancel": "hủy việc",
    "stop": "dừng",
    "resume": "cho phép chạy lại",
    "answer": "khách trả lời",
    "pace": "đổi tốc độ",
    "go_to": "robot đi",
    "dock": "robot vào sạc",
    "undock": "robot rời sạc",
}
_RESULTS = {
    "accepted": "đã nhận",
    "arrived": "đã đến",
    "confirmed": "đã xác nhận",
    "released": "đã cho phép",
}


class Robots:
    """Builds the page for one browser."""

    def __init__(self, letan: FastAPI, language: Language) -> None:
        self._fleet: Fleet = letan.state.fleet
        self._centre: Centre = letan.state.centre
        self._zone = ZoneInfo(letan.state.settings.timezone)
        self._language: Language = language
        self._shown = ("", "", "")
        self._chosen: dict[str, str | None] = {}
        """Where to, by robot: kept when the cards are drawn anew."""

    def _say(self, text: str, **values: object) -> str:
        return say(self._language, text, **values)

    def build(self) -> None:
        """Draws everything once; what is no longer true is drawn anew."""
        bar(self._language, "Robot", ("Bàn làm việc", "./"))
        with ui.column().classes("desk"):
            heading(self._language, "Bản đồ sảnh")
            self._map()
            self._cards()
        self._shown = self._facts()
        ui.timer(_MAP_SECONDS, self._follow)

    def _follow(self) -> None:
        """Buttons are drawn anew only when others are needed: it takes the focus and the finger."""
        self._map.refresh()
        before, self._shown = self._shown, self._facts()
        for was, now, part in zip(
            before, self._shown, (self._status, self._buttons, self._commands), strict=True
        ):
            if was != now:
                part.refresh()

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
        lobby = self._centre.map

        def at(point: Point) -> tuple[float, float]:
            column, row = lobby.to_grid_exact(*point)
            return round(column, 1), round(lobby.height - row, 1)

        size = 0.3 / lobby.resolution
        parts, places = [], []
        for robot in self._fleet.robots():
            if robot.pose is None:
                continue
            x, y = at((robot.pose.x, robot.pose.y))
            places.append(
                self._say("{robot}: x {x} m, y {y} m", robot=robot.name, **_metres(robot))
            )
            if len(robot.path) > 1:
                way = " ".join(f"{a},{b}" for a, b in map(at, robot.path))
                parts.append(
                    f'<polyline points="{way}" fill="none" stroke="#0b4a46" '
                    f'stroke-width="{size / 3:.1f}" stroke-dasharray="{size:.1f}"/>'
                )
            colour = "#b00c1c" if self._faults(robot) else "#0b4a46"
            parts.append(f'<circle cx="{x}" cy="{y}" r="{size:.1f}" fill="{colour}"/>')
            parts.append(
                f'<text x="{x}" y="{y - 1.4 * size:.1f}" text-anchor="middle" '
                f'font-size="{2 * size:.1f}" fill="#0b2a28">{escape(robot.name)}</text>'
            )
        told = escape("; ".join(places) or self._say("Chưa biết robot nào ở đâu."), quote=True)
        ui.html(
            f'<svg role="img" aria-label="{told}" viewBox="0 0 {lobby.width} {lobby.height}" '
            'style="width:100%;max-height:60vh" data-testid="robots-map">'
            f'<image href="/api/v1/centre/map.png" width="{lobby.width}" '
            f'height="{lobby.height}"/>{"".join(parts)}</svg>',
            sanitize=False,
        ).classes("w-full")

    def _cards(self) -> None:
        for robot in self._fleet.robots():
            heading(self._language, robot.name)
            with ui.card().classes("desk-card is-open"):
                self._status(robot.id)
                self._buttons(robot.id)
            self._commands(robot.id)
        if not self._fleet.ids():
            ui.label(self._say("Chưa có robot nào."))

    @ui.refreshable_method
    def _status(self, id_: str) -> None:
        robot = self._fleet.robot(id_)
        ui.label(self._sentence(robot)).classes("desk-name")
        for fault in self._faults(robot):
            ui.label(fault).classes("desk-need")

    def _sentence(self, robot: RobotView) -> str:
        shown = [_ACTIVITIES[robot.activity], _LINKS[robot.link]]
        words = [self._say(text) for text in shown]
        if robot.battery is not None:
            words.append(self._say("pin {n} %", n=round(robot.battery * 100)))
        if robot.mission is not None and not robot.mission.ended:
            words.append(self._mission(robot.mission))
        return " · ".join(words)

    def _mission(self, mission: Mission) -> str:
        name = mission.target.vi if self._language == "vi" else mission.target.en
        return f"{self._say(_KINDS[mission.kind])} → {name}"

    def _faults(self, robot: RobotView) -> list[str]:
        found = []
        if robot.link != "up":
            found.append(self._say(_LINKS[robot.link]))
        if robot.e_stop:
            found.append(self._say("nút dừng khẩn cấp bị nhấn"))
        if robot.stopped:
            found.append(self._say("đang dừng theo lệnh"))
        if robot.blocked:
            found.append(self._say("đường bị chắn"))
        mission = robot.mission
        if mission is not None and mission.state == "failed":
            why = self._say(_FAILURES.get(mission.reason or "", "lỗi phần mềm"))
            found.append(self._say("việc gần nhất không xong: {why}", why=why))
        return found

    @ui.refreshable_method
    def _buttons(self, id_: str) -> None:

        async def stop() -> None:
            await self._fleet.stop(id_, requested_by="operator")

        async def resume() -> None:
            await self._fleet.resume(id_, "operator")

        def send(kind: MissionKind, to: Callable[[], str | None]) -> Callable[[], Awaitable[None]]:
            async def go() -> None:
                await self._fleet.start_mission(id_, kind, to(), "operator")

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
        told = {"at": "Lúc", "command": "Lệnh", "sent": "Nội dung", "by": "Ai", "back": "Kết quả"}
        columns = [
            {"name": name, "label": self._say(label), "field": name, "align": "left"}
            for name, label in told.items()
        ]
        rows = [
            {
                "id": number,
                "at": one.at.astimezone(self._zone).strftime("%H:%M:%S"),
                "command": self._say(_COMMAND_WORDS.get(one.command, one.command)),
                "sent": one.sent,
                "by": one.asked_by,
                "back": self._came_back(one.came_back),
            }
            for number, one in enumerate(latest)
        ]
        ui.table(columns=columns, rows=rows, row_key="id").classes("w-full").props(
            f'data-testid="commands-{id_}" dense wrap-cells'
        )

    def _came_back(self, text: str) -> str:
        code = text.partition(":")[0]
        return self._say(_RESULTS.get(code) or _FAILURES.get(code) or text)

    def _guarded(self, action: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """Shows an error of ours as a sentence instead of losing it."""

        async def run() -> None:
            try:
                await action()
            except LetanError as error:
                ui.notify(error.text(self._language), type="negative", timeout=8000)

        return run


def _metres(robot: RobotView) -> dict[str, float]:
    assert robot.pose is not None
    return {"x": round(robot.pose.x, 1), "y": round(robot.pose.y, 1)}
