"""What happens to robots, told to whoever listens; nobody who does not read holds anybody up."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from typing import Any

from robot_bridge.missions import Mission
from robot_bridge.sentences import Sentence

LIMIT = 64
"""Events kept for one listener; the oldest give way."""

Event = dict[str, Any]


class Announcements:
    """Turns what robots say and do into events."""

    def __init__(self) -> None:
        self._listeners: set[_Listener] = set()
        self._known: dict[str, Mission] = {}

    def listen(self, robot: str | None = None) -> AsyncGenerator[Event]:
        """Events from this call on, of one robot or of all; ends with `close`."""
        listener = _Listener(robot)
        self._listeners.add(listener)
        return self._read(listener)

    def said(self, robot: str, said: Sentence) -> None:
        """A robot has said something."""
        self._push(robot, "say", code=said.code, vi=said.vi, en=said.en)

    def changed(self, robot: str, mission: Mission) -> None:
        """A robot's mission has begun or changed."""
        before = self._known.get(robot)
        self._known[robot] = mission
        if before is None or before.id != mission.id:
            before = None
        for event in _changes(before, mission):
            self._push(robot, **event)

    def close(self) -> None:
        for listener in self._listeners:
            listener.end()

    def _push(self, robot: str, kind: str, **fields: Any) -> None:
        event = {"robot": robot, "kind": kind, **fields}
        for listener in self._listeners:
            if listener.robot in (None, robot):
                listener.push(event)

    async def _read(self, listener: "_Listener") -> AsyncGenerator[Event]:
        try:
            while True:
                await listener.ready.wait()
                if not listener.events:
                    return
                event = listener.events.popleft()
                if not listener.events and not listener.ended:
                    listener.ready.clear()
                yield event
        finally:
            self._listeners.discard(listener)


def _changes(before: Mission | None, now: Mission) -> list[Event]:
    """The events that lie between two states of one mission."""
    found: list[Event] = []
    if before is None or (before.state, before.target.id) != (now.state, now.target.id):
        found.append(
            {
                "kind": "mission",
                "id": now.id,
                "mission": now.kind,
                "to": now.target.id,
                "state": now.state,
                "reason": now.reason,
            }
        )
    question = now.question
    if question is not None and (before is None or before.question != question):
        found.append(
            {
                "kind": "question",
                "mission": now.id,
                "id": question.id,
                "about": question.about,
                "vi": question.vi,
                "en": question.en,
                "times": question.times,
            }
        )
    visit = visit_of(now)
    if visit is not None and (before is None or visit_of(before) != visit):
        found.append({"kind": "visitor", **visit})
    if now.state == "failed" and now.kind == "lead" and (before is None or not before.ended):
        found.append({"kind": "staff", "mission": now.id, "reason": now.reason})
    return found


def visit_of(mission: Mission) -> dict[str, Any] | None:
    """What the counter is told of somebody who is led to it; None: it is none of its business."""
    if mission.kind != "lead" or mission.target.kind != "counter":
        return None
    if mission.state in ("accepted", "announcing") or (mission.fetch and not mission.ended):
        return None
    state = "coming"
    if mission.ended:
        state = "arrived" if mission.state == "arrived" else "gone"
    return {"place": mission.target.id, "ticket": mission.ticket, "state": state}


class _Listener:
    def __init__(self, robot: str | None) -> None:
        self.robot = robot
        self.events: deque[Event] = deque(maxlen=LIMIT)
        self.ready = asyncio.Event()
        self.ended = False

    def push(self, event: Event) -> None:
        self.events.append(event)
        self.ready.set()

    def end(self) -> None:
        self.ended = True
        self.ready.set()
