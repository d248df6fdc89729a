"""What a robot does by itself when a mission is over: lead the next in line, or go home."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

import structlog

from robot_bridge.clock import Clock
from robot_bridge.driver import RobotState
from robot_bridge.line import Line
from robot_bridge.missions import AUTOMATIC, Mission, MissionKind, Pace, Policy, Refused
from robot_bridge.places import Place
from robot_bridge.posts import Posts, way_home

NEXT_PLEASE = 3.0
"""Seconds after leading somebody until it goes home, when the next one waits there."""

log = structlog.get_logger(__name__)


class Begin(Protocol):
    """Begins a mission. Raises `Refused`."""

    def __call__(
        self,
        kind: MissionKind,
        target: Place,
        requested_by: str,
        *,
        pace: Pace | None = None,
        ticket: str | None = None,
        mission_id: str | None = None,
        fetch: Place | None = None,
    ) -> Mission: ...


class Afterwards:
    """One robot's line of visitors and its way home."""

    def __init__(
        self,
        robot_id: str,
        posts: Posts,
        policy: Policy,
        clock: Clock,
        *,
        begin: Begin,
        state: Callable[[], RobotState],
        stopped: Callable[[], bool],
        spawn: Callable[[Coroutine[Any, Any, Any]], "asyncio.Task[Any]"],
    ) -> None:
        self._id = robot_id
        self._posts = posts
        self._policy = policy
        self._clock = clock
        self._begin = begin
        self._state = state
        self._stopped = stopped
        self._spawn = spawn
        self._return: asyncio.Task[None] | None = None
        self.line = Line()

    @property
    def planned(self) -> bool:
        """It will set off by itself in a while."""
        return self._return is not None

    def plan(self) -> None:
        """A while after leading somebody: home, or to the charger; at once when others wait."""
        after = self._policy.return_after
        if len(self.line):
            after = min(NEXT_PLEASE, NEXT_PLEASE if after is None else after)
        if after is not None and not self._stopped():
            self.forget()
            self._return = self._spawn(self._later(after))

    def forget(self) -> None:
        """Something else has been asked for."""
        waiting, self._return = self._return, None
        if waiting is not None:
            waiting.cancel()

    def lead_next(self) -> None:
        """The robot is home: the first in line is led. After a stop or a fault nobody is left."""
        waiting = self.line.next(self._clock.monotonic())
        if waiting is None:
            return
        try:
            self._begin(
                "lead",
                waiting.target,
                waiting.requested_by,
                pace=waiting.pace,
                ticket=waiting.ticket,
                mission_id=waiting.id,
                fetch=waiting.fetch,
            )
        except Refused as refused:
            self.line.clear()
            log.info("the line is sent away", robot=self._id, code=refused.code)

    async def _later(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._return = None
        kind, target = way_home(self._state(), self._posts, self._policy)
        if target is None:
            self.lead_next()
            return
        try:
            self._begin(kind, target, AUTOMATIC)
        except Refused as refused:
            log.info("no way home", robot=self._id, code=refused.code)
