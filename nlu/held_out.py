"""Fits the ranker on wordings that the index has not seen; part of training, deterministic.

A third of the phrasings of each entry, with all their variants, a third of the texts that mean
nothing, and every phrasing of a few entries are kept from an index that is built for this alone.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nlu.exact_aliases import ExactAliases
from nlu.procedure_index import NOTHING, Phrasing, ProcedureIndex
from nlu.procedure_ranker import NONE, Evidence, Ranker

_PARTS = 3
_STRANGERS = 14
"""One entry in so many is kept out whole: how a matter looks that the catalogue lacks."""
_TWIN = 0.5
"""Similarity from which a kept-out entry has a twin that could answer for it: teaches nothing."""
_MOST = 3_500
"""Messages that are scored; more would only cost time."""
_FEWEST = 60
"""Phrasings below which nothing can be held out."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What an index may see, and what is asked of it."""

    known: list[Phrasing]
    variants: list[Phrasing]
    asked: list[Phrasing]


def fit_ranker(
    phrasings: Sequence[Phrasing],
    variants: Sequence[Phrasing],
    ranks: Mapping[str, int],
) -> Ranker:
    """`variants`: the phrasings in sentences and texts of `NOTHING`."""
    if len(phrasings) < _FEWEST:
        return Ranker.usual()
    parts = split(phrasings, variants)
    index = ProcedureIndex.build(parts.known, parts.variants, ranks)
    said = ExactAliases.of(parts.known)
    evidence: list[Evidence] = []
    right: list[int] = []
    weight: list[float] = []
    for message in parts.asked:
        found = index.find(message.pieces, said(message.plain.split()))
        number = index.numbers.get(message.code)
        if number is None:
            if message.code != NOTHING and found.cosine.max() >= _TWIN:
                continue
            place = NONE
        else:
            places = np.flatnonzero(found.numbers == number)
            if not len(places):
                continue
            place = int(places[0])
        evidence.append(found.evidence)
        right.append(place)
        weight.append(message.weight)
    return Ranker.fit(evidence, right, weight)


def split(phrasings: Sequence[Phrasing], variants: Sequence[Phrasing]) -> Parts:
    """By wording: a phrasing and its variants are on one side."""
    part = [_part(p) for p in phrasings]
    stranger = {p.code for p in phrasings if zlib.crc32(p.code.encode()) % _STRANGERS == 0}
    of_variant = [_part(p) for p in variants]
    known = [p for p, k in zip(phrasings, part, strict=True) if k and p.code not in stranger]
    seen = [p for p, k in zip(variants, of_variant, strict=True) if k and p.code not in stranger]
    asked = [
        p
        for p, k in zip([*phrasings, *variants], [*part, *of_variant], strict=True)
        if not k or p.code in stranger
    ]
    step = max(1.0, len(asked) / _MOST)
    asked = [asked[int(i * step)] for i in range(int(len(asked) / step))]
    return Parts(known, seen, [_weighed(p, stranger) for p in asked])


def _weighed(message: Phrasing, strangers: set[str]) -> Phrasing:
    return replace(message, weight=0.3 if message.code in strangers else 1.0)


def _part(phrasing: Phrasing) -> int:
    """By wording: accents, spelling, fillers and order change no side, nor does a sentence made
    around a phrasing.
    """
    return zlib.crc32((phrasing.wording or phrasing.text).encode()) % _PARTS
