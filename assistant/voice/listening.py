"""`./letan listen`: what is said at this machine's microphone, or in a recording."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from assistant.errors import Language, LetanError
from assistant.settings import Settings
from assistant.voice import session as voice_events
from assistant.voice.service import Voice
from assistant.voice.transcription import (
    only_warnings,
    read_clip,
    recogniser,
    transcribe_clip,
)
from assistant.voice.wording import rejection
from speech.engines import SAMPLE_RATE


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

    only_warnings(settings)
    if wav is None:
        return await _microphone(settings, language, show)
    clip = await read_clip(wav)
    async with recogniser(settings, language) as service:
        found = await transcribe_clip(
            service.uri, clip, language, lambda text: show("partial", text)
        )
    if found.text:
        show("final", found.text)
    else:
        show("rejected", rejection(found.reason or "noise", language))
    return 0


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
