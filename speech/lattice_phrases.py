"""Which of the phrases known here was said: the limited mode of grammars, on posteriors.

A sentence is: something unknown, a greeting, an opening ("tôi muốn"), a name, an ending ("cần giấy
tờ gì"), a particle ("vậy em"), something unknown; all but the name may be missing. What is said at
a desk apart from that is a place with who wants to be led there ("dẫn tôi đến", "ở đâu"), or a
sentence by itself, perhaps after a turn of phrase ("thế", "còn") or a wish ("cho tôi"), and before
a favour ("giúp tôi", "được không"). Every name is tried with its best surroundings
(`speech.lattice_chains`); what is unknown stays as it was heard.
Scores are natural logarithms against free speech: 0 explains nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from speech.lattice import BLANK, WORD_START, Frames
from speech.lattice_chains import LONGEST, PASSED, Block, Floats, Heard, best, blocks, ends
from speech.lattice_language import words_of
from speech.misheard import Misheard, Sounds, counted, events

NAME = "{p}"
NEVER = np.float32(-1e9)
SURROUNDED = -3.0
"""What a greeting, an opening, an ending costs: it must explain more than that."""
LINKED = -0.5
"""What a link costs ("thì")."""
UNKNOWN = -2.5
"""What a stretch of unknown words costs, and each of its words:"""
UNKNOWN_WORD = -1.0
TRACED = 12
"""Names whose surroundings are looked up."""
SLOTS = (
    *("greetings", "openings", "links", "endings", "particles"),
    *("turns", "wants", "favours", "leads", "wheres"),
)
BEFORE = {"named": ("openings",), "alone": ("turns", "wants"), "places": ("leads",)}
"""What may stand between a greeting and a phrase of each kind,"""
AFTER = {"named": ("endings", "links"), "alone": ("favours",), "places": ("wheres",)}
"""and, seen from the end, after a particle."""
FREE = "named"
"""The kind around which unknown words may stand."""

Units = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Match:
    """A sentence around a known phrase."""

    text: str
    score: float
    """Natural logarithms against free speech."""
    name: str
    """The phrase itself."""
    alone: float
    """Its part of the score."""
    unknown: int
    """Words that stand as they were heard."""
    rival: float = 0.0
    """The score of the best sentence that means something else."""
    kind: str = "named"
    """Or "alone", "places": what is said at a desk."""


@dataclass(slots=True)
class _Layer:
    """Short phrases of one kind that may stand at one place."""

    texts: list[str] = field(default_factory=list)
    parts: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class _Way:
    """The best score of the first t events, and how it came about, layer after layer."""

    scores: Floats
    steps: list[tuple[NDArray[np.int32], list[str | None]]] = field(default_factory=list)
    """From which t, and with which words (None: as heard)."""

    def copy(self) -> "_Way":
        return _Way(self.scores.copy(), list(self.steps))


class PhraseIndex:
    """Phrases, ready to be compared; built once for a set of phrases.

    ``frames`` are sentences around `NAME`, or parts of them by slot (`SLOTS`), in which any of the
    phrases may stand but ``places``, which have slots of their own, and those that are said
    ``alone``; phrases of one of the ``meanings`` are no rivals of each other.
    """

    def __init__(
        self,
        vocabulary: Sequence[str],
        phrases: Iterable[str],
        frames: Iterable[str] = (),
        *,
        alone: Iterable[str] = (),
        places: Iterable[str] = (),
        around: Mapping[str, Iterable[str]] | None = None,
        meanings: Mapping[str, str] | None = None,
    ) -> None:
        self._spelling = _Spelling(vocabulary)
        self._columns: dict[str, int] = {}
        slots = _slots(frames, around or {})
        said = {"named": phrases, "alone": alone, "places": places}
        self._kinds = {kind: self._phrases(texts) for kind, texts in said.items()}
        self._layers = {slot: self._layer(texts) for slot, texts in slots.items()}
        self._backwards = {
            slot: self._layer(slots[slot], backwards=True)
            for slot in ("links", "endings", "particles", "favours", "wheres")
        }
        self._meanings = dict(meanings or {})
        self._sounds = Sounds(Misheard(counted(), vocabulary), list(self._columns))

    def __len__(self) -> int:
        return sum(len(names) for _, names in self._kinds.values())

    def match(self, rows: Frames, words: Sequence[tuple[int, str]], count: int) -> list[Match]:
        """The best sentences for an utterance, best first, each name once.

        ``words``: what was heard, each with its first row.
        """
        found = events(rows) if rows.size else []
        if not found or not len(self):
            return []
        likely = np.array([event.blank for event in found], np.float32)
        passed = np.maximum(np.log(likely), np.float32(PASSED))
        heard = Heard(self._sounds.evidence(found), passed)
        unknown = np.maximum(UNKNOWN_WORD * (1 - likely), passed)
        texts = _between(words, [event.row for event in found])
        ways = self._before(heard, unknown), self._after(heard, unknown)
        matches: dict[str, Match] = {}
        for match in (
            match
            for kind in self._kinds
            for match in self._matches(heard, unknown, texts, ways, kind)
        ):
            if match.name not in matches or matches[match.name].score < match.score:
                matches[match.name] = match
        ranked = sorted(matches.values(), key=lambda match: -match.score)
        return [replace(match, rival=self._rival(match, ranked)) for match in ranked[:count]]

    def _rival(self, match: Match, ranked: Sequence[Match]) -> float:
        meaning = self._meanings.get(match.name, match.name)
        others = (o.score for o in ranked if self._meanings.get(o.name, o.name) != meaning)
        return next(others, 0.0)

    def units(self, text: str) -> tuple[int, ...]:
        """The units of a text that `match` gave."""
        found = self._spelling.units(text)
        return tuple(found.tolist()) if found is not None else ()

    def _matches(
        self,
        heard: Heard,
        unknown: Floats,
        texts: Sequence[Sequence[str]],
        ways: tuple[_Way, _Way],
        kind: str,
    ) -> list[Match]:
        parts, names = self._kinds[kind]
        if not names:
            return []
        before, after = ways[0].copy(), ways[1].copy()
        self._surround(before, after, heard, unknown, kind)
        back = np.ascontiguousarray(after.scores[::-1])
        totals = np.full(len(names), NEVER, np.float32)
        for part in parts:
            totals[part.numbers] = best(part, heard, before.scores, back)
        few = min(TRACED, len(totals))
        found = []
        chosen = np.argpartition(totals, -few)[-few:].tolist()
        for part in blocks([self._chain(names[at]) for at in chosen]):
            ended, begun = ends(part, heard, before.scores)
            for column, which in enumerate(part.numbers.tolist()):
                at = chosen[which]
                end = int((ended[:, column] + back).argmax())
                start = int(begun[end, column])
                opening, free = _told(before, start, texts, backwards=False)
                closing, more = _told(after, len(heard) - end, texts, backwards=True)
                alone = float(ended[end, column] - before.scores[start])
                text = " ".join([*opening, names[at], *closing])
                found.append(
                    Match(text, float(totals[at]), names[at], alone, free + more, kind=kind)
                )
        return found

    def _before(self, heard: Heard, unknown: Floats) -> _Way:
        way = _Way(np.zeros(len(heard) + 1, np.float32))
        way.scores[1:] = NEVER
        _free(way, unknown)
        self._through(way, self._layers["greetings"], heard)
        return way

    def _after(self, heard: Heard, unknown: Floats) -> _Way:
        """The same from the end: times are counted backwards."""
        way, back = _Way(np.zeros(len(heard) + 1, np.float32)), heard.reversed()
        way.scores[1:] = NEVER
        _free(way, unknown[::-1])
        self._through(way, self._backwards["particles"], back)
        return way

    def _surround(
        self, before: _Way, after: _Way, heard: Heard, unknown: Floats, kind: str
    ) -> None:
        """What stands next to a phrase of the kind."""
        back = heard.reversed()
        for slot in BEFORE[kind]:
            self._through(before, self._layers[slot], heard)
        for slot in AFTER[kind]:
            cost = LINKED if slot == "links" else SURROUNDED
            self._through(after, self._backwards[slot], back, cost)
        if kind == FREE:
            _free(before, unknown)
            _free(after, unknown[::-1])

    def _through(self, way: _Way, layer: _Layer, heard: Heard, cost: float = SURROUNDED) -> None:
        """Each of the layer's phrases, or none of them."""
        scores = way.scores.copy()
        before = np.arange(len(scores), dtype=np.int32)
        texts: list[str | None] = [""] * len(scores)
        for part in layer.parts:
            ended, begun = ends(part, heard, way.scores)
            ended += np.float32(cost)
            winners = ended.argmax(axis=1)
            for at, winner in enumerate(winners.tolist()):
                if ended[at, winner] > scores[at]:
                    scores[at], before[at] = ended[at, winner], begun[at, winner]
                    texts[at] = layer.texts[part.numbers[winner]]
        way.scores = scores
        way.steps.append((before, texts))

    def _phrases(self, texts: Iterable[str]) -> tuple[list[Block], list[str]]:
        found = [" ".join(words_of(text)) for text in texts]
        kept = [text for text in dict.fromkeys(found) if self._usable(text)]
        return blocks([self._chain(text) for text in kept]), kept

    def _layer(self, texts: Iterable[str], *, backwards: bool = False) -> _Layer:
        kept = [text for text in dict.fromkeys(texts) if self._usable(text)]
        chains = [self._chain(text)[:: -1 if backwards else 1] for text in kept]
        return _Layer(kept, blocks(chains))

    def _usable(self, text: str) -> bool:
        return 0 < len(text.split()) <= LONGEST and self._spelling.units(text) is not None

    def _chain(self, text: str) -> list[int]:
        return [self._columns.setdefault(word, len(self._columns)) for word in text.split()]


