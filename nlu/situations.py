"""Which life event a message tells, how surely, and what to offer when that is doubtful.

Two voices say how likely an event is: the classifier over the sentences of all events and the
nearest known sentence. Where neither is sure, or where the ranker of procedures singles out another
step than the event's first, a clerk would ask back: the reply is a choice of the likeliest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlu.procedure_index import Candidate

MOST_EVENTS = 3
MOST_OFFERED = 4
"""Choices that a person keeps in mind."""
CLEAR, SAID = 0.6, 0.7
"""Probability of the event, or similarity to one of its sentences, from which it stands alone."""
CERTAIN, LIKE = 0.9, 0.35
"""The same two, both together, from which a step in the middle does not make it doubtful."""
SINGLED_OUT, HEARD = 0.5, 0.15
"""Confidence from which a later step is surely, or perhaps, the one that is meant."""
AHEAD = 2.0
"""How many times as likely as the first a later step must be for that."""
_SHARES = (0.5, 0.25, 0.15, 0.1)
"""How likely each step of an event is the one that is wanted first."""
_MOST_SAID = 0.6
"""No choice is surer than this: a choice is no answer."""


@dataclass(frozen=True, slots=True)
class Situation:
    """An event that the message may tell."""

    event: str
    chance: float
    """Probability among the known events."""
    closeness: float
    """Similarity to the nearest sentence that tells it, 0 to 1."""
    steps: tuple[str, ...]
    """Codes of its procedures in order."""


def told_clearly(situations: Sequence[Situation]) -> str:
    """Id of the event that stands out, or nothing."""
    if not situations:
        return ""
    first = situations[0]
    return first.event if first.chance >= CLEAR or first.closeness >= SAID else ""


def is_clear(situation: Situation, chances: Mapping[str, float]) -> bool:
    """Whether the event's first step can be answered at once; `chances`: code → confidence of
    the ranker."""
    if not told_clearly([situation]):
        return False
    first = chances.get(situation.steps[0], 0.0) if situation.steps else 0.0
    later = max((chances.get(code, 0.0) for code in situation.steps[1:]), default=0.0)
    if later >= SINGLED_OUT and later > first:
        return False
    certain = situation.chance >= CERTAIN and situation.closeness >= LIKE
    return certain or later < HEARD or later <= AHEAD * first


def mixed(
    candidates: Sequence[tuple[Candidate, float]], situations: Sequence[Situation], told: float
) -> list[tuple[Candidate, float]]:
    """Procedures heard and first steps of the events together, likeliest first; `told`: how sure it
    is that a situation is told at all."""
    known = {candidate.code: candidate for candidate, _ in candidates}
    chances = {candidate.code: chance for candidate, chance in candidates}
    for situation in situations[:MOST_EVENTS]:
        for share, code in zip(_SHARES, situation.steps, strict=False):
            chances[code] = chances.get(code, 0.0) + told * situation.chance * share
    whole = max(1.0, sum(chances.values()))
    best = sorted(chances, key=lambda code: -chances[code])[:MOST_OFFERED]
    return [
        (known.get(code) or _step(code), min(_MOST_SAID, chances[code] / whole)) for code in best
    ]


def _step(code: str) -> Candidate:
    return Candidate(code, 0.0, 0.0, 0.0, "")
