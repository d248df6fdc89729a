"""Standing still: a stop that is held, bounded in time and repeated until it is seen to be true."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from robot_bridge.clock import Clock, finish_within
from robot_bridge.driver import StopResult
from robot_bridge.link import KeptDriver

INSIST_EVERY = 1.0
INSIST_TIMES = 60

Spawn = Callable[[Coroutine[Any, Any, Any]], "asyncio.Task[Any]"]
"""Starts work that somebody keeps and ends."""

log = structlog.get_logger(__name__)


class Halting:
    """Stops one robot and keeps it stopped until `release`."""

    def __init__(
        self, robot_id: str, driver: KeptDriver, clock: Clock, seconds: float, spawn: Spawn
    ) -> None:
        self._id = robot_id
        self._driver = driver
        self._clock = clock
        self._seconds = seconds
        self._spawn = spawn
        self._insisting = False
        self.held = False

    def hold(self, reason: str) -> None:
        """From now on nothing may move, and the robot has been told so; `stop` follows."""
        self.held = True
        self._driver.stop_at_once(reason)

    async def stop(self, reason: str) -> StopResult:
        """Brake now. Never raises; what is not confirmed is repeated every second."""
        self.held = True
        # In a task of its own: a caller who hangs up must not call the stop off.
        halting: asyncio.Task[StopResult] = self._spawn(self._halt(reason))
        result = await asyncio.shield(halting)
        if not result.confirmed and not self._insisting:
            self._spawn(self._insist(reason))
        return result

    async def release(self) -> None:
        """Let go of a stop. Moves nothing."""
        self.held = False
        try:
            await finish_within(self._driver.resume(), self._clock, self._seconds)
        except Exception as error:  # foreign code; what is not released stays held there
            log.warning("robot command failed", robot=self._id, error=str(error))

    async def _halt(self, reason: str, *, again: bool = False) -> StopResult:
        result = StopResult(confirmed=False, text="not confirmed in time")

        async def halt() -> None:
            nonlocal result
            result = await self._driver.stop(reason)

        try:
            await finish_within(halt(), self._clock, self._seconds)
        except Exception as error:
            result = StopResult(confirmed=False, text=f"{type(error).__name__}: {error}")
        if not result.confirmed and not again:
            log.error("robot stop not confirmed", robot=self._id, text=result.text)
        return result

    async def _insist(self, reason: str) -> None:
        """A stop that was not confirmed is repeated while it is wanted."""
        self._insisting = True
        try:
            for _ in range(INSIST_TIMES):
                await self._clock.sleep(INSIST_EVERY)
                if not self.held or (await self._halt(reason, again=True)).confirmed:
                    log.info("robot stop settled", robot=self._id, stopped=self.held)
                    return
            log.error("robot stop never confirmed", robot=self._id)
        finally:
            self._insisting = False
