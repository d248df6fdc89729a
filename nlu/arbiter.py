"""The last word on a message: which intent, which procedures, or none, from all that the parts found.

Pure and small, so that every rule here can be tested by itself. Numbers were chosen on development questions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlu.procedure_index import Candidate

CERTAIN = 0.6
"""Confidence from which a named procedure stands by itself."""
LIKELY = 0.35
"""Confidence below which a candidate is not worth offering when the intent speaks against it."""
AMBIGUITY_MARGIN = 0.12
MOST_CANDIDATES = 5

_ABOUT_PROCEDURES = frozenset(
    {"ask_procedure", "ask_aspect", "life_event", "check_documents", "out_of_scope"}
)
_DESK = frozenset({"find_counter", "lead_me", "take_ticket", "dossier_status", "check_documents"})


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
    candidates: Sequence[tuple[Candidate, float]],
    aspects: Sequence[str],
    exact_code: bool,
    content_words: int,
    has_topic: bool,
) -> Verdict:
    """`ranking`: intents best first; `candidates`: (candidate, confidence) best first;
    `content_words`: tokens that are neither courtesy nor question words."""
    chance = dict(ranking)
    intent, confidence = ranking[0]
    best = candidates[0][1] if candidates else 0.0
    if exact_code:
        return _verdict("ask_procedure", 1.0, candidates[:1], exact_code)
    if intent not in _ABOUT_PROCEDURES and intent not in _DESK:
        asks = chance.get("ask_procedure", 0.0)
        if confidence >= 0.5 or best < CERTAIN or (content_words <= 1 and asks < confidence):
            return _verdict(intent, confidence, ())
        intent, confidence = "ask_procedure", best
    if intent in _DESK:
        return _verdict(intent, confidence, candidates if best >= LIKELY else ())
    return _procedure(chance, intent, confidence, candidates, aspects, content_words, has_topic)


def _procedure(
    chance: Mapping[str, float],
    intent: str,
    confidence: float,
    candidates: Sequence[tuple[Candidate, float]],
    aspects: Sequence[str],
    content_words: int,
    has_topic: bool,
) -> Verdict:
    best = candidates[0][1] if candidates else 0.0
    outside = chance.get("out_of_scope", 0.0)
    if intent == "ask_aspect" and best < CERTAIN:
        return _verdict("ask_aspect", confidence, ())
    if intent == "life_event":
        clear = best >= 0.8 and chance["life_event"] < 0.9
        return _verdict(
            "ask_procedure" if clear else "life_event",
            max(confidence, best if clear else 0.0),
            candidates,
        )
    if content_words == 0 and aspects:
        return _verdict("ask_aspect", max(confidence, 0.6), ())
    if best < LIKELY and aspects and content_words <= 2 and has_topic:
        return _verdict("ask_aspect", 0.5, ())
    if (intent == "out_of_scope" and best < 0.75) or (outside > 0.2 and best < LIKELY) or best < 0.12:
        return _verdict("out_of_scope", max(outside, 1.0 - best), candidates)
    return _verdict("ask_procedure", max(best, chance.get("ask_procedure", 0.0)), candidates)


def _verdict(
    intent: str,
    confidence: float,
    candidates: Sequence[tuple[Candidate, float]],
    exact: bool = False,
) -> Verdict:
    kept = tuple(candidates[:MOST_CANDIDATES])
    outside = intent == "out_of_scope"
    ambiguous = (
        not exact
        and len(kept) > 1
        and not outside
        and (kept[0][1] - kept[1][1] < AMBIGUITY_MARGIN and kept[0][1] < 0.9)
    )
    return Verdict(intent, min(1.0, confidence), kept, ambiguous, outside)
