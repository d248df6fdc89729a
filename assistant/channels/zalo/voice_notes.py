"""Voice notes: fetched at once, decoded apart, heard by the ear that hears the lobby, forgotten.

What was heard is shown back. Sure words, and words of a plain meaning, are answered; of others the
citizen is asked whether they were meant.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import structlog

from assistant.channels.zalo.choices import Choice, Composed, Offer, buttons
from assistant.channels.zalo.media import MediaError, fetch
from assistant.channels.zalo.messages import OutgoingText
from assistant.channels.zalo.splitting import shortened
from assistant.channels.zalo.wording import say
from assistant.errors import Language, LetanError
from assistant.voice.confirmation import PLAUSIBLE, SURE_WORDS, agreed, moves
from assistant.voice.second_hearing import heard_in, is_plain
from assistant.voice.service import Voice
from assistant.voice.transcription import hear_clip
from assistant.voice.wording import decent
from assistant.zalo_settings import ZaloSettings
from speech.audio import Clip
from speech.errors import AudioError
from speech.note_decoder import decode

log = structlog.get_logger(__name__)

Reason = Literal[
    "refused", "gone", "unreachable", "too_large", "not_audio", "broken", "silent", "unclear",
    "engine",
]  # fmt: skip
Parse = Callable[[str], Awaitable[dict[str, Any]]]

_AT_ONCE = 2
"""Notes that are decoded and heard at the same time: the lobby's visitors are heard beside them."""
_SIMULATOR_HOSTS = ("127.0.0.1",)
_PAUSE_SECONDS = 1.0
_DECODE_SECONDS = 15.0
_HEAR_SECONDS = 60.0
_BUSY = frozenset({"voice_busy"})
"""Errors that a little later are over."""
MOST_HEARD = 1500
_REASONS: dict[str, Reason] = {
    "audio_not_wav": "not_audio",
    "audio_too_large": "too_large",
    "audio_empty": "broken",
}
_TOLD: dict[Reason, str] = {
    "too_large": "note_too_long",
    "not_audio": "note_not_audio",
    "silent": "note_silent",
    "unclear": "note_unclear",
    "engine": "note_unheard",
}


@dataclass(frozen=True, slots=True)
class Heard:
    """What a voice note says."""

    text: str
    language: Language
    confidence: float | None
    """Of the least certain utterance, 0 to 1; None where the engine gives none."""
    seconds: float


@dataclass(frozen=True, slots=True)
class NoteProblem:
    """Why there is nothing to answer."""

    reason: Reason

    @property
    def kind(self) -> str:
        """What `welcome.answer_to` says to it."""
        return _TOLD.get(self.reason, "audio")


class VoiceNotes:
    """The hearing of one process."""

    def __init__(self, voice: Callable[[], Voice], parse: Parse, settings: ZaloSettings) -> None:
        self._voice = voice
        self._parse = parse
        self._settings = settings
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def transcribe_note(self, url: str, language: Language) -> Heard | NoteProblem:
        """Raises LetanError for what a little later may work (`voice_busy`)."""
        try:
            data = await self._fetched(url)
        except MediaError as error:
            log.info("voice note not fetched", reason=error.reason)
            return NoteProblem(_reason_of(error))
        async with self._gate:
            return await self.hear(data, language)

    async def _fetched(self, url: str) -> bytes:
        """A host that stumbles is asked once more. Raises MediaError."""
        settings = self._settings
        hosts = [*settings.media_hosts, *(_SIMULATOR_HOSTS if settings.simulator else ())]
        most = settings.voice_mb * 1024 * 1024
        began = time.monotonic()
        try:
            return await fetch(url, hosts=hosts, most_bytes=most, seconds=settings.fetch_seconds)
        except MediaError as error:
            left = settings.fetch_seconds - (time.monotonic() - began) - _PAUSE_SECONDS
            if error.reason != "unreachable" or left < _PAUSE_SECONDS:
                raise
        await asyncio.sleep(_PAUSE_SECONDS)
        return await fetch(url, hosts=hosts, most_bytes=most, seconds=left)

    async def hear(self, data: bytes, language: Language) -> Heard | NoteProblem:
        """Raises as `transcribe_note` does."""
        try:
            clip = await decode(data, self._settings.voice_seconds, _DECODE_SECONDS)
        except AudioError as error:
            log.info("voice note not decoded", code=error.code, bytes=len(data))
            return NoteProblem(_REASONS.get(error.code, "broken"))
        if clip.silent:
            return NoteProblem("silent")
        try:
            async with asyncio.timeout(_HEAR_SECONDS):
                return await self._recognise(clip, language)
        except TimeoutError:
            log.warning("voice note not heard", reason="time-out")
        except LetanError as error:
            log.warning("voice note not heard", code=error.code)
            if error.code in _BUSY:
                raise
        return NoteProblem("engine")

    async def sure(self, heard: Heard) -> bool:
        """Whether it is answered unasked. Raises LetanError of the engine."""
        confidence = heard.confidence
        if confidence is None or confidence >= SURE_WORDS:
            return True
        if confidence < PLAUSIBLE:
            return False
        meaning = await self._parse(heard.text)
        return agreed([meaning]) and not moves(meaning)

    async def _recognise(self, clip: Clip, language: Language) -> Heard | NoteProblem:
        voice = self._voice()
        found = await hear_clip(voice, clip, language)
        text, confidence = found.text[:MOST_HEARD], found.confidence
        heard = Heard(text, language, confidence, clip.seconds) if text else None
        if heard is not None and await self.sure(heard):
            return heard  # a second hearing takes seconds
        other: Language = "en" if language == "vi" else "vi"
        if other == "vi" or voice.english is not None:
            again = await heard_in(voice, clip.pcm, other)
            if again is not None and is_plain(again, other):
                return Heard(decent(again.text), other, again.confidence, clip.seconds)
        return heard or NoteProblem("silent" if found.reason == "silence" else "unclear")


def did_i_hear(heard: Heard, tag: str) -> Composed:
    """ "Em nghe là: … Đúng không ạ?" with yes and no; a "yes" stands for what was heard."""
    language = heard.language
    text = say(
        language, "Em nghe là: “{text}”. Đúng không ạ?", text=shortened(heard.text, MOST_HEARD)
    )
    offer = Offer(
        tag,
        (
            Choice(say(language, "Đúng ạ"), "affirm", says=heard.text),
            Choice(say(language, "Không phải"), "deny", says=""),
        ),
    )
    return Composed((OutgoingText(text, buttons(offer, numbered=False)),), offer)


def is_recording(kind: str, mime: str | None, url: str | None) -> bool:
    """Whether a file that somebody sent may be speech: people send recordings as files."""
    if kind == "audio":
        return True
    told = (mime or "").lower().removeprefix("audio/").removeprefix("x-")
    names: Sequence[str] = ("aac", "m4a", "amr", "mp3", "wav", "ogg", "opus", "3gp", "mpeg", "mp4a")
    path = (url or "").partition("?")[0].lower()
    return kind == "file" and (told in names or path.endswith(tuple(f".{one}" for one in names)))


def _reason_of(error: MediaError) -> Reason:
    known: dict[str, Reason] = {
        "refused": "refused",
        "gone": "gone",
        "too_large": "too_large",
        "unreachable": "unreachable",
    }
    return known.get(error.reason, "unreachable")
