"""What no server should send, too much of what it may, and clocks that jump (robot.md §11)."""

import json
import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ros_rig import Scene, build
from small_lobby import small_lobby
from structlog.testing import capture_logs

from robot_bridge.clock import ManualClock
from robot_bridge.driver import Arrived, Failed, Pose
from robot_bridge.drivers import check_options
from robot_bridge.drivers.ros2 import operations, readings
from robot_bridge.drivers.ros2.fragments import Fragments
from robot_bridge.drivers.ros2.whereabouts import Whereabouts

GARBAGE = [
    "",
    "no JSON",
    "[]",
    "null",
    "[" * 100_000,
    "{}",
    '{"op": 7}',
    '{"op": "publish"}',
    '{"op": "publish", "topic": ["/odom"], "msg": {}}',
    '{"op": "publish", "topic": "/odom", "msg": [1]}',
    '{"op": "publish", "topic": "/odom", "msg": {"twist": "fast"}}',
    '{"op": "publish", "topic": "/e_stop", "msg": {"data": "perhaps"}}',
    '{"op": "publish", "topic": "/battery_state", "msg": {"percentage": {"a": NaN}}}',
    '{"op": "publish", "topic": "/navigate_to_pose/_action/status", "msg": {"status_list": 1}}',
    '{"op": "action_result"}',
    '{"op": "action_result", "id": {"a": 1}, "status": "4"}',
    '{"op": "action_feedback", "id": 3, "values": [[]]}',
    '{"op": "service_response", "id": [1]}',
    '{"op": "status", "level": "error", "msg": {"a": 1}}',
    '{"op": "status", "level": "error"}',
    '{"op": "fragment", "id": "f", "data": 3, "num": 0, "total": 1}',
    '{"op": "fragment", "id": "f", "data": "x", "num": 5, "total": 2}',
    '{"op": "levitate"}',
    '{"op": "publish", "topic": "/odom", "msg": "' + "x" * (20 * 1024 * 1024) + '"}',
]


