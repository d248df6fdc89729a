"""Vosk (Kaldi): any Vosk model folder of the operator, streaming, with an optional word grammar.

Constraints found by measurement: the model is only ever opened by path (by language or name Vosk
searches the network and may end the process); audio must be ``bytes``; a malformed grammar
crashes the process, so it is made here, word by word, from words that the model knows; noise
makes words, so the service puts voice activity detection in front.
"""

import json
import logging
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from speech.engines import (
    SAMPLE_RATE,
    Capabilities,
    Partial,
    RecognitionSession,
    Transcript,
    Word,
)
from speech.errors import unavailable
from speech.phrase_file import PhraseFile

log = logging.getLogger("speech.vosk")

OTHER = "[unk]"
MODELS = "https://alphacephei.com/vosk/models"


def load(options: Mapping[str, Any]) -> "Vosk":
    """Loads the model in ``options["model"]`` for ``options["language"]``.

    Raises EngineUnavailableError when the package or a usable model folder is missing.
    """
    try:
        import vosk
    except (ImportError, OSError) as error:
        raise unavailable("vosk", f"package vosk ({error})", "pip install vosk") from error
    path = _model_folder(options.get("model"))
    vosk.SetLogLevel(-1)
    try:
        model = vosk.Model(model_path=str(path))
    except Exception as error:  # Vosk raises plain Exception and gives its reason on stderr
        raise unavailable(
            "vosk", f"a complete model in {path} ({error})", f"unpack it again from {MODELS}"
        ) from error
    phrases = PhraseFile(options.get("phrases"))
    return Vosk(model, str(options.get("language") or "vi"), phrases)


def _model_folder(value: Any) -> Path:
    remedy = f"unpack a model from {MODELS} and set speech.vosk_model to its folder"
    if not value:
        raise unavailable("vosk", "a model folder", remedy)
    path = Path(str(value))
    if not path.is_dir():
        raise unavailable("vosk", f"the model folder {path}", remedy)
    if not any((path / part / "final.mdl").is_file() for part in ("am", ".")):
        raise unavailable("vosk", f"final.mdl in {path}", remedy)
    return path


class Vosk:
    """The engine; the model is shared, recognisers are one an utterance."""

    name = "vosk"
    capabilities = Capabilities(
        partials="revised", grammar=True, confidence=False, word_times=True, max_utterance_s=15.0
    )

    def __init__(self, model: Any, language: str, phrases: PhraseFile) -> None:
        self.version = version("vosk")
        self.languages = (language,)
        self._model = model
        self._phrases = phrases
        self._last: tuple[tuple[str, ...], list[str]] = ((), [])

    def session(self, *, language: str, hints: Sequence[str] = ()) -> RecognitionSession:
        import vosk

        grammar = self._known((*hints, *self._phrases.phrases))
        if grammar:
            phrases = json.dumps(grammar, ensure_ascii=False)
            recogniser = vosk.KaldiRecognizer(self._model, SAMPLE_RATE, phrases)
        else:
            recogniser = vosk.KaldiRecognizer(self._model, SAMPLE_RATE)
        recogniser.SetWords(True)
        return VoskSession(recogniser)

    def grammar(self, hints: Sequence[str]) -> list[str]:
        """The hints whose every word the model knows; others would be dropped in silence.

        With them the sign for other words, where the model has one: what is not in the grammar
        is then not forced into it.
        """
        phrases = (" ".join(hint.lower().split()) for hint in hints)
        known = [
            phrase
            for phrase in dict.fromkeys(phrases)
            if phrase and all(self._model.vosk_model_find_word(w) >= 0 for w in phrase.split())
        ]
        if known and self._model.vosk_model_find_word(OTHER) >= 0:
            known.append(OTHER)
        return known

    def _known(self, hints: tuple[str, ...]) -> list[str]:
        """`grammar`, looked up once while the hints stay the same."""
        if hints != self._last[0]:
            self._last = (hints, self.grammar(hints))
            if hints and not self._last[1]:
                log.warning("the model knows no phrase of %d: every word counts", len(hints))
        return self._last[1]

    def close(self) -> None:
        self._model = None


class VoskSession:
    """One utterance; sentences that Vosk ends by itself are joined."""

    def __init__(self, recogniser: Any) -> None:
        self._recogniser = recogniser
        self._done: list[str] = []
        self._words: list[Word] = []
        self._text = ""
        self._samples = 0
        self._seconds = 0.0

    def accept(self, pcm: bytes) -> Partial | None:
        room = int(Vosk.capabilities.max_utterance_s * SAMPLE_RATE) - self._samples
        pcm = bytes(pcm[: 2 * room])
        if not pcm or self._recogniser is None:
            return None
        started = time.perf_counter()
        self._samples += len(pcm) // 2
        if self._recogniser.AcceptWaveform(pcm):
            self._take(self._recogniser.Result())
            current = ""
        else:
            # After an end of its own, the key "partial" is missing.
            current = _words(json.loads(self._recogniser.PartialResult()).get("partial", ""))
        self._seconds += time.perf_counter() - started
        text = " ".join(filter(None, (*self._done, current)))
        if text == self._text:
            return None
        self._text = text
        return Partial(text)

    def finish(self) -> Transcript:
        if self._recogniser is not None:
            started = time.perf_counter()
            self._take(self._recogniser.FinalResult())
            self._seconds += time.perf_counter() - started
            self.close()
        return Transcript(
            text=" ".join(self._done),
            words=tuple(self._words),
            audio_s=self._samples / SAMPLE_RATE,
            decode_ms=1000 * self._seconds,
        )

    def close(self) -> None:
        self._recogniser = None

    def _take(self, result: str) -> None:
        parsed = json.loads(result)
        text = _words(str(parsed.get("text", "")))
        if text:
            self._done.append(text)
        for word in parsed.get("result", ()):
            if word["word"] == OTHER:
                continue
            self._words.append(
                Word(word["word"], float(word["start"]), float(word["end"]), float(word["conf"]))
            )


def _words(text: str) -> str:
    return " ".join(word for word in text.split() if word != OTHER)
