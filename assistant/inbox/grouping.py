"""Near-same questions: without accents, a few letters or one word in four apart.

Deterministic: the same questions in the same order give the same groups.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

from rapidfuzz.distance import Levenshtein

from assistant.catalogue.search import fold

LONGEST = 400
_POLITE = (
    "da vang a ah oi em anh chi bac co chu ong ba chau con toi tui minh ad admin shop"
    " cho hoi xin chao lam on giup gium voi nhe nha di thi la ma nay do the vay"
    " hello hi please can could you i me my the an to for tell want would like thanks"
)
_COURTESY = frozenset(_POLITE.split())
"""Who is asked and how politely changes nothing; what remains must not be empty."""
_LETTERS_APART = 0.88
_SHORTEST_MISSPELT = 8
_WORDS_SHARED = 0.75
_FEWEST_WORDS = 3
_RAREST = 4
_NOT = frozenset({"khong", "chua", "mat", "not", "no", "lost"})


def content_words(text: str) -> str:
    """What a question says, without accents and courtesy; at most `LONGEST` characters."""
    words = fold(text).split()
    while len(words) > 1 and words[-1] in ("khong", "a", "nhe", "nha"):
        words.pop()  # at the end it asks, it does not deny
    kept = [word for word in words if word not in _COURTESY]
    return " ".join(kept or words)[:LONGEST].strip()


class Groups:
    """Groups of questions that are known; finds the one that another question belongs to."""

    def __init__(self, known: Iterable[tuple[str, int]] = ()) -> None:
        self._exact: dict[str, int] = {}
        self._words: list[tuple[str, frozenset[str], int]] = []
        self._with: dict[str, list[int]] = defaultdict(list)
        for folded, group in known:
            self.add(folded, group)

    def add(self, folded: str, group: int) -> None:
        if folded in self._exact:
            return
        self._exact[folded] = group
        words = frozenset(folded.split())
        for word in words:
            self._with[word].append(len(self._words))
        self._words.append((folded, words, group))

    def find(self, folded: str) -> int | None:
        """The group of the nearest known question; None when none is near enough."""
        exact = self._exact.get(folded)
        if exact is not None:
            return exact
        words = frozenset(folded.split())
        best = max(
            (
                (likeness, -self._words[at][2])
                for at in self._candidates(words)
                if (likeness := _likeness(folded, words, *self._words[at][:2])) > 0
            ),
            default=None,
        )
        return None if best is None else -best[1]

    def _candidates(self, words: frozenset[str]) -> Iterable[int]:
        """Two near-same questions share at least one of the rarest words of either."""
        rare = sorted(words, key=lambda word: (len(self._with.get(word, ())), word))
        known = [word for word in rare if word in self._with][:_RAREST]
        seen = Counter(at for word in known for at in self._with[word])
        return sorted(seen)


def _likeness(folded: str, words: frozenset[str], other: str, others: frozenset[str]) -> float:
    """0: another question; else how near, up to 1."""
    if _telling(words) != _telling(others):
        return 0.0
    shared = len(words & others) / len(words | others)
    if shared >= _WORDS_SHARED and min(len(words), len(others)) >= _FEWEST_WORDS:
        return shared
    if min(len(folded), len(other)) < _SHORTEST_MISSPELT:
        return 0.0
    near = Levenshtein.normalized_similarity(folded, other, score_cutoff=_LETTERS_APART)
    return float(near)


def _telling(words: frozenset[str]) -> frozenset[str]:
    """Words by which two questions that look alike are two: numbers and denials."""
    return frozenset(w for w in words if w in _NOT or any(c.isdigit() for c in w))
