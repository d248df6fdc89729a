"""`./letan transcribe`, `say` and `listen`: they start the service they need and end it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant import logging
from assistant.errors import Language, LetanError
from assistant.settings import Settings
from assistant.voice import session as voice_events
from assistant.voice.errors import of_speech, speech_unavailable
from assistant.voice.service import START_SECONDS, Voice
from assistant.voice.services import Role, SpeechService, remove_folder, socket_folder
from assistant.voice.wording import decent, rejection
from speech.audio import Clip, read_wav
from speech.client import Recognition
from speech.engines import SAMPLE_RATE, Partial, Transcript
from speech.errors import SpeechError
from speech.turns import Turn, turns

BLOCK_BYTES = 2 * SAMPLE_RATE // 10
"""100 ms, as a microphone gives them."""


@dataclass(frozen=True, slots=True)
class Transcription:
    """What is said in a recording."""

    text: str
    audio_s: float
    decode_ms: float
    confidence: float | None
    reason: str | None
    """Why the text is empty: silence, noise."""


async def transcribe(
    settings: Settings, path: Path, *, as_json: bool = False, language: Language = "vi"
) -> int:
    """Prints what is said in a WAV file.

    As JSON: ``file, text, language, confidence, audio_s, decode_ms, rtf, engine`` and, for an
    empty text, ``reason`` (silence, noise). Raises LetanError `audio_*`, `speech_unavailable`,
    `language_unsupported`.
    """
    _only_warnings(settings)
    clip = await _clip(path)
    async with _service(settings, "recogniser") as service:
        found = await _transcribe(service.uri, clip, language, lambda _: None)
    if as_json:
        data = {
            "file": str(path),
            "text": found.text,
            "language": language,
            "confidence": found.confidence,
            "audio_s": round(found.audio_s, 3),
            "decode_ms": round(found.decode_ms, 1),
            "rtf": round(found.decode_ms / 1000 / found.audio_s, 4) if found.audio_s else None,
            "engine": service.engine,
        }
        print(_json({**data, **({"reason": found.reason} if found.reason else {})}))
    else:
        print(found.text or rejection(found.reason or "noise", language))
    return 0


async def say(
    settings: Settings, text: str, out: Path, *, language: Language = "vi", rate: float = 1.0
) -> int:
    """Writes a WAV file. Raises LetanError `text_too_long`, `speech_empty`, `file_unwritable`."""
    _only_warnings(settings)
    voice = Voice(settings, roles=("synthesiser",))
    try:
        await voice.start()
        wav = await voice.synthesise(text, language, rate)
    finally:
        await voice.close()
    try:
        await asyncio.to_thread(out.write_bytes, wav)
    except OSError as error:
        raise LetanError(
            "file_unwritable",
            500,
            f"Không ghi được tệp {out}: {error.strerror}. Hãy chọn chỗ khác.",
            f"Cannot write {out}: {error.strerror}. Choose another place.",
        ) from error
    return 0


async def listen(
    settings: Settings,
    wav: Path | None = None,
    *,
    language: Language = "vi",
    as_json: bool = False,
) -> int:
    """Prints what is said at the microphone until Ctrl-C, or in a WAV file, as it is heard.

    Raises LetanError `microphone_missing` where there is no microphone.
    """

    def show(kind: str, text: str) -> None:
        if as_json:
            print(_json({"type": kind, "text": text}), flush=True)
        elif kind != "partial":
            print(text, flush=True)

    _only_warnings(settings)
    if wav is None:
        return await _microphone(settings, language, show)
    clip = await _clip(wav)
    async with _service(settings, "recogniser") as service:
        found = await _transcribe(service.uri, clip, language, lambda text: show("partial", text))
    if found.text:
        show("final", found.text)
    else:
        show("rejected", rejection(found.reason or "noise", language))
    return 0


def _only_warnings(settings: Settings) -> None:
    """Standard output is the result's alone; the log goes to standard error."""
    quiet = "warning" if settings.log_level in ("debug", "info") else settings.log_level
    logging.configure(settings.model_copy(update={"log_level": quiet}))


async def _clip(path: Path) -> Clip:
    try:
        return await asyncio.to_thread(read_wav, path)
    except SpeechError as error:
        found = of_speech(error, field="file")
        if str(path) in found.vi:
            raise found from error
        raise replace(found, vi=f"{path}: {found.vi}", en=f"{path}: {found.en}") from error


