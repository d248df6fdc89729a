"""What a mission is, the states it goes through, and the patience of a robot."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from robot_bridge.places import Place

MissionKind = Literal["lead", "return", "dock", "announce", "patrol", "greet"]
"""announce: goes somewhere and says an approved sentence; patrol: a round of the waiting area with
water and sweets; greet: stands at the door and greets who comes."""
MissionState = Literal[
    "accepted",
    "announcing",
    "fetching",
    "moving",
    "waiting",
    "arrived",
    "cancelled",
    "stopped",
    "failed",
    "interrupted",
]
"""fetching: drives to where the visitor stands whom it is to lead; interrupted: the process ended
while it ran; only a new command moves the robot."""

ENDED: frozenset[MissionState] = frozenset(
    {"arrived", "cancelled", "stopped", "failed", "interrupted"}
)
"""A mission in one of these never changes again."""

Pace = Literal["normal", "elderly"]
"""How fast somebody who is led walks; elderly: slower, and asked more often."""

About = Literal["following", "other_counter"]
"""following: whether the visitor is still there; other_counter: whether to go to another one."""

AUTOMATIC = "automatic"
"""``requested_by`` of the way home that a robot takes by itself after leading somebody."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a robot asks the visitor whom it leads; it stands until there is an answer."""

    id: str
    about: About
    vi: str
    en: str
    asked_at: datetime
    times: int
    """How often it has been asked by now."""


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
    """A `FailureCode` or a word once it has ended early: asked, replaced, closed, declined,
    no_answer, counter_closed."""
    pace: Pace = "normal"
    ticket: str | None = None
    """The number that the visitor holds, told to the counter."""
    sentence: str | None = None
    """Of announce: a key of `robot_bridge.sentences.APPROVED`."""
    question: Question | None = None
    """Open now; never in a mission that has ended."""
    fetch: Place | None = None
    """Of lead: where the visitor stands, until the robot has come there; None: it is with them."""

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def automatic(self) -> bool:
        return self.requested_by == AUTOMATIC

    @property
    def gives_way(self) -> bool:
        """Whether a mission that somebody asks for may take its place."""
        return self.automatic or self.kind in ("patrol", "greet")


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
    passage_seconds: float = 60.0
    """For another robot to leave a narrow passage."""
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
    fetch_beyond: float = 2.0
    """Metres from the visitor beyond which a robot comes there first, before it leads."""
    fetch_close: float = 1.5
    """Metres from there at which it has come, when somebody stands in its way: the visitor may."""
    max_speed: float = 0.6
    """Metres a second."""
    dock_attempts: int = 2
    pace: Pace = "normal"
    """Of missions that name none."""
    elderly_speed: float = 0.35
    """Metres a second when an old person is led."""
    pause_every: float = 12.0
    """Metres of way after which a visitor is asked whether he still follows; 0: never."""
    pause_every_elderly: float = 6.0
    patrol_seconds: float = 15.0
    """At each stop of a round."""
    greet_seconds: float = 1800.0
    """At the door, before it goes home."""
    greet_every: float = 10.0
    """Between two greetings at least."""
    pause_clearance: float = 0.5
    """Metres of room that a place must have to stand and ask there."""
    ask_seconds: float = 10.0
    """For an answer, before the question is asked again."""
    ask_times: int = 3
    """How often it is asked before the robot gives up politely."""

    def speed(self, pace: Pace) -> float:
        """The ceiling for leading somebody at this pace, metres a second."""
        return min(self.max_speed, self.elderly_speed) if pace == "elderly" else self.max_speed

    def pauses(self, pace: Pace) -> float:
        """Metres between two questions; 0: none are asked."""
        return self.pause_every_elderly if pace == "elderly" else self.pause_every


@dataclass(slots=True)
class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """A mission that is not taken: a stable code and the reason in both languages."""

    code: str
    vi: str
    en: str
    wait_seconds: int | None = None
    """About how long a robot that is busy stays so."""

    def __str__(self) -> str:
        return f"{self.code}: {self.en}"
