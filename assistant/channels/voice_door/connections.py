"""Who is connected: one socket a conversation, and what a lost one may come back for."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from assistant.channels.voice_door.dialogue import Dialogue
from assistant.channels.voice_door.outbox import Outbox

COME_BACK_SECONDS = 30.0
MOST_AWAY = 64


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation by voice, whatever socket carries it."""

    voice: str
    """Its name, for `resume`."""
    conversation: str
    dialogue: Dialogue
    outbox: Outbox


class Socket(Protocol):
    """A connection that can be told to go."""

    def give_way(self) -> None: ...


class Connections:
    """On `app.state.voice_connections`."""

    def __init__(self, come_back_seconds: float = COME_BACK_SECONDS) -> None:
        self._seconds = come_back_seconds
        self._open: dict[str, Socket] = {}
        self._away: dict[str, tuple[Talk, asyncio.TimerHandle]] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def enter(self, conversation: str, socket: Socket) -> None:
        """A new socket takes the place of the one before: after a network drop that may still
        look open."""
        before = self._open.get(conversation)
        self._open[conversation] = socket
        if before is not None:
            before.give_way()

    def leave(self, conversation: str, socket: Socket) -> None:
        if self._open.get(conversation) is socket:
            del self._open[conversation]

    def keep(self, talk: Talk) -> None:
        """The socket is gone: whoever comes back in time goes on."""
        if len(self._away) >= MOST_AWAY:
            self._give_up(next(iter(self._away)))
        talk.dialogue.go_away()
        timer = asyncio.get_running_loop().call_later(self._seconds, self._give_up, talk.voice)
        self._away[talk.voice] = talk, timer

    def come_back(self, voice: str, conversation: str) -> Talk | None:
        """What was kept under a name, for the conversation it belongs to."""
        found = self._away.get(voice)
        if found is None or found[0].conversation != conversation:
            return None
        del self._away[voice]
        found[1].cancel()
        return found[0]

    def finish(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Cleaning up goes on when whoever waits for it is cancelled."""
        task = asyncio.create_task(work, name="voice closing")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
        return task

    def _give_up(self, voice: str) -> None:
        talk, timer = self._away.pop(voice)
        timer.cancel()
        self.finish(talk.dialogue.close())
