"""Which procedures a message means, with how sure that is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from nlu.arbiter import SAME, SURE, Linked
from nlu.beside import beside
from nlu.exact_aliases import ExactAliases, WholeNames
from nlu.features import pieces
from nlu.held_out import fit_ranker
from nlu.lexicon import OUTSIDE, Lexicon, Reading, ReadOnce
from nlu.marks import Marks
from nlu.material import Material
from nlu.procedure_index import NOTHING, Candidate, Found, Phrasing, ProcedureIndex
from nlu.procedure_ranker import Ranker
from nlu.required import papers_named
from nlu.situations import AHEAD, MOST_EVENTS, SINGLED_OUT, Situation
from nlu.story import asked_in, is_done, together, weight_of
from nlu.supposing import supposes
from nlu.syllables import fold
from nlu.text import codes
from nlu.wording import wording

SHOWN = 5
MOST_VARIANTS = 24_000
"""Sentences around phrasings that are learnt from: more only cost time."""
NEVER = frozenset(
    OUTSIDE + topic for topic in ("forgery", "pets", "wildlife", "games", "divination", "fiction")
)
"""Matters of `outside.yaml` that no name of a procedure beside them makes an errand of ours."""
WHOLE_NAME = 0.97
"""Confidence where a message says a phrasing of one entry and nothing else."""
ASKED_FOR = 0.5
"""Confidence from which what is left of a message without the papers it names as required is what
it asks for."""
SHORT = 6
"""Words up to which a message of any intent may be a known situation and nothing else."""


class Linker:
    """Index, ranker, exact aliases and code groups together; built by `train`, read-only
    afterwards.
    """

    def __init__(
        self,
        *,
        index: ProcedureIndex,
        ranker: Ranker,
        groups: Mapping[str, str],
        exact: ExactAliases,
        whole: WholeNames,
        events: ProcedureIndex | None,
        event_procedures: Mapping[str, Sequence[str]],
        marks: Marks,
    ) -> None:
        self.index = index
        self.ranker = ranker
        self.groups = groups
        self._exact = exact
        self._whole = whole
        self._events = events
        self._event_procedures = event_procedures
        self._marks = marks

    @classmethod
    def build(cls, material: Material, lexicon: Lexicon | None = None) -> Linker:
        """`lexicon`: one of the material's lists, where there is one already. Raises ValueError
        when no phrasing of the material holds a word.
        """
        lexicon = lexicon or ReadOnce(material.lexicon)
        phrasings = _read_all(lexicon, material.phrasings)
        if not phrasings:
            raise ValueError("the catalogue names no procedure in words")
        outside = [{"code": NOTHING, "text": t, "weight": 1.0} for t in material.outside]
        variants = _read_all(lexicon, [*_every_so_often(material.augmented), *outside])
        events = [
            {"code": e["id"], "text": t, "weight": 1.0}
            for e in material.life_events
            for t in e["says"]
        ]
        bare = [{**row, "text": fold(row["text"])} for row in events]
        said = _read_all(lexicon, events)
        with beside(lambda: fit_ranker(phrasings, variants, material.ranks).as_list()) as weights:
            index = ProcedureIndex.build(phrasings, variants, material.ranks)
            ranker = Ranker.from_list(weights())
        return cls(
            index=index,
            ranker=ranker,
            groups=material.groups,
            exact=ExactAliases.of(phrasings),
            whole=WholeNames.of(phrasings),
            events=ProcedureIndex.build(said, _read_all(lexicon, bare), {}) if said else None,
            event_procedures={e["id"]: e["procedures"] for e in material.life_events},
            marks=Marks((material.lexicon.get("marks") or {}).get("marks") or ()),
        )

    def compare(self, reading: Reading, intent: str) -> Linked:
        """`candidates`, and for a life event what people say in life events beside them."""
        document = pieces(reading.message, reading.concepts, reading.skip)
        found, reading = self._asked_for(self._found(document, reading), reading)
        judged = self._judged(found, reading)
        linked = replace(
            judged, named_of_others=bool(reading.outside), supposes=supposes(reading.message)
        )
        if self._events is None or not document:
            return linked
        if intent != "life_event" and len(reading.message.tokens) > SHORT:
            return linked
        told = self._events.find(self._still_open(document, reading, judged.best), {})
        event, closeness = self._events.codes[told.numbers[0]], float(told.cosine[0])
        steps = list(self._event_procedures.get(event, ()))
        if closeness < SAME and found is not None and len(steps) > 1:
            leading = self._leading(steps, found, reading)
            steps.sort(key=lambda code: code != leading)
        situations = self._situations(told)
        if situations:
            situations = (replace(situations[0], steps=tuple(steps)), *situations[1:])
        return replace(
            linked, situation=closeness, event=event, steps=tuple(steps), situations=situations
        )

    def _still_open(self, document: Sequence[str], reading: Reading, best: float) -> Sequence[str]:
        """What may tell a situation: not what is done, where what is wanted now has a name."""
        asked = asked_in(reading) if best >= SURE else None
        if asked is None or not is_done(reading, asked[0]):
            return document
        now = reading.between(*asked)
        return pieces(now.message, now.concepts, now.skip) or document

    def _situations(self, told: Found) -> tuple[Situation, ...]:
        codes = [] if self._events is None else self._events.codes
        codes = [codes[number] for number in told.numbers[:MOST_EVENTS]]
        return tuple(
            Situation(code, float(chance), float(near), tuple(self._event_procedures.get(code, ())))
            for code, chance, near in zip(codes, told.chance, told.cosine, strict=False)
        )

    def candidates(self, reading: Reading) -> Linked:
        """Best first; a code written in the text is certain."""
        document = pieces(reading.message, reading.concepts, reading.skip)
        return self._judged(*self._asked_for(self._found(document, reading), reading))

    def _asked_for(self, found: Found | None, reading: Reading) -> tuple[Found | None, Reading]:
        """Without the papers that are only named as required, where what is left surely means
        something by itself."""
        papers = papers_named(reading)
        if found is None or not papers:
            return found, reading
        rest = reading.without(papers)
        document = pieces(rest.message, rest.concepts, rest.skip)
        said = [word for at, word in enumerate(rest.message.folded) if at not in papers]
        asked = self.index.find(document, self._exact(said)) if document else None
        if asked is None:
            return found, reading
        chances = self._chances(asked, rest)
        return (asked, rest) if chances[:-1].max(initial=0.0) >= ASKED_FOR else (found, reading)

    def _found(self, document: Sequence[str], reading: Reading) -> Found | None:
        return self.index.find(document, self._exact(reading.message.folded)) if document else None

    def _leading(self, steps: Sequence[str], found: Found, reading: Reading) -> str:
        """Of a life event's procedures the first, unless the message singles out another."""
        codes = [self.index.codes[number] for number in found.numbers]
        weighed = self._marks.weigh(codes, self.ranker(found.evidence), reading)
        chances = {code: float(chance) for code, chance in zip(codes, weighed, strict=False)}
        best = max(steps, key=lambda code: chances.get(code, 0.0))
        enough = max(SINGLED_OUT, AHEAD * chances.get(steps[0], 0.0))
        return best if chances.get(best, 0.0) >= enough else steps[0]

    def _judged(self, found: Found | None, reading: Reading) -> Linked:
        named = [self.groups[c] for c in codes(reading.message.clean) if c in self.groups]
        if named:
            chosen = [Candidate(c, 1.0, 1.0, 1.0, c) for c in dict.fromkeys(named)]
            return Linked([(c, 1.0) for c in chosen[:SHOWN]], 0.0, 1.0, True)
        if found is None:
            return Linked([], 1.0, 0.0, False)
        chances = self._chances(found, reading)
        ranked = self.index.candidates(found, chances, SHOWN)
        against = bool(reading.outside) and not any(
            self.index.knows(ranked[0].code, "k:" + concept) for concept in reading.outside
        )
        never = bool(NEVER & set(reading.outside))
        familiar = float(found.evidence.doubts[-1])
        scored = [(c, c.score) for c in ranked]
        content = content_of(reading)
        whole = self._whole(content)
        if whole is not None and self._marks.gives_way(whole, reading):
            whole = None  # "không làm giám hộ nữa" says the name and denies it
        if whole is not None and any(c.code == whole for c in ranked):
            scored = _put_first(scored, whole)
            return Linked(scored, 1.0 - WHOLE_NAME, familiar, False, whole=True)
        scored = _shared_out(scored, self._whole.contested(content))
        return Linked(scored, float(chances[-1]), familiar, False, against, never)

    def _chances(self, found: Found, reading: Reading) -> np.ndarray:
        """Probability of each entry that was found, that of none of them last."""
        chances = self.ranker(found.evidence)
        asked = asked_in(reading)
        if asked is not None:
            chances = self._with_what_is_asked(chances, found, reading, *asked)
        return self._marks.weigh([self.index.codes[n] for n in found.numbers], chances, reading)

    def _with_what_is_asked(
        self, chances: np.ndarray, found: Found, reading: Reading, start: int, end: int
    ) -> np.ndarray:
        asked = reading.between(start, end)
        document = pieces(asked.message, asked.concepts, asked.skip)
        exact = self._exact(asked.message.folded[start:end])
        told = {*range(start), *range(end, len(reading.message.tokens))}
        if told <= reading.skip and self._same(document, exact, reading):
            wanted = found
        else:
            wanted = self.index.find(document, exact)
        of = dict(zip(wanted.numbers.tolist(), self.ranker(wanted.evidence), strict=False))
        shares = np.asarray([*(of.get(n, 0.0) for n in found.numbers), 0.0])
        return together(chances, shares, weight_of(reading, start, end))

    def _same(self, document: Sequence[str], exact: Mapping[str, float], whole: Reading) -> bool:
        """Whether what is asked says all that the whole message says: the story was courtesy."""
        said = pieces(whole.message, whole.concepts, whole.skip)
        return document == said and exact == self._exact(whole.message.folded)

    def save(self, folder: Path) -> None:
        self.index.save(folder)
        if self._events is not None:
            (folder / "events").mkdir(exist_ok=True)
            self._events.save(folder / "events")
        strings = {
            "groups": self.groups,
            "exact": self._exact.owners,
            "whole": self._whole.owner,
            "contested": self._whole.shared,
            "ranker": self.ranker.as_list(),
            "events": self._event_procedures,
            "marks": self._marks.rows,
        }
        (folder / "linker.json").write_text(
            json.dumps(strings, ensure_ascii=False), encoding="utf-8"
        )

    @classmethod
    def load(cls, folder: Path) -> Linker:
        strings = json.loads((folder / "linker.json").read_text(encoding="utf-8"))
        events = folder / "events"
        return cls(
            index=ProcedureIndex.load(folder),
            ranker=Ranker.from_list(strings["ranker"]),
            groups=strings["groups"],
            exact=ExactAliases(strings["exact"]),
            whole=WholeNames(strings["whole"], strings["contested"]),
            events=ProcedureIndex.load(events) if events.is_dir() else None,
            event_procedures=strings["events"],
            marks=Marks(strings["marks"]),
        )


