"""What people say at this desk, as a small model of syllables: counts of one, two and three words.

Interpolated n-grams with Witten-Bell weights (Witten and Bell 1991), counted at start from the
phrases of the application. Words that no phrase holds get the same small share each, so that
other speech is not pressed into the desk's sentences.
"""

import math
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Protocol

ORDER = 3
START = "<s>"
END = "</s>"
OTHER_WORDS = 7_000
"""Vietnamese syllables in use: what an unseen word shares its probability with."""
MOST_PHRASES = 60_000
MOST_WORDS = 40
"""Longer phrases are legal titles; nobody says them whole, their beginning is enough."""

MOST_KEPT = 20_000
"""Scores kept in memory."""
HINTS = 0.2
"""Share of what is expected in one utterance, beside what is expected in all."""

Context = tuple[str, ...]


class Language(Protocol):
    """Natural log-probabilities of the next word."""

    def start(self) -> Context: ...

    def score(self, context: Context, word: str) -> float:
        """Of ``word`` after the last words ``context``."""

    def follow(self, context: Context, word: str) -> Context: ...


def words_of(text: str) -> list[str]:
    """Lower-case words of letters; digits and marks part words and are left out."""
    text = unicodedata.normalize("NFC", text).lower()
    return "".join(c if c.isalpha() else " " for c in text).split()


class LanguageModel:
    """Counted from phrases."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._counts: dict[Context, Counter[str]] = defaultdict(Counter)
        self._totals: dict[Context, int] = {}
        self._known: dict[tuple[Context, str], float] = {}
        self.size = 0
        for phrase in phrases:
            words = words_of(phrase)[:MOST_WORDS]
            if not words:
                continue
            if self.size >= MOST_PHRASES:
                break
            self.size += 1
            self._count([START] * (ORDER - 1) + words + [END])
        self._totals = {context: sum(found.values()) for context, found in self._counts.items()}

    def start(self) -> Context:
        return (START,) * (ORDER - 1)

    def score(self, context: Context, word: str) -> float:
        key = (context, word)
        found = self._known.get(key)
        if found is None:
            if len(self._known) > MOST_KEPT:
                self._known.clear()
            found = self._known[key] = math.log(self._probability(context, word))
        return found

    def follow(self, context: Context, word: str) -> Context:
        return (*context, word)[-(ORDER - 1) :]

    def _count(self, words: list[str]) -> None:
        for at in range(ORDER - 1, len(words)):
            for length in range(ORDER):
                self._counts[tuple(words[at - length : at])][words[at]] += 1

    def _probability(self, context: Context, word: str) -> float:
        probability = 1.0 / OTHER_WORDS
        for length in range(len(context) + 1):
            shorter = context[len(context) - length :]
            total = self._totals.get(shorter, 0)
            if not total:
                break
            followers = self._counts[shorter]
            probability = (followers[word] + len(followers) * probability) / (
                total + len(followers)
            )
        return probability


class Hinted:
    """A language model with some phrases that are expected now."""

    def __init__(self, language: Language, hints: Iterable[str]) -> None:
        self._language = language
        self._hints = LanguageModel(hints)

    def start(self) -> Context:
        return self._language.start()

    def score(self, context: Context, word: str) -> float:
        usual, now = self._language.score(context, word), self._hints.score(context, word)
        return math.log((1 - HINTS) * math.exp(usual) + HINTS * math.exp(now))

    def follow(self, context: Context, word: str) -> Context:
        return self._language.follow(context, word)


def sentence_score(language: Language, text: str) -> float:
    """Log-probability of a whole sentence of words."""
    context, score = language.start(), 0.0
    for word in text.split():
        score += language.score(context, word)
        context = language.follow(context, word)
    return score + language.score(context, END)
