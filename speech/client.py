"""Client of any Wyoming recogniser or synthesiser, ours or another's, by URI."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlparse

from wyoming.asr import Transcribe, TranscriptChunk
from wyoming.asr import Transcript as TranscriptEvent
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event, async_write_event
from wyoming.info import Describe, Info
from wyoming.ping import Ping
from wyoming.tts import Synthesize, SynthesizeVoice

from speech import wire
from speech.audio import check_format, mix_down
from speech.engines import SAMPLE_RATE, AudioBlock, Partial, Transcript, Word
from speech.errors import (
    EngineFailedError,
    EngineUnavailableError,
    ServiceUnreachableError,
    SpeechError,
)

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 15.0
"""Longest silence of a service while we wait for it."""
MOST_ITEMS = 500
MAX_AUDIO_EVENT = 16 * 1024 * 1024


class Connection:
    """An open connection; every wait has a deadline.

    Raises ServiceUnreachableError when the service is away or goes away.
    """

    def __init__(self, uri: str, seconds: float = ANSWER_SECONDS) -> None:
        self.uri = uri
        self._seconds = seconds
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> Self:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                self._reader, self._writer = await _open(self.uri)
        except (OSError, TimeoutError) as error:
            raise unreachable(self.uri, str(error) or "time-out") from error
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(1.0):
                    await self._writer.wait_closed()

    async def send(self, event: Event) -> None:
        assert self._writer is not None
        try:
            async with asyncio.timeout(self._seconds):
                await async_write_event(event, self._writer)
        except (OSError, TimeoutError) as error:
            raise unreachable(self.uri, f"sending: {error or 'time-out'}") from error

    async def receive(self) -> Event:
        """The next event; an error event is raised as the SpeechError it stands for."""
        assert self._reader is not None
        try:
            async with asyncio.timeout(self._seconds):
                event = await wire.read_event(self._reader, MAX_AUDIO_EVENT)
        except (OSError, TimeoutError) as error:
            raise unreachable(self.uri, f"waiting: {error or 'time-out'}") from error
        if event is None:
            raise unreachable(self.uri, "closed by the service")
        if Error.is_type(event.type):
            raise _error(event)
        return event


async def describe(uri: str, seconds: float = ANSWER_SECONDS) -> Info:
    """What the service says about itself. Raises ServiceUnreachableError or ProtocolError."""
    async with Connection(uri, seconds) as connection:
        await connection.send(Describe().event())
        while True:
            event = await connection.receive()
            if Info.is_type(event.type):
                try:
                    return Info.from_event(event)
                except (KeyError, TypeError, ValueError, AttributeError) as error:
                    raise wire.protocol_error(f"info: {error}") from error


async def answers(uri: str, seconds: float) -> bool:
    """Whether somebody is there and says anything within ``seconds``, be it that they are busy."""
    try:
        async with Connection(uri, seconds) as connection:
            await connection.send(Ping().event())
            await connection.receive()
    except ServiceUnreachableError:
        return False
    except SpeechError:
        return True
    return True


class Recognition:
    """One utterance at a recogniser: open, feed, read hypotheses, finish.

    Use as ``async with Recognition(uri, "vi") as utterance``; leaving drops what is unfinished.
    ``hypotheses`` runs beside ``feed`` and ends with the Transcript.
    """

    def __init__(
        self,
        uri: str,
        language: str,
        hints: Sequence[str] = (),
        seconds: float = ANSWER_SECONDS,
        answers: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """``answers``: of an open question, by name, as `AnsweredSession` takes them."""
        self._answers = {name: list(patterns) for name, patterns in (answers or {}).items()}
        self._connection = Connection(uri, seconds)
        self._language = language
        self._hints = list(hints)
        self._format = {"rate": SAMPLE_RATE, "width": 2, "channels": 1}

    async def __aenter__(self) -> Self:
        await self._connection.__aenter__()
        try:
            request = Transcribe(language=self._language, transcript_terms=self._hints or None)
            event = request.event()
            if self._answers:
                event.data["answers"] = self._answers
            await self._connection.send(event)
            await self._connection.send(AudioStart(**self._format).event())
        except BaseException:
            await self._connection.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._connection.__aexit__(kind, error, trace)

    async def feed(self, pcm: bytes) -> None:
        """Sends s16le mono at 16 kHz."""
        await self._connection.send(AudioChunk(**self._format, audio=pcm).event())

    async def end(self) -> None:
        """Tells that the utterance is complete; the Transcript follows in `hypotheses`."""
        await self._connection.send(AudioStop().event())

    async def hypotheses(self) -> AsyncIterator[Partial | Transcript]:
        """Hypotheses as they come, the Transcript last. Raises SpeechError."""
        collected = ""
        replaced = False
        while True:
            # A service that waits for speech says nothing: the deadline is the caller's.
            event = await self._connection.receive()
            if event.type == wire.PARTIAL:
                replaced = True
                yield Partial(_text(event))
            elif TranscriptChunk.is_type(event.type) and not replaced:
                collected += _text(event)
                yield Partial(collected.strip())
            elif TranscriptEvent.is_type(event.type):
                yield _transcript(event)
                return


@dataclass(frozen=True, slots=True)
class Speech:
    """Synthesised speech: s16le mono."""

    pcm: bytes
    rate: int


async def synthesize(
    uri: str,
    text: str,
    *,
    language: str = "vi",
    voice: str | None = None,
    rate: float = 1.0,
    seconds: float = ANSWER_SECONDS,
) -> AsyncIterator[AudioBlock]:
    """Audio blocks as they come. Raises SpeechError.

    ``rate`` travels as additional context that services of others ignore.
    """
    chosen = SynthesizeVoice(name=voice) if voice else SynthesizeVoice(language=language)
    request = Synthesize(text=text, voice=chosen, context={"rate": rate} if rate != 1.0 else None)
    async with Connection(uri, seconds) as connection:
        await connection.send(request.event())
        while True:
            event = await connection.receive()
            if AudioStop.is_type(event.type):
                return
            if AudioChunk.is_type(event.type):
                yield _block(event)


async def speak(uri: str, text: str, **options: object) -> Speech:
    """The whole of `synthesize` as one piece."""
    blocks = [block async for block in synthesize(uri, text, **options)]  # type: ignore[arg-type]
    return Speech(b"".join(block.pcm for block in blocks), blocks[0].rate if blocks else 22_050)


def unreachable(uri: str, log: str) -> ServiceUnreachableError:
    """The error for a service that is away; the URI is shown, it holds no secret."""
    return ServiceUnreachableError(
        "speech_unreachable",
        f"Dịch vụ tiếng nói ở {uri} không trả lời. Kiểm tra dịch vụ rồi thử lại.",
        f"The speech service at {uri} does not answer. Check it, then try again.",
        log,
    )


async def _open(uri: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parsed = urlparse(uri)
    if parsed.scheme == "unix" and parsed.path:
        return await asyncio.open_unix_connection(parsed.path, limit=wire.MAX_LINE)
    if parsed.scheme == "tcp" and parsed.hostname and parsed.port is not None:
        return await asyncio.open_connection(parsed.hostname, parsed.port, limit=wire.MAX_LINE)
    raise SpeechError(
        "speech_uri",
        f"Địa chỉ dịch vụ tiếng nói '{uri}' không đúng; dùng tcp://máy:cổng hoặc unix:///tệp.",
        f"'{uri}' is no address of a speech service; use tcp://host:port or unix:///path.",
    )


def _error(event: Event) -> SpeechError:
    text = str(event.data.get("text") or "")[:500]
    code = str(event.data.get("code") or "speech_error")[:60]
    kinds: dict[str, type[SpeechError]] = {
        "engine_failed": EngineFailedError,
        "engine_unavailable": EngineUnavailableError,
    }
    vi = str(event.data.get("text_vi") or f"Dịch vụ tiếng nói báo lỗi: {text}")[:500]
    return kinds.get(code, SpeechError)(code, vi, text or code)


def _text(event: Event) -> str:
    text = event.data.get("text")
    if not isinstance(text, str):
        raise wire.protocol_error(f"'{event.type}' without text")
    return text


def _transcript(event: Event) -> Transcript:
    data = event.data
    confidence = data.get("confidence")
    return Transcript(
        text=_text(event).strip(),
        confidence=min(1.0, max(0.0, _number(confidence))) if confidence is not None else None,
        audio_s=_number(data.get("audio_s")),
        decode_ms=_number(data.get("decode_ms")),
        words=_words(data.get("words")),
        alternatives=_texts(data.get("alternatives")),
        language=str(data.get("language") or "")[:20],
        engine=str(data.get("engine") or "")[:60],
        answer=str(data.get("answer") or "")[:60],
        answer_text=str(data.get("answer_text") or "")[:200],
        answer_confidence=min(1.0, max(0.0, _number(data.get("answer_confidence")))),
    )


def _words(value: object) -> tuple[Word, ...]:
    """Services of others leave them out, or mean something else by the name."""
    items = value if isinstance(value, list) else []
    return tuple(
        Word(
            str(item.get("text") or ""),
            _number(item.get("start")),
            _number(item.get("end")),
            _number(item["confidence"]) if item.get("confidence") is not None else None,
        )
        for item in items[:MOST_ITEMS]
        if isinstance(item, dict)
    )


def _texts(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else []
    return tuple(item for item in items[:MOST_ITEMS] if isinstance(item, str))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def _block(event: Event) -> AudioBlock:
    """A chunk of any service as mono s16le."""
    data = event.data
    check_format(data.get("rate"), data.get("width"), data.get("channels"))
    pcm = event.payload or b""
    return AudioBlock(mix_down(pcm[: len(pcm) // 2 * 2], data["channels"]), data["rate"])
