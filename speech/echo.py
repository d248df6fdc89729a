"""Whether a microphone hears our own loudspeaker: by the sound itself.

Text does not tell: a synthetic voice comes back from a recogniser as other words (docs/speech.md).
What was sent to the loudspeaker is known, so the spectra of the last moments at the microphone are
looked for in it, at any delay: a normalised cross-correlation of the shape of the spectrum (and,
with less weight, of its loudness, which any two people's speech have half in common).
"""

from collections import deque
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import soxr

from speech.activity import level_dbfs
from speech.engines import SAMPLE_RATE

HOP_S = 0.016
WINDOW = 512
HOP = round(HOP_S * SAMPLE_RATE)
EDGES_HZ = (120, 220, 320, 420, 520, 640, 760, 900, 1050, 1200, 1400, 1600, 1850, 2150, 2500, 2900,
            3400, 4000)  # fmt: skip
LOUDNESS = 0.5
"""Weight of the loudness beside the shape of the spectrum."""
KEPT_S = 40.0
"""How much of what was said is remembered; a client plays at most so much behind."""
PIECE_S = 1.0
LEAST_S = 0.5
QUIET_DBFS = -55.0
BELOW_SPEECH_DB = 30.0
"""So far below its loudest moment an utterance is silence."""
ECHO = 0.63
"""Likeness from which a second of sound is our own voice. Measured in five rooms (reverberation
0.2 to 0.6 s, loud to faint): echoes 0.66 to 0.93 (second percentile to median), people 0.39 (98 %
of the seconds below 0.59), a person and the echo equally loud 0.58."""
ALIKE = 0.5
"""Likeness from which it may be our own voice, where the words are ours as well."""

_Bands = npt.NDArray[np.float32]
_WINDOW = np.hanning(WINDOW).astype(np.float32)
_EDGES = [round(hz * WINDOW / SAMPLE_RATE) for hz in EDGES_HZ]


class EchoDetector:
    """What the loudspeaker was given on one side, what the microphone gives on the other."""

    def __init__(self) -> None:
        self._said: deque[_Bands] = deque(maxlen=round(KEPT_S / HOP_S))
        self._rest = np.zeros(0, np.float32)
        self._resampler: soxr.ResampleStream | None = None
        self._rate = 0

    def said(self, pcm: bytes, rate: int) -> None:
        """Sent to the loudspeaker: s16le mono."""
        if rate != self._rate:
            self._rate = rate
            self._resampler = (
                None
                if rate == SAMPLE_RATE
                else soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32", quality="LQ")
            )
        samples = _floats(pcm)
        if self._resampler is not None:
            samples = self._resampler.resample_chunk(samples)
        self._rest = np.concatenate((self._rest, samples))
        bands = _bands(self._rest)
        self._rest = self._rest[len(bands) * HOP :]
        self._said.extend(bands)

    def forget(self) -> None:
        """The room has been quiet long enough: nothing that was said is still heard."""
        self._said.clear()
        self._rest = np.zeros(0, np.float32)

    def share(self, pcm: bytes, border: float = ECHO) -> float:
        """Which part of an utterance (s16le, 16 kHz) is our own voice, 0..1; ``border``: the
        likeness that a second of it must have."""
        pieces = _pieces(pcm)
        if not pieces:
            return 0.0
        return sum(self.likeness(piece) >= border for piece in pieces) / len(pieces)

    def likeness(self, pcm: bytes) -> float:
        """How much the last second of what was heard (s16le, 16 kHz) is like something said.

        -1..1; 0 where too little is known to tell.
        """
        heard = _bands(_floats(pcm[-2 * round(PIECE_S * SAMPLE_RATE) :]))
        count = len(heard)
        if count < LEAST_S / HOP_S or len(self._said) < count:
            return 0.0
        # In one step: the other side goes on in a thread of its own.
        said = np.stack(tuple(self._said))
        return _best(heard, said)


def _pieces(pcm: bytes) -> list[bytes]:
    """Seconds of speech, without the silence around them: where a voice begins and ends, any two
    voices are alike."""
    step, size = 2 * HOP, 2 * round(PIECE_S * SAMPLE_RATE)
    levels = [level_dbfs(pcm[at : at + step]) for at in range(0, len(pcm) - step + 1, step)]
    border = max(QUIET_DBFS, max(levels, default=QUIET_DBFS) - BELOW_SPEECH_DB)
    loud = [number for number, level in enumerate(levels) if level > border]
    if not loud:
        return []
    speech = pcm[loud[0] * step : (loud[-1] + 1) * step]
    if len(speech) <= size:
        return [speech]
    starts = list(range(0, len(speech) - size + 1, size))
    if len(speech) - size - starts[-1] >= size // 4:
        starts.append(len(speech) // 2 * 2 - size)
    return [speech[at : at + size] for at in starts]


def _floats(pcm: bytes) -> npt.NDArray[np.float32]:
    return np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<i2").astype(np.float32)


def _bands(samples: npt.NDArray[np.float32]) -> _Bands:
    """The shape of the spectrum and its loudness, a row every 16 ms."""
    count = (len(samples) - WINDOW) // HOP + 1
    if count <= 0:
        return np.zeros((0, len(_EDGES)), np.float32)
    starts = np.arange(count) * HOP
    frames = samples[starts[:, None] + np.arange(WINDOW)] * _WINDOW
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    sums = [power[:, a:b].sum(axis=1) for a, b in pairwise(_EDGES)]
    # A floor well under speech: silence of a synthesiser is digital, that of a room is not.
    energies = np.log10(np.stack(sums, axis=1) + 1e7)
    loudness = energies.mean(axis=1, keepdims=True)
    weight = LOUDNESS * np.sqrt(energies.shape[1])
    result: _Bands = np.hstack((energies - loudness, loudness * weight)).astype(np.float32)
    return result


def _best(heard: _Bands, said: _Bands) -> float:
    """The largest correlation over all delays; each band has its own mean (rooms colour sound)."""
    count = len(heard)
    heard = heard - heard.mean(axis=0)
    # Silence is like nothing: without a floor, rounding would decide.
    norm = float(np.sqrt(max((heard**2).sum(), 1e-3 * count)))
    size = 1 << int(np.ceil(np.log2(len(said) + count)))
    spectrum = np.fft.rfft(said, size, axis=0) * np.conj(np.fft.rfft(heard, size, axis=0))
    products = np.fft.irfft(spectrum.sum(axis=1), size)[: len(said) - count + 1]
    sums = np.cumsum(np.vstack((np.zeros(said.shape[1]), said)), axis=0)
    squares = np.cumsum(np.concatenate(([0.0], (said.astype(np.float64) ** 2).sum(axis=1))))
    means = (sums[count:] - sums[:-count]) / count
    energy = squares[count:] - squares[:-count] - count * (means**2).sum(axis=1)
    scale = norm * np.sqrt(np.maximum(energy, 1e-3 * count))
    return float(np.max(products / np.maximum(scale, 1e-6)))
