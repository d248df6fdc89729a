"""One client of the recogniser service: Wyoming events in, transcripts out."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from wyoming.asr import Transcribe, TranscriptChunk, TranscriptStart, TranscriptStop
from wyoming.asr import Transcript as TranscriptEvent
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event
from wyoming.info import AsrModel, AsrProgram, Info

from speech.activity import SharedActivity, SpeechFilter
from speech.audio import StreamConverter, check_format
from speech.engines import (
    SAMPLE_RATE,
    AnsweredSession,
    Partial,
    RecognitionSession,
    SpeechRecognizer,
    Transcript,
)
from speech.errors import EngineUnavailableError, SpeechError
from speech.service_info import OWN, made_by, with_capabilities
from speech.wire import PARTIAL, protocol_error
from speech.worker import Worker

Send = Callable[[Event], Awaitable[None]]

BLOCK_BYTES = 2 * SAMPLE_RATE // 5
"""200 ms: sessions take turns on the engine's thread, none holds it for long."""
MAX_HINTS = 500
MAX_ANSWERS = 24
MAX_PATTERNS = 40
"""Of an answer, of `LONGEST_PATTERN` characters."""
LONGEST_PATTERN = 200


@dataclass(slots=True)
class _Utterance:
    """What lives from the first audio to the transcript."""

    session: RecognitionSession
    filter: SpeechFilter
    converter: StreamConverter
    language: str
    room: int
    """Bytes of audio that still count; what follows the longest utterance is not even looked at."""
    spoken: str = ""
    """What was already sent as appended chunks."""


class RecognitionClient:
    """State of one connection; events are handled in order."""

    def __init__(
        self, worker: Worker[SpeechRecognizer], send: Send, activity: SharedActivity | None = None
    ) -> None:
        self._worker = worker
        self._activity = activity or SharedActivity()
        self._send = send
        self._request = Transcribe()
        self._answers: dict[str, list[str]] = {}
        self._utterance: _Utterance | None = None
        self._failed = False

    async def handle(self, event: Event) -> None:
        """Raises SpeechError, which the server sends as an error event."""
        if Transcribe.is_type(event.type):
            self._request, self._answers = _transcribe(event), _answers(event)
        elif AudioStart.is_type(event.type):
            await self._begin(event)
        elif AudioChunk.is_type(event.type):
            await self._audio(event)
        elif AudioStop.is_type(event.type):
            await self._end()

    async def close(self) -> None:
        """The client is gone, or its utterance failed: nothing of it is kept."""
        utterance, self._utterance = self._utterance, None
        if utterance is not None:
            # On the engine's thread: no other call of the utterance is under way.
            await self._worker.call(utterance.session.close)

    async def failed(self, event: Event) -> None:
        """Drops the utterance and what may still come of it; the next one starts afresh.

        Clients that know no error events wait for a transcript: they get an empty one at the end.
        """
        await self.close()
        self._failed = not AudioStop.is_type(event.type)
        if not self._failed:
            await self._send(TranscriptEvent(text="").event())

    async def _begin(self, event: Event) -> None:
        await self.close()
        self._failed = False
        check_format(*(event.data.get(key) for key in ("rate", "width", "channels")))
        start = AudioStart.from_event(event)
        engine = await self._worker.engine()
        language = _language(engine, self._request.language)
        hints = [*(self._request.transcript_names or ()), *(self._request.transcript_terms or ())]

        answers = self._answers

        def prepare() -> _Utterance:
            session = engine.session(language=language, hints=hints[:MAX_HINTS])
            if answers and engine.capabilities.answers and isinstance(session, AnsweredSession):
                session.expect(answers)
            return _Utterance(
                session,
                SpeechFilter(self._activity),
                StreamConverter(start.rate, start.width, start.channels),
                language,
                2 * int(SAMPLE_RATE * engine.capabilities.max_utterance_s),
            )

        self._utterance = await self._worker.call(prepare)
        if engine.capabilities.partials == "appended":
            await self._send(TranscriptStart(language=language).event())

    async def _audio(self, event: Event) -> None:
        if self._failed:
            return
        if self._utterance is None:
            await self._begin(event)
        utterance = self._utterance
        assert utterance is not None
        chunk = AudioChunk.from_event(event)
        if (chunk.rate, chunk.width, chunk.channels) != utterance.converter.format:
            check_format(chunk.rate, chunk.width, chunk.channels)
            utterance.converter = StreamConverter(chunk.rate, chunk.width, chunk.channels)
        await self._recognise(utterance, utterance.converter.convert(chunk.audio))

    async def _recognise(self, utterance: _Utterance, pcm: bytes) -> None:
        def accept(block: bytes) -> Partial | None:
            utterance.filter.feed(block)
            partial = utterance.session.accept(block)
            return partial if partial and partial.text and utterance.filter.heard() else None

        pcm = pcm[: utterance.room]
        utterance.room -= len(pcm)
        for start in range(0, len(pcm), BLOCK_BYTES):
            partial = await self._worker.call(accept, pcm[start : start + BLOCK_BYTES])
            if partial is not None:
                await self._hypothesis(utterance, partial.text)

    async def _hypothesis(self, utterance: _Utterance, text: str) -> None:
        data = {"text": text, "language": utterance.language}
        await self._send(Event(PARTIAL, data))
        engine = await self._worker.engine()
        if engine.capabilities.partials == "appended":
            await self._send(TranscriptChunk(text.removeprefix(utterance.spoken)).event())
            utterance.spoken = text

    async def _end(self) -> None:
        if self._failed:
            self._failed = False
            await self._send(TranscriptEvent(text="").event())
            return
        utterance = self._utterance
        if utterance is None:
            raise protocol_error("audio-stop without audio-start")
        await self._recognise(utterance, utterance.converter.convert(b"", last=True))
        started = time.perf_counter()

        def finish() -> tuple[Transcript, bool]:
            return utterance.session.finish(), utterance.filter.heard()

        transcript, heard = await self._worker.call(finish)
        final_ms = 1000 * (time.perf_counter() - started)
        self._utterance = None
        text = transcript.text if heard else ""
        engine = await self._worker.engine()
        language = transcript.language or utterance.language
        answer = TranscriptEvent(text=text, language=language).event()
        # Additional data; other clients ignore it.
        answer.data.update(
            confidence=transcript.confidence if text else None,
            words=[asdict(word) for word in transcript.words] if text else [],
            alternatives=list(transcript.alternatives) if text else [],
            speech=heard,
            audio_s=round(transcript.audio_s, 3),
            decode_ms=round(transcript.decode_ms, 1),
            final_ms=round(final_ms, 1),
            engine=engine.name,
            answer=transcript.answer if heard else "",
            answer_text=transcript.answer_text if heard else "",
            answer_confidence=transcript.answer_confidence if heard else 0.0,
        )
        await self._send(answer)
        if engine.capabilities.partials == "appended":
            await self._send(TranscriptStop().event())


