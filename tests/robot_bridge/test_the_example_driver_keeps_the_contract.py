"""The driver in docs/new-robot.md, as it stands there, under the suite of every driver."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import test_same_contract_for_every_driver as suite
from cuckoo_robot import CuckooBody
from ros_rig import free_port
from small_lobby import DOCK, HOME, small_lobby
from test_same_contract_for_every_driver import (  # noqa: F401 - collected here with our rig
    FAR,
    NEAR,
    Rig,
    test_a_fault_ends_the_goal_and_refuses_the_next,
    test_a_goal_in_a_wall_is_unreachable,
    test_a_goal_is_accepted_and_reached,
    test_a_new_goal_replaces_the_old_one,
    test_a_speed_limit_lowers_the_ceiling_and_never_lifts_it,
    test_a_stop_stands_within_200_ms_and_holds,
    test_cancel_ends_the_goal_and_holds_nothing,
    test_close_ends_a_goal_and_may_be_repeated,
    test_docked_is_who_charges,
    test_speech_and_screen_are_refused_when_there_is_none,
    test_stop_works_in_any_state_and_twice,
    test_the_state_tells_the_goal_and_its_own_age,
)

from robot_bridge.clock import ManualClock
from robot_bridge.driver import (
    DriverConfig,
    DriverError,
    DriverEvent,
    Failed,
    FailureCode,
    Goal,
    LinkBack,
    LinkLost,
    RobotDriver,
)
from robot_bridge.drivers import check_options, driver_names, find_driver

PAGE = Path(__file__).parents[2] / "docs" / "new-robot.md"
STEP = 0.05


def blocks(language: str) -> list[str]:
    """The fenced blocks of the page, without the indentation of lists."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", PAGE.read_text("utf-8"), re.M | re.S)
    return [re.sub(rf"^{indent}", "", block, flags=re.M) for indent, block in found]


