"""Any order of missions, stops, faults and waiting: a stopped robot stands, every mission ends."""

import asyncio

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from small_lobby import COUNTER, DOCK, HOME, TOILET, Lobby, open_lobby

from robot_bridge.missions import ENDED, Policy, Refused
from robot_bridge.places import Place

TARGETS = {
    "lead": (COUNTER, TOILET),
    "return": (HOME,),
    "dock": (DOCK,),
    "announce": (TOILET, COUNTER),
    "patrol": (TOILET, COUNTER),
    "greet": (TOILET, HOME),
}
BRISK = Policy(pause_every=2.0, ask_seconds=3, patrol_seconds=3, greet_seconds=30, return_after=5.0)


class Counters:
    """Counters that close and open at any time."""

    shut = False

    def closed(self, place: Place) -> bool:
        return self.shut and place.id == COUNTER.id

    def instead(self, place: Place) -> Place | None:
        return TOILET


class Lobbies(RuleBasedStateMachine):
    """Drives one robot through whatever may happen in a lobby."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.people: list[int] = []
        self.held = False

    @initialize()
    def open(self) -> None:
        self.counters = Counters()
        self.lobby: Lobby = self.loop.run_until_complete(open_lobby(BRISK, counters=self.counters))

    @rule(kind=st.sampled_from(sorted(TARGETS)), which=st.integers(0, 1), who=st.booleans())
    def start(self, kind: str, which: int, who: bool) -> None:
        targets = TARGETS[kind]

        async def begin() -> None:
            before = self.lobby.conductor.mission
            try:
                self.lobby.conductor.start(
                    kind,  # type: ignore[arg-type]
                    targets[which % len(targets)],
                    "operator" if who else "kiosk-1",
                    sentence_key="closing_soon",
                )
            except Refused as refused:
                assert refused.vi
                assert refused.en
                assert self.lobby.conductor.mission is before
            else:
                assert not self.held, "a stopped robot took a mission"

        self.loop.run_until_complete(begin())

    @rule(following=st.booleans())
    def answer(self, following: bool) -> None:
        mission = self.lobby.conductor.mission
        asked = mission is not None and mission.question is not None
        assert self.lobby.conductor.answer(following) == asked

    @rule(pace=st.sampled_from(["normal", "elderly"]))
    def walk(self, pace: str) -> None:
        self.loop.run_until_complete(
            self.lobby.conductor.set_pace(pace)  # type: ignore[arg-type]
        )

    @rule()
    def stand_in_line(self) -> None:
        async def stand() -> None:
            try:
                self.lobby.conductor.wait_for(TOILET, "kiosk-1", pace=None, ticket=None)
            except Refused as refused:
                assert refused.vi
            else:
                assert not self.held, "a stopped robot promised to come"

        self.loop.run_until_complete(stand())

    @rule(shut=st.booleans())
    def counter(self, shut: bool) -> None:
        self.counters.shut = shut

    @rule()
    def somebody_comes(self) -> None:
        self.lobby.conductor.somebody_came()

    @rule()
    def stop(self) -> None:
        assert self.loop.run_until_complete(self.lobby.stop())
        self.held = True
        assert self.lobby.robot.snapshot().speed == 0

    @rule()
    def resume(self) -> None:
        self.loop.run_until_complete(self.lobby.conductor.resume())
        self.held = False

    @rule()
    def cancel(self) -> None:
        self.loop.run_until_complete(self.lobby.conductor.cancel())

    @rule(seconds=st.sampled_from([0.05, 0.3, 1.6, 5.0, 25.0]))
    def wait(self, seconds: float) -> None:
        before = self.lobby.robot.snapshot().pose if self.held else None
        self.loop.run_until_complete(self.lobby.clock.advance(seconds))
        if before is not None:
            assert self.lobby.robot.snapshot().pose == before, "it moved while stopped"

    @rule(x=st.floats(1.5, 7.5), y=st.floats(0.5, 5.5))
    def person_comes(self, x: float, y: float) -> None:
        self.people.append(self.lobby.robot.add_obstacle(x, y, 0.25))

    @rule()
    def people_go(self) -> None:
        while self.people:
            self.lobby.robot.remove_obstacle(self.people.pop())

    @rule(pressed=st.booleans())
    def e_stop(self, pressed: bool) -> None:
        robot = self.lobby.robot
        if pressed:
            robot.press_e_stop()
        else:
            robot.release_e_stop()
        self.loop.run_until_complete(self.lobby.clock.advance(0.2))

    @rule(up=st.booleans())
    def link(self, up: bool) -> None:
        robot = self.lobby.robot
        if up:
            robot.restore_link()
        else:
            robot.cut_link()
        self.loop.run_until_complete(self.lobby.clock.advance(0.2))

    @invariant()
    def a_stopped_robot_stands(self) -> None:
        if self.held:
            assert self.lobby.conductor.stopped
            assert self.lobby.robot.snapshot().speed == 0
            mission = self.lobby.conductor.mission
            assert mission is None or mission.state in ENDED

    @invariant()
    def one_owner_of_motion(self) -> None:
        self.loop.run_until_complete(self.lobby.clock.settle())
        owners = [
            task
            for task in asyncio.all_tasks(self.loop)
            if task.get_name() == "robot-1 mission" and not task.done()
        ]
        assert len(owners) <= 1
        mission = self.lobby.conductor.mission
        assert mission is None or not (mission.ended and mission.question)

    def teardown(self) -> None:
        lobby = self.lobby

        async def finish() -> None:
            for _ in range(20):  # also of those who wait, and the ways home
                mission = lobby.conductor.mission
                if (mission is None or mission.ended) and not lobby.conductor.line:
                    break
                await lobby.clock.advance(60)
            assert lobby.conductor.mission is None or lobby.conductor.mission.ended, (
                f"never ended: {lobby.conductor.mission}"
            )
            await lobby.conductor.close()

        self.loop.run_until_complete(finish())
        self.loop.close()


TestStopAlwaysWins = Lobbies.TestCase
TestStopAlwaysWins.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, print_blob=True
)
