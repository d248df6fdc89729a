"""One leg of a mission: a goal handed to the driver and watched until it ends, one way or another.

The driver only translates; patience, freshness and speed are judged here, the same for every robot.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import uuid4

from robot_bridge.clock import Clock, wait_for_event
from robot_bridge.driver import (
    Arrived,
    DriverEvent,
    Failed,
    FailureCode,
    Pose,
    RobotState,
    Stopped,
)
from robot_bridge.link import KeptDriver
from robot_bridge.missions import Policy
from robot_bridge.safety import hazard, too_fast

LOOK_EVERY = 0.5
"""Seconds between two looks at the state while no event comes."""

Send = Callable[[str], Awaitable[None]]
"""Hands a goal with this id to the driver."""


class LegFailed(Exception):  # noqa: N818 - an outcome that missions handle
    """The leg has ended without being done."""

    def __init__(self, code: FailureCode, text: str = "") -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


class Diverted(Exception):  # noqa: N818 - a change of mind, not a fault
    """The leg is given up because there is no use in going on."""


@dataclass(slots=True)
class Watcher:
    """What a leg tells to the mission while it goes on."""

    waiting: Callable[[bool], None]
    """The robot waits before something in its way, or drives again."""
    ask: Callable[[], None]
    """It is time to ask politely."""
    look: Callable[[], None] = lambda: None
    """Called at every look; may raise `Diverted` to give the leg up."""


@dataclass(slots=True)
class Leg:
    """A goal of the driver and what is known of it."""

    goal_id: str = field(default_factory=lambda: f"g-{uuid4().hex[:12]}")
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    accepted: bool = False
    outcome: Arrived | Failed | Stopped | None = None

    def hear(self, event: DriverEvent) -> None:
        """Take an event of the driver; those of other goals are none of this leg's business."""
        if getattr(event, "goal_id", None) != self.goal_id:
            return
        self.accepted = True
        if isinstance(event, Arrived | Failed | Stopped):
            self.outcome = event
        self.changed.set()


class Journey:
    """Drives legs, one at a time."""

    def __init__(self, driver: KeptDriver, policy: Policy, clock: Clock) -> None:
        self._driver = driver
        self._policy = policy
        self._clock = clock
        self._leg: Leg | None = None

    def hear(self, event: DriverEvent) -> None:
        """Every event of the driver comes by here."""
        if self._leg is not None:
            self._leg.hear(event)

    def give_up(self, code: FailureCode, text: str) -> None:
        """End the leg that runs, from outside; without one nothing happens."""
        if self._leg is not None and self._leg.outcome is None:
            self._leg.outcome = Failed(self._leg.goal_id, code, text)
            self._leg.changed.set()

    async def drive(
        self, send: Send, watcher: Watcher, at_most: float, *, again: bool = True
    ) -> None:
        """Hand a goal over and return when it is reached.

        ``at_most``: seconds that it may take, waiting not counted, unless the robot tells how
        far it has to go. ``again``: may be sent anew to find another way. Raises `LegFailed`,
        after which the driver has been told to give the goal up, and `DriverError` when it was
        not taken.
        """
        self._leg = Leg()
        try:
            await send(self._leg.goal_id)
            await self._watch(send, watcher, at_most, again)
        except (LegFailed, Diverted) as failure:
            await self._driver.cancel(str(failure))
            raise
        finally:
            self._leg = None

    async def _watch(self, send: Send, watcher: Watcher, at_most: float, again: bool) -> None:
        patience = _Patience(self._policy)
        stall = _Stall(self._policy.stall_seconds)
        started = sent = self._clock.monotonic()
        end, told = started + at_most, False
        fast = 0
        while True:
            leg = self._leg
            assert leg is not None
            await wait_for_event(leg.changed, self._clock, LOOK_EVERY)
            leg.changed.clear()
            if _arrived(leg):
                return
            now, state = self._clock.monotonic(), self._driver.snapshot()
            self._check(state, now)
            watcher.look()
            fast = fast + 1 if too_fast(state, self._policy) else 0
            if fast >= 2:
                raise LegFailed(FailureCode.INTERNAL, f"drives at {state.speed:.2f} m/s")
            if not leg.accepted and now - sent > self._policy.accept_seconds:
                raise LegFailed(FailureCode.TIMEOUT, "the goal was not taken")
            if not told and state.remaining is not None:
                end, told = started + state.remaining / self._policy.slowest + 30, True
            stuck = stall.look(now, state.pose)
            act = patience.look(now, blocked=state.blocked or state.field_violation or stuck)
            watcher.waiting(patience.waiting)
            end += patience.idle
            if now > end:
                raise LegFailed(FailureCode.TIMEOUT, "the way takes too long")
            if act == "ask":
                watcher.ask()
            elif act == "give_up":
                raise LegFailed(FailureCode.BLOCKED, "the way stays blocked")
            elif act == "replan" and again:
                self._leg = Leg()
                sent = now
                await send(self._leg.goal_id)

    def _check(self, state: RobotState, now: float) -> None:
        wrong = hazard(state, now, self._driver.stale_after)
        if wrong is not None:
            raise LegFailed(wrong, "seen in the state")


def _arrived(leg: Leg) -> bool:
    if isinstance(leg.outcome, Failed):
        raise LegFailed(leg.outcome.code, leg.outcome.text)
    if isinstance(leg.outcome, Stopped):
        raise LegFailed(FailureCode.CANCELED, leg.outcome.reason)
    return leg.outcome is not None


class _Stall:
    """Notices a robot that does not get on although it says that it drives."""

    DISTANCE = 0.2
    """Metres that count as getting on."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._pose: Pose | None = None
        self._since = 0.0

    def look(self, now: float, pose: Pose | None) -> bool:
        """Whether it has stood for too long."""
        if pose is None:
            return False
        last = self._pose
        if last is None or math.dist((pose.x, pose.y), (last.x, last.y)) >= self.DISTANCE:
            self._pose, self._since = pose, now
        return now - self._since > self._seconds


class _Patience:
    """Counts how long something has been in the way, and says what is due."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._since: float | None = None
        self._free_since: float | None = None
        self._asked = False
        self._replanned = 0
        self._last: float | None = None
        self.waiting = False
        self.idle = 0.0
        """Seconds since the last look that were spent waiting."""

    def look(self, now: float, *, blocked: bool) -> str:
        """What is due now: nothing, ask, replan or give_up."""
        self.idle = now - self._last if self.waiting and self._last is not None else 0.0
        self._last, self.waiting = now, blocked
        if not blocked:
            if self._free_since is None:
                self._free_since = now
            if now - self._free_since >= self._policy.blocked_clear:
                self._since, self._asked, self._replanned = None, False, 0
            return "nothing"
        self._free_since = None
        if self._since is None:
            self._since = now
        waited = now - self._since
        if waited >= self._policy.blocked_give_up:
            return "give_up"
        if waited >= self._policy.blocked_replan * (self._replanned + 1):
            self._replanned += 1
            return "replan"
        if waited >= self._policy.blocked_ask and not self._asked:
            self._asked = True
            return "ask"
        return "nothing"