@pytest.fixture
def cuckoo_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example as an installed package, with the entry point that the page shows."""
    (code,) = [block for block in blocks("python") if block.startswith('"""Cuckoo')]
    (announced,) = [block for block in blocks("toml") if "entry-points" in block]
    (tmp_path / "cuckoo_driver.py").write_text(code, "utf-8")
    info = tmp_path / "cuckoo_driver-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: cuckoo-driver\nVersion: 1.0\n")
    group, _, entry = announced.strip().partition("\n")
    group = group.removeprefix('[project.entry-points."').removesuffix('"]')
    (info / "entry_points.txt").write_text(f"[{group}]\n{entry.replace(chr(34), '')}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "cuckoo_driver", raising=False)


class Yard:
    """The robot, its driver, and time for both."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = ManualClock()
        self.body = CuckooBody()
        self.events: list[DriverEvent] = []
        self._asking = 0
        original = httpx.AsyncClient.send

        async def counted(client: httpx.AsyncClient, *args: Any, **options: Any) -> httpx.Response:
            self._asking += 1
            try:
                return await original(client, *args, **options)
            finally:
                self._asking -= 1

        monkeypatch.setattr(httpx.AsyncClient, "send", counted)

    def driver(self, **options: object) -> RobotDriver:
        url = f"http://127.0.0.1:{self.body.port}"
        return find_driver("cuckoo")(
            DriverConfig(
                "robot-1",
                small_lobby(),
                HOME.pose,
                DOCK.pose,
                0.6,
                self.clock,
                url,
                None,
                None,
                options,
            )
        )

    async def answered(self) -> None:
        """Everything that was asked has its answer: that takes the machine's time, not ours."""
        async with asyncio.timeout(10):
            await self.clock.settle()
            while self._asking:
                await self.clock.settle()

    async def advance(self, seconds: float) -> None:
        await self.answered()
        for _ in range(max(1, round(seconds / STEP))):
            await self.clock.advance(STEP)
            await self.answered()
            self.body.robot.step(STEP)
        await self.answered()


@pytest.fixture
async def yard(cuckoo_package: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Yard]:
    made = Yard(monkeypatch)
    await made.body.open(free_port())
    yield made
    await made.body.close()


@pytest.fixture
async def rig(yard: Yard) -> AsyncIterator[Rig]:
    driver, body = yard.driver(), yard.body
    made = Rig(
        driver,
        yard.advance,
        lambda: body.robot.change(e_stop=True),
        body.kill,
        lambda: setattr(body, "localised", False),
        lambda: body.robot.change(manual=True),
    )
    await driver.connect()

    async def listen(events: AsyncIterator[DriverEvent]) -> None:
        async for event in events:
            made.events.append(event)

    listening = asyncio.create_task(listen(driver.events()))
    yield made
    await driver.close()
    await asyncio.wait_for(listening, 5)


def test_the_whole_suite_is_used() -> None:
    promised = {name for name in vars(suite) if name.startswith("test_")}
    assert promised - set(globals()) == {"test_every_registered_driver_is_in_this_suite"}


@pytest.mark.usefixtures("cuckoo_package")
def test_the_page_announces_it_and_its_settings_are_checked() -> None:
    assert "cuckoo" in driver_names()
    check_options("robot-1", "cuckoo", {"clearance": 0.35})
    with pytest.raises(ValueError, match="clearence"):
        check_options("robot-1", "cuckoo", {"clearence": 0.35})


async def test_the_first_thing_it_hears_is_a_halt(yard: Yard) -> None:
    yard.body.drive({"id": "of an earlier life", "x": 1.0, "y": 5.0, "heading": 0.0, "speed": 0.6})
    driver = yard.driver()
    await driver.connect()
    assert yard.body.asked == ["halt"]
    assert yard.body.outcome == "cancelled"
    await driver.close()


async def test_a_stop_that_overtakes_a_goal_wins(rig: Rig, yard: Yard) -> None:
    going = asyncio.create_task(rig.driver.go_to(Goal("a", FAR)))
    stopping = asyncio.create_task(rig.driver.stop("test"))
    await asyncio.gather(going, rig.advance(1), return_exceptions=True)
    assert (await stopping).confirmed
    assert yard.body.outcome in (None, "cancelled")
    assert yard.body.robot.speed == 0
    assert rig.driver.snapshot().goal_id is None


async def test_a_lost_link_is_found_again_and_nothing_is_resumed(rig: Rig, yard: Yard) -> None:
    await rig.driver.go_to(Goal("a", FAR))
    await rig.advance(2)
    yard.body.kill()
    await rig.until(lambda: rig.ended("a") is not None, 4)
    assert any(isinstance(event, LinkLost) for event in rig.events)
    first, yard.body._server = yard.body._server, None
    assert first is not None
    first.should_exit = True
    assert yard.body._serving is not None
    await asyncio.wait_for(yard.body._serving, 10)
    yard.body.asked.clear()
    await yard.body.open(yard.body.port)
    await rig.until(lambda: any(isinstance(event, LinkBack) for event in rig.events), 4)
    assert yard.body.asked[0] == "halt"
    await rig.advance(3)
    assert "goto" not in yard.body.asked
    assert yard.body.robot.speed == 0
    await rig.driver.go_to(Goal("b", NEAR))
    await rig.until(lambda: rig.ended("b") is not None)


@pytest.mark.parametrize("answer", [{"x": "inf"}, {"x": None}, {"speed": "fast"}, {"outcome": 7}])
async def test_garbage_is_no_state(rig: Rig, yard: Yard, answer: dict[str, Any]) -> None:
    await rig.driver.go_to(Goal("a", FAR))
    await rig.advance(1)
    yard.body.answer = answer
    await rig.until(lambda: rig.ended("a") is not None, 4)
    event = rig.ended("a")
    assert isinstance(event, Failed)
    assert event.code is FailureCode.LINK_LOST
    with pytest.raises(DriverError):
        await rig.driver.go_to(Goal("b", NEAR))
    yard.body.answer = {}
    await rig.advance(1)
    assert yard.body.robot.speed == 0, "halted when it could be understood again"
