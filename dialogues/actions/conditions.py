"""Conditions of the open procedure: what a message tells of them, which twin is meant, and the next
question worth asking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dialogues.actions.turn import Turn
from dialogues.circumstances import lists
from dialogues.conditions import (
    MOST_QUESTIONS,
    Question,
    circumstances_of,
    exclusive,
    named_cases,
    questions,
)
from dialogues.release import Entry
from dialogues.sections import Card, named_without_code
from dialogues.twins import twin
from dialogues.wording import tokens

MOST_READ = 80
"""Words of a reply that reads the conditions of its question aloud."""


def words_of(turn: Turn) -> str:
    """What the visitor said in this turn, with what led to the choice that is taken now; "" for a
    button."""
    reading = turn.reading
    taken = reading.chosen or (reading.payload is not None and reading.payload.kind == "procedure")
    told = (turn.memory.told or "") if taken else ""
    if reading.payload is not None and not reading.chosen and not _told(turn):
        return told if reading.payload.kind == "procedure" else ""
    repaired = reading.understanding.repaired
    # the repaired text has no punctuation: it is worth that only where something was repaired
    said = repaired if repaired and _differs(repaired, reading.text) else reading.text
    return f"{told}. {said}" if told else said


def _told(turn: Turn) -> bool:
    """The words themselves are to be read, whatever stood on offer."""
    payload = turn.reading.payload
    return payload is not None and (payload.kind, payload.value) == ("condition", "told")


def _differs(repaired: str, text: str) -> bool:
    return tokens(repaired) != tokens(text)


def learn(turn: Turn, entry: Entry) -> None:
    """Remember which cases of the open procedure the message tells or rules out."""
    text = words_of(turn)
    turn.memory.told = None
    named = named_cases(entry, text)
    for case in named.denied:
        settle(turn, entry, case, False)
    for case in named.holds:
        settle(turn, entry, case, True)


def settle(turn: Turn, entry: Entry, case_id: str, holds: bool | None) -> None:
    """Remember that a case holds, does not, or is not known; rivals of one that holds do not."""
    known = turn.memory.conditions
    lists_ = {name: list(known.get(name) or ()) for name in ("holds", "denied", "unsure")}
    where = {True: "holds", False: "denied", None: "unsure"}[holds]
    others = []
    if holds:
        cases = {str(case["id"]): case for case in entry.get("cases") or ()}
        others = [i for i, c in cases.items() if i != case_id and exclusive(c, cases[case_id])]
    for name, ids in lists_.items():
        lists_[name] = [i for i in ids if i != case_id and (name == "denied" or i not in others)]
    lists_[where].append(case_id)
    lists_["denied"] += [i for i in others if i not in lists_["denied"]]
    lists_["asked"] = list(known.get("asked") or ())
    if holds:
        lists_["asked"] += [i for i in _settled_by(entry, case_id) if i not in lists_["asked"]]
    turn.memory.conditions = {**known, **lists_}


def _settled_by(entry: Entry, case_id: str) -> list[str]:
    """Ids of the cases that nobody is asked about who has told this one."""
    cases = {str(case["id"]): case for case in entry.get("cases") or ()}
    known = lists().circumstances
    settled = {name for told in circumstances_of(cases[case_id]) for name in known[told].settles}
    return [i for i, case in cases.items() if settled & set(circumstances_of(case))]


def meant(turn: Turn, entry: Entry) -> Entry:
    """The twin of a procedure for families with a foreigner, or the one without, where the message
    tells which; else the entry itself."""
    if turn.reading.payload is not None and not _told(turn):
        return entry
    return twin(entry, words_of(turn), turn.release) or entry


def open_questions(turn: Turn, entry: Entry, aspects: Sequence[str]) -> list[Question]:
    """Questions that were neither asked nor answered, as many as may still be asked."""
    known = turn.memory.conditions
    settled = frozenset(
        i for name in ("holds", "denied", "unsure", "asked") for i in known.get(name) or ()
    )
    room = MOST_QUESTIONS - int(known.get("questions") or 0)
    return questions(entry, settled, aspects)[: max(0, room)]


def ask(turn: Turn, entry: Entry, aspects: Sequence[str], speak: bool = False) -> bool:
    """Put the next question on offer; False when there is none. `speak` says it as well."""
    if "documents" not in aspects and "fee" not in aspects and aspects:
        return False
    waiting = open_questions(turn, entry, aspects)
    if not waiting:
        return False
    known = turn.memory.conditions
    turn.memory.conditions = {
        **known,
        "asked": [*(known.get("asked") or ()), *waiting[0].cases],
        "questions": int(known.get("questions") or 0) + 1,
        "current": list(waiting[0].cases),
        "aspects": [a for a in aspects if a in {"documents", "fee"}],
    }
    put(turn, entry, waiting[0], speak)
    return True


def ask_again(turn: Turn, entry: Entry) -> bool:
    """Put the last question on offer once more; False when none was left open."""
    question = current_question(turn, entry)
    if question is None:
        return False
    put(turn, entry, question, speak=True)
    return True


def ask_once_more(turn: Turn, entry: Entry) -> None:
    """Somebody said something else instead of answering: that was answered, now the question
    comes again, once. A button passes over it."""
    known = turn.memory.conditions
    current = [str(i) for i in known.get("current") or ()]
    settled = {i for name in ("holds", "denied", "unsure") for i in known.get(name) or ()}
    said = turn.reading.payload is None
    waited = said and (turn.pending_before or {}).get("kind") == "condition"
    if not waited or not current or settled & set(current) or known.get("again") == current:
        return
    if ask_again(turn, entry):
        turn.memory.conditions = {**turn.memory.conditions, "again": current}


def current_question(turn: Turn, entry: Entry) -> Question | None:
    ids = turn.memory.conditions.get("current") or ()
    cases = [case for case in entry.get("cases") or () if str(case["id"]) in ids]
    if not cases:
        return None
    alone = frozenset(str(c["id"]) for c in entry.get("cases") or ()) - set(ids)
    found = questions({**entry, "cases": cases}, alone, ())
    return found[0] if found else None


def put(turn: Turn, entry: Entry, question: Question, speak: bool) -> None:
    _ = turn.translate
    cases = [case for case in entry["cases"] if str(case["id"]) in question.cases]
    prompt = _prompt(turn, question, cases)
    if len(cases) == 1:
        choices = [
            {"title": _("Có"), "payload": "condition:yes"},
            {"title": _("Không"), "payload": "condition:no"},
            {"title": _("Không rõ"), "payload": "condition:unsure"},
        ]
    else:
        choices = [
            {"title": _sentence_case(turn.text_of(c["if"])), "payload": f"case:{c['id']}"}
            for c in cases
        ]
        choices.append({"title": _("Không phải các trường hợp này"), "payload": "condition:no"})
    if speak:
        turn.say(prompt)
    if speak and len(cases) > 1:
        turn.read_out([choice["title"] for choice in choices[:-1]], MOST_READ)
    turn.offer(prompt, choices)
    turn.memory.pending = {
        **(turn.memory.pending or {}),
        "kind": "condition",
        "cases": list(question.cases),
    }


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def _prompt(turn: Turn, question: Question, cases: Sequence[Mapping[str, Any]]) -> str:
    """The question in plain words; a condition that has no words of its own is read out."""
    _ = turn.translate
    known = lists()
    if len(cases) > 1 or question.group:
        words = known.groups.get(question.group or "") or {}
        return str(words.get(turn.language) or _("Trường hợp nào đúng với anh/chị ạ?"))
    names = circumstances_of(cases[0])
    if names:
        words = known.circumstances[names[0]].question or {}
        if words.get(turn.language):
            return str(words[turn.language])
    condition = turn.lower_first(turn.text_of(cases[0]["if"]).split(" (")[0])
    return _("Có phải trường hợp này không ạ: {case}?").format(case=condition)


def unsure_lines(card: Card) -> list[str]:
    """What a condition would change of which the visitor is not sure."""
    _ = card.translate
    lines = []
    for case in card.unsure:
        condition = card.text(case["if"])
        condition = condition[:1].lower() + condition[1:]
        papers = (card.text(paper) for paper in case.get("documents_add") or ())
        added = "; ".join(named_without_code(paper) for paper in papers)
        if added:
            lines.append(_("Nếu {case}: thêm {papers}.").format(case=condition, papers=added))
        else:
            lines.append(_("Nếu {case}: xin hỏi lại tại quầy.").format(case=condition))
    return lines
