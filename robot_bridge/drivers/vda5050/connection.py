"""The line to one vehicle: opened, greeted, listened to; every message goes into `Vehicle`."""

import asyncio
import math
from collections.abc import Callable
from typing import Protocol

import structlog

from robot_bridge.clock import wait_for_event
from robot_bridge.driver import DriverConfig, LinkError
from robot_bridge.drivers.vda5050.address import read_url
from robot_bridge.drivers.vda5050.aside import send_aside
from robot_bridge.drivers.vda5050.desk import Desk
from robot_bridge.drivers.vda5050.dialect import dialect_of
from robot_bridge.drivers.vda5050.factsheet import read_factsheet
from robot_bridge.drivers.vda5050.halt import Halt
from robot_bridge.drivers.vda5050.mqtt import TOO_LONG, MqttLink, tls_context
from robot_bridge.drivers.vda5050.options import Options
from robot_bridge.drivers.vda5050.reader import (
    BadMessage,
    decode,
    read_connection,
    read_position,
    read_speed,
    read_state,
)
from robot_bridge.drivers.vda5050.vehicle import Vehicle

GREET_SECONDS = 2.0
"""For a vehicle to react to an action, for each name that the array of actions may have."""
COMPLAIN_EVERY = 10.0
"""Seconds between two log lines about bad messages."""

log = structlog.get_logger(__name__)


STATES_EVERY = 0.04
"""Seconds between two states that are looked into; of a vehicle that sends more the newest wins."""


class Heard(Protocol):
    """Told after a message has been taken in."""

    def __call__(self, *, state: bool) -> None: ...


