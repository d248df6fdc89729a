"""The same acts on servers of three habits, told apart by what they answer (robot.md §2.3)."""

from collections.abc import AsyncIterator

import pytest
from ros_rig import Scene
from ros_scripted import ScriptedServer
from small_lobby import COUNTER


@pytest.fixture(params=["rs", "classic", "blocking", "nested"])
async def server(request: pytest.FixtureRequest) -> AsyncIterator[ScriptedServer]:
    nested = request.param == "nested"
    made = ScriptedServer("classic" if nested else request.param, nested=nested)
    await made.open()
    yield made
    await made.close()


async def test_a_visitor_is_led(scene: Scene) -> None:
    scene.lead()
    await scene.hall.until(scene.ended)
    assert scene.outcome == ("arrived", None)
    robot = scene.server.robot
    assert (round(robot.x, 1), round(robot.y, 1)) == (COUNTER.pose.x, COUNTER.pose.y)
