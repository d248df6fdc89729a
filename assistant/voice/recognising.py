"""One utterance at a recogniser, asked for the whole of its words as soon as the speaker pauses.

Most pauses are the end. The words are then known, and can be thought about, while the silence is
still being waited for. Whoever goes on speaking after all is heard from the beginning by a new
session: nothing is decided here.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Self

from speech.client import ANSWER_SECONDS, Recognition
from speech.engines import SAMPLE_RATE, Transcript
from speech.errors import ServiceUnreachableError, SpeechError

ASK_AFTER_S = 0.16
"""Silence after which the whole is asked for: more than there is inside words and between them."""
_LONGEST_S = 8.0
"""Of an utterance that may be heard once more; it takes a tenth of its length."""
_MOST_TIMES = 3
SLOW_S = 0.4
"""An answer that took so long came from a machine that has enough to do."""
_REST_S = 15.0
_BLOCK = 2 * SAMPLE_RATE // 5


class Pace:
    """Whether a recogniser has time for being asked in vain."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._rests_until = float("-inf")
        self.slow = False
        """Whether the last answer took long."""

    @property
    def quick(self) -> bool:
        return self._now() >= self._rests_until

    def in_vain(self) -> None:
        """Somebody went on speaking: the utterance is heard once more."""
        if self.slow:
            self._rests_until = self._now() + _REST_S


class Recognising:
    """Use as ``async with``. ``on_words`` gets hypotheses, ``on_whole`` what was asked ahead;
    ``answers``: of an open question (`speech.client.Recognition`)."""

    def __init__(
        self,
        uri: str,
        language: str,
        seconds: float,
        pace: Pace,
        *,
        answers: Mapping[str, Sequence[str]] | None = None,
        on_words: Callable[[str], None],
        on_whole: Callable[[Transcript], None],
    ) -> None:
        self.pcm = bytearray()
        """The utterance so far."""
        self._uri, self._language, self._seconds = uri, language, seconds
        self._answers = answers
        self._pace, self._on_words, self._on_whole = pace, on_words, on_whole
        self._asked = False
        self._again = 0
        """How often the utterance was begun once more."""
        self._known = 0
        """Length of the longest hypothesis: what is heard once more is not told once more."""
        self._whole: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._leave()

    @property
    def asked(self) -> bool:
        """Whether the whole was asked for, and nothing has been said since."""
        return self._asked

    async def feed(self, pcm: bytes) -> None:
        """What comes after `ask` is silence; `go_on` when it is not."""
        self.pcm += pcm
        if not self._asked:
            await self._recognition.feed(pcm)

    async def ask(self) -> None:
        """The speaker pauses: what is it, if that was all? Does nothing where it would cost more
        than it gives."""
        long = len(self.pcm) > 2 * SAMPLE_RATE * _LONGEST_S
        if not (self._asked or long or self._again >= _MOST_TIMES) and self._pace.quick:
            self._asked = True
            self._whole = asyncio.create_task(self._answered())
            await self._recognition.end()

    async def go_on(self) -> None:
        """That was not all."""
        if not self._asked:
            return
        await self._leave()
        self._pace.in_vain()
        self._asked = False
        self._again += 1
        await self._open()
        for at in range(0, len(self.pcm), _BLOCK):
            await self._recognition.feed(bytes(self.pcm[at : at + _BLOCK]))

    def check(self) -> None:
        """Raises SpeechError when the recogniser has failed."""
        if self._reader.done():
            self._reader.result()

    async def transcript(self) -> Transcript:
        """That was all. Raises SpeechError."""
        if not self._asked:
            await self._recognition.end()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await asyncio.shield(self._reader)
        except TimeoutError as error:
            raise _no_transcript() from error

    async def _open(self) -> None:
        recognition = Recognition(
            self._uri, self._language, seconds=self._seconds, answers=self._answers
        )
        self._recognition = await recognition.__aenter__()
        self._reader = asyncio.create_task(self._read(recognition))
        self._whole = None

    async def _leave(self) -> None:
        await _cancelled(self._whole)
        await _cancelled(self._reader)
        await self._recognition.__aexit__(None, None, None)

    async def _read(self, recognition: Recognition) -> Transcript:
        async for event in recognition.hypotheses():
            if isinstance(event, Transcript):
                return event
            if not self._again or len(event.text) >= self._known:
                self._known = len(event.text)
                self._on_words(event.text)
        raise _no_transcript()

    async def _answered(self) -> None:
        began = time.perf_counter()
        with suppress(SpeechError):  # `check` and `transcript` tell
            transcript = await asyncio.shield(self._reader)
            self._pace.slow = time.perf_counter() - began > SLOW_S
            self._on_whole(transcript)


async def _cancelled(task: "asyncio.Task[Any] | None") -> None:
    if task is not None:
        task.cancel()
        with suppress(asyncio.CancelledError, SpeechError):
            await task


def _no_transcript() -> ServiceUnreachableError:
    return ServiceUnreachableError("speech_unreachable", "", "", "no transcript")
