"""Missions from the announcement to their end, whatever comes between."""

from dataclasses import replace

import pytest
from small_lobby import COUNTER, DOCK, HOME, TOILET, Lobby, open_lobby

from robot_bridge.driver import Goal
from robot_bridge.missions import Policy, Refused


async def test_leading_announces_drives_arrives_and_goes_home(lobby: Lobby) -> None:
    lobby.conductor.start("lead", COUNTER, "kiosk-1")
    await lobby.clock.advance(0.1)
    assert lobby.mission().state == "announcing"
    assert lobby.robot.snapshot().speed == 0
    assert lobby.said[-1].vi == "Dạ, mời anh/chị theo em đến quầy số 3 ạ."
    assert lobby.said[-1].en == "Please follow me to counter 3."
    assert (await lobby.ended()).state == "arrived"
    assert lobby.said[-1].en == "Here we are: counter 3."
    await lobby.until(lambda: lobby.mission().kind == "return", 25)
    assert (await lobby.ended()).state == "arrived"
    pose = lobby.robot.snapshot().pose
    assert pose is not None
    assert (pose.x, pose.y) == pytest.approx((HOME.pose.x, HOME.pose.y), abs=0.1)
    kinds = [(kind, state) for kind, state, _ in lobby.states]
    assert kinds == [
        ("lead", "accepted"),
        ("lead", "announcing"),
        ("lead", "moving"),
        ("lead", "arrived"),
        ("return", "accepted"),
        ("return", "announcing"),
        ("return", "moving"),
        ("return", "arrived"),
    ]


async def test_a_second_visitor_waits(lobby: Lobby) -> None:
    lobby.conductor.start("lead", COUNTER, "kiosk-1")
    await lobby.clock.advance(5)
    with pytest.raises(Refused) as error:
        lobby.conductor.start("lead", TOILET, "kiosk-2")
    assert error.value.code == "robot_busy"
    assert "quầy số 3" in error.value.vi
    assert lobby.mission().target is COUNTER


async def test_a_visitor_comes_before_the_way_home(lobby: Lobby) -> None:
    lobby.conductor.start("lead", TOILET, "kiosk-1")
    await lobby.ended()
    await lobby.until(lambda: lobby.mission().kind == "return" and lobby.robot.snapshot().speed > 0)
    lobby.conductor.start("lead", COUNTER, "kiosk-1")
    assert ("return", "cancelled", "replaced") in lobby.states
    assert (await lobby.ended()).state == "arrived"
    assert lobby.mission().target is COUNTER


async def test_a_low_battery_goes_to_the_dock_instead_of_home(lobby: Lobby) -> None:
    lobby.conductor.start("lead", TOILET, "kiosk-1")
    await lobby.ended()
    lobby.robot.set_battery(0.2)
    await lobby.until(lambda: lobby.mission().kind == "dock", 25)
    assert (await lobby.ended()).state == "arrived"
    assert lobby.robot.snapshot().charging


async def test_a_docked_robot_undocks_to_lead(lobby: Lobby) -> None:
    lobby.conductor.start("dock", DOCK, "operator")
    assert (await lobby.ended()).state == "arrived"
    lobby.conductor.start("dock", DOCK, "operator")
    assert (await lobby.ended()).state == "arrived", "docking twice is fine"
    lobby.conductor.start("lead", COUNTER, "operator")
    assert (await lobby.ended()).state == "arrived"


async def test_cancel_ends_it_and_the_robot_goes_home_later(lobby: Lobby) -> None:
    await lobby.conductor.cancel()
    lobby.conductor.start("lead", COUNTER, "kiosk-1")
    await lobby.clock.advance(5)
    await lobby.conductor.cancel()
    await lobby.clock.advance(2)
    assert lobby.mission().state == "cancelled"
    assert lobby.robot.snapshot().speed == 0
    await lobby.until(lambda: lobby.mission().kind == "return", 25)
    assert (await lobby.ended()).state == "arrived"


