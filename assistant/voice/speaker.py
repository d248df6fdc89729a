"""A reply said sentence by sentence: each is sent as soon as it is made.

The client plays what it gets one after another and may tell when a sentence has ended (`played`);
a clock of our own knows it otherwise: a sentence begins when it was sent or when the one before it
has ended, whichever is later.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from assistant.errors import Language, LetanError
from assistant.voice.service import Voice
from speech.engines import AudioBlock
from speech.regions import Region


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence in spoken form."""

    text: str
    part: int
    """Which text part of the reply it belongs to."""


class Listener(Protocol):
    """Where the audio goes."""

    def sentence_begins(self, number: int, line: Line, rate: int) -> None: ...
    async def audio(self, pcm: bytes) -> None: ...
    def sentence_ends(self, number: int, *, last: bool) -> None: ...
    def take_back(self) -> None: ...
    def speech_over(self) -> None: ...
    def speech_failed(self, error: LetanError) -> None: ...


@dataclass(slots=True)
class _Spoken:
    number: int
    line: Line
    begins: float = 0.0
    ends: float = 0.0


@dataclass(slots=True)
class _Plan:
    language: Language
    rate: float
    region: Region | None = None
    spoken: list[_Spoken] = field(default_factory=list)


class Speaker:
    """The voice towards one client; one reply at a time."""

    def __init__(
        self, voice: Voice, listener: Listener, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._voice = voice
        self._listener = listener
        self._clock = clock
        self._plan: _Plan | None = None
        self._task: asyncio.Task[None] | None = None
        self._numbers = 0
        self._cut: int | None = None
        """Position in the plan at which somebody interrupted."""
        self._over_upto = 0
        self._heard = asyncio.Event()

    @property
    def speaking(self) -> bool:
        return self._task is not None and not self._task.done()

    @property
    def interrupted(self) -> bool:
        """Whether `resume` would go on with something."""
        return self._cut is not None

    def said_lately(self) -> str:
        """The sentence that is heard now with its neighbours: what an echo would be made of."""
        if self._plan is None:
            return ""
        at = self._position() if self._cut is None else self._cut
        near = self._plan.spoken[max(0, at - 1) : at + 2]
        return " ".join(spoken.line.text for spoken in near)

    def say(
        self,
        lines: Sequence[Line],
        language: Language,
        rate: float = 1.0,
        region: Region | None = None,
    ) -> None:
        """Begins; what was being said before ends. ``region``: whose Vietnamese is spoken."""
        self.hush()
        if not lines:
            return
        plan = _Plan(language, rate, region)
        for line in lines:
            self._numbers += 1
            plan.spoken.append(_Spoken(self._numbers, line))
        self._plan = plan
        self._begin(plan, 0)

    def hush(self) -> None:
        """Be quiet and forget the rest."""
        self.interrupt()
        self._cut = None

    def interrupt(self) -> int | None:
        """Be quiet now; gives the number of the sentence that was being heard, if any."""
        if not self.speaking or self._plan is None or self._task is None:
            return None
        self._cut = self._position()
        self._task.cancel()
        self._task = None
        self._listener.take_back()
        return self._plan.spoken[self._cut].number

    def resume(self) -> int | None:
        """Go on with the sentence that was interrupted; gives its number."""
        cut, self._cut = self._cut, None
        if cut is None or self._plan is None:
            return None
        self._begin(self._plan, cut)
        return self._plan.spoken[cut].number

    def played(self, number: int) -> None:
        """The client has played a sentence to its end."""
        self._over_upto = max(self._over_upto, min(number, self._numbers))
        self._heard.set()

    async def close(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def _begin(self, plan: _Plan, position: int) -> None:
        for spoken in plan.spoken[position:]:
            spoken.begins = spoken.ends = 0.0
        self._over_upto = plan.spoken[position].number - 1
        self._task = asyncio.create_task(self._speak(plan, position), name="speaking")

    async def _speak(self, plan: _Plan, position: int) -> None:
        try:
            for at in range(position, len(plan.spoken)):
                await self._sentence(plan, at)
        except LetanError as error:
            self._listener.speech_failed(error)
        await self._until_heard(plan)
        self._task = None
        self._listener.speech_over()

    async def _sentence(self, plan: _Plan, at: int) -> None:
        spoken, begun = plan.spoken[at], False
        blocks = self._voice.speech(spoken.line.text, plan.language, plan.rate, plan.region)
        async for block in blocks:
            if not begun:
                begun = True
                before = plan.spoken[at - 1].ends if at else 0.0
                spoken.begins = spoken.ends = max(self._clock(), before)
                self._listener.sentence_begins(spoken.number, spoken.line, block.rate)
            spoken.ends += _seconds(block)
            await self._listener.audio(block.pcm)
        last = at == len(plan.spoken) - 1
        if begun or last:
            self._listener.sentence_ends(spoken.number, last=last)

    async def _until_heard(self, plan: _Plan) -> None:
        last = plan.spoken[-1]
        while self._over_upto < last.number and (left := last.ends - self._clock()) > 0:
            self._heard.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._heard.wait()

    def _position(self) -> int:
        """Which sentence of the plan is being heard."""
        assert self._plan is not None
        now, found = self._clock(), 0
        for at, spoken in enumerate(self._plan.spoken):
            begun = 0.0 < spoken.begins <= now
            if begun or spoken.number == self._over_upto + 1:
                found = at
        return found


def _seconds(block: AudioBlock) -> float:
    return len(block.pcm) / 2 / block.rate
