"""A package outside adds a driver by an entry point; nobody edits ours."""

import sys
from pathlib import Path

import pytest
from small_lobby import config_for

from robot_bridge.clock import ManualClock
from robot_bridge.drivers import driver_names, find_driver

MODULE = """
from robot_bridge.drivers.simulator import SimulatedRobot

class Turtle(SimulatedRobot):
    name = "turtle"

def create(config):
    return Turtle(config)
"""


@pytest.fixture
def turtle_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "turtle_driver.py").write_text(MODULE)
    info = tmp_path / "turtle_driver-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: turtle-driver\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[letan.robot_drivers]\nturtle = turtle_driver:create\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "turtle_driver", raising=False)


@pytest.mark.usefixtures("turtle_package")
async def test_an_entry_point_is_a_driver() -> None:
    assert "turtle" in driver_names()
    robot = find_driver("turtle")(config_for(ManualClock()))
    await robot.connect()
    assert (robot.name, robot.snapshot().link) == ("turtle", "up")
    await robot.close()
