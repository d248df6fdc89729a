"""What goes wrong on a simulated day: people in the way always, faults when they are asked for."""

import math
from collections.abc import Awaitable, Callable
from itertools import pairwise
from random import Random

from assistant.errors import LetanError
from assistant.robots.service import Fleet
from assistant.simulation.clock import DayClock
from assistant.simulation.hall import Hall
from assistant.simulation.news import News
from assistant.simulation.record import Halt, Record
from robot_bridge.driver import Pose
from robot_bridge.drivers.simulator import SimulatedRobot
from robot_bridge.planner import Point

PASSERS_BY = 8.0
"""An hour: people who walk into the way of a robot and stand there."""
FAULTS = {
    "stop": 3.0,
    "e_stop": 1.0,
    "blocked_way": 4.0,
    "lost_place": 1.0,
    "link_cut": 1.0,
    "slip": 2.0,
}
"""How often an hour."""
_WITHIN = 600.0
"""Seconds in which a mishap waits for a robot that moves."""
_BRAKING = 2.0
"""Seconds in which a robot that is lost may brake by itself."""


class Mishaps:
    """Sprinkles them over the day."""

    def __init__(
        self,
        clock: DayClock,
        fleet: Fleet,
        hall: Hall,
        *,
        news: News,
        record: Record,
        seed: int,
    ) -> None:
        self._clock = clock
        self._fleet = fleet
        self._hall = hall
        self._news = news
        self._record = record
        self._seed = seed

    async def passers_by(self) -> None:
        await self._sprinkle("passer_by", PASSERS_BY, self._pass_by)

    async def fault(self, kind: str) -> None:
        """One kind of `FAULTS`, again and again."""
        acts: dict[str, Callable[[str, Random], Awaitable[bool]]] = {
            "stop": self._stop,
            "e_stop": self._e_stop,
            "blocked_way": self._block,
            "lost_place": self._lose_place,
            "link_cut": self._cut_link,
            "slip": self._slip,
        }
        await self._sprinkle(kind, FAULTS[kind], acts[kind])

    async def _sprinkle(
        self, kind: str, an_hour: float, act: Callable[[str, Random], Awaitable[bool]]
    ) -> None:
        rng = Random(f"letan {self._seed} {kind}")
        while True:
            await self._clock.sleep(rng.expovariate(an_hour) * 3600)
            robot = await self._moving(rng)
            if robot is None:
                continue
            lead = self._news.led.get(robot)
            if lead is not None and kind != "passer_by":
                lead.disturbed = kind
            if await act(robot, rng):
                self._record.faults[kind] += 1

    async def _moving(self, rng: Random) -> str | None:
        """A robot that drives now, waited for a while."""
        end = self._clock.monotonic() + _WITHIN
        while self._clock.monotonic() < end:
            driving = [view.id for view in self._fleet.robots() if view.speed > 0.1]
            if driving:
                return rng.choice(driving)
            await self._clock.sleep(1.0)
        return None

    # --- somebody stops the robot ---

    async def _stop(self, robot: str, rng: Random) -> bool:
        halt = self._halt(robot, "stop")
        began = self._clock.monotonic()
        result = await self._fleet.stop(robot, "simulated", "anybody")
        halt.seconds = self._clock.monotonic() - began
        if not result.confirmed:
            halt.seconds = math.inf
        stood = self._driver(robot).odometer
        await self._clock.sleep(rng.uniform(20, 90))
        await self._fleet.resume(robot, "operator")
        await self._clock.sleep(5)
        halt.moved = self._driver(robot).odometer - stood
        await self._send_home(robot)
        return True

    async def _e_stop(self, robot: str, rng: Random) -> bool:
        driver, halt = self._driver(robot), self._halt(robot, "e_stop")
        began = self._clock.monotonic()
        driver.press_e_stop()
        while driver.snapshot().speed > 0:
            await self._clock.sleep(0.01)
        halt.seconds = self._clock.monotonic() - began
        stood = driver.odometer
        await self._clock.sleep(rng.uniform(20, 60))
        driver.release_e_stop()
        await self._clock.sleep(5)
        halt.moved = driver.odometer - stood
        await self._send_home(robot)
        return True

    def _halt(self, robot: str, kind: str) -> Halt:
        halt = Halt(self._clock.monotonic(), robot, kind)
        self._record.halts.append(halt)
        return halt

    async def _send_home(self, robot: str) -> None:
        async with self._clock.standing_still():
            try:
                await self._fleet.start_mission(robot, "return", None, "operator")
            except LetanError as error:
                self._record.faults[f"not sent home: {error.code}"] += 1

    # --- something is in the way, or the robot is at a loss ---

    async def _pass_by(self, robot: str, rng: Random) -> bool:
        spot = self._on_the_way(robot, rng.uniform(1.8, 4.0))
        if spot is None:
            return False
        seat = self._hall.seat(rng)
        walker, number = await self._hall.enter(seat, rng.uniform(0.8, 1.3))
        await self._hall.walk(walker, spot, at_most=30)
        await self._clock.sleep(rng.uniform(4, 25))
        await self._hall.walk(walker, self._hall.seat(rng))
        self._hall.world.farewell(number)
        return True

    async def _block(self, robot: str, rng: Random) -> bool:
        spot = self._on_the_way(robot, rng.uniform(1.2, 3.0))
        if spot is None or self._somebody_at(spot):
            return False
        number = self._hall.world.put(*spot, 0.3)
        await self._clock.sleep(rng.choice((4.0, 10.0, 20.0, 60.0)))
        self._hall.world.take(number)
        return True

    async def _lose_place(self, robot: str, rng: Random) -> bool:
        driver, halt = self._driver(robot), self._halt(robot, "lost_place")
        driver.set_localised(False)
        await self._stands(driver, halt, rng.uniform(10, 30))
        driver.set_localised(True)
        await self._still(driver, halt)
        await self._send_home(robot)
        return True

    async def _cut_link(self, robot: str, rng: Random) -> bool:
        driver, halt = self._driver(robot), self._halt(robot, "link_cut")
        driver.cut_link()
        await self._stands(driver, halt, rng.uniform(5, 40))
        driver.restore_link()
        await self._still(driver, halt)
        await self._send_home(robot)
        return True

    async def _stands(self, driver: SimulatedRobot, halt: Halt, seconds: float) -> None:
        """It brakes, then it stands for so long; what it moves after braking is written down."""
        await self._clock.sleep(_BRAKING)
        halt.moved = -driver.odometer
        await self._clock.sleep(seconds)

    async def _still(self, driver: SimulatedRobot, halt: Halt) -> None:
        """The fault is over; nothing may move before somebody gives a new command."""
        await self._clock.sleep(5)
        halt.moved += driver.odometer

    async def _slip(self, robot: str, rng: Random) -> bool:
        driver = self._driver(robot)
        driver.set_slip(rng.choice((0.3, 0.6, 1.0)))
        await self._clock.sleep(rng.uniform(5, 15))
        driver.set_slip(0.0)
        return True

    def _driver(self, robot: str) -> SimulatedRobot:
        driver = self._fleet.simulated(robot)
        assert isinstance(driver, SimulatedRobot)
        return driver

    def _somebody_at(self, spot: Point) -> bool:
        return any(
            math.dist(spot, (thing.x, thing.y)) - thing.radius < 0.6
            for thing in self._hall.world.others(None)
        )

    def _on_the_way(self, robot: str, metres: float) -> Point | None:
        """A point so far ahead on its way, not next to where it goes."""
        view = self._fleet.robot(robot)
        if view.pose is None or len(view.path) < 2:
            return None
        left = metres
        for a, b in pairwise([_at(view.pose), *view.path]):
            length = math.dist(a, b)
            if length >= left > 0:
                share = left / length
                spot = (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
                near_goal = math.dist(spot, view.path[-1]) < 1.2
                return None if near_goal or self._hall.map.clearance(*spot) < 0.35 else spot
            left -= length
        return None


def _at(pose: Pose) -> Point:
    return pose.x, pose.y
