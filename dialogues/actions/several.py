"""Two or three procedures answered together: what tells them apart, or the same aspects of each."""

from __future__ import annotations

from collections.abc import Sequence

from dialogues.actions.answers import answer_aspects
from dialogues.actions.offering import apart, offer_procedures
from dialogues.actions.sentences import full_stop
from dialogues.actions.turn import Turn
from dialogues.release import Entry
from dialogues.sections import amount, fees
from dialogues.several import Several


def answer_several(turn: Turn, asked: Several) -> None:
    _ = turn.translate
    entries = [turn.release.procedures[code] for code in asked.codes]
    if not asked.aspects:
        _tell_apart(turn, entries)
        return
    for entry in entries:
        answer_aspects(turn, entry, asked.aspects)
    if asked.total:
        _add_up(turn, entries)
    if turn.memory.topic not in asked.codes:
        turn.memory.open(asked.codes[0])
    turn.memory.aspects, turn.memory.unsure = list(asked.aspects), 0
    keep_in_order(turn, asked.codes)
    turn.answered = [(code, 1.0) for code in asked.codes]
    turn.aspects = list(asked.aspects)


def _tell_apart(turn: Turn, entries: Sequence[Entry]) -> None:
    _ = turn.translate
    titles = turn.titles(entries)
    told = [
        f"{title}: {full_stop(words)}"
        for title, entry in zip(titles, entries, strict=True)
        if (words := apart(turn, entry))
    ]
    if told:
        turn.say(_("Dạ, khác nhau như sau. {list}").format(list=" ".join(told)))
    else:
        turn.say(_("Dạ, hai việc này khác nhau thế nào em chưa có dữ liệu; xin hỏi cán bộ."))
    turn.memory.unsure = 0
    offer_procedures(turn, [str(e["code"]) for e in entries], _("Anh/chị cần việc nào ạ?"))
    turn.memory.pending = {**(turn.memory.pending or {}), "likely": True}


def _add_up(turn: Turn, entries: Sequence[Entry]) -> None:
    """The sum, where each has one amount that hangs on nothing."""
    _ = turn.translate
    amounts = []
    for entry in entries:
        rows = fees(turn.card(entry))
        if len(rows) != 1 or rows[0].get("amount_vnd") is None or rows[0].get("case"):
            turn.say(_("Lệ phí tùy trường hợp nên em chưa cộng được, cán bộ ở quầy tính giúp ạ."))
            return
        amounts.append(int(rows[0]["amount_vnd"]))
    card = turn.card(entries[0])
    turn.say(_("Tổng cộng là {fee}.").format(fee=amount(card, sum(amounts))))


def keep_in_order(turn: Turn, codes: Sequence[str]) -> None:
    """What was answered together may be named by its place: "cái thứ hai"."""
    pending = dict(turn.memory.pending or {"kind": "several"})
    turn.memory.pending = {**pending, "plan": list(dict.fromkeys(codes))}
