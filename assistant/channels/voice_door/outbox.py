"""What waits to be sent to one client: in order, bounded; audio can be taken back."""

import asyncio
import json
from collections import deque
from contextlib import suppress
from typing import Any

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import BaseModel

MOST_AUDIO_BYTES = 512 * 1024
"""Ten seconds of speech; whoever makes more waits."""
MOST_EVENTS = 2_000
"""A client that has not read so many is gone."""


class Outbox:
    """`put` never waits, `put_audio` waits for room. `run` sends until the client is gone."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._waiting: deque[tuple[str | bytes, bool]] = deque()
        """What, and whether it belongs to the audio of a reply."""
        self._audio_bytes = 0
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self.gone = False

    def put(self, event: BaseModel, *, of_audio: bool = False) -> None:
        self._put(event.model_dump_json(), of_audio)

    def put_json(self, event: dict[str, Any]) -> None:
        """Of what is JSON already."""
        self._put(json.dumps(event, ensure_ascii=False), False)

    def _put(self, text: str, of_audio: bool) -> None:
        if len(self._waiting) >= MOST_EVENTS:
            self.gone = True
            self._changed.set()
        if not self.gone:
            self._waiting.append((text, of_audio))
            self._empty.clear()
            self._changed.set()

    async def put_audio(self, pcm: bytes) -> None:
        while self._audio_bytes >= MOST_AUDIO_BYTES and not self.gone:
            self._room.clear()
            await self._room.wait()
        if not self.gone:
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
            await asyncio.wait_for(self._empty.wait(), seconds)

    async def run(self) -> None:
        """Until cancelled, or until the client is gone."""
        try:
            while not self.gone:
                while not self._waiting:
                    self._empty.set()
                    self._changed.clear()
                    await self._changed.wait()
                data, _ = self._waiting.popleft()
                if isinstance(data, bytes):
                    self._audio_bytes = max(0, self._audio_bytes - len(data))
                    self._room.set()
                    await self._websocket.send_bytes(data)
                else:
                    await self._websocket.send_text(data)
        except (WebSocketDisconnect, RuntimeError, OSError):
            pass  # Starlette raises RuntimeError for sending to a client that has left
        finally:
            self.gone = True
            self._room.set()
            self._empty.set()
