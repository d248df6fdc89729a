"""A situation is answered at once only where one event stands out; in doubt there is a choice."""

from __future__ import annotations

from nlu.arbiter import Linked, decide
from nlu.procedure_index import Candidate
from nlu.situations import MOST_OFFERED, Situation, mixed, told_clearly

MOVING = ("1.004222", "1.004194", "2.002854")
DEATH = ("2.002913", "1.000656", "1.014028")
TOLD = [("life_event", 0.95), ("out_of_scope", 0.03)]


def _linked(heard: list[tuple[str, float]], *situations: Situation, nothing: float = 0.3) -> Linked:
    return Linked(
        candidates=[(Candidate(c, p, p, 0.4, c), p) for c, p in heard],
        nothing=nothing,
        familiar=1.0,
        exact=False,
        situation=situations[0].closeness,
        event=situations[0].event,
        steps=situations[0].steps,
        situations=situations,
    )


def test_an_event_that_stands_out_is_answered() -> None:
    linked = _linked([("1.004222", 0.2)], Situation("moving", 0.95, 0.5, MOVING))
    assert decide(TOLD, linked, [], 6, False).intent == "life_event"
    assert told_clearly(linked.situations) == "moving"


def test_of_two_events_alike_the_steps_of_both_are_offered() -> None:
    events = (Situation("moving", 0.45, 0.4, MOVING), Situation("death", 0.4, 0.38, DEATH))
    verdict = decide(TOLD, _linked([("1.010028", 0.2)], *events), [], 6, False)
    offered = [candidate.code for candidate, _ in verdict.candidates]
    assert verdict.intent == "ask_procedure" and verdict.ambiguous
    assert {"1.004222", "2.002913", "1.010028"} <= set(offered) and len(offered) <= MOST_OFFERED
    assert told_clearly(events) == ""


def test_a_later_step_that_is_singled_out_makes_the_first_doubtful() -> None:
    linked = _linked([("1.014028", 0.6), ("2.002913", 0.35)], Situation("death", 0.7, 0.5, DEATH))
    verdict = decide(TOLD, linked, [], 6, False)
    assert verdict.ambiguous
    assert {"1.014028", "2.002913"} <= {c.code for c, _ in verdict.candidates}


def test_a_situation_surely_told_is_not_refused() -> None:
    linked = _linked([("1.116410", 0.02)], Situation("death", 0.97, 0.5, DEATH), nothing=0.9)
    assert decide(TOLD, linked, [], 6, False).intent == "life_event"
    faint = _linked([("1.116410", 0.02)], Situation("death", 0.3, 0.2, DEATH), nothing=0.9)
    outside = [("life_event", 0.5), ("out_of_scope", 0.45)]
    assert decide(outside, faint, [], 6, False).out_of_scope


def test_a_procedure_that_a_long_message_only_seems_to_mean_is_asked_back() -> None:
    heard = _linked([("2.000720", 0.75), ("1.001612", 0.1)], Situation("", 0.0, 0.0, ()))
    ranking = [("ask_procedure", 0.9), ("out_of_scope", 0.02)]
    assert not decide(ranking, heard, [], 4, False).ambiguous
    assert decide(ranking, heard, [], 12, False).ambiguous


def test_a_sure_procedure_told_as_a_story_is_not_refused() -> None:
    heard = _linked([("1.001613", 0.83)], Situation("", 0.0, 0.0, ()), nothing=0.1)
    ranking = [("out_of_scope", 0.5), ("ask_procedure", 0.45)]
    assert not decide(ranking, heard, [], 4, False).out_of_scope


def test_a_choice_is_never_as_sure_as_an_answer() -> None:
    offered = mixed(
        [(Candidate("1.004222", 0.9, 0.9, 0.5, "x"), 0.9)], [Situation("m", 1.0, 0.5, MOVING)], 1.0
    )
    chances = [chance for _, chance in offered]
    assert max(chances) <= 0.6 and sum(chances) <= 1.0 and chances == sorted(chances)[::-1]
