"""The dead man's switch: a thread halts robots while the loop is blocked; their missions fail."""

import asyncio
import threading

from small_lobby import COUNTER, Lobby

from robot_bridge.deadman import Deadman
from robot_bridge.link import KeptDriver


async def test_a_thread_halts_while_the_loop_is_blocked_and_the_loop_is_told_afterwards() -> None:
    halted, told, lost = threading.Event(), asyncio.Event(), []

    def back(seconds: float) -> None:
        lost.append(seconds)
        told.set()

    deadman = Deadman(halted.set, back, limit=0.2)
    deadman.start()
    assert halted.wait(20), "the loop is blocked by this very wait"
    await asyncio.wait_for(told.wait(), 20)
    assert lost[0] > 0.2
    await deadman.close()


async def test_a_halt_that_fails_does_not_end_the_watch() -> None:
    times, again = [], threading.Event()

    def halt() -> None:
        times.append(len(times))
        if len(times) > 1:
            again.set()
        raise OSError("foreign code")

    told = asyncio.Event()
    deadman = Deadman(halt, lambda seconds: told.set(), limit=0.1)
    deadman.start()
    for _ in range(100):
        told.clear()
        again.wait(0.3)
        await asyncio.wait_for(told.wait(), 20)
        if again.is_set():
            break
    assert again.is_set()
    await deadman.close()


async def test_a_mission_on_its_way_fails_and_nothing_resumes(lobby: Lobby) -> None:
    lobby.conductor.lost_control(3.0)
    lobby.conductor.start("lead", COUNTER, "kiosk-1")
    await lobby.until(lambda: lobby.robot.snapshot().speed > 0.5)
    lobby.conductor.lost_control(3.0)
    mission = await lobby.ended(2)
    assert (mission.state, mission.reason) == ("failed", "internal")
    await lobby.clock.advance(120)
    assert lobby.robot.snapshot().speed == 0
    assert lobby.mission().id == mission.id


async def test_a_driver_may_halt_from_a_thread(lobby: Lobby) -> None:
    halted = []
    lobby.robot.halt_from_thread = lambda: halted.append(True)  # type: ignore[attr-defined]
    kept = KeptDriver("robot-1", lambda: lobby.robot, lobby.clock)
    kept.halt_from_thread()
    assert halted == [], "not connected: there is nothing to halt"
    await kept.connect()
    await lobby.clock.advance(0.2)
    kept.halt_from_thread()
    assert halted == [True]
    await kept.close()
