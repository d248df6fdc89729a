"""Stopping by MQTT: a button on the wall, an alarm system, another vendor's console.

Any message on ``{topic}/stop`` stops every robot, on ``{topic}/{robot}/stop`` that one, whatever it
says. Nothing else can be ordered here, and retained messages are old: they stop nothing.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import structlog

from robot_bridge.clock import SystemClock
from robot_bridge.driver import LinkError
from robot_bridge.drivers.vda5050.address import read_url
from robot_bridge.drivers.vda5050.mqtt import MqttLink, tls_context

ASKED_BY = "mqtt"
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
KEEPALIVE = 10

Stop = Callable[[str], Awaitable[object]]
"""Stops a robot by its id; never raises for one that exists."""

log = structlog.get_logger(__name__)


class MqttStops:
    """Listens at one broker for as long as it runs. Raises ValueError for a URL that is none."""

    def __init__(self, url: str, topic: str, ca: Path | None = None) -> None:
        self._broker = read_url(url)
        self._tls = tls_context(str(ca) if ca else None, None, None) if self._broker.tls else None
        self._topic = topic.strip("/")
        self._robots: Sequence[str] = ()
        self._stop: Stop | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._stopping: set[asyncio.Task[object]] = set()
        self.listening = asyncio.Event()
        """Set while a message would be heard."""
        self.deaf = asyncio.Event()
        """Set while none would be."""

    def start(self, robots: Sequence[str], stop: Stop) -> None:
        """Begin to listen; returns at once."""
        self._robots, self._stop = robots, stop
        self._keeper = asyncio.create_task(self._keep(), name="stops by MQTT")

    async def close(self) -> None:
        tasks = [task for task in (self._keeper, *self._stopping) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while True:
            link = MqttLink(
                self._broker,
                [f"{self._topic}/stop", f"{self._topic}/+/stop"],
                self._receive,
                SystemClock(),
                name="stops",
                keepalive=KEEPALIVE,
                tls=self._tls,
            )
            try:
                await link.open()
                self.listening.set()
                self.deaf.clear()
                pause = FIRST_PAUSE
                reason = await link.lost()
            except LinkError as error:
                reason = str(error)
            finally:
                self.listening.clear()
                self.deaf.set()
                await link.close()
            log.warning("no stops by MQTT", reason=reason)
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))
            pause = min(LONGEST_PAUSE, pause * 2)

    def _receive(self, topic: str, payload: bytes, retained: bool) -> None:
        words = topic.removeprefix(f"{self._topic}/").split("/")
        wanted = self._robots if words == ["stop"] else [words[0]]
        known = [robot for robot in wanted if robot in self._robots]
        if retained or not known or self._stop is None:
            log.warning("stop by MQTT not heeded", topic=topic[:100], retained=retained)
            return
        for robot in known:
            task = asyncio.ensure_future(self._stop(robot))
            self._stopping.add(task)
            task.add_done_callback(self._stopping.discard)
