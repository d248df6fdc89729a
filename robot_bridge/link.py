"""Keep a driver alive: build it, connect it, try again with growing pauses, carry a stop over.

Seen from above it is a driver that always exists: while there is no connection its state says so,
commands are refused at once, and nothing is ever queued. It connects only while this process has
the lease of the robot; only a stop goes out without.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable

import structlog

from robot_bridge.clock import Clock, finish_within
from robot_bridge.driver import (
    Capability,
    DriverError,
    DriverEvent,
    EventStream,
    FailureCode,
    Goal,
    LinkBack,
    LinkLost,
    RobotDriver,
    RobotState,
    StopResult,
)
from robot_bridge.lease import Lease, OfAnotherProcess, Sole

CONNECT_SECONDS = 10.0
CLOSE_SECONDS = 5.0
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
STALE_AFTER = 2.0

log = structlog.get_logger(__name__)


class KeptDriver:
    """A `RobotDriver` around one that is built by ``build`` and may fail at any time.

    ``outsider`` builds one that may send without the lease; it is connected for a stop alone.
    """

    def __init__(
        self,
        robot_id: str,
        build: Callable[[], RobotDriver],
        clock: Clock,
        lease: Lease | None = None,
        outsider: Callable[[], RobotDriver] | None = None,
    ) -> None:
        self.name = robot_id
        self._build = build
        self._clock = clock
        self._lease = lease or Sole()
        self._outsider = outsider
        self._stream = EventStream()
        self._driver: RobotDriver | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._held: str | None = None
        self._error: str | None = None

    @property
    def stale_after(self) -> float:
        return self._driver.stale_after if self._driver else STALE_AFTER

    @property
    def driver(self) -> RobotDriver | None:
        """The driver itself while it is connected."""
        return self._driver

    async def connect(self) -> None:
        """Begin to keep the connection; returns at once."""
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep(), name=f"{self.name} link")

    async def close(self) -> None:
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
        self._stream.close()

    def capabilities(self) -> frozenset[Capability]:
        return self._driver.capabilities() if self._driver else frozenset()

    async def go_to(self, goal: Goal) -> None:
        await self._linked().go_to(goal)

    async def cancel(self, reason: str) -> None:
        if self._driver is not None and self._lease.held():
            await self._driver.cancel(reason)

    def stop_at_once(self, reason: str) -> None:
        """Send the first word of a stop before anything else is done; `stop` follows.

        A driver may have a method of this name that waits for nothing; without it `stop` alone
        does it. Never raises.
        """
        self._held = reason
        begin = getattr(self._driver, "stop_at_once", None)
        if begin is None or not self._lease.held():
            return
        try:
            begin(reason)
        except Exception as error:  # foreign code; `stop` tries again
            log.warning("robot command failed", robot=self.name, error=str(error))

    async def stop(self, reason: str) -> StopResult:
        self._held = reason
        if not self._lease.held():
            return await self._stop_from_outside(reason)
        if self._driver is None:
            return StopResult(confirmed=False, text="no connection to the robot")
        return await self._driver.stop(reason)

    async def _stop_from_outside(self, reason: str) -> StopResult:
        """Anybody may stop: without the lease over a connection for this one purpose."""
        if self._outsider is None:
            return StopResult(confirmed=False, text=self._lease.other())
        driver = self._outsider()
        try:
            await driver.connect()
            return await driver.stop(reason)
        finally:
            await _close_quietly(driver, self._clock)

    def people(self) -> list[tuple[float, float]]:
        """Who is on foot around the robot, metres, where a driver tells: a method ``people`` whose
        items have ``x`` and ``y`` (simulated lobbies have)."""
        tell = getattr(self._driver, "people", None)
        return [] if tell is None else [(float(one.x), float(one.y)) for one in tell()]

    def halt_from_thread(self) -> None:
        """For the dead man's switch while the event loop is blocked: stop, where the driver can.

        A driver may have a method of this name: it stops the robot without the event loop, from
        another thread, within a second.
        """
        halt = getattr(self._driver, "halt_from_thread", None)
        if halt is not None and self._lease.held():
            halt()

    async def resume(self) -> None:
        self._held = None
        if self._driver is not None and self._lease.held():
            await self._driver.resume()

    async def dock(self, goal_id: str) -> None:
        await self._linked().dock(goal_id)

    async def undock(self, goal_id: str) -> None:
        await self._linked().undock(goal_id)

    async def say(self, text: str, language: str) -> None:
        await self._linked().say(text, language)

    async def show(self, page: str) -> None:
        await self._linked().show(page)

    async def set_speed_limit(self, metres_per_second: float | None) -> None:
        await self._linked().set_speed_limit(metres_per_second)

    def snapshot(self) -> RobotState:
        if self._driver is None:
            return RobotState(link="lost", errors=(self._error,) if self._error else ())
        return self._driver.snapshot()

    def events(self) -> AsyncIterator[DriverEvent]:
        return self._stream.read()

    def _linked(self) -> RobotDriver:
        if not self._lease.held():
            raise DriverError(FailureCode.LINK_LOST, self._lease.other())
        if self._driver is None:
            raise DriverError(FailureCode.LINK_LOST, "no connection to the robot")
        return self._driver

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while True:
            driver: RobotDriver | None = None
            if not self._lease.held():
                self._lost(self._lease.other())
            await self._lease.gained()
            try:
                driver = self._build()
                if await finish_within(driver.connect(), self._clock, CONNECT_SECONDS):
                    pause = FIRST_PAUSE
                    await self._serve(driver)
                else:
                    self._lost(f"no answer in {CONNECT_SECONDS:.0f} s")
            except OfAnotherProcess:
                pause = FIRST_PAUSE
                self._lost(self._lease.other())
            except Exception as error:  # a driver is foreign code: whatever it raises, try again
                self._lost(f"{type(error).__name__}: {error}")
            finally:
                self._driver = None
                if driver is not None:
                    await _close_quietly(driver, self._clock)
            await self._clock.sleep(pause * random.uniform(0.8, 1.2))
            pause = min(LONGEST_PAUSE, pause * 2)

    async def _serve(self, driver: RobotDriver) -> None:
        """Hand the driver's events on until it ends them, or the robot is another process'.

        Raises `OfAnotherProcess`.
        """
        events = driver.events()
        if self._held is not None:
            await driver.stop(self._held)
        self._driver, self._error = driver, None
        self._stream.publish(LinkBack())
        log.info("robot connected", robot=self.name, driver=driver.name)
        listening = asyncio.create_task(self._hand_on(events), name=f"{self.name} events")
        losing = asyncio.create_task(self._lease.lost(), name=f"{self.name} lease")
        try:
            await asyncio.wait((listening, losing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (listening, losing):
                task.cancel()
            heard, lost = await asyncio.gather(listening, losing, return_exceptions=True)
        if lost is None:
            raise OfAnotherProcess
        if isinstance(heard, Exception):
            raise heard
        self._lost("the driver ended")

    async def _hand_on(self, events: AsyncIterator[DriverEvent]) -> None:
        async for event in events:
            self._stream.publish(event)

    def _lost(self, reason: str) -> None:
        if self._error != reason:
            log.warning("robot not connected", robot=self.name, reason=reason)
        self._error = reason
        self._stream.publish(LinkLost(reason))


async def _close_quietly(driver: RobotDriver, clock: Clock) -> None:
    try:
        await finish_within(driver.close(), clock, CLOSE_SECONDS)
    except Exception:
        log.exception("closing a robot driver failed", driver=driver.name)
