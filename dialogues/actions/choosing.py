"""A choice that is taken, an answer that is taken back or an offer that is declined."""

from __future__ import annotations

from dialogues.actions.answers import answer_procedure
from dialogues.actions.conditions import meant
from dialogues.actions.interview import go_on, take_answer
from dialogues.actions.offering import offer_procedures, understood
from dialogues.actions.procedures import answer_or_ask, clarify
from dialogues.actions.turn import ReplyAction, Turn
from dialogues.asides import gives_up_ticket, pauses, rejects
from dialogues.wording import tokens


class Choose(ReplyAction):
    """A button or one of the choices on offer."""

    action_name = "action_choose"

    def answer(self, turn: Turn) -> None:
        payload = turn.reading.payload
        understanding = turn.reading.understanding
        if payload is None or payload.value is None:
            if understood(turn):
                answer_or_ask(turn)
            else:
                clarify(turn)
            return
        if payload.kind == "case":
            topic = turn.release.canonical(turn.memory.topic)
            if topic is None:
                clarify(turn)
                return
            take_answer(turn, turn.release.procedures[topic])
        elif payload.kind == "condition":
            self._about_condition(turn, payload.value)
        else:
            aspects = list(understanding.aspects)
            if not aspects and turn.pending_before is not None:
                aspects = turn.memory.aspects
            answer_procedure(turn, payload.value, aspects)
            if turn.reading.chosen:
                _keep_on_offer(turn)
        turn.outcome = "chosen"

    @staticmethod
    def _about_condition(turn: Turn, value: str) -> None:
        """An answer to a question about a condition, or a condition told without being asked."""
        memory = turn.memory
        entry = turn.release.procedure(memory.topic)
        if entry is None:
            clarify(turn)
        elif value == "resume":
            if not go_on(turn, entry):
                clarify(turn)
        elif value == "told":
            asks = set(turn.reading.understanding.aspects) - {"eligibility"}
            if asks:
                answer_procedure(turn, str(entry["code"]), turn.reading.understanding.aspects)
            elif memory.conditions.get("current") and meant(turn, entry) is entry:
                take_answer(turn, entry)
            else:
                answer_procedure(turn, str(entry["code"]), memory.aspects or ["documents"])
        elif memory.conditions.get("current"):
            take_answer(turn, entry)
        else:
            clarify(turn)


def _keep_on_offer(turn: Turn) -> None:
    """Another of the choices may still be taken, also instead of answering what is asked now."""
    before = {k: v for k, v in (turn.pending_before or {}).items() if k != "plan"}
    # the choices of a condition that was asked in between are not those that were offered
    waited = before.get("kind") == "condition"
    choices = list((before.get("instead") if waited else before.get("choices")) or ())
    if turn.memory.pending is None:
        turn.memory.pending = {**before, "kind": "chosen", "choices": choices}
    else:
        turn.memory.pending["instead"] = choices


class Deny(ReplyAction):
    """ "Không phải": the visitor takes back the last answer or declines an offer."""

    action_name = "action_deny"

    def answer(self, turn: Turn) -> None:
        _ = turn.translate
        if pauses(turn.reading.text):
            turn.memory.pending = turn.pending_before
            turn.say(_("Dạ vâng, anh/chị cứ thong thả ạ."))
            return
        if gives_up_ticket(turn.reading.text):
            turn.say(
                _("Dạ vâng, anh/chị không cần làm gì thêm, quầy gọi mà vắng người thì gọi số sau.")
            )
            return
        named = [code for code in understood(turn) if code != turn.memory.topic]
        if named and len(tokens(turn.reading.text)) > 3:
            answer_or_ask(turn)
            return
        pending = turn.pending_before or {}
        if pending.get("kind") in {"offer", "choices"} or not _corrects(turn):
            turn.say(_("Dạ vâng. Anh/chị cần gì thêm cứ nói với em ạ."))
            return
        if turn.memory.candidates:
            codes, turn.memory.candidates = turn.memory.candidates, []
            turn.say(_("Dạ, em xin lỗi. Có phải anh/chị hỏi một trong các việc này không ạ?"))
            offer_procedures(turn, codes, _("Anh/chị cần việc nào ạ?"), staff=True, aloud=True)
            return
        if turn.memory.topic is not None or pending:
            turn.say(
                _("Dạ, em xin lỗi em hiểu chưa đúng. Anh/chị nói lại tên việc cần làm giúp em ạ.")
            )
            turn.outcome = "clarified"
            return
        turn.say(_("Dạ vâng ạ."))


_CORRECTING = frozenset(
    ["phai", "dung", "sai", "nham", "lon", "y", "khac", "wrong", "not", "mean", "meant",
     "incorrect", "other", "that", "this"]
)  # fmt: skip


def _corrects(turn: Turn) -> bool:
    """ "Không phải" takes the answer back; a bare "không" or "thôi" wants nothing more."""
    payload = turn.reading.payload
    if rejects(turn.reading.text):
        return True
    return payload is not None or bool(_CORRECTING & set(tokens(turn.reading.text)))
