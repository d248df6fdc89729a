"""What the application expects to be said, ready for decoding: a language model and a phrase index.

The file (`{"phrases": […], "meanings": […], "frames": […], "around": {…}, "alone": […],
"places": […], "desk": […], "sentences": […]}`, all but the first optional) is read again when it
changes; what is made of it is made in a thread of its own, and listening goes on meanwhile.
"""

import json
import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from speech.lattice_language import LanguageModel
from speech.lattice_phrases import PhraseIndex

log = logging.getLogger("speech.expected")

LARGEST_FILE = 8_000_000
MOST_PHRASES = 40_000
MOST_FRAMES = 400
MOST = {
    "phrases": MOST_PHRASES,
    "alone": MOST_PHRASES,
    "sentences": MOST_PHRASES,
    "meanings": MOST_PHRASES,
    "places": MOST_PHRASES,
    "desk": 2 * MOST_PHRASES,
    "frames": MOST_FRAMES,
}


@dataclass(frozen=True, slots=True)
class Expected:
    """Made of one state of the file."""

    language: LanguageModel
    index: PhraseIndex


class Expectations:
    """The newest `Expected`; a file that is missing or wrong counts as empty, or as what it was."""

    def __init__(self, path: Path | None, vocabulary: Sequence[str]) -> None:
        self._path = path
        self._vocabulary = vocabulary
        self._stamp: tuple[int, int] | None = None
        self._making: threading.Thread | None = None
        self._current = expected(vocabulary, ())
        if self._changed():
            self._make()

    @property
    def current(self) -> Expected:
        """At once; a changed file shows a second or two later."""
        if (self._making is None or not self._making.is_alive()) and self._changed():
            self._making = threading.Thread(target=self._make, name="expected", daemon=True)
            self._making.start()
        return self._current

    def _changed(self) -> bool:
        if self._path is None:
            return False
        try:
            status = self._path.stat()
        except OSError:
            return False
        stamp = (status.st_mtime_ns, status.st_size)
        changed, self._stamp = stamp != self._stamp, stamp
        return changed

    def _make(self) -> None:
        assert self._path is not None
        try:
            self._current = _read(self._path, self._vocabulary)
        except (OSError, ValueError, RecursionError) as error:
            log.warning("phrases in %s cannot be used: %s", self._path.name, error)
        else:
            log.info("%d phrases expected", len(self._current.index))


def expected(
    vocabulary: Sequence[str],
    phrases: Iterable[str],
    frames: Iterable[str] = (),
    *,
    alone: Iterable[str] = (),
    sentences: Iterable[str] = (),
    around: Mapping[str, Iterable[str]] | None = None,
    meanings: Iterable[str] = (),
    places: Iterable[str] = (),
    desk: Iterable[str] = (),
) -> Expected:
    """``alone``: phrases that stand in no frame; ``sentences``: only their words count;
    ``meanings``: of each of the phrases, in their order; ``places``: phrases that one is led to;
    ``desk``: the meanings of what is said alone, then of the places."""
    phrases, alone, places = list(phrases), list(alone), list(places)
    language = LanguageModel([*phrases, *alone, *places, *sentences])
    meant = dict(zip([*alone, *places], desk, strict=False))
    meant |= dict(zip(phrases, meanings, strict=False))
    index = PhraseIndex(
        vocabulary, phrases, frames, alone=alone, places=places, around=around, meanings=meant
    )
    return Expected(language, index)


def _read(path: Path, vocabulary: Sequence[str]) -> Expected:
    if path.stat().st_size > LARGEST_FILE:
        raise ValueError(f"over {LARGEST_FILE} bytes")
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict) or not isinstance(found.get("phrases"), list):
        raise ValueError('not {"phrases": […]}')
    around = found.get("around") or {}
    if not isinstance(around, dict):
        raise ValueError("around is no object")
    return expected(
        vocabulary,
        **{key: _texts(found.get(key), key, most) for key, most in MOST.items()},
        around={slot: _texts(texts, slot, MOST_FRAMES) for slot, texts in around.items()},
    )


def _texts(value: object, key: str, most: int) -> list[str]:
    if value is not None and not isinstance(value, list):
        raise ValueError(f"{key} is no list")
    return [item for item in value or [] if isinstance(item, str)][:most]
