"""Whether an unsure utterance was another language: heard once more, beside the turn.

The other recogniser takes half a second, or three while it starts. It begins while the silence at
the end is still being waited for; where there is something else to be said, that waits a moment
only, and what comes later is told later.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from assistant.errors import Language
from assistant.voice.second_hearing import heard_in
from assistant.voice.service import Voice
from speech.engines import Transcript

WAITS_S = 0.35
"""Longest time that it keeps a visitor waiting for whatever else there is to be said."""

Late = Callable[[Transcript | None], None]
Hearing = Callable[[Voice, bytes, Language], Coroutine[Any, Any, Transcript | None]]


class OtherLanguage:
    """The second hearing of one connection, one utterance at a time."""

    def __init__(self, voice: Voice, heard_in: Hearing = heard_in) -> None:
        self._voice = voice
        self._heard_in = heard_in
        self._first: Transcript | None = None
        """What the first hearing made of the utterance."""
        self._hearing: asyncio.Task[Transcript | None] | None = None

    @property
    def there(self) -> bool:
        return self._voice.english is not None

    def begin(self, first: Transcript, pcm: bytes, language: Language) -> None:
        """It may be wanted: only where the recogniser is awake, waking it takes a processor."""
        english = self._voice.english
        if english is not None and (language == "vi" or english.health.state == "ready"):
            self._begin(first, pcm, language)

    async def hear(
        self,
        first: Transcript,
        pcm: bytes,
        language: Language,
        seconds: float | None,
        late: Late,
    ) -> tuple[Transcript | None, bool]:
        """What the other recogniser makes of an utterance, and whether that came in time; if not,
        ``late`` gets it, unless somebody speaks again before (`forget`)."""
        if self._hearing is None or self._first is not first:
            self._begin(first, pcm, language)
        hearing = self._hearing
        assert hearing is not None
        await asyncio.wait({hearing}, timeout=seconds)
        if hearing.done():
            return None if hearing.cancelled() else hearing.result(), True
        hearing.add_done_callback(lambda task: None if task.cancelled() else late(task.result()))
        return None, False

    def forget(self) -> None:
        """Somebody speaks: what was said before is over."""
        hearing, self._hearing = self._hearing, None
        if hearing is not None:
            hearing.cancel()

    def _begin(self, first: Transcript, pcm: bytes, language: Language) -> None:
        self.forget()
        self._first = first
        self._hearing = asyncio.create_task(
            self._heard_in(self._voice, pcm, language), name="second hearing"
        )
