"""The outgoing side: turns wishes into messages of the vehicle's dialect and hands them over."""

from collections import deque
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import structlog

from robot_bridge.clock import Clock
from robot_bridge.driver import LinkError
from robot_bridge.drivers.vda5050.address import Topics
from robot_bridge.drivers.vda5050.dialect import Dialect, adapt
from robot_bridge.drivers.vda5050.messages import (
    Action,
    Headers,
    encode,
    instant_body,
    order_body,
)
from robot_bridge.drivers.vda5050.mqtt import MqttLink
from robot_bridge.drivers.vda5050.options import Options
from robot_bridge.drivers.vda5050.order import Part

REMEMBERED = 256
"""Messages of our own that we can tell from those of another master."""

log = structlog.get_logger(__name__)


class Desk:
    """Writes to one vehicle. Nothing is kept for later: without a link there is `LinkError`."""

    def __init__(self, robot_id: str, options: Options, dialect: Dialect, clock: Clock) -> None:
        self._robot = robot_id
        self._clock = clock
        self._headers = Headers(options.manufacturer, options.serial)
        self._sent: deque[tuple[str, bytes]] = deque(maxlen=REMEMBERED)
        self.dialect = dialect
        self.topics = Topics(
            options.topics,
            options.interface or dialect.interface,
            dialect.major,
            options.manufacturer,
            options.serial,
        )
        wanted = options.instant_actions_field
        both = dialect.instant_fields if wanted == "auto" else ("actions", "instantActions")
        self.fields: tuple[str, ...] = both if wanted in ("auto", "both") else (wanted,)
        """Names under which instant actions are sent."""
        self.choices: tuple[tuple[str, ...], ...] = (self.fields,)
        """What to try in turn while it is not known which one the vehicle understands."""
        if wanted == "auto" and len(self.fields) > 1:
            self.choices = (self.fields, *((name,) for name in self.fields))
        self.orders: deque[str] = deque(maxlen=REMEMBERED)
        """Ids of the orders that we have sent."""
        self.understood = False
        """The vehicle has taken notice of an action under the names in use."""
        self.link: MqttLink | None = None

    @property
    def up(self) -> bool:
        return self.link is not None and self.link.up

    def adapt(self, version: str) -> None:
        """Write as the vehicle writes: vehicles refuse another text for their own version."""
        dialect = adapt(self.dialect, version)
        if dialect.version != self.dialect.version:
            log.info("vehicle's version", robot=self._robot, version=dialect.version)
            self.dialect = dialect

    def settle(self) -> None:
        """The names in use are the right ones."""
        if not self.understood:
            log.info("vehicle understands", robot=self._robot, fields=self.fields)
        self.understood = True
        self.choices = (self.fields,)

    def try_next(self) -> None:
        """Other names, for the next action."""
        place = self.choices.index(self.fields)
        self.fields = self.choices[(place + 1) % len(self.choices)]

    def order(self, part: Part) -> int:
        """Send an order or its update; the headerId. Raises `LinkError`."""
        header_id = self._send("order", order_body(part, self.dialect))
        if part.order_id not in self.orders:
            self.orders.append(part.order_id)
        log.info(
            "order sent",
            robot=self._robot,
            order=part.order_id,
            update=part.update_id,
            nodes=len(part.nodes),
            released=part.released,
            header=header_id,
        )
        return header_id

    def act(self, kind: str, parameters: Mapping[str, Any] | None = None, again: str = "") -> str:
        """Send an instant action; its id (``again``: the id of one that got lost).

        Raises `LinkError`.
        """
        action = Action(again or f"{kind}-{uuid4().hex[:12]}", kind, parameters or {})
        self._send("instantActions", instant_body([action], self.fields, self.dialect))
        log.info("action sent", robot=self._robot, action=kind, id=action.id)
        return action.id

    def is_mine(self, subtopic: str, payload: bytes) -> bool:
        """Whether a message that came back from the broker was ours."""
        return (subtopic, payload) in self._sent

    def cancel_message(self) -> tuple[str, bytes]:
        """Topic and payload of a cancelOrder that somebody else sends for us."""
        action = Action(f"cancelOrder-{uuid4().hex[:12]}", "cancelOrder")
        body = instant_body([action], self.fields, self.dialect)
        return self.topics.of("instantActions"), self._write("instantActions", body)[1]

    def _send(self, subtopic: str, body: Mapping[str, Any]) -> int:
        if self.link is None:
            raise LinkError("not connected")
        header_id, payload = self._write(subtopic, body)
        self.link.send(self.topics.of(subtopic), payload)
        return header_id

    def _write(self, subtopic: str, body: Mapping[str, Any]) -> tuple[int, bytes]:
        head = self._headers.next(subtopic, self.dialect, self._clock.now())
        payload = encode({**head, **body})
        self._sent.append((subtopic, payload))
        return int(head["headerId"]), payload
