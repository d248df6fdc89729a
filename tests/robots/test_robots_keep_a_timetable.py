"""By themselves to the charger and back, on rounds and to the door; never when they must not."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from small_fleet import CENTRE, places

from assistant.robots.routine import TIMETABLE, Timetable
from assistant.robots.service import Fleet
from assistant.robots.view import RobotView
from assistant.settings import RobotSettings
from robot_bridge.clock import ManualClock
from robot_bridge.drivers.simulator import SimulatedRobot
from robot_bridge.lobby_map import load_map
from robot_bridge.missions import AUTOMATIC

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Eight o'clock there."""


class Day:
    """A fleet, its clock, and a centre that opens and closes when the test wants it."""

    def __init__(
        self, *, is_open: bool = True, second_dock: str = "copier", **timetable: Any
    ) -> None:
        self.clock = ManualClock(MORNING)
        self.is_open = is_open
        self.fleet = Fleet(
            [
                RobotSettings(id="robot-1"),
                RobotSettings(id="robot-2", home="information-desk", dock=second_dock),
            ],
            load_map(CENTRE / "map.yaml"),
            places(),
            self.clock,
            timetable=Timetable(lambda: self.is_open, VIETNAM, **timetable),
            stops=["waiting-area", "priority-seats"],
            door="exit",
        )

    async def begin(self) -> None:
        await self.fleet.start()
        await self.clock.advance(6)

    async def turn(self, *, is_open: bool) -> None:
        self.is_open = is_open
        await self.clock.advance(6)

    def simulated(self, robot: str = "robot-1") -> SimulatedRobot:
        driver = self.fleet.simulated(robot)
        assert isinstance(driver, SimulatedRobot)
        return driver

    def view(self, robot: str = "robot-1") -> RobotView:
        return self.fleet.robot(robot)

    def kinds(self) -> list[tuple[str, str] | None]:
        """What robots do, and who has asked."""
        missions = [view.mission for view in self.fleet.robots()]
        return [
            (mission.kind, mission.requested_by) if mission and not mission.ended else None
            for mission in missions
        ]


@pytest.fixture
async def days() -> Any:
    made: list[Day] = []

    async def day(**options: Any) -> Day:
        made.append(Day(**options))
        await made[-1].begin()
        return made[-1]

    yield day
    for one in made:
        await one.fleet.close()


async def test_it_charges_after_hours_and_is_back_at_opening(days: Any) -> None:
    day = await days()
    await day.clock.advance(120)
    assert day.kinds() == [None, None], "nothing moves because the process has begun"
    await day.fleet.start_mission("robot-1", "lead", "counter-3", "kiosk-1")
    await day.turn(is_open=False)
    assert day.kinds()[0] == ("lead", "kiosk-1"), "a visitor is led to the end"
    assert day.kinds()[1] == ("dock", AUTOMATIC)
    await day.clock.advance(240)
    assert [view.charging for view in day.fleet.robots()] == [True, True]
    await day.clock.advance(3600)
    assert day.kinds() == [None, None]
    await day.turn(is_open=True)
    assert day.kinds() == [("return", AUTOMATIC)] * 2
    await day.clock.advance(120)
    assert [view.charging for view in day.fleet.robots()] == [False, False]
    mission = day.view().mission
    assert (mission.state, mission.target.id) == ("arrived", "home")


async def test_a_charger_is_for_one(days: Any) -> None:
    day = await days(second_dock="dock")
    await day.turn(is_open=False)
    assert day.kinds() == [("dock", AUTOMATIC), None]
    await day.clock.advance(3600)
    assert [view.charging for view in day.fleet.robots()] == [True, False]
    assert day.view("robot-2").mission is None, "it waits where it is until the other one is gone"


