"""What a person says it is not: "nuôi tạm chứ không phải nhận làm con", "a copy, not the original".

The words of what is denied name the twin that is not meant; linking leaves them out.
"""

from __future__ import annotations

from collections.abc import Sequence

from nlu.text import Normalised

_ANYWHERE = {
    "vi": (("chu", "khong"), ("chu", "chang"), ("chu", "dau", "phai"), ("chu", "chua")),
    "en": (("rather", "than"), ("but", "not")),
}
"""What denies wherever it stands in a sentence."""
_AFTER_STOP = {
    "vi": (("khong", "phai"), ("cung", "khong", "phai"), ("dau", "phai"), ("chang", "phai"),
           ("dau", "co", "phai"), ("chu", "khong"), ("khong", "nhan", "lam"),
           ("khong", "nhan", "con")),
    "en": (("not",), ("and", "not")),
}  # fmt: skip
"""What denies at the beginning of a clause, and only behind a sentence sign: "không phải" is also
part of questions."""
_BEGIN = {
    language: frozenset(words[0] for words in (*_ANYWHERE[language], *_AFTER_STOP[language]))
    for language in _ANYWHERE
}
"""Words without which nothing is denied."""
_LEFT = 1
"""Words that must remain: who only denies is taken by all words."""


def denied(message: Normalised, skip: frozenset[int]) -> frozenset[int]:
    """Tokens of what the message denies, each as far as its clause; none when hardly a word beside
    them says something. `skip`: tokens that say nothing."""
    folded = message.folded
    if _BEGIN[message.language].isdisjoint(folded):
        return frozenset()
    stops = [*message.stops, len(folded)]
    starts = {0, *message.stops}
    found: set[int] = set()
    for at in range(1, len(folded)):
        if at in found:
            continue
        begins = _ANYWHERE[message.language]
        if at in starts:
            begins = (*begins, *_AFTER_STOP[message.language])
        if any(_stands(folded, at, words) for words in begins):
            found.update(range(at, next(stop for stop in stops if stop > at)))
    left = [i for i in range(len(folded)) if i not in found and i not in skip]
    return frozenset(found) if len(left) >= _LEFT else frozenset()


def _stands(folded: Sequence[str], at: int, words: Sequence[str]) -> bool:
    return tuple(folded[at : at + len(words)]) == tuple(words)