async def test_garbage_is_survived_and_makes_one_line_in_the_log(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    with capture_logs() as logs:
        for text in GARBAGE:
            scene.server.raw(text)
            await scene.hall.exchange()
    lines = [line for line in logs if line["event"] == "bad message"]
    assert len(lines) == 1
    assert len(str(lines[0])) < 500
    assert scene.driver._connection._listener.bad >= 15
    assert scene.state().link == "up"
    await scene.hall.until(scene.ended)
    assert scene.outcome == ("arrived", None)


async def test_in_a_flood_the_newest_wins_and_a_stop_is_not_late(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    robot = scene.server.robot
    for i in range(3000):
        odometry = robot.odometry()
        odometry["twist"]["twist"]["linear"]["x"] = 0.1 + i / 1e5
        scene.server.raw(json.dumps({"op": "publish", "topic": "/odom", "msg": odometry}))
    began = scene.hall.clock.monotonic()
    result = await scene.hall.finish(scene.conductor.stop("test"), 2)
    assert result.confirmed
    assert scene.hall.clock.monotonic() - began < 1
    assert scene.state().speed == 0


async def test_a_mistake_of_ours_in_reading_does_not_end_the_reading(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object, placed: object, now: float) -> None:
        raise RuntimeError("a bug")

    scene.lead()
    await scene.moving()
    with monkeypatch.context() as patch:
        patch.setattr(Whereabouts, "take_odometry", broken)
        await scene.hall.advance(1)
    assert scene.driver._connection._listener.bad >= 9
    await scene.hall.until(scene.ended)
    assert scene.outcome == ("arrived", None)


async def test_the_calendar_may_jump_and_stamps_may_lie(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    robot, clock = scene.server.robot, scene.hall.clock
    clock._start = datetime(1980, 1, 1, tzinfo=UTC)
    pose = robot.pose

    def lying() -> dict[str, Any]:
        made = pose()
        made["header"]["stamp"] = {"sec": 2**31 - 1, "nanosec": -5}
        return made

    robot.pose = lying  # type: ignore[method-assign]
    await scene.hall.until(scene.ended)
    assert scene.outcome == ("arrived", None)


async def test_results_of_other_goals_end_nothing(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    for goal in ("g-old", "", None):
        scene.server.raw(json.dumps({"op": "action_result", "id": goal, "status": 4, "values": {}}))
    await scene.hall.advance(1)
    assert not scene.ended()
    assert not any(isinstance(event, Arrived | Failed) for event in scene.events)
    await scene.hall.until(scene.ended)
    assert scene.outcome == ("arrived", None)


async def test_a_result_in_pieces_is_put_together(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    errand = scene.driver._pilot.errand
    assert errand is not None
    text = json.dumps(
        {"op": "action_result", "id": errand.goal_id, "status": 6, "values": {"error_code": 105}}
    )
    pieces = [text[i : i + 20] for i in range(0, len(text), 20)]
    order = list(enumerate(pieces))
    for i, piece in reversed(order):
        scene.server.raw(
            json.dumps({"op": "fragment", "id": "p", "data": piece, "num": i, "total": len(pieces)})
        )
    await scene.hall.until(scene.ended, 3)
    assert scene.outcome == ("failed", "blocked")


def test_pieces_take_bounded_memory() -> None:
    fragments = Fragments()
    for i in range(200):
        for j in range(3):
            piece = {"id": f"m{i}", "data": "x" * 100_000, "num": j, "total": 50}
            assert fragments.add(piece) is None
    assert fragments._size <= readings.LONGEST + 300_000
    assert len(fragments._open) <= 16


FIELDS = [
    *("pose", "position", "orientation", "x", "y", "z", "w", "header", "frame_id", "status"),
    *("covariance", "twist", "linear", "values", "transforms", "transform", "translation"),
    *("rotation", "percentage", "status_list", "goal_info", "level", "name", "data"),
]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(FIELDS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(st.dictionaries(st.sampled_from(["pose", "twist", "values", "status", "data"]), json_values))
def test_readers_take_anything(message: dict[str, Any]) -> None:
    place = Whereabouts(small_lobby(), "map", "base_link", 1.0)
    place.take_pose(readings.read_pose(message), 0.0)
    place.take_odometry(readings.read_pose(message), 0.1)
    place.take_transforms(readings.read_transforms(message), 0.2)
    here = place.position
    assert here is None or math.isfinite(here.x + here.y + here.theta)
    readings.read_motion(message)
    readings.read_battery(message)
    readings.read_flag(message)
    readings.read_collision(message)
    readings.read_complaints(message)
    readings.read_running(message)
    readings.read_feedback(message.get("values"))
    outcome = readings.read_outcome(message)
    assert outcome is None or outcome.ending != "succeeded" or 4 in _numbers(message)


def _numbers(message: Any) -> list[Any]:
    inner = message.get("values")
    nested = inner.get("status") if isinstance(inner, dict) else None
    return [
        int(value)
        for value in (message.get("status"), nested)
        if isinstance(value, int | float) and math.isfinite(value)
    ]


@given(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4), st.floats(-math.pi, math.pi))
def test_a_pose_comes_back_as_it_was_sent(x: float, y: float, theta: float) -> None:
    sent = operations.pose_stamped(Pose(x, y, theta), "map")
    read = readings.read_pose(sent)
    assert read is not None
    assert (read.x, read.y, read.frame) == (x, y, "map")
    assert abs(math.remainder(read.theta - theta, math.tau)) < 1e-9


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"navigate_acton": "/x"}, "navigate_acton"),
        ({"pose_topic": "no topic"}, "pose_topic"),
        ({"e_stop_pressed": "sometimes"}, "e_stop_pressed"),
        ({"dock_action": "/dock_robot"}, "undock_action"),
        ({"cert": "c.pem"}, "cert and key"),
        ({"stale_after": 0}, "stale_after"),
    ],
)
def test_a_mistake_in_the_options_is_named(options: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        check_options("robot-1", "ros2", options)


@pytest.mark.parametrize("url", ["", "http://a:1", "ws://", "ws://a:x", "mqtt://a", "ws://a/#b"])
def test_a_url_that_is_none_is_refused_when_the_robot_is_built(url: str) -> None:
    with pytest.raises(ValueError, match="ws://"):
        build(ManualClock(), url)


def test_a_password_in_the_url_is_nowhere_to_be_seen() -> None:
    robot = build(ManualClock(), "wss://letan:p%40ss@robot.example/bridge")
    server = robot._connection._server
    assert server.url == "wss://robot.example:443/bridge"
    assert server.headers["Authorization"] == "Basic bGV0YW46cEBzcw=="
    assert "p@ss" not in repr(server)
    assert "bGV0" not in repr(server)