def _transcribe(event: Event) -> Transcribe:
    request = Transcribe.from_event(event)
    for names in (request.transcript_names, request.transcript_terms):
        if names is not None and not (
            isinstance(names, list) and all(isinstance(name, str) for name in names)
        ):
            raise protocol_error("'transcript_names' and 'transcript_terms' are lists of strings")
    if request.language is not None and not isinstance(request.language, str):
        raise protocol_error("'language' must be a string")
    return request


def _answers(event: Event) -> dict[str, list[str]]:
    """What may be answered: an addition of ours, which others do not send."""
    found = event.data.get("answers")
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(
        isinstance(patterns, list) and all(isinstance(one, str) for one in patterns)
        for patterns in found.values()
    ):
        raise protocol_error("'answers' is an object with lists of strings")
    return {
        name: [one for one in patterns[:MAX_PATTERNS] if len(one) <= LONGEST_PATTERN]
        for name, patterns in list(found.items())[:MAX_ANSWERS]
    }


def _language(engine: SpeechRecognizer, wanted: str | None) -> str:
    """The engine's language for ``vi`` or ``vi-VN``. Raises SpeechError when it has none."""
    if not wanted:
        return engine.languages[0]
    primary = wanted.replace("_", "-").split("-")[0].lower()
    if primary in engine.languages:
        return primary
    known = ", ".join(engine.languages)
    raise SpeechError(
        "language_unsupported",
        f"Bộ nhận dạng '{engine.name}' chỉ nghe được: {known}. "
        "Xin gõ câu hỏi, hoặc cấu hình bộ nhận dạng khác.",
        f"Recogniser '{engine.name}' only understands: {known}. "
        "Type the question, or configure another recogniser.",
    )


async def info(worker: Worker[SpeechRecognizer]) -> Event:
    """What this service can do, for Wyoming's ``describe``."""
    problem: EngineUnavailableError | None = await worker.problem()
    if problem is not None:
        return Info(asr=[AsrProgram(worker.name, OWN, False, problem.en, None, models=[])]).event()
    engine = await worker.engine()
    model = AsrModel(
        name=engine.name,
        attribution=made_by(engine.name),
        installed=True,
        description=f"{engine.name} {engine.version}",
        version=engine.version,
        languages=list(engine.languages),
    )
    program = AsrProgram(
        name=engine.name,
        attribution=OWN,
        installed=True,
        description=f"{engine.name} {engine.version}, served by Lễ Tân",
        version=engine.version,
        models=[model],
        supports_transcript_streaming=engine.capabilities.partials == "appended",
    )
    return with_capabilities(Info(asr=[program]), "asr", engine.capabilities.as_data())
