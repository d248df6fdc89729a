"""What is said in recordings: `./letan transcribe`, and what evaluation measures."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from assistant import logging
from assistant.errors import Language, LetanError
from assistant.settings import Settings
from assistant.voice.audio_queue import Setup
from assistant.voice.ear import Ear, Failed, Unheard, Utterance
from assistant.voice.errors import of_speech
from assistant.voice.service import Voice
from assistant.voice.services import Role, roles_of
from assistant.voice.wording import decent, rejection
from speech.audio import Clip
from speech.engines import Transcript
from speech.errors import SpeechError
from speech.recordings import read_recording
from speech.turns import as_at_a_microphone


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
        voice: Voice | None = None
        for path in paths:
            try:
                clip = await read_clip(path)
                if voice is None:  # a wrong path alone is told without starting anything
                    voice = await stack.enter_async_context(hearing(settings, {language}))
                found = await hear_clip(voice, clip, language)
            except LetanError as error:
                if not error.code.startswith("audio_"):
                    raise
                failed += 1
                _tell_error(path, error, as_json=as_json)
                continue
            name = f"{path}: " if len(paths) > 1 else ""
            if as_json:
                print(_as_json(path, found, language, engine_of(settings, language)), flush=True)
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
async def hearing(
    settings: Settings, languages: Collection[Language], release: Path | None = None
) -> AsyncIterator[Voice]:
    """The desk's hearing for as long as a command takes: its recognisers of these languages, its
    phrases (those of a release, or those last served), its detectors.

    Raises LetanError `speech_unavailable` with the remedy.
    """
    voice = Voice(settings, roles=sorted({_role(settings, one) for one in languages}))
    try:
        if release is not None:
            await voice.expect(release)
        await voice.start()
        yield voice
    finally:
        await voice.close()


def engine_of(settings: Settings, language: Language) -> str:
    """The name of the recogniser that hears a language."""
    role = _role(settings, language)
    return settings.speech.recogniser if role == "recogniser" else settings.speech.recogniser_en


def _role(settings: Settings, language: Language) -> Role:
    own = language == "en" and "recogniser_en" in roles_of(settings.speech)
    return "recogniser_en" if own else "recogniser"


async def hear_clip(voice: Voice, clip: Clip, language: Language) -> Transcription:
    """Every utterance of a recording, one after another, as the voice door hears them: the same
    ear, but a pause of 0.64 s ends an utterance whatever was said, so that the same recording
    always gives the same text. Raises LetanError of the engine."""
    found: list[Transcript] = []
    async with Ear(voice) as ear:
        ear.set_up(Setup(language=language))
        feeding = asyncio.create_task(_feed(ear, clip))
        try:
            async for event in ear.events():
                match event:
                    case Utterance(transcript):
                        found.append(replace(transcript, text=decent(transcript.text)))
                    case Unheard("engine"):
                        raise _lost()
                    case Failed(error):
                        raise error
        finally:
            feeding.cancel()
            await asyncio.gather(feeding, return_exceptions=True)
    return Transcription(clip.seconds, tuple(found), clip.silent)


async def _feed(ear: Ear, clip: Clip) -> None:
    await ear.hear_out(await asyncio.to_thread(as_at_a_microphone, clip))


def _lost() -> LetanError:
    return LetanError(
        "speech_failed",
        503,
        "Bộ nhận dạng tiếng nói bị gián đoạn giữa chừng. Hãy thử lại.",
        "The speech recogniser failed in the middle. Try again.",
    )