async def test_a_blocked_way_waits_asks_and_goes_round() -> None:
    lobby = await open_lobby()
    lobby.conductor.start("lead", TOILET, "kiosk-1")
    await lobby.clock.advance(3)
    lobby.robot.add_obstacle(4.0, 1.0, 0.25)
    await lobby.until(lambda: lobby.mission().state == "waiting", 20)
    assert await lobby.until(lambda: "đi nhờ" in lobby.said[-1].vi) == pytest.approx(3, abs=1)
    assert (await lobby.ended(60)).state == "arrived"
    await lobby.conductor.close()


async def test_a_way_that_stays_blocked_is_given_up_politely() -> None:
    lobby = await open_lobby()
    for x in (6.4, 6.8, 7.2, 7.6):
        lobby.robot.add_obstacle(x, 3.0, 0.3)
    lobby.conductor.start("lead", COUNTER, "kiosk-1")
    await lobby.until(lambda: lobby.mission().state == "waiting", 60)
    took = await lobby.until(lambda: lobby.mission().ended, 60)
    assert took == pytest.approx(30, abs=3)
    assert (lobby.mission().state, lobby.mission().reason) == ("failed", "blocked")
    assert "đường đang bị chắn" in lobby.said[-1].vi
    await lobby.until(lambda: lobby.mission().kind == "return", 25)
    assert (await lobby.ended()).state == "arrived"
    await lobby.conductor.close()


async def test_somebody_who_steps_aside_is_thanked_by_going_on() -> None:
    lobby = await open_lobby()
    lobby.conductor.start("lead", TOILET, "kiosk-1")
    await lobby.clock.advance(3)
    person = lobby.robot.add_obstacle(4.0, 1.0, 0.25)
    await lobby.until(lambda: lobby.mission().state == "waiting", 20)
    lobby.robot.remove_obstacle(person)
    await lobby.until(lambda: lobby.mission().state == "moving", 2)
    assert (await lobby.ended()).state == "arrived"
    assert not any("đi nhờ" in said.vi for said in lobby.said)
    await lobby.conductor.close()


@pytest.mark.parametrize(
    ("fault", "undo", "reason", "code"),
    [
        ("press_e_stop", "release_e_stop", "estop", "robot_e_stop"),
        ("cut_link", "restore_link", "link_lost", "robot_unavailable"),
        ("lose_place", "find_place", "not_localised", "robot_not_localised"),
        ("take", "give_back", "manual_mode", "robot_manual"),
    ],
)
async def test_a_fault_ends_the_mission_and_nothing_resumes(
    lobby: Lobby, fault: str, undo: str, reason: str, code: str
) -> None:
    robot = lobby.robot
    acts = {
        "press_e_stop": robot.press_e_stop,
        "release_e_stop": robot.release_e_stop,
        "cut_link": robot.cut_link,
        "restore_link": robot.restore_link,
        "lose_place": lambda: robot.set_localised(False),
        "find_place": lambda: robot.set_localised(True),
        "take": lambda: robot.set_manual(True),
        "give_back": lambda: robot.set_manual(False),
    }
    lobby.conductor.start("lead", COUNTER, "kiosk-1")
    await lobby.clock.advance(5)
    acts[fault]()
    await lobby.clock.advance(2)
    assert (lobby.mission().state, lobby.mission().reason) == ("failed", reason)
    with pytest.raises(Refused) as error:
        lobby.conductor.start("lead", COUNTER, "kiosk-1")
    assert error.value.code == code
    acts[undo]()
    await lobby.clock.advance(60)
    assert lobby.mission().kind == "lead", "no motion without a new command"
    assert robot.snapshot().speed == 0
    lobby.conductor.start("lead", COUNTER, "kiosk-1")
    assert (await lobby.ended()).state == "arrived"


