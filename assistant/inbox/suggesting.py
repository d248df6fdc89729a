"""Which procedure a question may mean: by rare words shared with names, with or without accents."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from assistant.catalogue.search import fold
from assistant.catalogue.view import PublishedCatalogue
from assistant.inbox.grouping import content_words

_MOST = 3
_WEAK = 0.2
_COMMON, _COMMON_AT_LEAST = 25, 40
"""What one name in 25 has finds nothing."""
_FORMS = frozenset({"dang", "ky", "thu", "tuc", "giay", "cap", "thuc", "hien", "can", "gi"})
"""Words of nearly every name and question; alone they say nothing."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A procedure and how near the question is to it, 0 to 1."""

    code: str
    score: float


class Suggesting:
    """Compares questions with the names of one catalogue."""

    def __init__(self, catalogue: PublishedCatalogue) -> None:
        phrases = [
            (procedure.code, _features(fold(text)))
            for procedure in catalogue.search()
            for text in (procedure.name.vi, *procedure.aliases, *procedure.former_names)
        ]
        named = Counter(feature for _, features in phrases for feature in features)
        total = len(phrases) + 1
        self._too_many = max(_COMMON_AT_LEAST, len(phrases) // _COMMON)
        self._weight = {f: math.log(total / count) + 0.1 for f, count in named.items()}
        self._unseen = math.log(total) / 2
        """A word that no name has: courtesy, circumstances; it weighs half."""
        self._codes = [code for code, _ in phrases]
        self._lengths = [self._length(features) for _, features in phrases]
        self._with: dict[str, list[int]] = defaultdict(list)
        for at, (_, features) in enumerate(phrases):
            for feature in features:
                self._with[feature].append(at)

    def suggest(
        self, text: str, guessed: Iterable[Suggestion] = (), most: int = _MOST
    ) -> list[Suggestion]:
        """Best first; ``guessed`` is what the engine itself thought of."""
        asked = _features(content_words(text))
        shared: dict[int, float] = defaultdict(float)
        for feature in asked:
            named = self._with.get(feature, ())
            if len(named) > self._too_many:
                continue
            for at in named:
                shared[at] += self._weight[feature] ** 2
        length = self._length(asked)
        best: dict[str, float] = {}
        for at, dot in shared.items():
            score = dot / (length * self._lengths[at]) if length else 0.0
            if score > best.get(self._codes[at], _WEAK):
                best[self._codes[at]] = score
        for guess in guessed:
            best[guess.code] = max(guess.score, best.get(guess.code, 0.0))
        order = sorted(best, key=lambda code: (-best[code], code))[:most]
        return [Suggestion(code, round(min(best[code], 1.0), 3)) for code in order]

    def _length(self, features: frozenset[str]) -> float:
        return math.sqrt(sum(self._weight.get(f, self._unseen) ** 2 for f in features))


def _features(folded: str) -> frozenset[str]:
    """Syllables and pairs of them: most Vietnamese words have two."""
    words = folded.split()
    pairs = (f"{one} {two}" for one, two in pairwise(words))
    return frozenset([*(word for word in words if word not in _FORMS), *pairs])