class Connection:
    """Broker and vehicle together. Raises ValueError when the settings cannot be used."""

    def __init__(
        self,
        config: DriverConfig,
        options: Options,
        heard: Heard,
        awaited: Callable[[bytes], bool] = lambda payload: False,
    ) -> None:
        """``awaited`` tells whether somebody waits for just this state."""
        self._robot = config.robot_id
        self._clock = config.clock
        self._may_send = config.may_send
        self._options = options
        self._heard = heard
        self._awaited = awaited
        self._looked_at = -math.inf
        self._newest: bytes | None = None
        """A state that has come too soon after another one."""
        self._later: asyncio.Task[None] | None = None
        self._broker = read_url(config.url)
        files = (options.ca, options.cert, options.key)
        try:
            self._tls = (
                tls_context(*(str(file) if file else None for file in files))
                if self._broker.tls
                else None
            )
        except OSError as error:  # ssl.SSLError is one
            raise ValueError(f"ca, cert, key: {error}") from error
        self.desk = Desk(config.robot_id, options, dialect_of(options.version), config.clock)
        self.vehicle = Vehicle(config.map)
        self.ready = False
        """The vehicle has been greeted; orders make sense."""
        self._names = self.desk.topics.by_name()
        self._news = asyncio.Event()
        self._bad = 0
        self._complained_at: float | None = None
        self._readers: dict[str, Callable[[bytes], None]] = {
            "state": self._take_state,
            "visualization": self._take_visualization,
            "connection": lambda payload: self.vehicle.take_connection(
                read_connection(decode(payload))
            ),
            "factsheet": self._take_factsheet,
        }

    async def open(self) -> Halt:
        """Connect, and return once the vehicle has sent a fresh state. Raises `LinkError`.

        What is returned cancels whatever an earlier life has left; it may still be under way.
        """
        await self.close()
        self.vehicle.forget()
        link = MqttLink(
            self._broker,
            list(self._names),
            self._receive,
            self._clock,
            name=self._robot,
            keepalive=self._options.keepalive,
            tls=self._tls,
            may_send=self._may_send,
        )
        await link.open()
        self.desk.link = link
        try:
            halt = await self._greet()
        except BaseException:
            await self.close()
            raise
        self.ready = True
        return halt

    def cancel_aside(self) -> bool:
        """Send a cancelOrder without the event loop; whether the broker has taken it."""
        topic, payload = self.desk.cancel_message()
        return send_aside(self._broker, self._tls, topic, payload)

    async def lost(self) -> str:
        """Wait until the connection to the broker is over; why."""
        link = self.desk.link
        return await link.lost() if link is not None else "not connected"

    async def close(self) -> None:
        self.ready = False
        later, self._later = self._later, None
        self._newest = None
        if later is not None:
            later.cancel()
        link, self.desk.link = self.desk.link, None
        if link is not None:
            await link.close()

    async def _greet(self) -> Halt:
        """Cancel what an earlier life has left, ask for a state and find out what is understood."""
        for fields in self.desk.choices:
            self.desk.fields = fields
            halt = Halt(self.desk, self.vehicle.reports, self._clock.monotonic())
            self.desk.act("stateRequest")
            end = self._clock.monotonic() + GREET_SECONDS
            while (left := end - self._clock.monotonic()) > 0 and self.desk.up:
                report = self.vehicle.report
                if report is not None and halt.understood(report):
                    self.desk.settle()
                    self.desk.act("factsheetRequest")  # asked for, never waited for
                    return halt
                self._news.clear()
                await wait_for_event(self._news, self._clock, left)
        self.desk.fields, self.desk.understood = self.desk.choices[0], False
        if not self.desk.up:
            raise LinkError(await self.lost())
        if self.vehicle.report is None:
            raise LinkError(
                "no state from the vehicle: is it on, are manufacturer, serial and interface "
                "right, and may we read its topics?"
            )
        log.warning("the vehicle does not answer to actions", robot=self._robot)
        return Halt(self.desk, self.vehicle.reports, self._clock.monotonic())

    def _receive(self, topic: str, payload: bytes, retained: bool) -> None:
        """Every message comes by here; none may break the reader."""
        name = self._names.get(topic, "")
        try:
            if name in ("order", "instantActions"):
                self._notice(name, payload, retained)
            elif retained and name in ("state", "visualization"):
                return  # from an earlier time
            elif name != "state" or not self._too_soon(payload):
                self._take(name, payload)
        except BadMessage as error:
            self._complain(name, str(error), len(payload))
        except Exception as error:
            self._complain(name, f"not handled: {error!r}", len(payload), trace=True)

    def _too_soon(self, payload: bytes) -> bool:
        """Keep a state for a moment in which a newer one may take its place: a flood must not
        keep us from what matters. What is no state, and what is waited for, is never kept."""
        left = self._looked_at + STATES_EVERY - self._clock.monotonic()
        if left <= 0 or b'"safetyState"' not in payload or self._awaited(payload):
            self._newest = None
            self._looked_at = self._clock.monotonic()
            return False
        self._newest = payload
        if self._later is None or self._later.done():
            self._later = asyncio.get_running_loop().create_task(self._look_later(left))
        return True

    async def _look_later(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._look_now()

    def _look_now(self) -> None:
        payload, self._newest = self._newest, None
        if payload is not None:
            self._looked_at = -math.inf
            self._receive(self.desk.topics.of("state"), payload, False)

    def _take(self, name: str, payload: bytes) -> None:
        if payload == TOO_LONG:
            raise BadMessage("too long")
        if name == "connection":
            self._look_now()  # what came before it must not seem to come after it
        self._readers[name](payload)
        self._news.set()
        self._heard(state=name == "state")

    def _take_state(self, payload: bytes) -> None:
        report = read_state(decode(payload))
        self.desk.adapt(report.version)
        self.vehicle.take_state(report, self._clock.monotonic())

    def _take_visualization(self, payload: bytes) -> None:
        message = decode(payload)
        if read_position(message) is None:
            raise BadMessage("no position")
        now = self._clock.monotonic()
        self.vehicle.take_position(read_position(message), read_speed(message), now)

    def _take_factsheet(self, payload: bytes) -> None:
        self.vehicle.factsheet = read_factsheet(decode(payload))

    def _notice(self, name: str, payload: bytes, retained: bool) -> None:
        """What is written to the vehicle, by us or by somebody else."""
        if self.desk.is_mine(name, payload):
            return
        if retained:
            log.warning("a retained message lies on the broker", robot=self._robot, topic=name)
            return
        log.error("another master writes to this vehicle", robot=self._robot, topic=name)
        self.vehicle.note_rival("another master commands this vehicle", self._clock.monotonic())
        self._heard(state=False)

    def _complain(self, name: str, what: str, size: int, *, trace: bool = False) -> None:
        """One line for many bad messages."""
        self._bad += 1
        now = self._clock.monotonic()
        if self._complained_at is not None and now - self._complained_at < COMPLAIN_EVERY:
            return
        self._complained_at = now
        log.warning(
            "bad message",
            robot=self._robot,
            topic=name,
            what=what,
            bytes=size,
            count=self._bad,
            exc_info=trace,
        )