async def test_an_e_stop_during_the_announcement_prevents_the_first_motion(lobby: Lobby) -> None:
    lobby.conductor.start("lead", COUNTER, "kiosk-1")
    await lobby.clock.advance(0.5)
    lobby.robot.press_e_stop()
    assert (await lobby.ended(10)).reason == "estop"


async def test_below_the_floor_only_the_dock_is_a_target(lobby: Lobby) -> None:
    lobby.robot.set_battery(0.05)
    with pytest.raises(Refused) as error:
        lobby.conductor.start("lead", COUNTER, "kiosk-1")
    assert error.value.code == "robot_battery_low"
    lobby.conductor.start("dock", DOCK, "operator")
    assert (await lobby.ended()).state == "arrived"


async def test_a_goal_from_elsewhere_ends_the_mission_without_a_fight(lobby: Lobby) -> None:
    lobby.conductor.start("lead", COUNTER, "kiosk-1")
    await lobby.clock.advance(5)
    await lobby.robot.go_to(Goal("of somebody else", TOILET.pose))
    await lobby.clock.advance(1)
    assert (lobby.mission().state, lobby.mission().reason) == ("failed", "preempted")


async def test_a_place_off_the_map_is_refused(lobby: Lobby) -> None:
    outside = replace(COUNTER, pose=replace(COUNTER.pose, x=40.0))
    with pytest.raises(Refused) as error:
        lobby.conductor.start("lead", outside, "kiosk-1")
    assert error.value.code == "place_unreachable"


async def test_stop_holds_until_resume_and_there_is_no_way_home(lobby: Lobby) -> None:
    lobby.conductor.start("lead", COUNTER, "kiosk-1")
    await lobby.until(lambda: lobby.robot.snapshot().speed > 0.5)
    assert await lobby.stop()
    assert lobby.robot.snapshot().speed == 0
    assert lobby.mission().state == "stopped"
    assert lobby.said[-1].en == "I have stopped."
    with pytest.raises(Refused) as error:
        lobby.conductor.start("lead", COUNTER, "kiosk-1")
    assert error.value.code == "robot_stopped"
    await lobby.clock.advance(120)
    await lobby.conductor.resume()
    await lobby.clock.advance(120)
    assert lobby.mission().state == "stopped"
    assert lobby.robot.snapshot().speed == 0
    lobby.conductor.start("return", HOME, "operator")
    assert (await lobby.ended()).state == "arrived"


async def test_stop_is_fine_without_a_mission_twice_and_while_docking(lobby: Lobby) -> None:
    assert await lobby.stop()
    assert await lobby.stop()
    await lobby.conductor.resume()
    lobby.conductor.start("dock", DOCK, "operator")
    await lobby.until(lambda: lobby.robot.snapshot().activity == "docking")
    assert await lobby.stop()
    assert lobby.mission().state == "stopped"
    assert not lobby.robot.snapshot().charging


async def test_a_stop_forgets_the_planned_way_home(lobby: Lobby) -> None:
    lobby.conductor.start("lead", TOILET, "kiosk-1")
    await lobby.ended()
    await lobby.clock.advance(10)
    await lobby.stop()
    await lobby.conductor.resume()
    await lobby.clock.advance(120)
    assert lobby.mission().kind == "lead"


async def test_a_robot_may_be_told_to_stay() -> None:
    lobby = await open_lobby(Policy(return_after=None))
    lobby.conductor.start("lead", TOILET, "kiosk-1")
    await lobby.ended()
    await lobby.clock.advance(300)
    assert lobby.mission().kind == "lead"
    await lobby.conductor.close()


async def test_closing_ends_what_runs(lobby: Lobby) -> None:
    lobby.conductor.start("lead", COUNTER, "kiosk-1")
    await lobby.clock.advance(5)
    await lobby.conductor.close()
    assert (lobby.mission().state, lobby.mission().reason) == ("cancelled", "closed")
