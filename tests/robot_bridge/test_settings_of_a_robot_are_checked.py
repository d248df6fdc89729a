"""What a robot's settings hold beside the common keys belongs to its driver, and is checked."""

import pytest
from pydantic import BaseModel, ConfigDict

from robot_bridge.driver import DriverKind
from robot_bridge.drivers import check_options
from robot_bridge.drivers.simulator import SimulatedRobot


class TurtleOptions(BaseModel):
    model_config = ConfigDict(extra="forbid")

    shell: str
    legs: int = 4


@pytest.fixture
def turtles(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = DriverKind(SimulatedRobot, TurtleOptions)
    monkeypatch.setattr("robot_bridge.drivers.find_driver", lambda name: kind)


@pytest.mark.usefixtures("turtles")
def test_a_driver_checks_its_own_keys() -> None:
    check_options("robot-1", "turtle", {"shell": "green"})


@pytest.mark.usefixtures("turtles")
@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({}, "'robot-1': shell"),
        ({"shell": "green", "wings": 2}, "no key wings for turtle; it has legs, shell"),
        ({"shell": "green", "legs": "secret"}, "'robot-1': legs"),
    ],
)
def test_a_bad_key_is_named_and_no_value_repeated(options: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named) as error:
        check_options("robot-1", "turtle", options)
    assert "secret" not in str(error.value)


def test_the_simulator_forbids_unknown_keys() -> None:
    with pytest.raises(ValueError, match="colour"):
        check_options("robot-1", "simulator", {"colour": "red"})
