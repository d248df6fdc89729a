"""VietASR: streaming Vietnamese recognition with the model inside the package; works offline.

The model is read out of the installed library and run by us (`speech.lattice`). The text comes
from a beam search that knows what people say at this desk; confidence is how certain the model is
of its words; doubtful words are corrected to a phrase that explains the sound well. Where the model
cannot be read, for example after another version was installed, the library itself decodes.
"""

import json
import logging
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from typing import Any

import numpy as np

from speech.answers import Answer, Answers
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
from speech.lattice_language import Hinted, Language, words_of
from speech.lattice_phrases import FREE, Match, PhraseIndex
from speech.lattice_search import BeamSearch
from speech.lattice_text import BestPath, aligned
from speech.recognisers import viet_asr_library

log = logging.getLogger("speech.viet_asr")

PACKAGE = "viet-asr"
SURE = 0.9
"""Confidence from which words are left as they are; people's speech is above it."""
LIKELY = 0.4
"""Probability from which a known phrase takes the place of doubtful words."""
FAIRLY_SURE = 0.8
"""Confidence from which words only give way to a phrase that is `CERTAIN`."""
CERTAIN = 0.9
PLAUSIBLE = 0.5
"""Least confidence of such a phrase. Measured: babble, English, Korean have phrases up to 0.2."""
WORTH_ASKING = 0.3
"""Probability from which it is an alternative."""
HINTED = 2.0
"""What is expected in this very utterance is so much likelier (logarithm of the odds)."""
MOST_ALTERNATIVES = 5
MOST_MATCHES = 8
MOST_RIVALS = 40
MOST_QUESTIONS = 8
"""Whose answers are kept ready."""
MOST_WORDS_OF_AN_ANSWER = 12
NAMED_ODDS = (-6.73, 0.18, 0.54, 0.61, -4.09, 1.95)
DESK_ODDS = (-5.52, 0.14, 0.35, 0.52, -3.76, 3.66)
"""Of `log_odds`: constant, evidence for the phrase, for each of its words, how much better it is
than a rival, the part of unknown words, confidence of the words as heard."""


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
        partials="revised", confidence=True, word_times=True, answers=True, max_utterance_s=15.0
    )

    def __init__(self, model: AcousticModel, expectations: Expectations) -> None:
        self.version = version(PACKAGE)
        self._model = model
        self._expectations = expectations
        self._answers: OrderedDict[str, Answers] = OrderedDict()

    def session(self, *, language: str, hints: Sequence[str] = ()) -> RecognitionSession:
        return VietAsrSession(self._model, self._expectations.current, hints, self._answers_of)

    def _answers_of(self, patterns: Mapping[str, Sequence[str]]) -> Answers:
        """Most questions are yes or no: what was made for them is kept."""
        key = json.dumps(patterns, sort_keys=True)
        found = self._answers.pop(key, None) or Answers(self._model.vocabulary, patterns)
        self._answers[key] = found
        if len(self._answers) > MOST_QUESTIONS:
            self._answers.popitem(last=False)
        return found

    def close(self) -> None:
        """Nothing outside Python's memory is held."""


class VietAsrSession:
    """One utterance."""

    def __init__(
        self,
        model: AcousticModel,
        expected: Expected,
        hints: Sequence[str] = (),
        answers_of: Callable[[Mapping[str, Sequence[str]]], Answers] | None = None,
    ) -> None:
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
        self._answers_of = answers_of or partial(Answers, model.vocabulary)
        self._answers: Answers | None = None

    def expect(self, answers: Mapping[str, Sequence[str]]) -> None:
        self._answers = self._answers_of(answers)

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
        answer = self._answer(rows)
        self._text = " ".join(word.text for word in words)
        self._seconds += time.perf_counter() - started
        self.close()
        decode_ms = 1000 * self._seconds
        found = Transcript(self._text, confidence, words, alternatives, audio_s, decode_ms)
        if answer is None:
            return found
        return replace(
            found,
            answer=answer.name,
            answer_text=answer.text,
            answer_confidence=round(answer.confidence, 3),
        )

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
        confidence = float(np.mean([word.confidence for word in heard]))
        units, known = texts[0].units, []
        if confidence < SURE:
            known = self._known(rows, confidence)
            if known and known[0][0] >= (
                _least(known[0][2]) if confidence < FAIRLY_SURE else CERTAIN
            ):
                units = self._indices[0].units(known[0][1])
                confidence = max(known[0][0], PLAUSIBLE)
        words = aligned(rows, units, self._vocabulary)
        text = " ".join(word.text for word in words)
        others = [text for belief, text, _ in known if belief >= WORTH_ASKING]
        others += [found.text for found in texts]
        different = [other for other in dict.fromkeys(others) if other and other != text]
        return round(confidence, 3), words, tuple(different[:MOST_ALTERNATIVES])

    def _answer(self, rows: Frames) -> Answer | None:
        if self._answers is None:
            return None
        heard = self._best.words()
        if not 0 < len(heard) <= MOST_WORDS_OF_AN_ANSWER:
            return None
        confidence = float(np.mean([word.confidence for word in heard]))
        timed = self._best.timed()
        desk = self._indices[0].match(rows, timed, MOST_RIVALS)
        return self._answers.heard(rows, timed, confidence, desk)

    def _known(self, rows: Frames, confidence: float) -> list[tuple[float, str, str]]:
        """Sentences with a known phrase that may have been said, each with its probability and the
        kind of its phrase."""
        heard = self._best.timed()
        hinted = [True] * (len(self._indices) - 1)
        found: list[tuple[float, str, str]] = []
        for index, hint in zip(self._indices, [False, *hinted], strict=True):
            matches = index.match(rows, heard, MOST_MATCHES)
            for match in matches:
                odds = log_odds(match, len(heard), confidence) + HINTED * hint
                found.append((1 / (1 + math.exp(-odds)), match.text, match.kind))
        return sorted(found, reverse=True)


def _least(kind: str) -> float:
    """Probability from which a phrase of the kind takes the place of doubtful words."""
    return LIKELY if kind == FREE else PLAUSIBLE


def log_odds(match: Match, heard: int, confidence: float) -> float:
    """Of a known phrase having been said; ``heard``: how many words.

    Logistic regressions. Of names: on 516 utterances of eSpeak NG, phrases of the catalogue in
    questions, other questions about its procedures, questions about matters that are not in it,
    English, Korean, babble. Of what is said at a desk apart from names: on 586, phrases of
    `data/nlu/intents` and `data/lexicon`, other wordings of the same, and those others.
    """
    words = match.name.count(" ") + 1
    constant, alone, word, rival, unknown, sure = NAMED_ODDS if match.kind == FREE else DESK_ODDS
    return (
        constant
        + alone * min(match.alone, 30.0)
        + word * match.alone / words
        + rival * min(match.score - match.rival, 8.0)
        + unknown * match.unknown / max(heard, 1)
        + sure * confidence
    )
