"""What is looked at to say that a robot is ready: link, pose, map, battery, switches, stop.

Works with every `RobotDriver` and moves nothing; only `short_drive` does, and only when called.
"""

import math
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from robot_bridge.clock import Clock, finish_within
from robot_bridge.driver import Capability, DriverConfig, RobotDriver, RobotState
from robot_bridge.link import CLOSE_SECONDS, CONNECT_SECONDS
from robot_bridge.places import Place
from robot_bridge.planner import NoPath, path_length, plan

CLEARANCE = 0.3
"""Metres that our targets keep from walls."""
SETTLE_SECONDS = 5.0
"""For a robot to say everything about itself after its connection stands."""
STOP_SECONDS = 3.0
STILL = 0.02
"""Metres a second."""
BATTERY_FLOOR, BATTERY_LOW = 0.10, 0.25
AT_THE_DOCK = 1.5
"""Metres from our dock within which a charging robot is believed to be."""

Verdict = Literal["ok", "warning", "failed"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; sentences are Vietnamese sources with their parameters."""

    name: str
    verdict: Verdict
    detail: str
    remedy: str = ""
    values: Mapping[str, str | int | float] = field(default_factory=dict)


def fine(name: str, detail: str, **values: str | float) -> Finding:
    return Finding(name, "ok", detail, values=values)


def doubtful(name: str, detail: str, remedy: str = "", **values: str | float) -> Finding:
    return Finding(name, "warning", detail, remedy, values)


def wrong(name: str, detail: str, remedy: str, **values: str | float) -> Finding:
    return Finding(name, "failed", detail, remedy, values)


async def link(
    build: Callable[[], RobotDriver], clock: Clock, hide: Callable[[str], str]
) -> tuple[RobotDriver | None, Finding]:
    """Build the driver and connect it; the driver, or None with the reason.

    ``hide`` takes what must not be shown out of a text of the driver's.
    """
    began = clock.monotonic()
    driver: RobotDriver | None = None
    try:
        driver = build()
        if await finish_within(driver.connect(), clock, CONNECT_SECONDS):
            seconds = clock.monotonic() - began
            return driver, fine("link", "nối được sau {seconds:.1f} giây", seconds=seconds)
        why = f"no answer in {CONNECT_SECONDS:.0f} s"
    except Exception as error:  # a driver is foreign code: whatever it raises is the finding
        why = str(error) or type(error).__name__
    if driver is not None:
        await close(driver, clock)
    return None, wrong(
        "link",
        "không nối được với robot: {why}",
        "xem robot đã bật và cùng mạng chưa, 'url' trong letan.toml có đúng máy và cổng không, "
        "dịch vụ trên robot (rosbridge, máy chủ MQTT …) có chạy không, tường lửa có chặn không",
        why=hide(why),
    )


async def close(driver: RobotDriver, clock: Clock) -> None:
    """Let go of a driver, whatever it does."""
    with suppress(Exception):  # the check has its findings already
        await finish_within(driver.close(), clock, CLOSE_SECONDS)


async def settled(driver: RobotDriver, clock: Clock) -> RobotState:
    """The state once it tells link, pose and battery, or as it is after `SETTLE_SECONDS`."""
    end = clock.monotonic() + SETTLE_SECONDS
    while True:
        state = driver.snapshot()
        told = state.link == "up" and state.pose is not None and state.battery is not None
        if (told and state.localised) or clock.monotonic() >= end:
            return state
        await clock.sleep(0.1)


def examine(
    state: RobotState, driver: RobotDriver, config: DriverConfig, home: Place, dock: Place | None
) -> list[Finding]:
    """Everything that the robot's state and our map tell."""
    return [
        _state(state, driver, config.clock.monotonic()),
        _pose(state),
        *_map(state, config, home, dock),
        _battery(state),
        _mode(state),
        _e_stop(state),
        _capabilities(driver.capabilities(), dock),
    ]


def _state(state: RobotState, driver: RobotDriver, now: float) -> Finding:
    if state.link == "up" and state.state_at is not None:
        age = max(0.0, now - state.state_at)
        if age <= driver.stale_after:
            return fine(
                "state", "robot báo trạng thái đều, tin cuối cách đây {age:.1f} giây", age=age
            )
    return wrong(
        "state",
        "nối được nhưng robot không báo trạng thái mới",
        "xem chương trình điều khiển trên robot có chạy không, và tên các topic trong letan.toml",
    )


def _pose(state: RobotState) -> Finding:
    pose, said = state.pose, "; ".join(state.errors)
    if pose is None or not all(math.isfinite(part) for part in (pose.x, pose.y, pose.theta)):
        return wrong(
            "pose",
            "robot không cho biết nó đang ở đâu ({said})",
            "đặt vị trí ban đầu trên phần mềm của robot, rồi thử lại",
            said=said or "–",
        )
    place = {"x": pose.x, "y": pose.y, "degrees": math.degrees(pose.theta)}
    if not state.localised:
        return wrong(
            "pose",
            "robot báo x {x:.2f} m, y {y:.2f} m nhưng không tin được ({said})",
            "đặt vị trí ban đầu trên phần mềm của robot; xem robot có dùng đúng bản đồ không",
            said=said or "–",
            **place,
        )
    return fine("pose", "x {x:.2f} m, y {y:.2f} m, hướng {degrees:.0f}°", **place)


def _map(state: RobotState, config: DriverConfig, home: Place, dock: Place | None) -> list[Finding]:
    """Whether what the robot says fits our map."""
    pose, lobby = state.pose, config.lobby_map
    remedy = (
        "bản đồ của robot và data/centre/map.yaml phải cùng gốc toạ độ, cùng hướng trục x và cùng "
        "đơn vị mét; xem cả tên bản đồ ('map', 'frame') trong letan.toml"
    )
    if pose is None or not state.localised:
        return [doubtful("map", "chưa so được bản đồ, vì chưa biết robot ở đâu", remedy)]
    width, height = lobby.width * lobby.resolution, lobby.height * lobby.resolution
    here = {"x": pose.x, "y": pose.y, "width": width, "height": height}
    if config.map is not None and pose.map not in (config.map, home.pose.map):
        return [
            wrong(
                "map",
                "robot chạy theo bản đồ '{theirs}', cấu hình ghi '{ours}'",
                remedy,
                theirs=pose.map,
                ours=config.map,
            )
        ]
    if not lobby.inside(pose.x, pose.y):
        detail = (
            "robot báo x {x:.2f} m, y {y:.2f} m: ngoài bản đồ sảnh ({width:.1f} × {height:.1f} m)"
        )
        return [wrong("map", detail, remedy, **here)]
    if lobby.occupied(pose.x, pose.y):
        detail = "robot báo x {x:.2f} m, y {y:.2f} m: chỗ đó trên bản đồ là tường hoặc chưa rõ"
        return [wrong("map", detail, remedy, **here)]
    if state.charging and dock is not None:
        far = math.dist((pose.x, pose.y), (dock.pose.x, dock.pose.y))
        if far > AT_THE_DOCK:
            detail = "robot đang sạc, nhưng theo bản đồ thì nó cách trạm sạc {far:.1f} m"
            return [wrong("map", detail, remedy, far=far)]
    try:
        way = plan(lobby, (pose.x, pose.y), (home.pose.x, home.pose.y), clearance=CLEARANCE)
    except NoPath:
        detail = "từ chỗ robot đứng không có đường về '{home}' trên bản đồ"
        return [wrong("map", detail, remedy, home=home.id)]
    detail = "robot đứng ở chỗ trống trên bản đồ; đường về '{home}' dài {way:.1f} m"
    return [fine("map", detail, home=home.id, way=path_length(way))]


def _battery(state: RobotState) -> Finding:
    level = state.battery
    if level is None:
        return doubtful(
            "battery",
            "robot không báo pin",
            "xem tên topic pin, nếu robot có; không có thì robot không tự về sạc khi pin yếu",
        )
    percent = level * 100
    if level < BATTERY_FLOOR:
        detail, remedy = "pin chỉ còn {percent:.0f} %: robot sẽ không nhận việc", "hãy sạc robot"
        return wrong("battery", detail, remedy, percent=percent)
    if level < BATTERY_LOW and not state.charging:
        return doubtful("battery", "pin còn {percent:.0f} %", "nên sạc robot", percent=percent)
    if state.charging:
        return fine("battery", "pin {percent:.0f} %, đang sạc", percent=percent)
    return fine("battery", "pin {percent:.0f} %", percent=percent)


def _mode(state: RobotState) -> Finding:
    if state.mode == "automatic":
        return fine("mode", "tự động")
    if state.mode == "manual":
        remedy = "chuyển robot sang chế độ tự động trên thân máy hoặc tay điều khiển"
        return wrong("mode", "robot đang được điều khiển bằng tay", remedy)
    return doubtful("mode", "robot không báo chế độ chạy")


def _e_stop(state: RobotState) -> Finding:
    if state.e_stop:
        return wrong(
            "e_stop",
            "nút dừng khẩn cấp đang được nhấn, hoặc robot chưa báo gì về nút đó ({said})",
            "xem quanh robot có an toàn không, rồi nhả nút trên thân máy; phần mềm không nhả thay",
            said="; ".join(state.errors) or "–",
        )
    if state.field_violation:
        remedy = "mời người đứng sát robot lùi ra"
        return doubtful("e_stop", "có người hoặc vật đứng sát robot, robot tự đứng chờ", remedy)
    if state.errors:
        remedy = "xem lỗi trên phần mềm của robot"
        return doubtful("e_stop", "robot báo: {said}", remedy, said="; ".join(state.errors))
    return fine("e_stop", "nút dừng khẩn cấp không bị nhấn, robot không báo lỗi")


def _capabilities(can: frozenset[Capability], dock: Place | None) -> Finding:
    names = ", ".join(sorted(can)) or "–"
    if Capability.NAVIGATE not in can:
        remedy = "thêm 'navigate' vào 'capabilities' trong letan.toml, nếu robot tự đi được"
        return wrong("capabilities", "robot không tự đi được: {names}", remedy, names=names)
    if dock is not None and Capability.DOCK not in can:
        remedy = "cấu hình việc vào sạc (docs/robots.md), hoặc sạc robot bằng tay"
        return doubtful("capabilities", "{names}; robot không tự vào sạc", remedy, names=names)
    return fine("capabilities", "{names}", names=names)


async def stop(driver: RobotDriver, clock: Clock) -> Finding:
    """Order a stop while the robot stands, and let go of it again: nothing moves."""
    moving = driver.snapshot().speed > STILL
    began = clock.monotonic()
    remedy = (
        "đừng cho robot chạy: lệnh dừng chưa có tác dụng; xem tên action, quyền ghi topic, "
        "và robot có báo tốc độ (hoặc vị trí) không"
    )
    results: list[tuple[bool, str]] = []

    async def order() -> None:
        result = await driver.stop("check")
        results.append((result.confirmed, result.text))

    try:
        if not await finish_within(order(), clock, STOP_SECONDS):
            detail = "robot không trả lời lệnh dừng trong {seconds:.0f} giây"
            return wrong("stop", detail, remedy, seconds=STOP_SECONDS)
        confirmed, text = results[0]
        if not confirmed:
            detail = "đã gửi lệnh dừng nhưng không thấy robot đứng yên ({why})"
            return wrong("stop", detail, remedy, why=text or "–")
        await driver.resume()
    except Exception as error:  # a driver is foreign code
        return wrong("stop", "lệnh dừng bị lỗi: {why}", remedy, why=str(error))
    took = (clock.monotonic() - began) * 1000
    if moving:
        detail = "robot đang chạy khi kiểm tra; đã dừng sau {took:.0f} ms"
        return doubtful("stop", detail, "xem ai khác đang điều khiển robot này", took=took)
    return fine("stop", "lệnh dừng được xác nhận sau {took:.0f} ms, robot đứng yên", took=took)


async def all_findings(
    build: Callable[[], RobotDriver],
    config: DriverConfig,
    home: Place,
    dock: Place | None,
    *,
    move: Callable[[RobotDriver, DriverConfig], AsyncIterator[Finding]] | None = None,
    hide: Callable[[str], str] = str,
) -> AsyncIterator[Finding]:
    """Look at one robot, finding by finding; ``move`` only follows when nothing has failed."""
    clock = config.clock
    driver, found = await link(build, clock, hide)
    yield found
    if driver is None:
        return
    try:
        failed = False
        state = await settled(driver, clock)
        for found in (*examine(state, driver, config, home, dock), await stop(driver, clock)):
            failed = failed or found.verdict == "failed"
            yield Finding(
                found.name,
                found.verdict,
                found.detail,
                found.remedy,
                {k: hide(v) if isinstance(v, str) else v for k, v in found.values.items()},
            )
        if move is None:
            return
        if failed:
            yield doubtful("move", "không cho robot chạy thử, vì còn lỗi ở trên")
            return
        async for found in move(driver, config):
            yield found
    finally:
        await close(driver, clock)