@asynccontextmanager
async def _service(settings: Settings, role: Role) -> AsyncIterator[SpeechService]:
    """One service for as long as a command takes."""
    folder, temporary = await asyncio.to_thread(socket_folder, settings.data_dir)
    service = SpeechService.build(role, settings.speech, folder)
    try:
        await service.start()
        await service.wait_ready(START_SECONDS)
        health = service.health
        if health.state != "ready":
            raise speech_unavailable(role, health.reason or "it does not answer")
        yield service
    finally:
        await service.close()
        if temporary:
            await asyncio.to_thread(remove_folder, folder)


async def _transcribe(
    uri: str, clip: Clip, language: Language, on_partial: Callable[[str], None]
) -> Transcription:
    found: list[Transcript] = []
    said: list[str] = []
    try:
        for turn in await asyncio.to_thread(lambda: list(turns(clip))):
            transcript = await _recognise(
                uri, turn, language, lambda text: on_partial(" ".join([*said, text]))
            )
            found.append(transcript)
            if text := decent(transcript.text):
                said.append(text)
    except SpeechError as error:
        raise of_speech(error) from error
    known = [item.confidence for item in found if item.confidence is not None]
    return Transcription(
        text=" ".join(said),
        audio_s=clip.seconds,
        decode_ms=sum(item.decode_ms for item in found),
        confidence=min(known) if known else None,
        reason=None if said else "silence" if clip.silent else "noise",
    )


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
                return Transcript(event.text, event.confidence, decode_ms=took)
        finally:
            feeding.cancel()
            with suppress(asyncio.CancelledError, SpeechError):
                await feeding
    return Transcript("")


async def _microphone(
    settings: Settings, language: Language, show: Callable[[str, str], None]
) -> int:
    loop = asyncio.get_running_loop()
    blocks: asyncio.Queue[bytes] = asyncio.Queue(maxsize=50)

    def keep(pcm: bytes) -> None:
        if not blocks.full():
            blocks.put_nowait(pcm)

    def captured(data: Any, *_: object) -> None:
        pcm = bytes(data)  # the buffer is only ours during the callback
        loop.call_soon_threadsafe(keep, pcm)

    stream = await asyncio.to_thread(_open_microphone, captured)
    voice = Voice(settings, roles=("recogniser",))
    try:
        await voice.start()
        stream.start()
        while True:
            await _hear(voice, blocks, language, show)
    finally:
        stream.close()
        await voice.close()


async def _hear(
    voice: Voice,
    blocks: "asyncio.Queue[bytes]",
    language: Language,
    show: Callable[[str, str], None],
) -> None:
    async with voice.utterance(language) as session:

        async def feed() -> None:
            while True:
                session.feed(await blocks.get(), SAMPLE_RATE)

        feeding = asyncio.create_task(feed())
        try:
            async for event in session.events():
                match event:
                    case voice_events.Listening():
                        show("listening", "…")
                    case voice_events.Hypothesis(text):
                        show("partial", text)
                    case voice_events.Final(text):
                        show("final", text)
                    case voice_events.Rejected(reason) if reason != "silence":
                        show("rejected", rejection(reason, language))
                    case voice_events.Failed(error):
                        raise error
        finally:
            feeding.cancel()
            with suppress(asyncio.CancelledError):
                await feeding


def _open_microphone(captured: Callable[..., None]) -> Any:
    """Raises LetanError `microphone_missing`: no device is a state, not a fault."""
    try:
        import sounddevice
    except (ImportError, OSError) as error:
        raise _no_microphone("apt-get install libportaudio2", str(error)) from error
    try:
        return sounddevice.RawInputStream(
            samplerate=SAMPLE_RATE, channels=1, dtype="int16", blocksize=512, callback=captured
        )
    except (sounddevice.PortAudioError, ValueError) as error:
        raise _no_microphone("./letan listen --wav FILE.wav", str(error)) from error


def _no_microphone(remedy: str, log: str) -> LetanError:
    return LetanError(
        "microphone_missing",
        503,
        f"Máy này không có micro dùng được. Hãy cắm micro rồi thử lại, hoặc dùng: {remedy}",
        f"This machine has no usable microphone. Connect one and try again, or use: {remedy}",
        log=log[:200],
    )


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False)
