"""Two robots and one narrow passage: one waits outside, both arrive, nobody waits for ever."""

import asyncio

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_lobby import small_lobby

from robot_bridge.clock import ManualClock
from robot_bridge.conductor import Conductor, Posts
from robot_bridge.driver import DriverConfig, Pose
from robot_bridge.drivers.simulator import SimulatedRobot
from robot_bridge.link import KeptDriver
from robot_bridge.lobby_map import OCCUPIED, LobbyMap
from robot_bridge.missions import Policy
from robot_bridge.passages import Passages
from robot_bridge.places import Place

WEST = Place("west", "poi", "phía tây", "the west", Pose(1.5, 3.0, 0.0))
EAST = Place("east", "poi", "phía đông", "the east", Pose(8.5, 3.0, 0.0))
NORTH_WEST = Place("north-west", "home", "góc tây", "corner", Pose(1.5, 5.0, 0.0))
SOUTH_EAST = Place("south-east", "home", "góc đông", "corner", Pose(8.5, 1.0, 0.0))


def two_rooms() -> LobbyMap:
    """10 m x 6 m, two rooms joined by a corridor of 1 m width and 2 m length in the middle."""
    cells = np.zeros((120, 200), dtype=np.int8)
    cells[[0, -1], :] = OCCUPIED
    cells[:, [0, -1]] = OCCUPIED
    cells[:50, 80:120] = OCCUPIED
    cells[70:, 80:120] = OCCUPIED
    return LobbyMap(0.05, (0.0, 0.0, 0.0), cells)


class Pair:
    """Two robots, one in each room."""

    def __init__(self, policy: Policy) -> None:
        self.clock, self.map = ManualClock(), two_rooms()
        self.passages = Passages(self.map)
        self.robots: list[SimulatedRobot] = []
        self.conductors = [
            self._build("robot-1", NORTH_WEST, policy),
            self._build("robot-2", SOUTH_EAST, policy),
        ]

    def _build(self, id_: str, home: Place, policy: Policy) -> Conductor:
        robot = SimulatedRobot(DriverConfig(id_, self.map, home.pose, None, 0.6, self.clock))
        self.robots.append(robot)
        return Conductor(
            id_,
            KeptDriver(id_, lambda: robot, self.clock),
            lobby_map=self.map,
            posts=Posts(home, None),
            policy=policy,
            clock=self.clock,
            on_change=lambda: None,
            on_say=lambda said: None,
            passages=self.passages,
        )

    async def open(self) -> None:
        for conductor in self.conductors:
            await conductor.open()
        await self.clock.advance(0.2)

    async def close(self) -> None:
        await asyncio.gather(*(conductor.close() for conductor in self.conductors))

    def inside(self) -> int:
        """How many stand in the corridor."""
        poses = [robot.snapshot().pose for robot in self.robots]
        return sum(pose is not None and self.passages.at((pose.x, pose.y)) > 0 for pose in poses)

    async def both_end(self) -> None:
        for _ in range(2400):
            assert self.inside() <= 1, "two robots in one passage"
            missions = [conductor.mission for conductor in self.conductors]
            if all(mission is not None and mission.ended for mission in missions):
                return
            await self.clock.advance(0.1)
        pytest.fail("a mission never ended")


def test_a_corridor_is_a_passage_and_a_room_is_none() -> None:
    passages = Passages(two_rooms())
    assert passages.count == 1
    assert passages.at((5.0, 3.0)) == 1
    assert passages.at((1.0, 1.0)) == passages.at((0.4, 0.4)) == passages.at((99.0, 0.0)) == 0
    assert passages.on([(1.5, 3.0), (8.5, 3.0)]) == {1}
    assert passages.on([(1.0, 1.0), (2.0, 5.0)]) == passages.on([]) == frozenset()
    assert Passages(small_lobby()).count == 0, "two metres are wide enough for two"


async def test_two_robots_that_want_through_go_one_after_the_other() -> None:
    pair = Pair(Policy(return_after=None))
    await pair.open()
    pair.conductors[0].start("lead", EAST, "kiosk-1")
    pair.conductors[1].start("lead", WEST, "kiosk-2")
    await pair.both_end()
    assert [conductor.mission.state for conductor in pair.conductors if conductor.mission] == [
        "arrived",
        "arrived",
    ]
    await pair.close()


async def test_whoever_stands_in_a_passage_has_it_and_the_other_gives_up_in_time() -> None:
    pair = Pair(Policy(return_after=None, passage_seconds=20))
    await pair.open()
    pair.conductors[0].start("lead", EAST, "kiosk-1")
    while not pair.inside():
        await pair.clock.advance(0.2)
    pair.robots[0].press_e_stop()
    await pair.clock.advance(1)
    pair.conductors[1].start("lead", WEST, "kiosk-2")
    await pair.both_end()
    first, second = (conductor.mission for conductor in pair.conductors)
    assert first is not None
    assert second is not None
    assert (first.reason, second.reason) == ("estop", "blocked")
    await pair.close()


async def test_a_stop_while_waiting_for_a_passage_gives_the_place_in_the_order_back() -> None:
    pair = Pair(Policy(return_after=None))
    await pair.open()
    pair.conductors[0].start("lead", EAST, "kiosk-1")
    pair.conductors[1].start("lead", WEST, "kiosk-2")
    await pair.clock.advance(3)
    stopping = asyncio.create_task(pair.conductors[1].stop())
    await pair.clock.advance(1)
    assert (await stopping).confirmed
    await pair.both_end()
    mission = pair.conductors[0].mission
    assert mission is not None
    assert mission.state == "arrived"
    pair.conductors[0].start("return", NORTH_WEST, "operator")
    await pair.both_end()
    await pair.close()


@given(
    st.lists(st.tuples(st.integers(0, 3), st.sets(st.integers(1, 4)), st.booleans()), max_size=40)
)
def test_no_passage_is_ever_held_twice_and_somebody_can_always_go(
    steps: list[tuple[int, set[int], bool]],
) -> None:
    passages = Passages(two_rooms())
    for number in range(4):
        passages.register(f"r{number}", lambda: None)
    held: dict[str, frozenset[int]] = {}
    for number, wanted, leaves in steps:
        robot = f"r{number}"
        if leaves:
            passages.leave(robot)
            held.pop(robot, None)
        elif passages.take(robot, frozenset(wanted)):
            held[robot] = frozenset(wanted)
        else:  # who is refused has nothing
            assert not frozenset(wanted) <= held.pop(robot, frozenset())
        taken = [passage for mine in held.values() for passage in mine]
        assert len(taken) == len(set(taken))
    for robot in held:
        passages.leave(robot)
    waiting = [f"r{number}" for number in range(4)]
    assert any(passages.take(robot, frozenset({1, 2, 3, 4})) for robot in waiting) or any(
        passages.take(robot, frozenset({1})) for robot in waiting
    )


async def test_maps_are_told_which_passage_is_closed_to_others() -> None:
    pair = Pair(Policy(return_after=None))
    await pair.open()
    assert pair.passages.closed() == {}
    pair.conductors[0].start("lead", EAST, "test")
    await pair.clock.advance(3)
    (robot,) = pair.passages.closed()
    assert robot == "robot-1"
    corners = [corner for area in pair.passages.closed()[robot] for corner in area]
    assert {pair.passages.at(point) for point in ((5.0, 3.0),)} == {1}
    assert all(3.4 <= x <= 6.6 and 2.4 <= y <= 3.6 for x, y in corners), "the corridor alone"
    await pair.clock.advance(60)
    assert pair.passages.closed() == {}
    await pair.close()
