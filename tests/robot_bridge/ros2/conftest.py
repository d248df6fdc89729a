"""A scripted server for every test of this folder, and a scene with a robot that is there."""

from collections.abc import AsyncIterator

import pytest
from ros_rig import Hall, Scene, count_openings, open_scene
from ros_scripted import ScriptedServer


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    made = ScriptedServer()
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def hall(server: ScriptedServer) -> AsyncIterator[Hall]:
    made = Hall(server)
    undo = count_openings(made)
    yield made
    undo()


@pytest.fixture
async def scene(hall: Hall) -> AsyncIterator[Scene]:
    """A robot that is there, and a conductor that is connected to it."""
    made = await open_scene(hall)
    await hall.until(lambda: made.state().link == "up", 8)
    yield made
    await made.close()
