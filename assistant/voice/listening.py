"""This machine's microphone for the event loop, and its states for people."""

import asyncio
import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any

from assistant.errors import Language, LetanError
from assistant.voice.wording import say
from speech.microphone import Change, DeviceError, Microphone, State, chosen, devices

MOST_BLOCKS = 60
"""Two seconds of waiting audio; then the oldest is dropped."""
STATES: dict[State, str] = {
    "running": "Micro đang nghe.",
    "absent": "Chưa có micro. Hãy cắm micro; máy sẽ tự mở lại.",
    "busy": "Micro đang bận vì chương trình khác. Hãy tắt chương trình đó; máy sẽ tự mở lại.",
    "lost": "Mất tín hiệu micro. Hãy kiểm tra dây cắm; máy sẽ tự mở lại.",
}


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


def check_microphone(device: str | None) -> None:
    """Raises LetanError `microphone_missing` before anything else is begun."""
    try:
        chosen(devices(), device)
    except DeviceError as error:
        raise _no_microphone(Change(error.state, str(error)), device) from error


class OwnMicrophone:
    """Blocks of 16 kHz mono s16le; a microphone that is lost is told and opened again."""

    def __init__(
        self,
        language: Language,
        device: str | None,
        *,
        as_json: bool,
        others: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """``others``: as in `speech.microphone.Microphone`."""
        self.blocks: asyncio.Queue[bytes] = asyncio.Queue(MOST_BLOCKS)
        self.dropped = 0
        self.wanted = device
        self._waits = False
        self._language: Language = language
        self._as_json = as_json
        self._loop = asyncio.get_running_loop()
        self._settled: asyncio.Future[Change] = self._loop.create_future()
        self._microphone = Microphone(self._taken, self._changed, device, others=others)

    async def open(self, *, wait: bool) -> None:
        """Raises LetanError when there is no microphone, unless it is to be waited for."""
        self._waits = wait
        self._microphone.start()
        if wait:
            return
        change = await self._settled
        if change.state != "running":
            raise _no_microphone(change, self.wanted)

    def forget(self) -> None:
        """What was heard so far was not meant for anybody."""
        while not self.blocks.empty():
            self.blocks.get_nowait()

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
