"""The one part of a check that moves the robot: half a metre and back, with room around it."""

import asyncio
import math
from collections.abc import AsyncIterator

from assistant.robots.examination import CLEARANCE, Finding, doubtful, fine, wrong
from robot_bridge.clock import Clock
from robot_bridge.driver import (
    Arrived,
    Capability,
    DriverConfig,
    DriverEvent,
    Failed,
    Goal,
    Pose,
    RobotDriver,
    Stopped,
)
from robot_bridge.lobby_map import LobbyMap
from robot_bridge.safety import OVERSPEED, hazard

WAY = 0.5
"""Metres."""
SPEED = 0.3
"""Metres a second, for robots that can be told."""
LEG_SECONDS = 30.0
TOLERANCE = 0.3
"""Metres by which a robot may miss the goal."""
PERIOD = 0.05


async def short_drive(driver: RobotDriver, config: DriverConfig) -> AsyncIterator[Finding]:
    """Half a metre and back. Whatever goes wrong, the robot is stopped."""
    state = driver.snapshot()
    start = state.pose
    if start is None:
        yield doubtful("move", "chưa biết robot ở đâu, nên không cho chạy thử")
        return
    if state.charging:
        remedy = "đưa robot ra khỏi trạm sạc rồi thử lại"
        yield wrong("move", "robot đang sạc, không cho chạy thử", remedy)
        return
    goal = free_spot(config.lobby_map, start)
    if goal is None:
        remedy = "đưa robot ra chỗ thoáng, cách tường hơn nửa mét, rồi thử lại"
        yield wrong("move", "quanh robot không có chỗ trống {way:.1f} m", remedy, way=WAY)
        return
    if Capability.SPEED_LIMIT in driver.capabilities():
        await driver.set_speed_limit(min(SPEED, config.max_speed))
    for name, target in (("check-out", goal), ("check-back", start)):
        found = await _leg(driver, config, Goal(name, target))
        yield found
        if found.verdict == "failed":
            return


def free_spot(lobby: LobbyMap, start: Pose) -> Pose | None:
    """Half a metre away with room all the way: ahead if possible, else to another side."""
    for turn in (0, 45, -45, 90, -90, 135, -135, 180):
        theta = start.theta + math.radians(turn)
        cos, sin = math.cos(theta), math.sin(theta)
        steps = [WAY * part / 10 for part in range(1, 11)]
        if all(lobby.clearance(start.x + d * cos, start.y + d * sin) >= CLEARANCE for d in steps):
            return Pose(start.x + WAY * cos, start.y + WAY * sin, start.theta, start.map)
    return None


async def _leg(driver: RobotDriver, config: DriverConfig, goal: Goal) -> Finding:
    ends: list[DriverEvent] = []
    events = driver.events()

    async def listen() -> None:
        async for event in events:
            ends.append(event)  # noqa: PERF401 - a comprehension would hand over at the end only

    listening = asyncio.create_task(listen())
    there = False
    try:
        before = driver.snapshot().pose
        await driver.go_to(goal)
        trouble, driven = await _watch(driver, config, goal, ends)
        after = driver.snapshot().pose
        if trouble or before is None or after is None:
            return _failed(goal, trouble or "pose")
        there = True
        return _judge(goal, math.dist((before.x, before.y), (after.x, after.y)), driven, after)
    except Exception as error:  # a driver is foreign code: the robot is stopped below
        return _failed(goal, str(error))
    finally:
        if not there:
            await driver.stop("check")
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def _watch(
    driver: RobotDriver, config: DriverConfig, goal: Goal, ends: list[DriverEvent]
) -> tuple[str, float]:
    """Until the goal has ended; what went wrong, and the metres by the reported speed."""
    clock: Clock = config.clock
    end, last, driven = clock.monotonic() + LEG_SECONDS, clock.monotonic(), 0.0
    while clock.monotonic() < end:
        await clock.sleep(PERIOD)
        state, now = driver.snapshot(), clock.monotonic()
        driven, last = driven + state.speed * (now - last), now
        for event in ends:
            if isinstance(event, Arrived | Failed | Stopped) and event.goal_id == goal.id:
                return _ended(event), driven
        danger = hazard(state, now, driver.stale_after)
        if danger is not None:
            return danger.value, driven
        if state.speed > config.max_speed + OVERSPEED:
            return f"{state.speed:.2f} m/s > {config.max_speed:.2f} m/s", driven
    return "timeout", driven


def _ended(event: DriverEvent) -> str:
    if isinstance(event, Arrived):
        return ""
    return f"{event.code}: {event.text}" if isinstance(event, Failed) else "stopped"


def _failed(goal: Goal, why: str) -> Finding:
    detail = "robot không đến được x {x:.2f} m, y {y:.2f} m ({why}); đã gửi lệnh dừng"
    remedy = "xem quanh robot có trống không, và nhật ký của robot về lần chạy này"
    return wrong("move", detail, remedy, x=goal.pose.x, y=goal.pose.y, why=why)


def _judge(goal: Goal, moved: float, driven: float, after: Pose) -> Finding:
    missed = math.dist((after.x, after.y), (goal.pose.x, goal.pose.y))
    remedy = "xem tỉ lệ bản đồ của robot (mét mỗi ô) và bánh xe; đo bằng thước rồi thử lại"
    if missed > TOLERANCE:
        detail = "robot báo đã đến nhưng còn cách đích {missed:.2f} m"
        return wrong("move", detail, remedy, missed=missed)
    if driven > 0.1 and not 0.5 <= moved / driven <= 2:
        detail = "theo bản đồ robot đi {moved:.2f} m, theo bánh xe {driven:.2f} m: tỉ lệ không khớp"
        return wrong("move", detail, remedy, moved=moved, driven=driven)
    return fine("move", "đã đi {moved:.2f} m, sai {missed:.2f} m", moved=moved, missed=missed)
