"""What the robot itself says: switches, place, battery, progress (robot.md §11)."""

import math
from typing import Any

import pytest
from ros_nav import NavGoal
from ros_rig import Hall, Scene, open_scene
from small_lobby import COUNTER, DOCK, HOME

from robot_bridge.driver import (
    DriverError,
    Failed,
    FailureCode,
    Goal,
    Obstructed,
    Pose,
    SafetyChanged,
)
from robot_bridge.missions import Refused


def _refused(scene: Scene, code: str) -> None:
    with pytest.raises(Refused) as refused:
        scene.lead()
    assert refused.value.code == code


async def test_a_robot_that_will_not_stop_is_told_so_again_and_again(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    scene.server.robot.faults.ignores_cancel = True
    result = await scene.hall.finish(scene.conductor.stop("test"), 3)
    assert not result.confirmed
    assert "refuses" in result.text
    before = len(scene.server.sent("call_service"))
    await scene.hall.advance(5)
    assert len(scene.server.sent("call_service")) >= before + 5, "at least once a second"
    scene.server.robot.faults.ignores_cancel = False
    await scene.hall.until(lambda: scene.server.robot.speed == 0, 3)
    await scene.hall.advance(3)
    quiet = len(scene.server.sent("call_service"))
    await scene.hall.advance(5)
    assert len(scene.server.sent("call_service")) == quiet


async def test_a_stopped_robot_that_moves_again_is_stopped_again(scene: Scene) -> None:
    await scene.hall.finish(scene.conductor.stop("test"), 3)
    await scene.hall.advance(3)
    goal = {"pose": {"pose": {"position": {"x": 6.5, "y": 1.0}, "orientation": {"z": 0, "w": 1}}}}
    scene.server.robot.begin(
        NavGoal("/navigate_to_pose", goal, lambda values: None, lambda status, values: None)
    )
    await scene.hall.until(lambda: scene.server.robot.goal is None, 3)
    await scene.hall.until(lambda: scene.server.robot.speed == 0, 1)


async def test_a_robot_that_does_not_get_on_is_blocked_then_given_up(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    scene.server.robot.faults.stuck = True
    took = await scene.hall.until(scene.ended, 90)
    assert scene.outcome == ("failed", "blocked")
    assert 45 <= took <= 56, "20 s until it counts as blocked, 30 s of patience"
    assert any(isinstance(e, Obstructed) and e.blocked for e in scene.events)
    codes = [said.code for said in scene.said]
    assert "excuse_me" in codes
    assert "way_blocked" in codes
    assert scene.server.robot.goal is None


async def test_without_anybody_above_a_stuck_robot_is_given_up_all_the_same(scene: Scene) -> None:
    await scene.kept.go_to(Goal("a", COUNTER.pose))
    await scene.hall.until(lambda: scene.state().speed > 0.3, 5)
    scene.server.robot.faults.stuck = True
    await scene.hall.until(lambda: _failed(scene, "a") is not None, 70)
    assert _failed(scene, "a") is FailureCode.BLOCKED
    await scene.hall.advance(1)
    assert scene.server.robot.goal is None


async def test_a_goal_of_which_nothing_is_heard_any_more_is_given_up(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    scene.server.robot.faults.mute = True
    took = await scene.hall.until(scene.ended, 10)
    assert took <= 5.5
    assert scene.outcome == ("failed", "timeout")
    await scene.hall.advance(0.5)
    assert scene.server.robot.goal is None
    scene.server.robot.faults.mute = False
    await scene.hall.advance(3)
    scene.lead()
    await scene.hall.until(scene.ended)
    assert scene.outcome == ("arrived", None)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (None, None),
        ("full", None),
        (-1.0, None),
        (0.42, 0.42),
        (1.0, 1.0),
        (42.0, 0.42),
        (250.0, None),
        (10**400, None),
    ],
)
async def test_a_battery_is_shown_as_it_is_or_not_at_all(
    scene: Scene, sent: Any, shown: float | None
) -> None:
    scene.server.robot.change(percentage=sent)
    await scene.hall.advance(1)
    assert scene.state().battery == shown


async def test_a_scale_of_a_hundred_is_remembered(scene: Scene) -> None:
    scene.server.robot.change(percentage=3.0)
    await scene.hall.advance(1)
    scene.server.robot.change(percentage=0.9)
    await scene.hall.advance(1)
    assert scene.state().battery == pytest.approx(0.009)
    _refused(scene, "robot_battery_low")
    scene.conductor.start("dock", DOCK, "test")
    await scene.hall.until(scene.ended)
    assert scene.outcome == ("arrived", None), "it may still go where it charges"


async def test_an_emergency_stop_before_during_and_after_a_goal(scene: Scene) -> None:
    robot = scene.server.robot
    robot.change(e_stop=True)
    await scene.hall.advance(1)
    _refused(scene, "robot_e_stop")
    robot.change(e_stop=False)
    await scene.hall.advance(1)
    scene.lead()
    await scene.moving()
    robot.change(e_stop=True)
    await scene.hall.until(scene.ended, 2)
    assert scene.outcome == ("failed", "estop")
    assert SafetyChanged(e_stop=True, field_violation=False) in scene.events
    await scene.hall.advance(1)
    assert robot.goal is None, "Nav2 must not go on when it is released"
    robot.change(e_stop=False)
    at = (robot.x, robot.y)
    await scene.hall.advance(10)
    assert (robot.x, robot.y) == at
    assert len(robot.seen) == 1


async def test_an_emergency_stop_of_the_other_polarity(hall: Hall) -> None:
    hall.server.robot.change(e_stop=True)
    scene = await open_scene(hall, e_stop_pressed=False)
    await hall.until(lambda: scene.state().link == "up", 8)
    await hall.advance(1)
    assert not scene.state().e_stop
    hall.server.robot.change(e_stop=False)
    await hall.advance(1)
    assert scene.state().e_stop
    await scene.close()


async def test_somebody_in_the_protective_field_is_waited_for(scene: Scene) -> None:
    robot = scene.server.robot
    scene.lead()
    await scene.moving()
    robot.change(collision=1)
    await scene.hall.until(lambda: scene.state().field_violation, 2)
    await scene.hall.advance(5)
    assert scene.conductor.mission is not None
    assert scene.conductor.mission.state == "waiting"
    robot.change(collision=0)
    await scene.hall.until(scene.ended)
    assert scene.outcome == ("arrived", None)


async def test_a_field_that_stays_violated_ends_the_mission(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    scene.server.robot.change(collision=1)
    took = await scene.hall.until(scene.ended, 60)
    assert scene.outcome == ("failed", "blocked")
    assert 29 <= took <= 35


async def test_a_robot_that_is_taken_by_hand_is_let_go(scene: Scene) -> None:
    robot = scene.server.robot
    scene.lead()
    await scene.moving()
    robot.change(manual=True)
    await scene.hall.until(scene.ended, 3)
    assert scene.outcome == ("failed", "manual_mode")
    await scene.hall.advance(1)
    assert robot.goal is None
    _refused(scene, "robot_manual")
    robot.change(manual=False)
    await scene.hall.advance(5)
    assert robot.speed == 0
    assert len(robot.seen) == 1


async def test_a_goal_off_the_map_or_in_a_wall_is_refused_before_anything_is_sent(
    scene: Scene,
) -> None:
    for pose in (
        Pose(1.0, 3.0, 0.0),
        Pose(-4.0, 1.0, 0.0),
        Pose(1e9, 1.0, 0.0),
        Pose(math.nan, 1.0, 0.0),
    ):
        with pytest.raises(DriverError) as error:
            await scene.kept.go_to(Goal("a", pose))
        assert error.value.code is FailureCode.UNREACHABLE
    await scene.hall.advance(1)
    assert scene.server.robot.seen == []


async def test_the_speed_limit_reaches_the_robot_before_its_goal(hall: Hall) -> None:
    scene = await open_scene(hall)
    await hall.until(lambda: scene.state().link == "up", 8)
    scene.lead(HOME)
    await hall.until(scene.ended)
    operations = [operation["op"] for operation in hall.server.operations]
    assert operations.index("publish") < operations.index("send_action_goal")
    assert set(hall.server.robot.told_limits) == {0.6}
    await scene.close()


def _failed(scene: Scene, goal_id: str) -> FailureCode | None:
    found = [e for e in scene.events if isinstance(e, Failed) and e.goal_id == goal_id]
    return found[0].code if found else None
