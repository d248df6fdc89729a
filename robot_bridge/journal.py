"""What is written down of every command: who asked, what was sent, what came back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from robot_bridge.missions import Mission


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that was asked of a robot, or sent to it."""

    robot: str
    command: str
    """mission, cancel, stop, resume, answer, pace: asked for; go_to, dock, undock: sent."""
    sent: str
    """What it said: a target, a pose, a reason. Nothing personal."""
    came_back: str
    """A refusal's code, a failure's code with its text, or: accepted, arrived, confirmed, …"""
    asked_by: str
    mission: str | None
    at: datetime
    """When it was asked or sent."""


class Journal(Protocol):
    """Takes notes at once and never raises; what becomes of them nobody waits for."""

    def command(self, command: Command) -> None: ...

    def mission(self, robot: str, mission: Mission) -> None:
        """A mission has begun or changed."""


class NoJournal:
    """Where nothing is written down."""

    def command(self, command: Command) -> None:
        return

    def mission(self, robot: str, mission: Mission) -> None:
        return
