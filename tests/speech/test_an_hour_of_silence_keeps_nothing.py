"""A microphone that is open all day costs no memory, and the first word afterwards is heard."""

import os
from pathlib import Path

from speech.activity import FRAME_BYTES
from speech.endpointing import Audio, EndpointSettings, SpeechStarted, TurnDetector
from speech.engines import SAMPLE_RATE

HOUR_BYTES = 3600 * 2 * SAMPLE_RATE
LOUD = b"\x00\x20" * (FRAME_BYTES // 2)


class Loudness:
    """A detector that takes loud frames for speech: what is tested here is what is kept."""

    def probability(self, pcm_512: bytes) -> float:
        return float(any(pcm_512))

    def reset(self) -> None:
        """It has no past."""


def memory_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


def test_an_hour_of_silence_keeps_nothing() -> None:
    detector = TurnDetector(Loudness(), EndpointSettings(no_speech_s=float("inf")))
    piece = bytes(2 * SAMPLE_RATE // 10)
    list(detector.feed(piece))
    before = memory_bytes()
    for _ in range(HOUR_BYTES // len(piece)):
        assert list(detector.feed(piece)) == []
    assert memory_bytes() - before < HOUR_BYTES / 12
    events = list(detector.feed(LOUD * 4))
    assert isinstance(events[0], SpeechStarted)
    assert isinstance(events[1], Audio)
    assert LOUD * 2 in events[1].pcm
