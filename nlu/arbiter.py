"""The last word on a message: which intent, which procedures, or none.

Pure and small, so that every rule here can be tested by itself. The numbers were
chosen on development questions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlu.procedure_index import Candidate

CERTAIN = 0.6
"""Confidence from which a named procedure stands by itself."""
SURE = 0.9
"""Confidence that outweighs an intent which says that nothing here is meant."""
LIKELY = 0.35
"""Confidence below which a candidate is not worth offering when the intent speaks against it."""
CLOSE = 0.5
"""Similarity to a known phrasing from which the procedure counts as named."""
AMBIGUITY_MARGIN = 0.07
EXPLAINS_MORE = 0.15
MOST_CANDIDATES = 5

_ABOUT_PROCEDURES = frozenset({"ask_procedure", "ask_aspect", "life_event", "out_of_scope"})
_DESK = frozenset({"find_counter", "lead_me", "take_ticket", "dossier_status", "check_documents"})


@dataclass(frozen=True, slots=True)
class Linked:
    """What linking found in one message."""

    candidates: list[tuple[Candidate, float]]
    """(candidate, calibrated confidence), best first."""
    nothing: float
    """Probability that no procedure is meant."""
    familiar: float
    """Share of the content words that the catalogue knows at all."""
    exact: bool
    """A procedure code was written."""
    against: bool = False
    """The message names a matter of somebody else that the best candidate's wording does not."""

    @property
    def best(self) -> float:
        return self.candidates[0][1] if self.candidates else 0.0

    @property
    def closeness(self) -> float:
        return self.candidates[0][0].cosine if self.candidates else 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    intent: str
    confidence: float
    candidates: tuple[tuple[Candidate, float], ...]
    """(candidate, calibrated confidence), best first."""
    ambiguous: bool
    out_of_scope: bool


def decide(
    ranking: Sequence[tuple[str, float]],
    linked: Linked,
    aspects: Sequence[str],
    content_words: int,
    has_topic: bool,
) -> Verdict:
    """`ranking`: intents best first; `content_words`: tokens beside courtesy and question words."""
    chance = dict(ranking)
    intent, confidence = ranking[0]
    if linked.exact:
        return _verdict("ask_procedure", 1.0, linked)
    if intent in _DESK:
        return _verdict(intent, confidence, linked, named=linked.closeness >= 0.4)
    if intent not in _ABOUT_PROCEDURES:
        overruled = confidence < 0.5 and linked.best >= CERTAIN and linked.closeness >= CLOSE
        if not overruled or linked.against or content_words <= 1:
            return _verdict(intent, confidence, linked, named=False)
    if _outside(chance, intent, linked):
        certainty = max(chance.get("out_of_scope", 0.0), linked.nothing, 0.5)
        return _verdict("out_of_scope", certainty, linked)
    if _leans_on_topic(chance, linked, aspects, content_words, has_topic):
        return _verdict("ask_aspect", max(chance.get("ask_aspect", 0.0), 0.6), linked, named=False)
    if intent == "life_event" and not (linked.best >= 0.75 and linked.closeness >= 0.4):
        return _verdict("life_event", confidence, linked)
    certainty = max(linked.best, min(0.5, chance.get("ask_procedure", 0.0)))
    return _verdict("ask_procedure", certainty, linked)


def _outside(chance: Mapping[str, float], intent: str, linked: Linked) -> bool:
    """Nothing this desk does: a trained class, the distance to all that is known, listed topics."""
    outside = chance.get("out_of_scope", 0.0)
    if linked.against:
        return True
    sure = linked.best >= SURE and linked.nothing < 0.2
    if intent == "out_of_scope" and (linked.nothing >= 0.4 or linked.closeness < CLOSE):
        return not sure
    if linked.nothing >= 0.75 and linked.best < CERTAIN and linked.closeness < CLOSE:
        return intent in ("ask_procedure", "out_of_scope")
    if linked.nothing >= 0.85 and linked.closeness < 0.6 and chance.get("ask_procedure", 0.0) < 0.6:
        return intent in ("ask_procedure", "out_of_scope")
    strange = linked.familiar < 0.5 and linked.closeness < 0.3
    return intent == "ask_procedure" and (
        linked.best < 0.1
        or (outside >= 0.2 and linked.best < LIKELY)
        or (strange and linked.best < LIKELY)
    )


def _leans_on_topic(
    chance: Mapping[str, float],
    linked: Linked,
    aspects: Sequence[str],
    content_words: int,
    has_topic: bool,
) -> bool:
    """A question about the open procedure that does not name another one."""
    leaning = chance.get("ask_aspect", 0.0)
    if linked.closeness >= CLOSE and linked.best >= CERTAIN:
        return False
    if leaning >= 0.4:
        return True
    if not aspects:
        return False
    return content_words == 0 or (has_topic and content_words <= 4 and linked.closeness < 0.4)


def _verdict(intent: str, confidence: float, linked: Linked, named: bool = True) -> Verdict:
    kept = tuple(linked.candidates[:MOST_CANDIDATES]) if named else ()
    outside = intent == "out_of_scope"
    ambiguous = not outside and not linked.exact and _undecided([c for c, _ in kept])
    return Verdict(intent, min(1.0, confidence), kept, ambiguous, outside)


def _undecided(candidates: Sequence[Candidate]) -> bool:
    """Two are as good as one another, or a runner-up explains words that the first does not."""
    if len(candidates) < 2:
        return False
    first, second = candidates[:2]
    margin = first.score - second.score
    explains = second.coverage - first.coverage
    return margin < AMBIGUITY_MARGIN or (explains > EXPLAINS_MORE and margin < 2 * AMBIGUITY_MARGIN)
