"""Where the robot is: poses that are none, that leap, that stop coming, and poses by TF."""

import math
from typing import Any

import pytest
from ros_rig import Hall, Scene, open_scene
from small_lobby import COUNTER, small_lobby

from robot_bridge.missions import Refused


def _refused(scene: Scene, code: str) -> None:
    with pytest.raises(Refused) as refused:
        scene.lead()
    assert refused.value.code == code


def _pose(x: Any, y: Any, frame: str = "map", w: Any = 1.0) -> dict[str, Any]:
    pose = {"position": {"x": x, "y": y, "z": 0.0}, "orientation": {"x": 0, "y": 0, "z": 0, "w": w}}
    return {"header": {"frame_id": frame}, "pose": {"pose": pose, "covariance": [0.0] * 36}}


BAD_POSES = [
    _pose(None, 1.0),
    _pose("1", 1.0),
    _pose(1e300, 1.0),
    _pose(10**400, 1.0),
    _pose(-3.0, 1.0),
    _pose(1.0, 1.0, frame="odom"),
    _pose(1.0, 1.0, w=None),
    _pose(1.0, 1.0, w=0.0),
    {"pose": None},
    {"pose": {"pose": [1, 2]}},
    {},
]


@pytest.mark.parametrize("bad", BAD_POSES, ids=range(len(BAD_POSES)))
async def test_a_pose_that_is_none_refuses_motion_and_ends_it(scene: Scene, bad: Any) -> None:
    robot = scene.server.robot
    scene.lead()
    await scene.moving()
    robot.change(pose_override=bad)
    await scene.hall.until(scene.ended, 3)
    assert scene.outcome == ("failed", "not_localised")
    await scene.hall.advance(1)
    assert robot.goal is None
    assert not scene.state().localised
    assert scene.state().errors
    _refused(scene, "robot_not_localised")
    robot.change(pose_override=None)
    await scene.hall.until(lambda: scene.state().localised, 10)


async def test_a_jump_of_the_pose_ends_motion_until_it_has_settled(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    scene.server.robot.x += 5.0
    scene.server.robot.change()
    await scene.hall.until(scene.ended, 3)
    assert scene.outcome == ("failed", "not_localised")
    assert any("jumped by" in error for error in scene.state().errors)
    _refused(scene, "robot_not_localised")
    await scene.hall.advance(4)
    assert scene.state().localised


async def test_wheels_alone_carry_the_pose_only_so_far(scene: Scene) -> None:
    """The localisation has died; the odometry goes on."""
    scene.lead()
    await scene.moving()
    scene.server.robot.silent = {"/amcl_pose"}
    await scene.hall.until(scene.ended, 10)
    assert scene.outcome == ("failed", "not_localised")
    assert any("no pose for 2" in error for error in scene.state().errors)


async def test_a_robot_that_tells_only_poses_is_led_and_stopped(hall: Hall) -> None:
    robot = hall.server.robot
    robot.silent = {"/odom"}
    tell = robot._tell

    def also() -> None:
        tell()
        robot.say_pose()

    robot._tell = also  # type: ignore[method-assign]
    scene = await open_scene(hall)
    await hall.until(lambda: scene.state().link == "up", 8)
    scene.lead()
    await hall.until(lambda: scene.state().speed > 0.5, 10)
    result = await hall.finish(scene.conductor.stop("test"), 3)
    await hall.until(lambda: scene.state().speed == 0, 2)
    await hall.advance(2)
    assert robot.speed == 0
    assert result.confirmed or "moves" in result.text
    await scene.conductor.resume()
    scene.lead()
    await hall.until(scene.ended)
    assert scene.outcome == ("arrived", None)
    await scene.close()


async def test_complaints_of_the_diagnostics_are_shown_while_they_last(hall: Hall) -> None:
    scene = await open_scene(hall, diagnostics_topic="/diagnostics")
    await hall.until(lambda: scene.state().link == "up", 8)
    for level in (2, "Ag=="):
        part = {"name": "left motor", "level": level, "message": "too hot"}
        hall.server.robot._say("/diagnostics", {"status": [part]})
        await hall.advance(0.2)
        assert "left motor: too hot" in scene.state().errors
        hall.server.robot._say("/diagnostics", {"status": [{**part, "level": 0}]})
        await hall.advance(0.2)
        assert scene.state().errors == ()
    await scene.close()


async def test_a_latched_pose_whose_first_subscription_was_no_good_is_asked_for_again(
    hall: Hall,
) -> None:
    hall.server.latch_lost = {"/amcl_pose", "/e_stop"}
    scene = await open_scene(hall)
    await hall.until(lambda: scene.state().link == "up", 8)
    assert not scene.state().localised
    assert scene.state().e_stop, "what is not known counts as pressed"
    await hall.until(lambda: scene.state().localised and not scene.state().e_stop, 8)
    scene.lead()
    await hall.until(scene.ended)
    assert scene.outcome == ("arrived", None)
    await scene.close()


async def test_a_pose_by_tf_and_wheels_that_start_anew(hall: Hall) -> None:
    """TF instead of a pose topic: map → odom → base_link."""
    robot = hall.server.robot
    robot.silent = {"/amcl_pose"}

    def transforms() -> dict[str, Any]:
        half = robot.theta / 2
        turn = {"x": 0.0, "y": 0.0, "z": math.sin(half), "w": math.cos(half)}
        none = {"x": 0.0, "y": 0.0, "z": 0.0, "w": 1.0}
        return {
            "transforms": [
                {
                    "header": {"frame_id": "map"},
                    "child_frame_id": "odom",
                    "transform": {"translation": {"x": 1.0, "y": 1.0, "z": 0.0}, "rotation": none},
                },
                {
                    "header": {"frame_id": "/odom"},
                    "child_frame_id": "base_link",
                    "transform": {
                        "translation": {"x": robot.x - 1.0, "y": robot.y - 1.0, "z": 0.0},
                        "rotation": turn,
                    },
                },
            ]
        }

    tell = robot._tell

    def also() -> None:
        tell()
        robot._say("/tf", transforms())

    robot._tell = also  # type: ignore[method-assign]
    scene = await open_scene(hall, pose_topic="/tf", odom_topic="")
    await hall.until(lambda: scene.state().localised, 8)
    scene.lead()
    await hall.until(lambda: scene.state().speed > 0.4, 8)
    await hall.until(scene.ended)
    assert scene.outcome == ("arrived", None)
    result = await hall.finish(scene.conductor.stop("test"), 3)
    assert result.confirmed
    await scene.close()


async def test_the_map_of_the_bridge_shows_the_way(scene: Scene) -> None:
    scene.lead()
    await scene.moving(2.0)
    state = scene.state()
    assert state.pose is not None
    assert state.path[0] == (state.pose.x, state.pose.y)
    assert math.dist(state.path[-1], (COUNTER.pose.x, COUNTER.pose.y)) < 1e-6
    assert small_lobby().inside(*state.path[0])
    assert state.remaining is not None
    assert state.remaining > 2
