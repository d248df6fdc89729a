"""The last word on a message: which intent, which procedures, or none.

Pure and small, so that every rule here can be tested by itself. Confidences are the fitted
probabilities of `nlu.procedure_ranker`; the thresholds were chosen on development questions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from nlu.procedure_index import Candidate
from nlu.situations import CLEAR, Situation, is_clear, mixed

SURE = 0.7
"""Confidence from which the best candidate is answered; below it the reply is a choice."""
ASKED_OF_THE_CENTRE = 0.9
"""Confidence from which not the centre's hours but a procedure is asked for ("ngày tiếp dân")."""
LEAD = 0.25
"""Distance to the next below which the reply is a choice all the same."""
NAMED = 0.6
"""Confidence from which a procedure counts as named in a message about something else."""
HARDLY_SAID = 0.6
"""Certainty of an errand of the desk below which a procedure that would be answered counts more
("I need something notarised here" looks for no place)."""
OUTSIDE = -3.5
"""Sum of the log odds that the intent is out of scope and that no entry is meant, from which the
message is refused: of 1,899 development questions it refuses 95 % of others' matters and 0.7 % of
ours.
"""
AGAINST = 4.0
"""What a listed matter of somebody else adds to that sum."""
PLAIN = 0.85
"""Confidence of a procedure that is not refused unless the intent is all but certainly outside."""
HARDLY_NOTHING, NOT_EVEN_AGAINST, LIKELY_OUTSIDE = 0.15, 0.1, 0.7
"""Probabilities that nothing is meant (the second where a matter of others is named), and of the
class out of scope, below which a sure procedure is not refused: told as a story, it only sounds
like somebody else's matter."""
SITUATIONS = (
    (0.0, 0.35, 0.48),
    (0.6, 0.4, 0.65),
    (0.9, 0.37, 0.8),
    (0.9, 0.5, 0.9),
    (0.9, 0.7, 0.98),
)
"""(certainty of the intent, similarity to a known sentence, confidence of the best procedure): from
the first two on and below the third a situation is told, though it has no such procedure."""
SAME = 0.98
"""Similarity from which a message is a known sentence that tells a situation and nothing else."""
TOLD_OF_IT = 0.1
"""The similarity that is enough where the likeliest procedure is where the situation begins."""
BEYOND_DOUBT = 0.99
"""The class out of scope from which even an all but certain procedure is refused."""
LIKELY = 0.48
"""Confidence from which a question that leans on nothing still means this one procedure."""
SURELY_TOLD, SURE_EVENT, LIKE_EVENT = 0.8, 0.9, 0.35
"""Certainty of the intent, probability of the event and similarity to its sentences from which a
situation is surely told: it is never refused, and a procedure outside its first two steps is
answered at once only from `STANDS_OUT`."""
TOLD_ENOUGH = 0.6
"""The same certainty where nothing hangs on it but a refusal."""
STANDS_OUT = 0.95
DOUBTED_A_DOUBLING, SHORT = 0.35, 4
"""Log odds that each doubling of the content words beyond `SHORT` takes from the best procedure:
what is told at length may mean another. Of 1,173 development questions answered from 0.7 to 0.9,
one of 25 with fewer than six content words was wrong, of the longer ones one in seven."""
FAINT = 0.1
"""Confidence below which nothing is lost by taking a situation for what it seems."""
BORNE_OUT, HARDLY_LIKE, HARDLY_OUTSIDE = 0.95, 0.25, 0.05
"""Certainty of the intent from which less likeness is enough, where the class out of scope has less
than the last of these and nothing of others is named."""
ERRAND_OF_OTHERS = 0.03
"""The class out of scope from which a matter of others is no place of ours that is looked for
("nộp tiền nước ở đâu")."""
SUPPOSED = 0.5
"""Certainty of a follow-up from which "without a contract, may I?" leans on what is open, however
sure it is that contracts are a procedure too."""
LEANING = 0.8
"""Certainty of a follow-up that only an all but certain procedure outweighs."""
ALL_BUT_CERTAIN = 0.95
HOPELESS = 0.004
"""Confidence below which a candidate is not worth offering."""
MOST_CANDIDATES = 5

_ABOUT_PROCEDURES = frozenset({"ask_procedure", "ask_aspect", "life_event", "out_of_scope"})
_DESK = frozenset({"find_counter", "lead_me", "take_ticket", "dossier_status", "check_documents"})