async def test_whoever_should_not_stays_where_it_is_at_closing(days: Any) -> None:
    stays = await days(dock_after_hours=False)
    await stays.turn(is_open=False)
    assert stays.kinds() == [None, None]

    day = await days()
    day.simulated("robot-2").press_e_stop()
    stopping = day.fleet.stop("robot-1")
    await day.clock.advance(0)
    assert (await stopping).confirmed
    await day.turn(is_open=False)
    await day.clock.advance(600)
    assert day.kinds() == [None, None], "one is held, one has its emergency stop pressed"
    await day.fleet.resume("robot-1", "operator")
    await day.clock.advance(6)
    assert day.kinds()[0] == ("dock", AUTOMATIC), "somebody has let it go"


async def test_after_a_stop_on_the_way_it_waits_for_an_order(days: Any) -> None:
    day = await days()
    await day.fleet.start_mission("robot-1", "lead", "counter-3", "kiosk-1")
    await day.clock.advance(4)
    await _finished(day, day.fleet.stop("robot-1"))
    await day.fleet.resume("robot-1", "operator")
    await day.turn(is_open=False)
    await day.clock.advance(600)
    assert day.kinds()[0] is None
    assert day.view().mission.state == "stopped"
    await day.fleet.start_mission("robot-1", "return", None, "operator")
    await day.clock.advance(200)
    assert day.view().charging, "the order shows that somebody has looked; it is still closed"


async def test_a_low_battery_sends_it_to_the_charger_and_a_full_one_home(days: Any) -> None:
    day = await days()
    day.simulated().set_battery(0.2)
    await day.clock.advance(600)
    assert day.kinds() == [None, None], "nobody has asked it for anything since the process began"
    day.simulated().set_battery(0.3)
    await day.fleet.start_mission("robot-1", "return", None, "operator")
    await day.clock.advance(30)
    day.simulated().set_battery(0.2)
    await day.clock.advance(20)
    assert day.kinds()[0] is None, "somebody may be about to need it"
    await day.clock.advance(15)
    assert day.kinds()[0] == ("dock", AUTOMATIC)
    await day.clock.advance(120)
    assert day.view().charging
    day.simulated().set_battery(0.45)
    await day.clock.advance(30)
    assert day.kinds()[0] is None, "not yet enough"
    day.simulated().set_battery(0.6)
    await day.clock.advance(6)
    assert day.kinds()[0] == ("return", AUTOMATIC)


async def test_rounds_are_made_in_opening_hours_by_whoever_is_free(days: Any) -> None:
    day = await days(round_every=900.0)
    await day.clock.advance(880)
    assert day.kinds() == [None, None]
    await day.fleet.start_mission("robot-1", "greet", None, "operator")
    await day.clock.advance(20)
    assert day.kinds() == [("greet", "operator"), ("patrol", TIMETABLE)]
    await day.turn(is_open=False)
    await day.clock.advance(900)
    assert ("patrol", TIMETABLE) not in day.kinds()
    await day.turn(is_open=True)
    await day.clock.advance(890)
    assert ("patrol", TIMETABLE) not in day.kinds(), "counted from the opening"
    await day.clock.advance(30)
    assert ("patrol", TIMETABLE) in day.kinds()


async def test_it_greets_at_the_time_once_whatever_the_clock_does(days: Any) -> None:
    day = await days(greet_at=(time(8, 5), time(9, 0)))
    await day.clock.advance(270)
    assert day.kinds() == [None, None]
    await day.clock.advance(30)
    assert day.kinds() == [("greet", TIMETABLE), None]
    await day.fleet.cancel("robot-1", "operator")
    day.clock._start -= timedelta(minutes=3)
    await day.clock.advance(300)
    assert ("greet", TIMETABLE) not in day.kinds(), "the same five past eight once more"
    day.clock._start += timedelta(hours=3)
    await day.clock.advance(60)
    assert ("greet", TIMETABLE) not in day.kinds(), "what a leap has passed over is not made up for"


async def test_it_does_not_greet_when_closed(days: Any) -> None:
    day = await days(is_open=False, greet_at=(time(8, 5),), round_every=300.0)
    await day.clock.advance(1200)
    assert day.kinds() == [None, None]


async def _finished(day: Day, work: Any) -> None:
    running = asyncio.ensure_future(work)
    await day.clock.advance(1)
    await running
