"""The short questions about conditions, one at a time, and the one card at their end: *your*
papers, fee, time and counter."""

from __future__ import annotations

from dialogues.actions.answers import answer_procedure
from dialogues.actions.conditions import ask, ask_again, learn, settle, unsure_lines
from dialogues.actions.turn import Turn
from dialogues.release import Entry

FINAL_ASPECTS = ("documents", "fee", "time", "place")
_HOLDS = {"yes": True, "no": False, "unsure": None}


def take_answer(turn: Turn, entry: Entry) -> None:
    """A button or words that answer the open question; then the next one, or the card."""
    payload = turn.reading.payload
    known = turn.memory.conditions
    current = [str(i) for i in known.get("current") or ()]
    before = turn.memory.cases
    if payload is not None and payload.kind == "case" and payload.value:
        settle(turn, entry, payload.value, True)
    elif payload is not None and payload.value == "none":
        _rule_out_the_rest(turn, entry)
    elif payload is not None and payload.value == "yes" and len(current) > 1:
        # "yes" to several: which one?
        go_on(turn, entry)
        return
    elif payload is not None and payload.kind == "condition" and payload.value in _HOLDS:
        _settle_current(turn, entry, current, _HOLDS[str(payload.value)])
    else:
        learn(turn, entry)
        known = turn.memory.conditions
        settled = {i for n in ("holds", "denied", "unsure") for i in known.get(n) or ()}
        if current and not settled & set(current):
            # something else was told: it counts, and the question stands
            _lead_in_after(turn, entry)
            return
    known = turn.memory.conditions
    turn.memory.conditions = {
        **known,
        "current": None,
        "answers": int(known.get("answers") or 0) + 1,
    }
    turn.memory.unsure = 0
    asked = list(known.get("aspects") or ())
    if ask(turn, entry, asked):
        _lead_in(turn, len(turn.memory.cases) > len(before))
        turn.answered, turn.aspects = [(str(entry["code"]), 1.0)], []
        return
    answer_procedure(turn, str(entry["code"]), FINAL_ASPECTS, final=True)
    for line in unsure_lines(turn.card(entry)):
        turn.say(line)
    turn.memory.aspects = asked or ["documents", "fee"]


def go_on(turn: Turn, entry: Entry) -> bool:
    """ "Quay lại", "tiếp tục": the question that was left open; False when there is none."""
    if not ask_again(turn, entry):
        return False
    turn.answered, turn.aspects = [(str(entry["code"]), 1.0)], []
    turn.outcome = "answered"
    return True


def _lead_in_after(turn: Turn, entry: Entry) -> None:
    turn.say(turn.translate("Dạ, em ghi nhận."))
    go_on(turn, entry)


def _lead_in(turn: Turn, holds: bool) -> None:
    """The question is spoken after a word that the answer was heard."""
    _ = turn.translate
    prompt = next(part["prompt"] for part in turn.parts if part["type"] == "choices")
    heard = _("Dạ, em ghi nhận.") if holds else _("Dạ vâng.")
    at = next(i for i, part in enumerate(turn.parts) if part["type"] == "choices")
    turn.parts.insert(at, {"type": "text", "text": f"{heard} {prompt}"})


def _settle_current(turn: Turn, entry: Entry, current: list[str], holds: bool | None) -> None:
    for case in current:
        settle(turn, entry, case, holds)


def _rule_out_the_rest(turn: Turn, entry: Entry) -> None:
    """ "Trường hợp bình thường": nothing of what could be asked holds."""
    kept = set(turn.memory.cases)
    for case in entry.get("cases") or ():
        if str(case["id"]) not in kept:
            settle(turn, entry, str(case["id"]), False)
