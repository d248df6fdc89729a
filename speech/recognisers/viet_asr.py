"""VietASR: streaming Vietnamese recognition with the model inside the package; works offline.

The model is read out of the installed library and run by us (`speech.lattice`). The text comes
from a beam search that knows what people say at this desk; confidence is how certain the model is
of its words; doubtful words are corrected to a phrase that explains the sound well. Where the model
cannot be read, for example after another version was installed, the library itself decodes.
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
    Word,
)
from speech.expected import Expectations, Expected
from speech.lattice import (
    AcousticModel,
    AcousticStream,
    Frames,
    LatticeUnavailableError,
    load_acoustic_model,
)
from speech.lattice_language import Hinted, Language, sentence_score, words_of
from speech.lattice_phrases import A_WORD, Match, PhraseIndex, align
from speech.lattice_search import BeamSearch, Hypothesis
from speech.lattice_text import BestPath, aligned
from speech.recognisers import viet_asr_library

log = logging.getLogger("speech.viet_asr")

PACKAGE = "viet-asr"
SURE = 0.8
"""Confidence from which words are left as they are; people's speech is above it."""
PLAUSIBLE = 0.5
"""Below it nothing is corrected: it may be any language."""
EXPLAINED = 0.3
"""Score from which a phrase takes the place of doubtful words, if people say it oftener."""
WELL_EXPLAINED = 1.0
"""Score from which it does so in any case."""
PLAUSIBLE_HINT = 0.3
EXPLAINED_HINT = -2.0
"""Both for what the client expects in this very utterance: English stays below the second."""
WORTH_ASKING = -1.5
"""Score from which a phrase is an alternative."""
MOST_ALTERNATIVES = 5
MOST_MATCHES = 20


def load(options: Mapping[str, Any]) -> SpeechRecognizer:
    """Loads the model (about a second). Raises EngineUnavailableError."""
    try:
        model = load_acoustic_model()
    except LatticeUnavailableError as error:
        log.warning("the model cannot be read (%s): the library decodes by itself", error)
        return viet_asr_library.load(options)
    return VietAsr(model, Expectations(options.get("phrases"), model.vocabulary))


class VietAsr:
    """The engine. All calls come from one thread: the service's executor."""

    name = "viet_asr"
    languages: tuple[str, ...] = ("vi",)
    capabilities = Capabilities(
        partials="revised", confidence=True, word_times=True, max_utterance_s=15.0
    )

    def __init__(self, model: AcousticModel, expectations: Expectations) -> None:
        self.version = version(PACKAGE)
        self._model = model
        self._expectations = expectations

    def session(self, *, language: str, hints: Sequence[str] = ()) -> RecognitionSession:
        return VietAsrSession(self._model, self._expectations.current, hints)

    def close(self) -> None:
        """Nothing outside Python's memory is held."""


class VietAsrSession:
    """One utterance."""

    def __init__(self, model: AcousticModel, expected: Expected, hints: Sequence[str] = ()) -> None:
        language: Language = expected.language
        self._indices = [expected.index]
        if hints:
            language = Hinted(language, hints)
            self._indices.append(PhraseIndex(model.vocabulary, hints))
        self._language = language
        self._hinted = frozenset(" ".join(words_of(hint)) for hint in hints)
        self._vocabulary = model.vocabulary
        self._stream: AcousticStream | None = model.stream()
        self._best = BestPath(model.vocabulary)
        self._search = BeamSearch(model.vocabulary, language)
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
        if self._search.text == self._text:
            return None
        self._text = self._search.text
        return Partial(self._text)

    def finish(self) -> Transcript:
        audio_s = self._samples / SAMPLE_RATE
        if self._stream is None:
            return Transcript(self._text, audio_s=audio_s)
        started = time.perf_counter()
        self._take(self._stream.finish())
        rows = np.concatenate(self._rows)
        confidence, words, alternatives = self._understood(rows)
        self._text = " ".join(word.text for word in words)
        self._seconds += time.perf_counter() - started
        self.close()
        decode_ms = 1000 * self._seconds
        return Transcript(self._text, confidence, words, alternatives, audio_s, decode_ms)

    def close(self) -> None:
        self._stream = None
        self._rows.clear()
        self._search.close()

    def _take(self, rows: Frames) -> None:
        if rows.size:
            self._rows.append(rows)
            self._best.extend(rows)
            self._search.extend(rows)

    def _understood(self, rows: Frames) -> tuple[float | None, tuple[Word, ...], tuple[str, ...]]:
        """Confidence, words and what else it may have been."""
        heard = self._best.words()
        texts = self._search.best(MOST_ALTERNATIVES)
        if not heard or not texts[0].text:
            return None, (), ()
        confidence = round(float(np.mean([word.confidence for word in heard])), 3)
        units, matches = texts[0].units, []
        if confidence < SURE:
            matches = self._matches(rows, len(heard))
            units = self._correction(rows, confidence, matches, texts[0]) or units
        words = aligned(rows, units, self._vocabulary)
        text = " ".join(word.text for word in words)
        others = [found.text for found in matches if found.score >= WORTH_ASKING]
        others += [found.text for found in texts]
        different = [other for other in dict.fromkeys(others) if other and other != text]
        return confidence, words, tuple(different[:MOST_ALTERNATIVES])

    def _matches(self, rows: Frames, heard: int) -> list[Match]:
        """Phrases that may have been said, best first; a hint comes before an equal phrase."""
        found = [
            match
            for index in self._indices
            for match in index.match(rows, self._best.score, heard, MOST_MATCHES)
        ]
        return sorted(found, key=lambda match: -match.score)

    def _correction(
        self, rows: Frames, confidence: float, matches: Sequence[Match], text: Hypothesis
    ) -> tuple[int, ...] | None:
        """The phrase that explains the sound better than the words do, if there is one."""
        hinted = [match for match in matches if match.text in self._hinted]
        if hinted and confidence >= PLAUSIBLE_HINT and hinted[0].score >= EXPLAINED_HINT:
            return self._indices[0].units(hinted[0].text)
        good = [match for match in matches if match.score >= EXPLAINED]
        if not good or confidence < PLAUSIBLE:
            return None
        if good[0].score >= WELL_EXPLAINED:
            return self._indices[0].units(good[0].text)
        candidates = [self._indices[0].units(match.text) for match in good]
        candidates = [text.units, *(units for units in candidates if units)]
        texts = [text.text, *(match.text for match in good)]
        heard = align(rows, [np.array(units) for units in candidates])
        totals = [
            float(one) + sentence_score(self._language, words) + A_WORD * len(words.split())
            for one, words in zip(heard, texts, strict=True)
        ]
        best = int(np.argmax(totals))
        return candidates[best] if best else None
