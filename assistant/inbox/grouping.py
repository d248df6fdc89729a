"""Near-same questions: without accents, one word in four misspelt or left out.

Another word in the place of one makes another question of it: people are asked to judge one
errand at a time, not two that look alike.

Deterministic: the same questions in the same order give the same groups.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

from rapidfuzz.distance import OSA

from assistant.catalogue.search import fold

LONGEST = 400
_POLITE = (
    "da vang a ah oi em anh chi bac co chu ong ba chau con toi tui minh ad admin shop"
    " cho hoi xin chao lam on giup gium voi nhe di thi la ma nay do vay"
    " hello hi please can could you i me my an to for tell want would like thanks"
)
_COURTESY = frozenset(_POLITE.split())
"""Who is asked and how politely changes nothing; what remains must not be empty."""
_ONE_IN = 4
"""At most one word in four is misspelt or said by one of the two only."""
_SHORTEST_MISSPELT = 4
_RAREST = 4
_NOT = frozenset({"khong", "chua", "not", "no"})
_ERRANDS = frozenset(
    {
        *("lai", "moi", "doi", "huy", "sua", "xoa", "sao", "mat", "lost", "han", "tam", "thuong"),
        *("ngoai", "chuyen", "thay", "them", "rut", "cham", "dut", "renew", "foreign"),
    }
)
"""One of these more makes another errand of it."""


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
        self._groups: set[int] = set()
        self._first: list[tuple[frozenset[str], int]] = []
        self._with: dict[str, list[int]] = defaultdict(list)
        for folded, group in known:
            self.add(folded, group)

    def add(self, folded: str, group: int) -> None:
        """Another question of a group; the first one is what others are compared with."""
        self._exact.setdefault(folded, group)
        self._exact.setdefault(folded.replace(" ", ""), group)
        if group in self._groups:
            return
        self._groups.add(group)
        words = frozenset(folded.split())
        for word in words:
            self._with[word].append(len(self._first))
        self._first.append((words, group))

    def find(self, folded: str) -> int | None:
        """The group of the nearest known question; None when none is near enough."""
        exact = self._exact.get(folded, self._exact.get(folded.replace(" ", "")))
        if exact is not None:
            return exact
        words = frozenset(folded.split())
        best = max(
            (
                (likeness, -group)
                for at in self._candidates(words)
                for known, group in (self._first[at],)
                if (likeness := _likeness(words, known)) > 0
            ),
            default=None,
        )
        return None if best is None else -best[1]

    def _candidates(self, words: frozenset[str]) -> Iterable[int]:
        """Two near-same questions share at least one of the rarest words of either."""
        rare = sorted(words, key=lambda word: (len(self._with.get(word, ())), word))
        known = [word for word in rare if word in self._with][: max(_RAREST, len(rare) // 2)]
        seen = Counter(at for word in known for at in self._with[word])
        return sorted(seen)


def _likeness(words: frozenset[str], others: frozenset[str]) -> float:
    """0: another question; else how near, up to 1."""
    mine, theirs = words - others, others - words
    if (mine | theirs) & _NOT or _numbers(mine) or _numbers(theirs):
        return 0.0
    misspelt = 0
    for word in sorted(mine):
        near = next((other for other in sorted(theirs) if _misspelt(word, other)), None)
        if near is not None:
            mine, theirs, misspelt = mine - {word}, theirs - {near}, misspelt + 1
    if (mine and theirs) or (mine | theirs) & _ERRANDS:
        return 0.0
    apart = misspelt + len(mine | theirs)
    longest = max(len(words), len(others))
    return 1 - apart / longest if apart * _ONE_IN <= longest else 0.0


def _numbers(words: frozenset[str]) -> bool:
    return any(c.isdigit() for word in words for c in word)


def _misspelt(word: str, other: str) -> bool:
    if max(len(word), len(other)) < _SHORTEST_MISSPELT:
        return False
    return OSA.distance(word, other, score_cutoff=1) <= 1
