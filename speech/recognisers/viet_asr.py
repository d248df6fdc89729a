"""VietASR: streaming Vietnamese recognition with the model inside the package; works offline.

The model is read out of the installed library and run by us (`speech.lattice`): words, times,
posteriors and a confidence come from there. Where that is not possible, for example after another
version was installed, the library itself decodes, without them.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np

from speech.engines import (
    SAMPLE_RATE,
    Capabilities,
    Partial,
    RecognitionSession,
    SpeechRecognizer,
    Transcript,
)
from speech.lattice import (
    AcousticModel,
    AcousticStream,
    Frames,
    LatticeUnavailableError,
    load_acoustic_model,
)
from speech.lattice_text import BestPath
from speech.recognisers import viet_asr_library

log = logging.getLogger("speech.viet_asr")

PACKAGE = "viet-asr"


def load(options: Mapping[str, Any]) -> SpeechRecognizer:
    """Loads the model (about a second). Raises EngineUnavailableError."""
    try:
        model = load_acoustic_model()
    except LatticeUnavailableError as error:
        log.warning("the model cannot be read (%s): the library decodes by itself", error)
        return viet_asr_library.load(options)
    return VietAsr(model)


class VietAsr:
    """The engine. All calls come from one thread: the service's executor."""

    name = "viet_asr"
    languages: tuple[str, ...] = ("vi",)
    capabilities = Capabilities(
        partials="revised", confidence=True, word_times=True, max_utterance_s=15.0
    )

    def __init__(self, model: AcousticModel) -> None:
        self.version = version(PACKAGE)
        self._model = model

    def session(self, *, language: str, hints: Sequence[str] = ()) -> RecognitionSession:
        return VietAsrSession(self._model)

    def close(self) -> None:
        """Nothing outside Python's memory is held."""


class VietAsrSession:
    """One utterance."""

    def __init__(self, model: AcousticModel) -> None:
        self._stream: AcousticStream | None = model.stream()
        self._best = BestPath(model.vocabulary)
        self._rows: list[Frames] = []
        self._text = ""
        self._samples = 0
        self._seconds = 0.0

    def accept(self, pcm: bytes) -> Partial | None:
        room = int(VietAsr.capabilities.max_utterance_s * SAMPLE_RATE) - self._samples
        pcm = pcm[: 2 * room]
        if not pcm or self._stream is None:
            return None
        started = time.perf_counter()
        self._samples += len(pcm) // 2
        self._take(self._stream.accept(pcm))
        self._seconds += time.perf_counter() - started
        if self._best.text == self._text:
            return None
        self._text = self._best.text
        return Partial(self._text)

    def finish(self) -> Transcript:
        if self._stream is None:
            return Transcript(self._text, audio_s=self._samples / SAMPLE_RATE)
        started = time.perf_counter()
        self._take(self._stream.finish())
        self._text = self._best.text
        words = self._best.words()
        posteriors = [word.confidence or 0.0 for word in words]
        self._seconds += time.perf_counter() - started
        self.close()
        return Transcript(
            self._text,
            confidence=round(float(np.mean(posteriors)), 3) if posteriors else None,
            words=words,
            audio_s=self._samples / SAMPLE_RATE,
            decode_ms=1000 * self._seconds,
        )

    def close(self) -> None:
        self._stream = None
        self._rows.clear()

    def _take(self, rows: Frames) -> None:
        if rows.size:
            self._rows.append(rows)
            self._best.extend(rows)
