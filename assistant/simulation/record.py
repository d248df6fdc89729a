"""What is written down while a day goes by; `figures` makes the report of it."""

from collections import Counter
from dataclasses import dataclass, field

from robot_bridge.planner import Point


@dataclass(slots=True)
class Stay:
    """One visitor's day; seconds of the simulated clock."""

    number: int
    counter: str | None
    came: float
    spoke: float | None = None
    """When it was their turn to talk."""
    ticket: float | None = None
    called: float | None = None
    served: float | None = None
    left: float | None = None
    ending: str = "left"
    """served, informed, outside, unserved, left."""


@dataclass(slots=True)
class Lead:
    """A visitor asked to be led."""

    visitor: int
    robot: str
    to: str
    asked: float
    mission: str | None = None
    refused: str | None = None
    """Why the robot did not go: busy, or a code."""
    waited: bool = False
    """Stood in line for the robot."""
    begun: float | None = None
    ended: float | None = None
    state: str | None = None
    """The mission's last state."""
    reason: str | None = None
    fetched: bool = False
    """The robot came to the visitor first."""
    together: float | None = None
    """Metres between robot and visitor when it began to lead."""
    apart: float | None = None
    """Metres between robot and visitor at the end."""
    questions: int = 0
    """Times that the robot asked whether the visitor still follows."""
    answers: int = 0
    strayed: str = ""
    """What the visitor did on the way (`people.Stray`); empty: kept up."""
    asked_when_away: bool = False
    """The robot asked while the visitor was away."""
    came_back: bool = False
    """The visitor was away and came back to the robot before the end."""
    disturbed: str | None = None
    """A fault that was provoked meanwhile: stop, e_stop, …"""


@dataclass(slots=True)
class Turn:
    """One message and its answer."""

    outcome: str
    first: bool
    right: bool | None
    """Whether the procedure meant was found; None: not asked here."""
    milliseconds: float


@dataclass(slots=True)
class Halt:
    """A stop of some kind, and whether the robot really stood."""

    at: float
    robot: str
    kind: str
    """stop, e_stop, lost_place or link_cut."""
    seconds: float | None = None
    """Until it stood."""
    moved: float = 0.0
    """Metres driven between standing and the next command."""


@dataclass(slots=True)
class Sample:
    """The hall at one instant."""

    at: float
    in_hall: int
    waiting: dict[str, int]
    batteries: dict[str, float]
    doing: dict[str, str]


@dataclass(slots=True)
class Record:
    """A whole day."""

    stays: list[Stay] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    halts: list[Halt] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    traces: dict[str, list[Point]] = field(default_factory=dict)
    busy: Counter[str] = field(default_factory=Counter)
    """Seconds that each counter served somebody."""
    faults: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    """What robots said, by code."""
    missions: Counter[str] = field(default_factory=Counter)
    """Kind and last state of every mission: ``lead arrived``."""
    dockings: Counter[str] = field(default_factory=Counter)
    """Times that each robot reached its charger."""
