"""The machine's own loudspeaker: sentences one after another, silent within a moment when told.

PortAudio (package sounddevice) on a thread of ours. Without a loudspeaker, or with one that is
lost, sentences count as played at once: whoever speaks goes on in text.
"""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from speech.microphone import DeviceError, sound

BLOCK_S = 0.02
"""Written at a time: so long does silence take at most."""
CLOSE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class _Begin:
    rate: int


@dataclass(frozen=True, slots=True)
class _End:
    sentence: int


class Loudspeaker:
    """`begin`, `play`… and `end` of a sentence never wait; `hush` drops whatever is not heard yet.

    `on_played` gets the number of a sentence that was played to its end, `on_state` whether there
    is a loudspeaker, each time that this changes; both are called from our thread.
    """

    def __init__(
        self, on_played: Callable[[int], None], on_state: Callable[[bool], None] = lambda _: None
    ) -> None:
        self._on_played = on_played
        self._on_state = on_state
        self._orders: queue.SimpleQueue[tuple[int, _Begin | bytes | _End] | None] = (
            queue.SimpleQueue()
        )
        self._age = 0
        """Counts hushes: what was ordered before the last one is not played."""
        self._library = threading.Lock()
        """Held while PortAudio works for us: it may not be started anew meanwhile."""
        self._stream: Any = None
        self._module: ModuleType | None = None
        self._rate = 0
        self._works: bool | None = None
        self._thread = threading.Thread(target=self._run, name="loudspeaker", daemon=True)
        self._thread.start()

    def begin(self, rate: int) -> None:
        """The audio of a sentence follows, s16le mono."""
        self._orders.put((self._age, _Begin(rate)))

    def play(self, pcm: bytes) -> None:
        self._orders.put((self._age, pcm))

    def end(self, sentence: int) -> None:
        """All of a sentence has come; ``sentence`` is its number for `on_played`."""
        self._orders.put((self._age, _End(sentence)))

    def hush(self) -> None:
        """What is not heard yet is never heard; nothing of it counts as played."""
        age, self._age = self._age, self._age + 1
        self._orders.put((age, b""))  # wakes the thread, which drops what the device still holds

    def close(self) -> None:
        """Returns within 2 s, also when the sound system hangs."""
        self.hush()
        self._orders.put(None)
        self._thread.join(CLOSE_SECONDS)

    @contextmanager
    def silent(self) -> Iterator[None]:
        """PortAudio is not used while the block runs: it may be started anew there."""
        with self._library:
            self._drop()
            yield

    def _run(self) -> None:
        while (order := self._orders.get()) is not None:
            age, what = order
            if age != self._age:
                self._cut()
                continue
            match what:
                case _Begin(rate):
                    self._open(rate)
                case _End(sentence):
                    self._on_played(sentence)
                case _:
                    self._write(what, age)
        self._cut()

    def _open(self, rate: int) -> None:
        with self._library:
            if self._stream is not None and rate == self._rate:
                return
            self._drop()
            try:
                self._module = sound()
                self._stream, self._rate = _started(self._module, rate), rate
            except DeviceError:
                self._stream = None
        works = self._stream is not None
        if works != self._works:
            self._works = works
            self._on_state(works)

    def _write(self, pcm: bytes, age: int) -> None:
        step = 2 * max(1, int(BLOCK_S * self._rate))
        for at in range(0, len(pcm), step):
            with self._library:
                if self._stream is None or self._module is None:
                    return
                try:
                    self._stream.write(pcm[at : at + step])
                except self._module.PortAudioError:  # lost; the next sentence opens it again
                    self._drop()
            if age != self._age:
                self._cut()
                return

    def _cut(self) -> None:
        with self._library:
            self._drop()

    def _drop(self) -> None:
        """Ends the stream at once, with what it still holds; the next sentence opens one anew."""
        stream, self._stream = self._stream, None
        if stream is None or self._module is None:
            return
        try:
            stream.abort(ignore_errors=True)
            stream.close(ignore_errors=True)
        except self._module.PortAudioError:
            return  # its server is gone


def _started(library: ModuleType, rate: int) -> Any:
    """A running output at the default device. Raises DeviceError."""
    try:
        stream = library.RawOutputStream(samplerate=rate, channels=1, dtype="int16", latency="low")
        stream.start()
    except (library.PortAudioError, ValueError) as error:
        raise DeviceError("absent", str(error)[:200]) from error
    return stream
