"""The machine's own microphone: opened, watched, and opened again when it comes back.

PortAudio (package sounddevice) tells nothing when a device is pulled out or its sound server dies:
the callback merely falls silent. So silence of a second closes the stream, and it is opened again
with growing pauses. Absent, busy and lost are states; nothing here ends the program.
Measured behaviour: docs/speech.md.
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal

from speech.audio import MAX_CHANNELS, MAX_RATE, MIN_RATE, StreamConverter, mix_down
from speech.engines import SAMPLE_RATE

State = Literal["opening", "running", "absent", "busy", "lost", "closed"]
"""`absent`: no such device (or no PortAudio); `busy`: somebody else holds it, or it refuses;
`lost`: it ran and gives nothing more. All three are tried again until `close`."""

BLOCK = 512
"""Samples at 16 kHz: 32 ms, a frame of the voice activity detector."""
SILENT_SECONDS = 1.0
"""A running microphone gives a block each 32 ms; after so long without one it is lost."""
OPENING_SECONDS = 4.0
"""A sound server may take 2 s until the first block."""
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before opening again; the last one repeats."""
CLOSE_SECONDS = 2.0
_BUSY = frozenset({-9985, -9986})
"""PortAudio: device unavailable, internal error (ALSA: resource busy)."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device that can record."""

    index: int
    name: str
    channels: int
    rate: int
    default: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A new state; ``reason`` is in English, for the log or the remedy."""

    state: State
    reason: str = ""


class DeviceError(Exception):
    """No device, or it does not open: ``state`` says which."""

    def __init__(self, state: Literal["absent", "busy"], reason: str) -> None:
        super().__init__(reason)
        self.state: Literal["absent", "busy"] = state


def sound() -> ModuleType:
    """PortAudio. Raises DeviceError where its library is missing."""
    try:
        import sounddevice
    except (ImportError, OSError) as error:
        raise DeviceError("absent", f"apt-get install libportaudio2 ({error})") from error
    module: ModuleType = sounddevice
    return module


def devices(library: ModuleType | None = None) -> tuple[Device, ...]:
    """Every device that can record, as PortAudio knew them when it was started."""
    library = library or sound()
    default = library.default.device[0]
    if not isinstance(default, int) or default < 0:
        default = library.query_hostapis(0)["default_input_device"] if _apis(library) else -1
    return tuple(
        Device(
            number, str(of["name"]), of["max_input_channels"], int(of["default_samplerate"]),
            number == default,
        )
        for number, of in enumerate(library.query_devices())
        if of["max_input_channels"] > 0
    )  # fmt: skip


def _apis(library: ModuleType) -> Sequence[Any]:
    found: Sequence[Any] = library.query_hostapis()
    return found


def chosen(found: Sequence[Device], wanted: str | None) -> Device:
    """By number, by exact name, or by a part of the name that only one has; None: the default.

    Raises DeviceError `absent`.
    """
    if not found:
        raise DeviceError("absent", "this machine has no microphone")
    if wanted is None:
        return next((device for device in found if device.default), found[0])
    fits = [device for device in found if wanted in (str(device.index), device.name)]
    fits = fits or [device for device in found if wanted.casefold() in device.name.casefold()]
    if len(fits) == 1:
        return fits[0]
    names = ", ".join(f"{device.index}: {device.name}" for device in fits or found)
    told = "fits several" if fits else "is not there"
    raise DeviceError("absent", f"the device '{wanted}' {told} ({names})")


class Microphone:
    """One microphone. `on_block` gets 16 kHz mono s16le, `on_state` every change.

    Both are called from threads of ours and must not wait.
    """

    def __init__(
        self,
        on_block: Callable[[bytes], None],
        on_state: Callable[[Change], None],
        device: str | None = None,
        *,
        pauses: Sequence[float] = PAUSES,
        others: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """``others``: keeps who else uses PortAudio away from it while it is started anew."""
        self._others = others
        self._on_block = on_block
        self._on_state = on_state
        self._wanted = device
        self._pauses = tuple(pauses)
        self._closing = threading.Event()
        self._ended = threading.Event()
        """The stream says that it is over."""
        self._beat = 0.0
        self._thread: threading.Thread | None = None
        self.state: State = "closed"

    def start(self) -> None:
        """Opens it in the background."""
        self._closing.clear()
        self._thread = threading.Thread(target=self._run, name="microphone", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Returns within 2 s, also when the sound system hangs."""
        self._closing.set()
        self._ended.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(CLOSE_SECONDS)
        self._tell(Change("closed"))

    def _run(self) -> None:
        tries = 0
        while not self._closing.is_set():
            try:
                ran = self._listen(again=tries > 0)
                lost = Change("lost", "no block for a second")
                tries = 0 if ran else tries
            except DeviceError as error:
                lost = Change(error.state, str(error))
            if self._closing.is_set():
                return
            self._tell(lost)
            self._closing.wait(self._pauses[min(tries, len(self._pauses) - 1)])
            tries += 1

    def _listen(self, *, again: bool) -> bool:
        """Until the stream falls silent or `close`; whether any block came."""
        library = sound()
        if again:
            with self._others():
                _forget_devices(library)
        else:
            self._tell(Change("opening"))
        self._ended.clear()
        opened = self._beat = time.monotonic()
        try:
            device = chosen(devices(library), self._wanted)
            stream = self._open(library, device)
        except library.PortAudioError as error:
            raise _refused(error) from error
        try:
            stream.start()
            while not self._closing.is_set() and not self._ended.wait(SILENT_SECONDS / 4):
                running = self._beat > opened
                if running:
                    self._tell(Change("running", device.name))
                limit = SILENT_SECONDS if running else OPENING_SECONDS
                if time.monotonic() - self._beat > limit:
                    break
        except library.PortAudioError as error:
            raise _refused(error) from error
        finally:
            _end(stream, library)
        return self._beat > opened

    def _open(self, library: ModuleType, device: Device) -> Any:
        """At 16 kHz mono if the device can, else as it can, and converted here."""
        ways = [(SAMPLE_RATE, 1), (device.rate, 1), (device.rate, min(device.channels, 2))]
        refused: Exception | None = None
        for rate, channels in dict.fromkeys(ways):
            if not (MIN_RATE <= rate <= MAX_RATE and 1 <= channels <= MAX_CHANNELS):
                continue
            try:
                return library.RawInputStream(
                    samplerate=rate,
                    channels=channels,
                    dtype="int16",
                    blocksize=BLOCK * rate // SAMPLE_RATE,
                    device=device.index,
                    callback=self._taker(rate, channels),
                    finished_callback=self._ended.set,
                )
            except (library.PortAudioError, ValueError) as error:
                refused = error
        raise _refused(refused)

    def _taker(self, rate: int, channels: int) -> Callable[..., None]:
        converter = StreamConverter(rate)

        def taken(data: Any, *_: object) -> None:
            self._beat = time.monotonic()
            pcm = bytes(data)  # the buffer is only ours during the callback
            self._on_block(converter.convert(mix_down(pcm, channels)))

        return taken

    def _tell(self, change: Change) -> None:
        if change.state != self.state:
            self.state = change.state
            self._on_state(change)


def _refused(error: Exception | None) -> DeviceError:
    code = error.args[1] if error is not None and len(error.args) > 1 else None
    # Without a server behind it, a device of the list does not exist.
    return DeviceError("busy" if code in _BUSY else "absent", str(error)[:200])


def _forget_devices(library: ModuleType) -> None:
    """PortAudio lists devices once: what was plugged in since is only seen after this."""
    library._terminate()
    library._initialize()


def _end(stream: Any, library: ModuleType) -> None:
    try:
        stream.close(ignore_errors=True)
    except library.PortAudioError:
        return  # its server is gone
