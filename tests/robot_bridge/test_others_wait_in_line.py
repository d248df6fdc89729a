"""Who comes while a robot leads somebody is told how long, may wait, and is led next."""

import pytest
from small_lobby import COUNTER, HOME, TOILET, Lobby

from robot_bridge.line import EXPIRES, LONGEST
from robot_bridge.missions import Refused


async def test_a_busy_robot_says_how_long(lobby: Lobby) -> None:
    lobby.conductor.start("lead", COUNTER, "kiosk-1")
    await lobby.clock.advance(3)
    with pytest.raises(Refused) as error:
        lobby.conductor.start("lead", TOILET, "kiosk-2")
    assert error.value.wait_seconds is not None
    told = error.value.wait_seconds
    assert f"khoảng {-(-told // 60)} phút" in error.value.vi
    took = await lobby.until(
        lambda: lobby.mission().kind == "return" and lobby.mission().ended, 200
    )
    assert took == pytest.approx(told, rel=0.4)


async def test_those_who_wait_are_led_one_after_another_from_home(lobby: Lobby) -> None:
    lobby.conductor.start("lead", COUNTER, "kiosk-1")
    await lobby.clock.advance(2)
    first = lobby.conductor.wait_for(TOILET, "kiosk-1", pace=None, ticket=None)
    second = lobby.conductor.wait_for(COUNTER, "kiosk-1", pace="elderly", ticket="9")
    assert lobby.conductor.busy_seconds(0) < lobby.conductor.busy_seconds(1)
    assert [waiting.id for waiting in lobby.conductor.line] == [first.id, second.id]
    await lobby.until(lambda: lobby.mission().id == first.id, 120)
    pose = lobby.robot.snapshot().pose
    assert pose is not None
    assert (pose.x, pose.y) == pytest.approx((HOME.pose.x, HOME.pose.y), abs=0.3)
    await lobby.until(lambda: lobby.mission().id == second.id, 120)
    assert (lobby.mission().pace, lobby.mission().ticket) == ("elderly", "9")
    assert lobby.conductor.line == ()


async def test_whoever_waits_for_a_free_robot_is_led_at_once(lobby: Lobby) -> None:
    waiting = lobby.conductor.wait_for(TOILET, "kiosk-1", pace=None, ticket=None)
    assert lobby.mission().id == waiting.id
    assert (await lobby.ended()).state == "arrived"


async def test_a_stop_sends_the_line_away(lobby: Lobby) -> None:
    lobby.conductor.start("lead", COUNTER, "kiosk-1")
    await lobby.clock.advance(2)
    lobby.conductor.wait_for(TOILET, "kiosk-1", pace=None, ticket=None)
    await lobby.stop()
    assert lobby.conductor.line == ()
    await lobby.conductor.resume()
    await lobby.clock.advance(120)
    assert lobby.robot.snapshot().speed == 0
    assert lobby.mission().state == "stopped"


async def test_a_fault_sends_the_line_away(lobby: Lobby) -> None:
    lobby.conductor.start("lead", COUNTER, "kiosk-1")
    await lobby.clock.advance(4)
    lobby.conductor.wait_for(TOILET, "kiosk-1", pace=None, ticket=None)
    lobby.robot.press_e_stop()
    assert (await lobby.ended(5)).reason == "estop"
    lobby.robot.release_e_stop()
    await lobby.clock.advance(120)
    assert (lobby.conductor.line, lobby.mission().reason) == ((), "estop")


async def test_the_line_is_short_may_be_left_and_is_not_for_ever(lobby: Lobby) -> None:
    lobby.conductor.start("lead", COUNTER, "kiosk-1")
    await lobby.clock.advance(2)
    joined = [
        lobby.conductor.wait_for(TOILET, "kiosk-1", pace=None, ticket=None) for _ in range(LONGEST)
    ]
    with pytest.raises(Refused) as error:
        lobby.conductor.wait_for(TOILET, "kiosk-1", pace=None, ticket=None)
    assert error.value.code == "robot_busy"
    for waiting in joined[1:]:
        assert lobby.conductor.leave_line(waiting.id)
        assert not lobby.conductor.leave_line(waiting.id)
    person = [lobby.robot.add_obstacle(x, 3.0, 0.3) for x in (6.4, 6.8, 7.2, 7.6)]
    assert person
    assert (await lobby.ended(90)).reason == "blocked"
    assert EXPIRES > 90
    assert lobby.conductor.line == ()
