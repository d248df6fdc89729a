"""Words that no list knows, mended from the words around them.

Two slips only, because everything else is forgiven by features: spaces left out ("giaykhaisinh")
and one wrong, missing, doubled or swapped letter in a word that is no syllable ("kahi sinh"). A
word is touched only when the result stands beside a neighbour it is known to stand beside.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from nlu.language import is_english_word
from nlu.syllables import fold, is_syllable, marks, phone_key

_LETTERS = "abcdeghiklmnopqrstuvxy"
_LONGEST_RUN = 40
_SHORTEST_RUN = 4
_SHORTEST_SLIP, _LONGEST_SLIP = 3, 8
_CHAT_ONSETS = {"f": "ph", "w": "qu", "j": "gi"}
"""Letters that no syllable begins with, for the sound that chat spelling gives them ("fải")."""


class Spelling:
    """Read-only after construction; keeps nothing of a message."""

    def __init__(self, phrases: Iterable[Sequence[str]]) -> None:
        """`phrases`: runs of words as people write them, accents or not."""
        self._pairs: set[tuple[str, str]] = set()
        self._words: set[str] = set()
        self._sounds: dict[tuple[str, ...], set[tuple[str, str]]] = {}
        for phrase in phrases:
            folded = [fold(w) for w in phrase]
            for pair in pairwise(phrase):
                if not (pair[0].isascii() and pair[1].isascii()):
                    self._sounds.setdefault(_sounding(pair), set()).add(pair)
            self._words.update(folded)
            self._pairs.update(pairwise(folded))
        self._syllables = {w for w in self._words if w.isalpha() and is_syllable(w)}

    def knows(self, word: str) -> bool:
        return fold(word) in self._words

    def heard_as(self, word: str, following: str) -> str | None:
        """What `word` sounds like before this neighbour, where it is written otherwise: "hông" is
        "không", but "hông nhân" is "hôn nhân"."""
        known = self._sounds.get(_sounding((word, following)), set())
        if (word, following) in known or word.isascii():
            return None
        meant = {x for x, y in known if marks(x) == marks(word) and marks(y) == marks(following)}
        return meant.pop() if len(meant) == 1 else None

    def __call__(self, tokens: Sequence[str]) -> list[str]:
        """The tokens, each mended or as it was; one may become several."""
        out: list[str] = []
        for at, token in enumerate(tokens):
            said = self._chat_onset(token)
            if said is not None:
                out.append(said)
            elif self._strange(token):
                following = fold(tokens[at + 1]) if at + 1 < len(tokens) else ""
                before = fold(out[-1]) if out else ""
                out.extend(self._apart(token) or [self._mended(token, before, following)])
            else:
                out.append(token)
        return out

    def _chat_onset(self, token: str) -> str | None:
        """ "fí" → phí, where the result is a word of the lists and the token is none."""
        onset = _CHAT_ONSETS.get(token[:1])
        if onset is None or not token.isalpha() or self.knows(token) or is_english_word(token):
            return None
        rest = token[1:]
        meant = (onset[:-1] if rest[:1] == "i" and onset == "gi" else onset) + rest
        return meant if fold(meant) in self._syllables else None

    def _strange(self, token: str) -> bool:
        if len(token) < _SHORTEST_SLIP or not token.isalpha() or is_syllable(token):
            return False
        return not self.knows(token) and not is_english_word(token)

    def _apart(self, token: str) -> list[str] | None:
        """The syllables of a run written without spaces, at least one known pair among them."""
        if not _SHORTEST_RUN <= len(token) <= _LONGEST_RUN:
            return None
        folded = fold(token)
        if len(folded) != len(token):
            return None
        # best[end] = last syllable → (known pairs, fewest syllables), where it began, what precedes
        best: list[dict[str, tuple[int, int, int, str]]] = [{} for _ in range(len(folded) + 1)]
        best[0][""] = (0, 0, 0, "")
        for end in range(1, len(folded) + 1):
            for start in range(max(0, end - 7), end):
                syllable = folded[start:end]
                if syllable not in self._syllables or (len(syllable) == 1 and syllable != "y"):
                    continue
                for last, (pairs, count, _, _) in best[start].items():
                    gained = pairs + ((last, syllable) in self._pairs)
                    entry = (gained, count - 1, start, last)
                    if syllable not in best[end] or entry > best[end][syllable]:
                        best[end][syllable] = entry
        last = max(best[-1], key=lambda s: best[-1][s], default=None)
        if last is None or not best[-1][last][0]:
            return None
        parts: list[str] = []
        end = len(folded)
        while end:
            _, _, start, before = best[end][last]
            parts.append(token[start:end])
            end, last = start, before
        return parts[::-1]

    def _mended(self, token: str, before: str, following: str) -> str:
        """The one known word a slip away that goes with a neighbour; else the token itself."""
        if len(token) > _LONGEST_SLIP:
            return token
        near = [
            w
            for w in _one_slip(fold(token))
            if w in self._syllables
            and ((before, w) in self._pairs or (w, following) in self._pairs)
        ]
        both = [w for w in near if (before, w) in self._pairs and (w, following) in self._pairs]
        found = both or near
        return found[0] if len(set(found)) == 1 else token


def _sounding(pair: Sequence[str]) -> tuple[str, ...]:
    return tuple(phone_key(fold(word)) for word in pair)


def _one_slip(word: str) -> set[str]:
    """Words one deletion, swap, replacement or insertion away."""
    splits = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    found = {left + right[1:] for left, right in splits if right}
    found |= {left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1}
    found |= {left + c + right[1:] for left, right in splits if right for c in _LETTERS}
    found |= {left + c + right for left, right in splits for c in _LETTERS}
    found.discard(word)
    return found
