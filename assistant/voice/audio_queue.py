"""What a microphone gives, waiting to be heard, with the orders in between.

At most a minute of audio waits. Who sends faster than we hear is slowed down; where that does not
help, the oldest is lost: a visitor's last words matter more than what was said a minute ago.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from assistant.errors import Language
from speech.engines import SAMPLE_RATE

MOST_QUEUED_BYTES = 2 * 1024 * 1024
"""A minute at 16 kHz."""
WAIT_FOR_ROOM_SECONDS = 2.0
PIECE_SECONDS = 0.1

Mode = Literal["auto", "hold"]


@dataclass(frozen=True, slots=True)
class Setup:
    """What the following audio is."""

    rate: int = SAMPLE_RATE
    language: Language = "vi"
    mode: Mode = "auto"


@dataclass(frozen=True, slots=True)
class _Piece:
    pcm: bytes
    seconds: float


class AudioQueue:
    """Pieces of audio, setups, and None for the end of an utterance; for one event loop."""

    def __init__(self, lost: Callable[[float], None] | None = None) -> None:
        """``lost`` is told how many seconds of audio are thrown away unheard."""
        self._rate = SAMPLE_RATE
        """Of what is put in; of what is taken out it is the setup's."""
        self.over = False
        """No more audio comes."""
        self._lost = lost
        self._orders: deque[_Piece | Setup | Literal["over"] | None] = deque()
        self._queued = 0
        self._changed = asyncio.Event()
        self._room = asyncio.Event()

    async def feed(self, pcm: bytes) -> None:
        """Whole samples, s16le mono. Waits while much is queued; the oldest is lost in the end."""
        if self._queued + len(pcm) > MOST_QUEUED_BYTES:
            with suppress(TimeoutError):
                async with asyncio.timeout(WAIT_FOR_ROOM_SECONDS):
                    await self._until_room()
        self._make_room(len(pcm))
        self._cut(pcm)

    async def hear_out(self, pcm: bytes) -> None:
        """A whole recording, then no more: nothing of it is lost."""
        step = 2 * self._rate
        for at in range(0, len(pcm), step):
            while self._queued > MOST_QUEUED_BYTES // 2:
                await self._until_room()
            self._cut(pcm[at : at + step])
        self._put("over")

    def set_up(self, setup: Setup) -> None:
        """Rate, language and mode of the audio that follows."""
        self._rate = setup.rate
        self._put(setup)

    def end(self) -> None:
        """The person has finished."""
        self._put(None)

    def forget(self) -> None:
        """Nothing of the audio that waits is heard; what follows is taken as it was said."""
        self._orders = deque(order for order in self._orders if isinstance(order, Setup))
        self._queued = 0
        self._room.set()

    @property
    def empty(self) -> bool:
        return not self._orders

    async def next(self, seconds: float | None) -> bytes | Setup | None:
        """The next piece or setup; None for the end, also when nothing comes within ``seconds``."""
        while not self._orders:
            self._changed.clear()
            try:
                # Not `wait_for`: when audio comes in the moment of a cancellation, 3.11 loses it.
                async with asyncio.timeout(seconds):
                    await self._changed.wait()
            except TimeoutError:
                return None
        order = self._orders.popleft()
        if order == "over":
            self.over = True
            return None
        if isinstance(order, _Piece):
            self._queued -= len(order.pcm)
            self._room.set()
            return order.pcm
        return order

    def _make_room(self, size: int) -> None:
        while self._queued + size > MOST_QUEUED_BYTES:
            oldest = next((order for order in self._orders if isinstance(order, _Piece)), None)
            if oldest is None:
                return
            self._orders.remove(oldest)
            self._queued -= len(oldest.pcm)
            if self._lost is not None:
                self._lost(oldest.seconds)

    def _cut(self, pcm: bytes) -> None:
        step = 2 * max(1, round(PIECE_SECONDS * self._rate))
        for at in range(0, len(pcm), step):
            piece = pcm[at : at + step]
            self._queued += len(piece)
            self._put(_Piece(piece, len(piece) / 2 / self._rate))

    async def _until_room(self) -> None:
        self._room.clear()
        await self._room.wait()

    def _put(self, order: _Piece | Setup | Literal["over"] | None) -> None:
        self._orders.append(order)
        self._changed.set()