@dataclass(frozen=True, slots=True)
class Linked:
    """What linking found in one message."""

    candidates: list[tuple[Candidate, float]]
    """(candidate, probability that it is meant), best first."""
    nothing: float
    """Probability that no procedure is meant."""
    familiar: float
    """Share of the content words that the catalogue knows at all."""
    exact: bool
    """A procedure code was written."""
    against: bool = False
    """The message names a matter of somebody else that the best candidate's wording does not."""
    never: bool = False
    """Of these one that is nobody's errand here, whatever is named beside it (forgery, pets)."""
    whole: bool = False
    """The message says a phrasing of the best candidate and nothing else."""
    named_of_others: bool = False
    """A matter of somebody else is named, whatever the candidates know of it."""
    supposes: bool = False
    """It asks what happens without something (`nlu.supposing`)."""
    situation: float = 0.0
    """Similarity to the nearest sentence that tells a life event."""
    event: str = ""
    """Id of that life event."""
    steps: tuple[str, ...] = ()
    """Codes of its procedures in order, the one with which it begins for this message first."""
    situations: tuple[Situation, ...] = ()
    """The events that may be told, likeliest first."""

    @property
    def best(self) -> float:
        return self.candidates[0][1] if self.candidates else 0.0

    @property
    def begins_with(self) -> str:
        return self.steps[0] if self.steps else ""


@dataclass(frozen=True, slots=True)
class Verdict:
    intent: str
    confidence: float
    candidates: tuple[tuple[Candidate, float], ...]
    """(candidate, probability that it is meant), best first."""
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
        return _verdict(intent, confidence, linked, named=linked.best >= NAMED)
    if linked.situation >= SAME and not has_topic:
        return _verdict("life_event", max(chance.get("life_event", 0.0), linked.situation), linked)
    if linked.whole and not has_topic:
        return _verdict("ask_procedure", linked.best, linked)
    if intent not in _ABOUT_PROCEDURES:
        overruled = confidence < 0.5 and linked.best >= NAMED
        overruled = overruled or (confidence < HARDLY_SAID and linked.best >= SURE)
        overruled = overruled or (intent == "centre_info" and linked.best >= ASKED_OF_THE_CENTRE)
        if not overruled or linked.against or content_words <= 1:
            others = intent == "find_place" and _is_errand_of_others(chance, linked)
            return _verdict("out_of_scope" if others else intent, confidence, linked, named=False)
    if _leans_on_topic(chance, linked, aspects, content_words, has_topic):
        return _verdict("ask_aspect", max(chance.get("ask_aspect", 0.0), 0.6), linked, named=False)
    alone = intent == "life_event" and not has_topic
    told = alone and _surely_told(confidence, linked)
    outside_chance = chance.get("out_of_scope", 0.0)
    if _is_outside(chance, linked) and not (alone and _is_told(confidence, linked, outside_chance)):
        certainty = max(chance.get("out_of_scope", 0.0), linked.nothing, 0.5)
        return _verdict("out_of_scope", certainty, linked)
    doubted = _doubted(linked, content_words)
    if intent == "life_event" and (_tells_a_situation(confidence, doubted) or told):
        if not linked.situations or is_clear(linked.situations[0], _chances(linked)):
            return _verdict("life_event", confidence, linked)
        return _choice(confidence, linked)
    certainty = max(linked.best, min(0.5, chance.get("ask_procedure", 0.0)))
    verdict = _verdict("ask_procedure", certainty, doubted)
    doubtful = verdict.ambiguous or (confidence >= SURELY_TOLD and _apart(linked))
    if intent == "life_event" and linked.situations and doubtful and not has_topic:
        return _choice(confidence, linked)
    return verdict


def _is_errand_of_others(chance: Mapping[str, float], linked: Linked) -> bool:
    return (
        linked.named_of_others
        and linked.best < NAMED
        and chance.get("out_of_scope", 0.0) >= ERRAND_OF_OTHERS
    )


def _is_told(certainty: float, linked: Linked, outside_chance: float = 1.0) -> bool:
    """Whether a situation is told, so that nothing is refused: where the intent leaves no doubt,
    "ra tòa ly hôn xong" tells one though it names the court."""
    if not linked.situations or linked.never:
        return False
    event = linked.situations[0]
    enough = ALL_BUT_CERTAIN if linked.against else TOLD_ENOUGH
    if certainty >= BORNE_OUT and outside_chance < HARDLY_OUTSIDE and not linked.named_of_others:
        return event.chance >= CLEAR and event.closeness >= HARDLY_LIKE
    return certainty >= enough and event.chance >= SURE_EVENT and event.closeness >= LIKE_EVENT


def _surely_told(certainty: float, linked: Linked) -> bool:
    """Whether a situation is told beyond doubt, and no procedure apart from it."""
    if certainty < SURELY_TOLD or not _is_told(certainty, linked):
        return False
    event = linked.situations[0]
    begins = linked.candidates and linked.candidates[0][0].code in event.steps[:2]
    return not begins and linked.best < STANDS_OUT


