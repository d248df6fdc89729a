"""What comes from a server, sorted: topics to the robot, answers to their questions, goals on.

Nothing that comes may break the reader; many bad messages make one line in the log.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import structlog

from robot_bridge.driver import DriverConfig
from robot_bridge.drivers.ros2.calls import Calls
from robot_bridge.drivers.ros2.fragments import Fragments
from robot_bridge.drivers.ros2.readings import BadMessage, decode, text_of
from robot_bridge.drivers.ros2.robot import Topic

COMPLAIN_EVERY = 10.0
"""Seconds between two log lines about bad messages."""

log = structlog.get_logger(__name__)


class Heard(Protocol):
    """Told after something has come: an operation about a goal, or anything else (None)."""

    def __call__(self, operation: Mapping[str, Any] | None) -> None: ...


class Listener:
    """Takes every message of both sockets."""

    def __init__(self, config: DriverConfig, topics: Sequence[Topic], heard: Heard) -> None:
        self._name = config.robot_id
        self._clock = config.clock
        self._heard = heard
        self.topics = {topic.name: topic for topic in topics}
        self.heard_of: set[str] = set()
        """Topics on which something has come."""
        self.calls = Calls()
        self.news = asyncio.Event()
        """Set with every message."""
        self.bad = 0
        """Messages that could not be read."""
        self._complained_at: float | None = None

    def receive(self, text: str | bytes, fragments: Fragments) -> None:
        """Take a message. Never raises."""
        try:
            message = decode(text)
            if message.get("op") == "fragment":
                whole = fragments.add(message)
                if whole is None:
                    return
                message = decode(whole)
            self._take(message)
        except BadMessage as error:
            self._complain(str(error), len(text))
        except Exception as error:  # our own mistake: the next message must still be read
            self._complain(f"{type(error).__name__}: {error}", len(text), broken=True)
        self.news.set()

    def _take(self, message: dict[str, Any]) -> None:
        match message.get("op"):
            case "publish":
                self._take_topic(message)
            case "service_response":
                self.calls.take(message)
                self._heard(None)
            case "action_feedback" | "action_result":
                self._heard(message)
            case "status":
                if message.get("level") not in ("error", "warning"):
                    return
                if "id" not in message:
                    raise BadMessage(f"the server says: {text_of(message.get('msg'))}")
                self._heard(message)
            case operation:
                raise BadMessage(f"unknown operation {text_of(operation, 30)}")

    def _take_topic(self, message: Mapping[str, Any]) -> None:
        topic = self.topics.get(text_of(message.get("topic")))
        content = message.get("msg")
        if topic is None or not isinstance(content, dict):
            raise BadMessage("a message of no topic of ours")
        self.heard_of.add(topic.name)
        try:
            topic.take(content, self._clock.monotonic())
        except BadMessage as error:
            raise BadMessage(f"{topic.name}: {error}") from error
        finally:
            self._heard(None)

    def _complain(self, what: str, size: int, *, broken: bool = False) -> None:
        """One line for many bad messages; ``broken``: it was not the message's fault."""
        self.bad += 1
        now = self._clock.monotonic()
        if self._complained_at is not None and now - self._complained_at < COMPLAIN_EVERY:
            return
        self._complained_at = now
        say = log.exception if broken else log.warning
        say("bad message", robot=self._name, what=what, bytes=size, count=self.bad)
