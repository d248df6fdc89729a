"""The same acts on servers of different habits, which answer each differently (robot.md §2.3)."""

import math
from collections.abc import AsyncIterator

import pytest
from ros_nav import NavGoal
from ros_rig import Hall, Scene, open_scene
from ros_scripted import ScriptedServer
from small_lobby import COUNTER, DOCK, HOME, TOILET

from robot_bridge.driver import Failed, FailureCode, Pose


@pytest.fixture(params=["rs", "classic", "blocking", "nested"])
async def server(request: pytest.FixtureRequest) -> AsyncIterator[ScriptedServer]:
    nested = request.param == "nested"
    made = ScriptedServer("classic" if nested else request.param, nested=nested)
    await made.open()
    yield made
    await made.close()


def _at(server: ScriptedServer, pose: Pose) -> bool:
    return math.dist((server.robot.x, server.robot.y), (pose.x, pose.y)) < 0.1


async def test_a_visitor_is_led(scene: Scene) -> None:
    scene.lead()
    await scene.hall.until(scene.ended)
    assert scene.outcome == ("arrived", None)
    assert _at(scene.server, COUNTER.pose)
    assert len(scene.server.robot.seen) == 1


async def test_a_stop_on_the_second_socket_is_read_while_a_goal_runs(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    at = (scene.server.robot.x, scene.server.robot.y)
    began = scene.hall.clock.monotonic()
    result = await scene.hall.finish(scene.conductor.stop("test"), 2)
    assert result.confirmed
    assert scene.hall.clock.monotonic() - began <= 0.31
    assert math.dist(at, (scene.server.robot.x, scene.server.robot.y)) < 0.15
    await scene.hall.advance(5)
    assert scene.server.robot.speed == 0
    await scene.conductor.resume()
    scene.lead(TOILET)
    await scene.hall.until(scene.ended)
    assert scene.outcome == ("arrived", None)


async def test_a_cancelled_goal_counts_as_cancelled_although_its_result_is_true(
    scene: Scene,
) -> None:
    scene.lead()
    await scene.moving()
    scene.server.robot.cancel()  # somebody else does
    await scene.hall.until(scene.ended, 5)
    assert scene.outcome == ("failed", "canceled")
    assert not _at(scene.server, COUNTER.pose)


async def test_a_goal_that_is_aborted_at_once_fails_with_its_reason_and_is_not_tried_again(
    scene: Scene,
) -> None:
    scene.server.robot.faults.aborts = (208, "no valid path found")
    scene.lead()
    await scene.hall.until(scene.ended, 10)
    assert scene.outcome == ("failed", "unreachable")
    failed = next(event for event in scene.events if isinstance(event, Failed))
    assert "no valid path found (code 208)" in failed.text
    await scene.hall.advance(20)
    assert len(scene.server.robot.seen) == 1


@pytest.mark.parametrize("fault", ["rejects", "absent"])
async def test_a_goal_that_nobody_answers_is_given_up_and_the_next_one_gets_through(
    scene: Scene, fault: str
) -> None:
    robot = scene.server.robot
    setattr(robot.faults, fault, True)
    scene.lead()
    await scene.hall.until(lambda: bool(scene.server.sent("send_action_goal")), 5)
    took = await scene.hall.until(scene.ended, 10)
    assert took <= 3.5
    told = fault == "rejects" and scene.server.habit == "rs"
    assert scene.outcome == ("failed", "rejected" if told else "timeout")
    if not told:
        assert scene.server.sent("call_service")[-1]["service"].endswith("cancel_goal")
    setattr(robot.faults, fault, False)
    await scene.hall.advance(5)
    scene.lead()
    await scene.hall.until(scene.ended)
    assert scene.outcome == ("arrived", None), "a blocked socket is opened anew"
    assert scene.state().link == "up"


async def test_a_robot_that_another_client_sends_elsewhere_is_left_to_it(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    cancels = len(scene.server.sent("call_service"))
    goal = {"pose": {"pose": {"position": {"x": 6.5, "y": 1.0}, "orientation": {"z": 0, "w": 1}}}}
    scene.server.robot.begin(
        NavGoal("/navigate_to_pose", goal, lambda values: None, lambda status, values: None)
    )
    await scene.hall.until(scene.ended, 5)
    assert scene.outcome == ("failed", "preempted")
    await scene.hall.until(lambda: _at(scene.server, TOILET.pose), 60)
    assert len(scene.server.sent("call_service")) == cancels, "nobody fights for it"
    assert len(scene.server.sent("send_action_goal")) == 1


async def test_docked_is_who_charges_whatever_the_action_says(scene: Scene) -> None:
    scene.conductor.start("dock", DOCK, "test")
    await scene.hall.until(scene.ended)
    assert scene.outcome == ("arrived", None)
    assert scene.state().charging
    assert scene.state().activity == "docked"
    # docking while docked ends aborted, with success: true in it
    driver, robot = scene.driver, scene.server.robot
    driver._robot._supply = 2  # it is not heard that it charges
    await driver.dock("again")
    await scene.hall.until(lambda: _ended(scene, "again") is not None, 5)
    event = _ended(scene, "again")
    assert event is not None
    assert event.code is FailureCode.DOCKING_FAILED
    assert robot.charging
    scene.conductor.start("return", HOME, "test")
    await scene.hall.until(scene.ended)
    assert scene.outcome == ("arrived", None), "undocked first"
    assert not scene.state().charging


def _ended(scene: Scene, goal_id: str) -> Failed | None:
    found = [e for e in scene.events if isinstance(e, Failed) and e.goal_id == goal_id]
    return found[0] if found else None


@pytest.mark.parametrize(("code", "attempts"), [(904, 2), (0, 2)])
async def test_docking_that_fails_is_tried_twice(scene: Scene, code: int, attempts: int) -> None:
    scene.server.robot.faults.dock_code = code
    scene.server.robot.faults.no_charge = True
    scene.conductor.start("dock", DOCK, "test")
    await scene.hall.until(scene.ended)
    assert scene.outcome == ("failed", "docking_failed")
    docks = [g for g in scene.server.sent("send_action_goal") if g["action"] == "/dock_robot"]
    assert len(docks) == attempts


async def test_a_bridge_that_is_killed_leaves_nothing_that_the_next_one_does_not_end(
    hall: Hall, server: ScriptedServer
) -> None:
    """rs ends the goal of a client that goes away; the classic servers let it go on."""
    first = await open_scene(hall)
    await hall.until(lambda: first.state().link == "up", 8)
    first.lead()
    await first.moving()
    hall.deaf = True
    assert first.kept._keeper is not None
    first.kept._keeper.cancel()
    for task in [*first.driver._tasks]:
        task.cancel()
    connection = first.driver._connection
    for line in (connection._control, connection._work):
        assert line is not None
        assert line._connection is not None
        line._connection.transport.abort()
    hall.drivers.clear()
    hall.deaf = False
    await hall.advance(1)
    assert (server.robot.goal is None) == (server.habit == "rs")
    second = await open_scene(hall)
    await hall.until(lambda: second.state().link == "up", 8)
    assert server.robot.goal is None
    await hall.advance(2)
    stood = (server.robot.x, server.robot.y)
    await hall.advance(5)
    assert (server.robot.x, server.robot.y) == stood
    await second.close()
    await first.close()
