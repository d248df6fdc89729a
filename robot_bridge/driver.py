"""What a robot driver is: one small Protocol; everything above it is shared by all robots.

A driver translates. It does not decide whether the robot may move, does not retry motion and never
queues an order: one that leaves late is worse than one that fails. See ``docs/robots.md``.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import BaseModel

from robot_bridge.clock import Clock
from robot_bridge.lobby_map import LobbyMap


class Capability(StrEnum):
    """What a robot can do beside standing still."""

    NAVIGATE = "navigate"
    DOCK = "dock"
    SAY = "say"
    SHOW = "show"
    SPEED_LIMIT = "speed_limit"


class FailureCode(StrEnum):
    """Why a goal was not reached: few words, every protocol maps onto them."""

    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    BLOCKED = "blocked"
    NOT_LOCALISED = "not_localised"
    ESTOP = "estop"
    MANUAL_MODE = "manual_mode"
    BATTERY_LOW = "battery_low"
    LINK_LOST = "link_lost"
    TIMEOUT = "timeout"
    PREEMPTED = "preempted"
    CANCELED = "canceled"
    DOCKING_FAILED = "docking_failed"
    UNSUPPORTED = "unsupported"
    INTERNAL = "internal"


Link = Literal["up", "lost", "silent"]
"""up: fresh states come; lost: no connection; silent: connected, but no fresh state."""
Mode = Literal["automatic", "manual", "unknown"]
DriverActivity = Literal["idle", "moving", "docking", "undocking", "docked", "unknown"]


@dataclass(frozen=True, slots=True)
class Pose:
    """A place and a direction in the map frame: metres, radians counter-clockwise from x."""

    x: float
    y: float
    theta: float
    map: str = "lobby"


@dataclass(frozen=True, slots=True)
class Goal:
    """One request to drive."""

    id: str
    """The bridge's own id; answers that carry another one are dropped."""
    pose: Pose


@dataclass(frozen=True, slots=True)
class RobotState:
    """What is known about a robot at one instant; ``None`` means not known."""

    link: Link = "lost"
    mode: Mode = "unknown"
    pose: Pose | None = None
    localised: bool = False
    speed: float = 0.0
    """Metres a second over the ground, never negative."""
    battery: float | None = None
    """0 to 1."""
    charging: bool = False
    e_stop: bool = False
    field_violation: bool = False
    """Somebody stands in the robot's protective field: it waits by itself."""
    blocked: bool = False
    """The robot has a goal and cannot go on for now."""
    activity: DriverActivity = "unknown"
    goal_id: str | None = None
    path: tuple[tuple[float, float], ...] = ()
    """The way still to go, as far as the driver knows it: corner points in metres."""
    remaining: float | None = None
    """Metres still to go."""
    errors: tuple[str, ...] = ()
    state_at: float | None = None
    """Monotonic time of the driver's clock when the last state came; None before the first."""
    pose_at: float | None = None
    """The same for the pose."""
    battery_at: float | None = None
    """The same for the battery."""


@dataclass(frozen=True, slots=True)
class StopResult:
    """How a stop went."""

    confirmed: bool
    """The robot was seen standing still."""
    text: str = ""
    """For the log, when it is not confirmed."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The robot has taken the goal."""

    goal_id: str


@dataclass(frozen=True, slots=True)
class Progress:
    """The robot drives; metres still to go."""

    goal_id: str
    remaining: float


@dataclass(frozen=True, slots=True)
class Obstructed:
    """Something stands in the way (``blocked``), or the way is free again."""

    goal_id: str
    blocked: bool


@dataclass(frozen=True, slots=True)
class Arrived:
    """The goal is reached, or docking or undocking is done."""

    goal_id: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The goal has ended without being reached."""

    goal_id: str
    code: FailureCode
    text: str = ""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The robot was stopped; ``goal_id`` is the goal that ended by it."""

    goal_id: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class LinkLost:
    """No connection, or no fresh state."""

    reason: str


@dataclass(frozen=True, slots=True)
class LinkBack:
    """Fresh states come again. Nothing that was asked before is resumed."""


@dataclass(frozen=True, slots=True)
class SafetyChanged:
    """The e-stop or the protective field has changed."""

    e_stop: bool
    field_violation: bool


DriverEvent = (
    Accepted
    | Progress
    | Obstructed
    | Arrived
    | Failed
    | Stopped
    | LinkLost
    | LinkBack
    | SafetyChanged
)


class LinkError(Exception):
    """The robot's interface cannot be reached."""