def _every_so_often(rows: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    step = len(rows) / MOST_VARIANTS
    return rows if step <= 1 else [rows[int(i * step)] for i in range(MOST_VARIANTS)]


def _put_first(
    scored: Sequence[tuple[Candidate, float]], code: str
) -> list[tuple[Candidate, float]]:
    """The candidate whose whole name was said is all but certain; the others share the rest."""
    first = next(c for c, _ in scored if c.code == code)
    others = [(c, (1.0 - WHOLE_NAME) * chance) for c, chance in scored if c.code != code]
    return [(first, max(WHOLE_NAME, first.score)), *others]


def _shared_out(
    scored: Sequence[tuple[Candidate, float]], contested: Sequence[str]
) -> list[tuple[Candidate, float]]:
    """Those that go by the very phrase that was said are equally likely: a choice, no guess."""
    chances = [chance for c, chance in scored if c.code in contested]
    if len(chances) < 2:
        return list(scored)
    each = sum(chances) / len(chances)
    shared = [(c, each if c.code in contested else chance) for c, chance in scored]
    return sorted(shared, key=lambda pair: -pair[1])


def content_of(reading: Reading) -> str:
    """The folded words that are neither courtesy nor question."""
    return " ".join(w for i, w in enumerate(reading.message.folded) if i not in reading.skip)


def _read_all(lexicon: Lexicon, rows: Sequence[Mapping[str, Any]]) -> list[Phrasing]:
    phrasings = []
    wordings: dict[str, str] = {}
    for row in rows:
        reading = lexicon.read(row["text"])
        found = tuple(pieces(reading.message, reading.concepts, reading.skip))
        if not found:
            continue
        source = row.get("of") or row["text"]
        if source not in wordings:
            whole = reading if source == row["text"] else lexicon.read(source)
            wordings[source] = " ".join(wording(whole))
        plain = reading.message.plain
        phrasings.append(
            Phrasing(
                row["code"],
                row["text"],
                found,
                row["weight"],
                plain,
                wordings[source],
                content_of(reading),
            )
        )
    return phrasings