def _apart(linked: Linked) -> bool:
    """Whether the best procedure is no first step of any event that may be told, and not plain."""
    begins = {code for event in linked.situations for code in event.steps[:2]}
    return linked.best < PLAIN and linked.candidates[0][0].code not in begins


def _choice(told: float, linked: Linked) -> Verdict:
    """Procedures heard and steps of the situation, to choose from."""
    offered = tuple(mixed(linked.candidates, linked.situations, told))
    return Verdict("ask_procedure", offered[0][1], offered, True, False)


def _chances(linked: Linked) -> dict[str, float]:
    return {candidate.code: chance for candidate, chance in linked.candidates}


def _doubted(linked: Linked, content_words: int) -> Linked:
    """The same, the best candidate less sure where a long message makes it doubtful."""
    if not linked.candidates or linked.whole or linked.exact or content_words <= SHORT:
        return linked
    doubt = DOUBTED_A_DOUBLING * math.log2(content_words / SHORT)
    best, chance = linked.candidates[0]
    less = 1.0 / (1.0 + math.exp(doubt - _log_odds(chance)))
    if not less < SURE <= chance:
        return linked
    return replace(linked, candidates=[(best, less), *linked.candidates[1:]])


def outside(chance: Mapping[str, float], linked: Linked) -> float:
    """How strongly the trained class and the ranker say together that nothing here is meant."""
    named = AGAINST if linked.against else 0.0
    return _log_odds(chance.get("out_of_scope", 0.0)) + _log_odds(linked.nothing) + named


def _is_outside(chance: Mapping[str, float], linked: Linked) -> bool:
    if linked.whole:
        return False
    if linked.never and chance.get("out_of_scope", 0.0) >= LIKELY_OUTSIDE:
        return True
    named = linked.best >= ALL_BUT_CERTAIN and not linked.against
    beyond = BEYOND_DOUBT if named else ALL_BUT_CERTAIN
    doubtful = linked.never or chance.get("out_of_scope", 0.0) >= beyond
    plain, hardly = (PLAIN, HARDLY_NOTHING)
    if linked.against:
        plain, hardly = (ALL_BUT_CERTAIN, NOT_EVEN_AGAINST)
    if linked.best >= plain and not doubtful:
        return False
    strange = linked.nothing >= hardly or chance.get("out_of_scope", 0.0) >= LIKELY_OUTSIDE
    if linked.best >= SURE and not strange and not linked.never:
        return False
    return outside(chance, linked) >= OUTSIDE


def _tells_a_situation(certainty: float, linked: Linked) -> bool:
    """Many questions tell a situation in passing; it is the matter only when no procedure stands
    out, when the one that does is where the situation begins, or when the situation is the surer.
    """
    if linked.best < FAINT:
        return linked.situation > 0.0
    if linked.candidates[0][0].code == linked.begins_with:
        return linked.best < SURE and linked.situation >= TOLD_OF_IT
    return any(
        certainty >= intent and linked.situation >= told and linked.best < most
        for intent, told, most in SITUATIONS
    )


def _log_odds(chance: float) -> float:
    held = min(0.9999, max(0.0001, chance))
    return math.log(held / (1.0 - held))


def _leans_on_topic(
    chance: Mapping[str, float],
    linked: Linked,
    aspects: Sequence[str],
    content_words: int,
    has_topic: bool,
) -> bool:
    """A question about the open procedure that does not name another one."""
    leaning = chance.get("ask_aspect", 0.0)
    if has_topic and linked.supposes and leaning >= SUPPOSED:
        return True
    if has_topic and leaning >= LEANING:
        return linked.best < ALL_BUT_CERTAIN
    if linked.best >= NAMED:
        return False
    if linked.named_of_others and not has_topic:
        return False
    if leaning >= 0.4:
        return has_topic or linked.best < LIKELY
    if not aspects:
        return False
    return content_words == 0 or (has_topic and content_words <= 4)


def _verdict(intent: str, confidence: float, linked: Linked, named: bool = True) -> Verdict:
    kept = _worth_offering(linked) if named else ()
    refused = intent == "out_of_scope"
    ambiguous = not refused and not linked.exact and _undecided([c for _, c in kept])
    return Verdict(intent, min(1.0, confidence), kept, ambiguous, refused)


def _worth_offering(linked: Linked) -> tuple[tuple[Candidate, float], ...]:
    """A second one always, where the first is not sure: an answer must not be a guess."""
    kept = [pair for pair in linked.candidates if pair[1] >= HOPELESS]
    fewest = 1 if linked.best >= SURE else 2
    return tuple(linked.candidates[: max(fewest, min(len(kept), MOST_CANDIDATES))])


def _undecided(chances: Sequence[float]) -> bool:
    if len(chances) < 2:
        return False
    return chances[0] < SURE or chances[0] - chances[1] < LEAD
