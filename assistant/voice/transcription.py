"""What is said in recordings: `./letan transcribe`, and what evaluation measures."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from assistant import logging
from assistant.errors import Language, LetanError
from assistant.settings import Settings
from assistant.voice.errors import of_speech
from assistant.voice.service import START_SECONDS
from assistant.voice.services import SpeechService, remove_folder, roles_of, socket_folder
from assistant.voice.wording import decent, rejection
from speech.audio import Clip
from speech.client import Recognition
from speech.engines import SAMPLE_RATE, Partial, Transcript
from speech.errors import SpeechError
from speech.recordings import read_recording
from speech.turns import Turn, turns

BLOCK_BYTES = 2 * SAMPLE_RATE // 10
"""100 ms, as a microphone gives them."""


@dataclass(frozen=True, slots=True)
class Transcription:
    """What is said in a recording."""

    audio_s: float
    turns: tuple[Transcript, ...]
    """One for every utterance that was found, in order; indecent words are masked."""
    silent: bool = False

    @property
    def text(self) -> str:
        return " ".join(turn.text for turn in self.turns if turn.text)

    @property
    def decode_ms(self) -> float:
        return sum(turn.decode_ms for turn in self.turns)

    @property
    def confidence(self) -> float | None:
        """That of the least certain utterance; None where the engine gives none."""
        known = [turn.confidence for turn in self.turns if turn.confidence is not None]
        return min(known) if known else None

    @property
    def reason(self) -> str | None:
        """Why the text is empty: silence, noise."""
        return None if self.text else "silence" if self.silent else "noise"


async def transcribe(
    settings: Settings,
    paths: Sequence[Path],
    *,
    as_json: bool = False,
    language: Language = "vi",
) -> int:
    """Prints what is said in each file; 1 when a file could not be used, else 0.

    As JSON one object a line: ``file, text, language, confidence, audio_s, decode_ms, rtf, engine``
    (`words` and `alternatives` where the engine gives them; ``reason`` for an empty text), or
    ``file`` and ``error {code, vi, en}``. Errors are told on standard error as well, and the other
    files go on. Raises LetanError `speech_unavailable`, `language_unsupported`.
    """
    only_warnings(settings)
    failed = 0
    async with AsyncExitStack() as stack:
        service: SpeechService | None = None
        for path in paths:
            try:
                clip = await read_clip(path)
                if service is None:  # a wrong path alone is told without starting anything
                    service = await stack.enter_async_context(recogniser(settings, language))
                found = await transcribe_clip(service.uri, clip, language)
            except LetanError as error:
                if not error.code.startswith("audio_"):
                    raise
                failed += 1
                _tell_error(path, error, as_json=as_json)
                continue
            name = f"{path}: " if len(paths) > 1 else ""
            if as_json:
                print(_as_json(path, found, language, service.engine), flush=True)
            else:
                said = found.text or rejection(found.reason or "noise", language)
                print(name + said, flush=True)
    return 1 if failed else 0


def _as_json(path: Path, found: Transcription, language: Language, engine: str) -> str:
    data: dict[str, Any] = {
        "file": str(path),
        "text": found.text,
        "language": language,
        "confidence": found.confidence,
        "audio_s": round(found.audio_s, 3),
        "decode_ms": round(found.decode_ms, 1),
        "rtf": round(found.decode_ms / 1000 / found.audio_s, 4) if found.audio_s else None,
        "engine": engine,
    }
    if found.reason:
        data["reason"] = found.reason
    # Times and choices are those within an utterance: of several there is nothing to add up.
    if len(found.turns) == 1 and found.turns[0].words:
        data["words"] = [asdict(word) for word in found.turns[0].words]
    if len(found.turns) == 1 and found.turns[0].alternatives:
        data["alternatives"] = list(found.turns[0].alternatives)
    return json.dumps(data, ensure_ascii=False)


def _tell_error(path: Path, error: LetanError, *, as_json: bool) -> None:
    if as_json:
        told = {"code": error.code, "vi": error.vi, "en": error.en}
        print(json.dumps({"file": str(path), "error": told}, ensure_ascii=False), flush=True)
    print(f"{error.vi}\n{error.en}", file=sys.stderr, flush=True)


def only_warnings(settings: Settings) -> None:
    """Standard output is the result's alone; the log goes to standard error."""
    quiet = "warning" if settings.log_level in ("debug", "info") else settings.log_level
    logging.configure(settings.model_copy(update={"log_level": quiet}))


async def read_clip(path: Path) -> Clip:
    """Raises LetanError `audio_*`, which names the file."""
    try:
        return await asyncio.to_thread(read_recording, path)
    except SpeechError as error:
        found = of_speech(error, field="file")
        if str(path) in found.vi:
            raise found from error
        raise replace(found, vi=f"{path}: {found.vi}", en=f"{path}: {found.en}") from error


@asynccontextmanager
async def recogniser(settings: Settings, language: Language) -> AsyncIterator[SpeechService]:
    """A recogniser of a language for as long as a command takes.

    Raises LetanError `speech_unavailable` with the remedy.
    """
    own = language == "en" and "recogniser_en" in roles_of(settings.speech)
    folder, temporary = await asyncio.to_thread(socket_folder, settings.data_dir)
    service = SpeechService.build("recogniser_en" if own else "recogniser", settings.speech, folder)
    try:
        await service.start()
        async with service.in_use(START_SECONDS):
            yield service
    finally:
        await service.close()
        if temporary:
            await asyncio.to_thread(remove_folder, folder)


def _nobody(_text: str) -> None:
    """Hypotheses are not shown."""


async def transcribe_clip(
    uri: str, clip: Clip, language: Language, on_partial: Callable[[str], None] = _nobody
) -> Transcription:
    """Every utterance of a recording, one after another. Raises LetanError of the engine."""
    found: list[Transcript] = []

    def partial(text: str) -> None:
        on_partial(" ".join([*(turn.text for turn in found if turn.text), text]))

    try:
        for turn in await asyncio.to_thread(lambda: list(turns(clip))):
            transcript = await _recognise(uri, turn, language, partial)
            found.append(replace(transcript, text=decent(transcript.text)))
    except SpeechError as error:
        raise of_speech(error) from error
    return Transcription(clip.seconds, tuple(found), clip.silent)


async def _recognise(
    uri: str, turn: Turn, language: Language, on_partial: Callable[[str], None]
) -> Transcript:
    began = time.perf_counter()
    async with Recognition(uri, language) as recognition:

        async def feed() -> None:
            for at in range(0, len(turn.pcm), BLOCK_BYTES):
                await recognition.feed(turn.pcm[at : at + BLOCK_BYTES])
            await recognition.end()

        feeding = asyncio.create_task(feed())
        try:
            async for event in recognition.hypotheses():
                if isinstance(event, Partial):
                    on_partial(decent(event.text))
                    continue
                # Services of others do not tell how long they took.
                took = event.decode_ms or 1000 * (time.perf_counter() - began)
                return replace(event, decode_ms=took)
        finally:
            feeding.cancel()
            with suppress(asyncio.CancelledError, SpeechError):
                await feeding
    return Transcript("")
