"""A broker for every test of this folder, and a lobby floor with a scripted vehicle."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from vda_broker import Mosquitto
from vda_rig import Floor, Opening, Scene, open_scene
from vda_scripted import ScriptedVehicle


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    made = Mosquitto(tmp_path)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def floor(broker: Mosquitto, monkeypatch: pytest.MonkeyPatch) -> Floor:
    return Floor(broker, opening=Opening(monkeypatch))


@pytest.fixture
async def scene(floor: Floor) -> AsyncIterator[Scene]:
    """A vehicle that is there, and a conductor that is connected to it."""
    vehicle = ScriptedVehicle(floor.broker.port)
    await vehicle.connect()
    made = await open_scene(floor, vehicle)
    await floor.until(lambda: made.state().link == "up", 5)
    yield made
    await made.close()
