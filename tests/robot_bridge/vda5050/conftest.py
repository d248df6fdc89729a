"""A broker for every test of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from vda_broker import Mosquitto


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    made = Mosquitto(tmp_path)
    made.start()
    yield made
    made.kill()
