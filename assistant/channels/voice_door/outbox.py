"""What waits to be sent to one client: in order, bounded; audio can be taken back."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from fastapi import WebSocketDisconnect
from pydantic import BaseModel

MOST_AUDIO_BYTES = 512 * 1024
"""Ten seconds of speech; whoever makes more waits."""
MOST_EVENTS = 2_000
"""A client that has not read so many is gone."""
MAY_BE_LOST_SECONDS = 10.0


class Client(Protocol):
    """Who is told: a socket, or a screen and a loudspeaker."""

    async def send_text(self, data: str) -> None: ...
    async def send_bytes(self, data: bytes) -> None: ...


class Outbox:
    """`put` never waits, `put_audio` waits for room. `run` sends until the client is gone; what
    was not sent then waits for the next `run`."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._waiting: deque[tuple[str | bytes, bool]] = deque()
        """What, and whether it belongs to the audio of a reply."""
        self._audio_bytes = 0
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._overfull = asyncio.Event()
        """More waits than any client that reads would leave."""
        self._reply: tuple[str, float] | None = None
        """The last one, and when it was sent."""

    def put(self, event: BaseModel, *, of_audio: bool = False) -> None:
        self._put(event.model_dump_json(), of_audio)

    def put_first(self, event: BaseModel) -> None:
        """Before whatever waits since the client went away."""
        self._waiting.appendleft((event.model_dump_json(), False))
        self._empty.clear()
        self._changed.set()

    def put_reply(self, reply: dict[str, Any]) -> None:
        """`reply` with everything that the API gives."""
        text = json.dumps({"type": "reply", **reply}, ensure_ascii=False)
        self._reply = text, self._now()
        self._put(text, False)

    def repeat_reply(self) -> None:
        """For whoever came back: a reply that was sent just before may have been lost."""
        if self._reply is None or self._now() - self._reply[1] > MAY_BE_LOST_SECONDS:
            return
        if all(data != self._reply[0] for data, _ in self._waiting):
            self._put(self._reply[0], False)

    def _put(self, text: str, of_audio: bool) -> None:
        if len(self._waiting) >= MOST_EVENTS:
            self._overfull.set()
        if not self._overfull.is_set():
            self._waiting.append((text, of_audio))
            self._empty.clear()
        self._changed.set()

    async def put_audio(self, pcm: bytes) -> None:
        while self._audio_bytes >= MOST_AUDIO_BYTES:
            self._room.clear()
            await self._room.wait()
        self._waiting.append((pcm, True))
        self._audio_bytes += len(pcm)
        self._empty.clear()
        self._changed.set()

    def take_back_audio(self) -> None:
        """What has not been sent of a reply's audio is not sent any more."""
        self._waiting = deque(item for item in self._waiting if not item[1])
        self._audio_bytes = 0
        self._room.set()

    async def flush(self, seconds: float = 1.0) -> None:
        """Wait until everything is sent, not for ever."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._empty.wait()

    async def run(self, websocket: Client) -> None:
        """Until cancelled, or until the client is gone or reads nothing."""
        # Sending to whoever reads nothing waits for ever: that has to be seen beside it.
        both = (
            asyncio.create_task(self._send_all(websocket), name="voice sending"),
            asyncio.create_task(self._overfull.wait(), name="voice outbox full"),
        )
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _send_all(self, websocket: Client) -> None:
        try:
            while True:
                while not self._waiting:
                    self._empty.set()
                    self._changed.clear()
                    await self._changed.wait()
                await self._send(websocket, *self._waiting.popleft())
        except (WebSocketDisconnect, RuntimeError, OSError):
            pass  # Starlette raises RuntimeError for sending to a client that has left

    async def _send(self, websocket: Client, data: str | bytes, _: bool) -> None:
        if isinstance(data, str):
            await websocket.send_text(data)
            return
        self._audio_bytes = max(0, self._audio_bytes - len(data))
        self._room.set()
        await websocket.send_bytes(data)
