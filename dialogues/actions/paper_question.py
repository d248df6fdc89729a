"""The checklist's question: does the visitor have this paper?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dialogues.actions.turn import Turn
from dialogues.release import Entry
from dialogues.sections import document_items


def ask_for_paper(turn: Turn, paper: Mapping[str, Any], before: str = "") -> None:
    """Ask after `before`, what is told first; the note is shown and not spoken."""
    _ = turn.translate
    question = _("Anh/chị có {paper} chưa ạ?").format(paper=turn.lower_first(paper["title"]))
    spoken = f"{before} {question}".strip()
    text = spoken
    if paper.get("note"):
        note = turn.lower_first(paper["note"]).rstrip(".")
        text = f"{spoken} " + _("Lưu ý: {note}.").format(note=note)
    turn.say(text, speech=spoken)
    turn.parts.append(
        {
            "type": "choices",
            "prompt": paper["title"],
            "choices": [
                {"title": _("Có"), "payload": "have:yes"},
                {"title": _("Chưa"), "payload": "have:no"},
                {"title": _("Không rõ"), "payload": "have:unsure"},
            ],
        }
    )
    turn.memory.pending = {"kind": "document"}


def ask_for_paper_again(turn: Turn, entry: Entry) -> bool:
    """Somebody asked something instead of answering the checklist's question: that was answered,
    now the question comes again. False when none was open."""
    running = turn.memory.checklist or {}
    waited = (turn.pending_before or {}).get("kind") == "document"
    if not waited or running.get("code") != entry["code"] or not running.get("current"):
        return False
    items = document_items(turn.card(entry)) or ()
    paper = next((item for item in items if item["id"] == running["current"]), None)
    if paper is None:
        return False
    ask_for_paper(turn, paper)
    return True
