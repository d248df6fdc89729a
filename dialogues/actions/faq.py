"""Questions that are no procedure, answered in the centre's own words."""

from __future__ import annotations

from dialogues.actions.turn import ReplyAction, Turn
from dialogues.faq import faqs_of


class AnswerFaq(ReplyAction):
    """Says what was written; what was open, and what was asked, stays open."""

    action_name = "action_answer_faq"
    keeps_question = True

    def answer(self, turn: Turn) -> None:
        _ = turn.translate
        button = turn.reading.payload
        asked = turn.reading.faq if button is None else button.value
        entry = faqs_of(turn.release.faqs, turn.context).get(asked)
        if entry is None:
            turn.say(_("Dạ, việc này em không trả lời được, anh/chị có muốn gặp cán bộ không ạ?"))
            turn.memory.pending = {"kind": "offer", "payload": "staff"}
            turn.outcome = "out_of_scope"
            return
        turn.memory.unsure = 0
        told = turn.text_of(entry.answer)
        if turn.language == "vi" and not told.lower().startswith(("dạ", "da,")):
            told = _("Dạ, {told}").format(told=turn.lower_first(told))
        turn.say(told)
        turn.parts[-1]["faq"] = entry.id
        turn.aspects = []
