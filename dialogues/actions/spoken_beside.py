"""Answers about the open procedure that are no aspect of it: papers that come later, money that is
received, the gist."""

from __future__ import annotations

from collections.abc import Sequence

from dialogues.actions.answers import answer_procedure, procedure_part
from dialogues.actions.turn import Turn
from dialogues.asides import asks_what_is_received, comes_later, wants_it_short
from dialogues.sections import sections


def say_beside(turn: Turn, code: str, aspects: Sequence[str]) -> bool:
    """Answer such a question about the open procedure `code`; False when it is none."""
    said = turn.reading.text
    if comes_later(said):
        _papers_later(turn, code)
    elif wants_it_short(said) and not aspects:
        turn.say(_gist(turn, code))
        turn.parts.append(procedure_part(turn, turn.release.procedures[code], ()))
    elif "result" in aspects and asks_what_is_received(said):
        _money_received(turn, code)
    else:
        return False
    turn.answered, turn.memory.unsure = [(code, 1.0)], 0
    return True


def _papers_later(turn: Turn, code: str) -> None:
    """Who takes a dossier decides; what can be done here is to look what is missing."""
    _ = turn.translate
    entry = turn.release.procedures[code]
    place = turn.where(entry) or _("quầy hướng dẫn")
    turn.say(
        _(
            "Dạ, thiếu giấy mà nộp trước, bổ sung sau được hay không là do cán bộ tại {place} xem "
            "hồ sơ rồi trả lời, em không quyết định được. Anh/chị có muốn em xem cùng còn thiếu "
            "giấy nào không ạ?"
        ).format(place=place)
    )
    turn.parts.append(procedure_part(turn, entry, ["documents"]))
    turn.aspects, turn.memory.aspects = ["documents"], ["documents"]
    turn.memory.pending = {"kind": "offer", "payload": "checklist:start"}


def _money_received(turn: Turn, code: str) -> None:
    """The amount, where the entry tells one; else that it is not known here."""
    _ = turn.translate
    entry = turn.release.procedures[code]
    lines = sections(turn.card(entry))["result"]["lines"]
    if any(mark in str(line) for line in lines for mark in ("đồng", "VND", "%")):
        answer_procedure(turn, code, ["result"])
        return
    place = turn.where(entry) or _("quầy hướng dẫn")
    turn.say(
        _("Dạ, em chưa có dữ liệu về mức tiền được hưởng; xin hỏi tại {place}.").format(place=place)
    )
    turn.parts.append(procedure_part(turn, entry, ["result"]))
    turn.aspects, turn.memory.aspects = ["result"], ["result"]


def _gist(turn: Turn, code: str) -> str:
    """As few words as the desk has: how many papers, the fee, how long, where."""
    _ = turn.translate
    every = sections(turn.card(turn.release.procedures[code]))
    told = []
    items = every["documents"].get("items") or ()
    if items:
        told.append(_("{n} loại giấy tờ").format(n=len(items)))
    told += [
        str(every[aspect]["lines"][0]).rstrip(".")
        for aspect in ("fee", "time", "place")
        if len(every[aspect]["lines"]) == 1 or (aspect != "fee" and every[aspect]["lines"])
    ]
    return _("Dạ, tóm lại: {list}.").format(list="; ".join(told))
