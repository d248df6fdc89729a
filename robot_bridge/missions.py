"""What a mission is, the states it goes through, and the patience of a robot."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from robot_bridge.places import Place

MissionKind = Literal["lead", "return", "dock"]
MissionState = Literal[
    "accepted", "announcing", "moving", "waiting", "arrived", "cancelled", "stopped", "failed"
]

ENDED: frozenset[MissionState] = frozenset({"arrived", "cancelled", "stopped", "failed"})
"""A mission in one of these never changes again."""

AUTOMATIC = "automatic"
"""``requested_by`` of the way home that a robot takes by itself after leading somebody."""


@dataclass(frozen=True, slots=True)
class Mission:
    """One task of a robot; every change is a new object."""

    id: str
    kind: MissionKind
    target: Place
    requested_by: str
    """Who asked, for the log: operator, the kiosk's id, or `AUTOMATIC`."""
    state: MissionState
    created_at: datetime
    reason: str | None = None
    """A `FailureCode` or a word (asked, replaced, closed), once it has ended early."""

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def automatic(self) -> bool:
        return self.requested_by == AUTOMATIC


@dataclass(frozen=True, slots=True)
class Policy:
    """How a robot behaves; seconds unless told otherwise."""

    announce_seconds: float = 1.5
    """Between the announcement and the first motion."""
    return_after: float | None = 20.0
    """After leading somebody, before the robot goes home by itself; None: it stays."""
    blocked_ask: float = 3.0
    """Waiting before something in the way until it asks politely."""
    blocked_replan: float = 8.0
    """Waiting until it looks for another way, and again after as long."""
    blocked_give_up: float = 30.0
    """Waiting until it gives the mission up."""
    blocked_clear: float = 2.0
    """Driving freely before a new obstacle counts as a new one."""
    accept_seconds: float = 3.0
    """For the robot to take a goal."""
    stall_seconds: float = 20.0
    """Without getting on, until that counts as blocked although the robot says nothing."""
    manoeuvre_seconds: float = 60.0
    """For docking or undocking."""
    slowest: float = 0.2
    """Metres a second that it makes at least, when the longest time of a way is worked out."""
    stop_seconds: float = 1.0
    """For a stop to be confirmed; then it is repeated."""
    battery_floor: float = 0.1
    """0 to 1: below it the robot moves only to its dock."""
    battery_return: float = 0.25
    """0 to 1: below it the robot goes to its dock after leading somebody, else to its home."""
    max_speed: float = 0.6
    """Metres a second."""
    dock_attempts: int = 2


@dataclass(slots=True)
class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """A mission that is not taken: a stable code and the reason in both languages."""

    code: str
    vi: str
    en: str

    def __str__(self) -> str:
        return f"{self.code}: {self.en}"
