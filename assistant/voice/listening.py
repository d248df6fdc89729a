"""`./letan listen`: what is said at this machine's microphone, or in a recording."""

import asyncio
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from assistant.errors import Language, LetanError
from assistant.settings import Settings
from assistant.voice import session as voice_events
from assistant.voice.transcription import (
    only_warnings,
    read_clip,
    recogniser,
    transcribe_clip,
)
from assistant.voice.wording import rejection, say
from speech.endpointing import EndpointSettings
from speech.engines import SAMPLE_RATE
from speech.microphone import Change, DeviceError, Microphone, State, devices

MOST_BLOCKS = 60
"""Two seconds of waiting audio; then the oldest is dropped."""
STATES: dict[State, str] = {
    "running": "Micro đang nghe.",
    "absent": "Chưa có micro. Hãy cắm micro; máy sẽ tự mở lại.",
    "busy": "Micro đang bận vì chương trình khác. Hãy tắt chương trình đó; máy sẽ tự mở lại.",
    "lost": "Mất tín hiệu micro. Hãy kiểm tra dây cắm; máy sẽ tự mở lại.",
}

Show = Callable[[str, str], None]


def list_devices(*, as_json: bool = False) -> int:
    """Prints every device that can record. Raises LetanError `microphone_missing`."""
    try:
        found = devices()
    except DeviceError as error:
        raise _no_microphone(Change(error.state, str(error)), None) from error
    if not found:
        raise _no_microphone(Change("absent"), None)
    for device in found:
        if as_json:
            data = {
                "device": device.index,
                "name": device.name,
                "channels": device.channels,
                "rate": device.rate,
                "default": device.default,
            }
            print(_json(data))
        else:
            mark = "*" if device.default else " "
            print(f"{mark}{device.index:>3}  {device.name}  ({device.rate} Hz)")
    return 0


async def listen(
    settings: Settings,
    wav: Path | None = None,
    *,
    language: Language = "vi",
    as_json: bool = False,
    device: str | None = None,
    wait: bool = False,
) -> int:
    """Prints what is said at the microphone until Ctrl-C, or in a recording, as it is heard.

    A microphone that is lost is told on standard error and opened again. ``wait``: also one that
    is not there at the start. Else raises LetanError `microphone_missing`, `microphone_busy`.
    """

    def show(kind: str, text: str) -> None:
        if as_json:
            print(_json({"type": kind, "text": text}), flush=True)
        elif kind != "partial":
            print(text, flush=True)

    only_warnings(settings)
    if wav is None:
        ear = _Ear(settings.language, device, as_json=as_json)
        return await _microphone(settings, ear, language, show, wait=wait)
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


class _Ear:
    """The microphone's blocks for the event loop, and its states for people."""

    def __init__(self, language: Language, device: str | None, *, as_json: bool) -> None:
        self.blocks: asyncio.Queue[bytes] = asyncio.Queue(MOST_BLOCKS)
        self.dropped = 0
        self.wanted = device
        self._waits = False
        self._language: Language = language
        self._as_json = as_json
        self._loop = asyncio.get_running_loop()
        self._settled: asyncio.Future[Change] = self._loop.create_future()
        self._microphone = Microphone(self._taken, self._changed, device)

    async def open(self, *, wait: bool) -> None:
        """Raises LetanError when there is no microphone, unless it is to be waited for."""
        self._waits = wait
        self._microphone.start()
        if wait:
            return
        change = await self._settled
        if change.state != "running":
            raise _no_microphone(change, self.wanted)

    async def close(self) -> None:
        await asyncio.to_thread(self._microphone.close)

    def _taken(self, pcm: bytes) -> None:
        with suppress(RuntimeError):  # the loop is over, the microphone not yet
            self._loop.call_soon_threadsafe(self._keep, pcm)

    def _keep(self, pcm: bytes) -> None:
        if self.blocks.full():
            self.blocks.get_nowait()
            self.dropped += 1
        self.blocks.put_nowait(pcm)

    def _changed(self, change: Change) -> None:
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._tell, change)

    def _tell(self, change: Change) -> None:
        if change.state in ("opening", "closed"):
            return
        first = not self._settled.done()
        if first:
            self._settled.set_result(change)
        if first and not self._waits and change.state != "running":
            return  # it is told as an error
        text = say(self._language, STATES[change.state])
        if self._as_json:
            print(_json({"type": "microphone", "state": change.state, "text": text}), flush=True)
        else:
            print(text, file=sys.stderr, flush=True)


async def _microphone(
    settings: Settings, ear: _Ear, language: Language, show: Show, *, wait: bool
) -> int:
    try:
        await ear.open(wait=wait)
        async with recogniser(settings, language) as service:
            while True:
                await _hear(service.uri, ear.blocks, language, show)
    finally:
        await ear.close()


async def _hear(
    uri: str,
    blocks: "asyncio.Queue[bytes]",
    language: Language,
    show: Show,
) -> None:
    session = voice_events.VoiceSession(uri, language, EndpointSettings(), lambda: None)
    async with session:

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


def _no_microphone(change: Change, wanted: str | None) -> LetanError:
    if change.state == "busy":
        return LetanError(
            "microphone_busy",
            503,
            "Micro đang bận hoặc không mở được. Hãy tắt chương trình đang dùng micro rồi thử lại, "
            "hoặc chọn micro khác: ./letan listen --list-devices",
            "The microphone is busy or does not open. End the program that uses it and try again, "
            "or choose another one: ./letan listen --list-devices",
            log=change.reason,
        )
    if wanted is not None and "this machine" not in change.reason:
        return LetanError(
            "microphone_missing",
            503,
            f"Không có micro '{wanted[:60]}'. Xem tên các micro: ./letan listen --list-devices",
            f"There is no microphone '{wanted[:60]}'. See the names: ./letan listen --list-devices",
            field="device",
            log=change.reason,
        )
    remedy = "./letan listen --wav FILE.wav"
    if "libportaudio2" in change.reason:
        remedy = "apt-get install libportaudio2"
    return LetanError(
        "microphone_missing",
        503,
        f"Máy này không có micro dùng được. Hãy cắm micro rồi thử lại, hoặc dùng: {remedy}",
        f"This machine has no usable microphone. Connect one and try again, or use: {remedy}",
        log=change.reason or None,
    )


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False)