class DriverError(Exception):
    """A command that was not taken: a `FailureCode` and a text for the log."""

    def __init__(self, code: FailureCode, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


class RobotDriver(Protocol):
    """One kind of robot. Every method is bounded in time; none but ``connect`` needs the others."""

    name: str

    @property
    def stale_after(self) -> float:
        """Seconds after which a state of this kind of robot is no longer fresh."""

    async def connect(self) -> None:
        """Return when usable: an earlier life's goal cancelled, a fresh state seen.

        Raises `LinkError`. After that the driver reconnects by itself and tells by events.
        """

    async def close(self) -> None:
        """Stop a goal that runs and let go of everything; may be called twice."""

    def capabilities(self) -> frozenset[Capability]: ...

    async def go_to(self, goal: Goal) -> None:
        """Hand a goal over; what becomes of it comes as events with its id.

        A goal that runs is replaced (its end is ``Failed(preempted)``). Raises `DriverError`
        when the robot is stopped, not linked, or cannot take it.
        """

    async def cancel(self, reason: str) -> None:
        """End the goal that runs, braking comfortably: ``Failed(canceled)``. None runs: nothing."""

    async def stop(self, reason: str) -> StopResult:
        """Stand still as fast as the robot can. Idempotent, in any state, bounded in time.

        Held until `resume`: every motion in between is refused.
        """

    async def resume(self) -> None:
        """Let go of a hold by `stop`. Moves nothing, and never clears the robot's own e-stop."""

    async def dock(self, goal_id: str) -> None:
        """Connect to the charger near which the robot stands; ends in Arrived or Failed."""

    async def undock(self, goal_id: str) -> None:
        """Leave the charger; ends in Arrived or Failed."""

    async def say(self, text: str, language: str) -> None:
        """Speak through the robot. Raises `DriverError` ``unsupported``."""

    async def show(self, page: str) -> None:
        """Show one of our pages on the robot's screen. Raises `DriverError` ``unsupported``."""

    async def set_speed_limit(self, metres_per_second: float | None) -> None:
        """Lower the ceiling of the speed; None: back to the configured one."""

    def snapshot(self) -> RobotState:
        """What is known now; immediate."""

    def events(self) -> AsyncIterator[DriverEvent]:
        """Every event from this call on; ends when the driver is closed."""


@dataclass(frozen=True, slots=True)
class DriverConfig:
    """What a driver is built from."""

    robot_id: str
    lobby_map: LobbyMap
    home: Pose
    """Where a simulated robot stands at first."""
    dock: Pose | None
    max_speed: float
    """Metres a second: the ceiling that nothing may lift."""
    clock: Clock
    url: str | None = None
    """May carry a name and a password: never log it."""
    map: str | None = None
    """The map's name in the robot's own words, where it has one."""
    capabilities: frozenset[Capability] | None = None
    """What this robot can do, where the driver cannot find out; None: what the driver knows."""
    options: Mapping[str, object] = field(default_factory=dict)
    """What only this kind of robot understands; already checked by its `DriverKind`."""
    may_send: Callable[[], bool] = lambda: True
    """False: another process drives this robot now; a driver sends nothing at all then."""


class DriverFactory(Protocol):
    """Builds a driver without touching the network. Raises ValueError for a bad configuration."""

    def __call__(self, config: DriverConfig) -> RobotDriver: ...


@dataclass(frozen=True, slots=True)
class DriverKind:
    """A factory with the settings that only its kind of robot understands (a `DriverFactory`)."""

    create: Callable[[DriverConfig], RobotDriver]
    options: type[BaseModel]
    """Checks the further keys of a robot's settings when they are read; forbids unknown ones."""

    def __call__(self, config: DriverConfig) -> RobotDriver:
        return self.create(config)


class EventStream:
    """Hands events to any number of readers; memory is bounded, the newest progress wins."""

    LIMIT = 256

    def __init__(self) -> None:
        self._readers: set[_Reader] = set()
        self._closed = False

    def publish(self, event: DriverEvent) -> None:
        for reader in self._readers:
            reader.push(event)

    def close(self) -> None:
        """End every reader after what it has not read yet."""
        self._closed = True
        for reader in self._readers:
            reader.end()

    def read(self) -> AsyncIterator[DriverEvent]:
        """Register at once: nothing published after this call is missed."""
        reader = _Reader()
        if self._closed:
            reader.end()
        self._readers.add(reader)
        return self._drain(reader)

    async def _drain(self, reader: "_Reader") -> AsyncIterator[DriverEvent]:
        try:
            while True:
                await reader.ready.wait()
                if not reader.events:
                    return
                event = reader.events.popleft()
                if not reader.events and not reader.ended:
                    reader.ready.clear()
                yield event
        finally:
            self._readers.discard(reader)


class _Reader:
    def __init__(self) -> None:
        self.events: deque[DriverEvent] = deque(maxlen=EventStream.LIMIT)
        self.ready = asyncio.Event()
        self.ended = False

    def push(self, event: DriverEvent) -> None:
        if isinstance(event, Progress) and self.events and isinstance(self.events[-1], Progress):
            self.events.pop()
        self.events.append(event)
        self.ready.set()

    def end(self) -> None:
        self.ended = True
        self.ready.set()