def _slots(frames: Iterable[str], around: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """What stands before and after a name, by place."""
    slots = {slot: [" ".join(words_of(text)) for text in around.get(slot, ())] for slot in SLOTS}
    for frame in frames:
        before, name, after = frame.partition(NAME)
        if name:
            slots["openings"].append(" ".join(words_of(before)))
            slots["endings"].append(" ".join(words_of(after)))
    return slots


def _free(way: _Way, unknown: Floats) -> None:
    """A stretch of words that stand as they were heard, or none."""
    costs = np.concatenate([np.zeros(1, np.float32), np.cumsum(unknown, dtype=np.float32)])
    scores, before = way.scores.copy(), np.arange(len(way.scores), dtype=np.int32)
    texts: list[str | None] = [""] * len(scores)
    start, level = 0, way.scores[0] - costs[0]
    for at in range(1, len(scores)):
        free = level + costs[at] + UNKNOWN
        if free > scores[at]:
            scores[at], before[at], texts[at] = free, start, None
        if way.scores[at] - costs[at] > level:
            start, level = at, way.scores[at] - costs[at]
    way.scores = scores
    way.steps.append((before, texts))


def _told(
    way: _Way, at: int, texts: Sequence[Sequence[str]], *, backwards: bool
) -> tuple[list[str], int]:
    """The words of a way up to ``at``, in the order in which they were said; how many are free."""
    found: list[str] = []
    free = 0
    for before, words in reversed(way.steps):
        start, text = int(before[at]), words[at]
        if text is None:
            some = texts[len(texts) - at : len(texts) - start] if backwards else texts[start:at]
            heard = [word for event in some for word in event]
            free += len(heard)
        else:
            heard = text.split()
        found = [*found, *heard] if backwards else [*heard, *found]
        at = start
    return found, free


def _between(words: Sequence[tuple[int, str]], rows: Sequence[int]) -> list[list[str]]:
    """The words that were heard at each of the rows."""
    found: list[list[str]] = [[] for _ in rows]
    for row, word in words:
        at = int(np.searchsorted(rows, row, side="right")) - 1
        found[max(at, 0)].append(word)
    return found


class _Spelling:
    """Words as units: as few and as long ones as the vocabulary has."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._known = {unit: at for at, unit in enumerate(vocabulary)}
        self._words: dict[str, list[int] | None] = {}

    def units(self, text: str) -> Units | None:
        """None when a word cannot be written with the model's units."""
        found: list[int] = []
        for word in words_of(text):
            if word not in self._words:
                self._words[word] = _spell(word, self._known)
            units = self._words[word]
            if units is None:
                return None
            found += units
        return np.array(found, np.int64)


def _spell(word: str, known: dict[str, int]) -> list[int] | None:
    """The fewest units from the left; None for a word that the model cannot write."""
    rest, units = WORD_START + word, []
    while rest:
        for end in range(len(rest), 0, -1):
            at = known.get(rest[:end])
            if at is not None and at != BLANK and rest[:end] != WORD_START:
                units.append(at)
                rest = rest[end:]
                break
        else:
            return None
    return units
