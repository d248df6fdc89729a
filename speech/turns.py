"""A recording as if it were heard at a microphone, and the utterances in it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from speech.activity import FRAME_BYTES, SileroActivity
from speech.audio import Clip
from speech.endpointing import Audio, EndpointSettings, TurnDetector, TurnEnded
from speech.engines import SAMPLE_RATE

QUIET_PEAK = 3_000
"""A recording whose loudest sample is below this (-21 dB) is made louder first."""
WANTED_PEAK = 16_000
MOST_GAIN = 100.0
LEAD_S = 0.5


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance with its pre-roll: s16le mono 16 kHz."""

    pcm: bytes
    speech_s: float


def as_at_a_microphone(clip: Clip) -> bytes:
    """Loud enough, and with what a microphone has heard before somebody speaks: s16le mono 16 kHz.

    A recording may begin with speech; a recogniser without pre-roll loses the first word.
    """
    return bytes(2 * int(LEAD_S * SAMPLE_RATE)) + _audible(clip)


def turns(clip: Clip) -> Iterator[Turn]:
    """Every utterance of a recording, at most 15 s each. Native code: call it in a thread."""
    pcm = as_at_a_microphone(clip)
    activity = SileroActivity()
    # A recording may be silent for long: only its end ends the search.
    settings = EndpointSettings(no_speech_s=float("inf"))
    detector, collected = TurnDetector(activity, settings), b""
    for at in range(0, len(pcm), FRAME_BYTES):
        # Frame by frame: nothing of the next turn is swallowed by the end of this one.
        for event in detector.feed(pcm[at : at + FRAME_BYTES]):
            if isinstance(event, Audio):
                collected += event.pcm
            elif isinstance(event, TurnEnded):
                yield Turn(collected, event.speech_s)
        if detector.endpointer.done:
            detector, collected = TurnDetector(activity, settings), b""
    for event in detector.stop():
        if isinstance(event, Audio):
            collected += event.pcm
        elif isinstance(event, TurnEnded):
            yield Turn(collected, event.speech_s)


def _audible(clip: Clip) -> bytes:
    peak = clip.peak
    if peak >= QUIET_PEAK or clip.silent:
        return clip.pcm
    gain = min(MOST_GAIN, WANTED_PEAK / peak)
    samples = np.frombuffer(clip.pcm, dtype="<i2").astype(np.float32) * gain
    louder: bytes = np.clip(np.rint(samples), -32768, 32767).astype("<i2").tobytes()
    return louder
