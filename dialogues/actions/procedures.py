"""Which procedure is meant: answer, ask back with a few choices, or hand over to a person."""

from __future__ import annotations

from collections.abc import Sequence

from dialogues.actions.answers import answer_procedure
from dialogues.actions.conditions import meant
from dialogues.actions.offering import confidence, offer_procedures, understood
from dialogues.actions.several import answer_several
from dialogues.actions.spoken_beside import say_beside
from dialogues.actions.staff import where_staff_are
from dialogues.actions.turn import ReplyAction, Turn
from dialogues.substance import called_alike, called_broadly
from dialogues.two_ways import two_ways
from dialogues.wording import tokens

SURE = 0.6
"""Confidence from which a procedure named in passing ("quầy làm khai sinh ở đâu") replaces the open
one."""
FAINT = 0.3
"""Confidence below which a question about an aspect is taken for a follow-up to the open
procedure."""
CLEAR, LEAD = 0.7, 0.25
"""Confidence, and distance to the next, from which no question is asked although several match: the
others stay candidates for "không phải"."""
GUESS = 0.12
"""Confidence below which a single procedure is offered and not answered."""


def named_surely(turn: Turn) -> str | None:
    """The procedure that a message about something else names; without an open one less is
    enough."""
    codes = understood(turn)
    understanding = turn.reading.understanding
    if not codes or understanding.ambiguous:
        return None
    if turn.memory.topic is None or codes[0] == turn.memory.topic:
        return codes[0]
    if confidence(turn, codes[0]) < SURE:
        return None
    # what matched must have been said: "go" in "which counter should I go to" is not "khai thác gỗ"
    alias = set(tokens(understanding.procedures[0].matched or ""))
    said = alias & set(tokens(turn.reading.text))
    return codes[0] if not alias or 2 * len(said) >= len(alias) else None


def clarify(turn: Turn) -> None:
    """Not understood: one question with the nearest procedures; the second time in a row a
    person."""
    _ = turn.translate
    turn.memory.unsure += 1
    if turn.memory.unsure >= 2:
        told = _("Dạ, em chưa hiểu được ý anh/chị.")
        hand_over(turn, "not_understood", f"{told} {where_staff_are(turn)}")
        return
    turn.memory.aspects = list(turn.reading.understanding.aspects)
    codes = understood(turn)
    if codes:
        prompt = _("Anh/chị hỏi việc nào dưới đây ạ?")
        turn.say(_("Dạ, em chưa chắc ý anh/chị. Anh/chị chọn giúp em hoặc nói rõ hơn ạ."))
    else:
        ranked = (p for p in turn.release.procedures.values() if p.get("rank") is not None)
        codes = [str(p["code"]) for p in sorted(ranked, key=lambda p: p["rank"])][:3]
        prompt = _("Những việc hay được hỏi:")
        turn.say(
            _(
                "Dạ, em chưa hiểu. Anh/chị nói tên thủ tục giúp em, ví dụ: đăng ký khai "
                "sinh cần giấy tờ gì?"
            )
        )
    offer_procedures(turn, codes, prompt, staff=True, aloud=bool(understood(turn)))


def hand_over(turn: Turn, reason: str, text: str) -> None:
    turn.say(text)
    turn.parts.append({"type": "handoff", "reason": reason})
    turn.memory.unsure = 0
    turn.outcome = "handed_over"


NAMED = 0.9
"""Confidence from which no general word is seen in a procedure's name."""


def answer_or_ask(turn: Turn) -> None:
    """Answer the procedure that the message names, or ask which one is meant."""
    understanding = turn.reading.understanding
    codes = understood(turn)
    best = confidence(turn, codes[0]) if codes else 0.0
    if turn.memory.topic and understanding.aspects and best < FAINT:
        answer_procedure(turn, turn.memory.topic, understanding.aspects)
        return
    if best < GUESS:
        clarify(turn)
        return
    alike = _of_one_word(turn, codes)
    open_between = _two_ways(turn, codes[0])
    if alike or open_between:
        turn.memory.aspects = list(understanding.aspects) if open_between else []
        turn.memory.unsure = 0
        turn.say(_several(turn))
        prompt = turn.translate("Anh/chị cần việc nào ạ?")
        offer_procedures(turn, alike or open_between, prompt, aloud=True)
        turn.memory.pending = {**(turn.memory.pending or {}), "likely": True}
        return
    second = confidence(turn, codes[1]) if len(codes) > 1 else 0.0
    clear = best >= CLEAR and best - second >= LEAD
    if understanding.ambiguous and len(codes) > 1 and not clear:
        told = str(meant(turn, turn.release.procedures[codes[0]])["code"])
        if told != codes[0] and told in codes:
            # "my baby was born here, I am American": the message tells which of the twins it is
            answer_procedure(turn, told, understanding.aspects)
            return
        _ = turn.translate
        turn.memory.aspects = list(understanding.aspects)
        turn.memory.unsure = 0
        turn.say(_several(turn))
        offer_procedures(turn, codes, _("Anh/chị cần việc nào ạ?"), aloud=True)
        turn.memory.pending = {**(turn.memory.pending or {}), "likely": True}
        return
    answer_procedure(turn, codes[0], understanding.aspects)


def _several(turn: Turn) -> str:
    return turn.translate("Dạ, có mấy việc gần giống nhau. Anh/chị cần việc nào ạ?")


def _two_ways(turn: Turn, code: str) -> list[str]:
    """Choices for a need with two ways, unless one is chosen or open already."""
    decided = turn.reading.payload is not None or turn.reading.chosen or code == turn.memory.topic
    return [] if decided else two_ways(turn.reading.text, code, turn.release.procedures)


def _of_one_word(turn: Turn, codes: Sequence[str]) -> list[str]:
    """The procedures that a bare general word names, those most asked for first.

    None when the message surely names one of them, or none of those that it sounds like.
    """
    if turn.reading.payload is not None or turn.reading.chosen:
        return []
    if codes and codes[0] == turn.memory.topic:
        return []
    surely = bool(codes) and confidence(turn, codes[0]) >= NAMED
    shared = called_broadly if surely else called_alike
    alike = shared(turn.reading.text, turn.release.procedures.values())
    return alike if codes and codes[0] in alike else []


class AnswerProcedure(ReplyAction):
    action_name = "action_answer_procedure"

    def answer(self, turn: Turn) -> None:
        if turn.reading.together is not None:
            answer_several(turn, turn.reading.together)
            return
        answer_or_ask(turn)


class AnswerAspect(ReplyAction):
    """A follow-up that leans on the open procedure."""

    action_name = "action_answer_aspect"

    def answer(self, turn: Turn) -> None:
        payload = turn.reading.payload
        understanding = turn.reading.understanding
        aspects = [payload.value] if payload and payload.value else list(understanding.aspects)
        topic = turn.release.canonical(turn.memory.topic)
        if payload is None and topic is not None and say_beside(turn, topic, aspects):
            return
        if payload is None and self._goes_on(turn, aspects):
            return
        if (
            payload is None
            and understood(turn)
            and (topic is None or understanding.ambiguous is False)
        ):
            codes = understood(turn)
            if topic is None or codes[0] != topic:
                answer_or_ask(turn)
                return
        if topic is None:
            _ask_which(turn, aspects)
            return
        answer_procedure(turn, topic, aspects)

    @staticmethod
    def _goes_on(turn: Turn, aspects: Sequence[str]) -> bool:
        """The visitor goes on asking instead of choosing: the likeliest is answered by its name,
        the others stay on offer."""
        offered, named = _offered_before(turn), understood(turn)
        if not offered or (named and confidence(turn, named[0]) >= SURE):
            return False
        answer_procedure(turn, offered[0], aspects)
        offer_procedures(turn, offered[1:], _other_prompt(turn), staff=True)
        turn.outcome, turn.answered = "answered", [(offered[0], confidence(turn, offered[0]))]
        return True


def _offered_before(turn: Turn) -> list[str]:
    """Likely procedures among which the last reply asked to choose."""
    pending = turn.pending_before or {}
    if pending.get("kind") != "choices" or not pending.get("likely"):
        return []
    payloads = (str(choice["payload"]) for choice in pending.get("choices") or ())
    return [p.removeprefix("procedure:") for p in payloads if p.startswith("procedure:")]


def _other_prompt(turn: Turn) -> str:
    return turn.translate("Nếu anh/chị hỏi việc khác:")


def _ask_which(turn: Turn, aspects: Sequence[str]) -> None:
    _ = turn.translate
    turn.memory.unsure += 1
    if turn.memory.unsure >= 2:
        clarify(turn)
        return
    turn.memory.aspects = list(aspects)
    ranked = (p for p in turn.release.procedures.values() if p.get("rank") is not None)
    codes = [str(p["code"]) for p in sorted(ranked, key=lambda p: p["rank"])][:3]
    turn.say(_("Dạ, anh/chị hỏi về thủ tục nào ạ?"))
    offer_procedures(turn, codes, _("Những việc hay được hỏi:"), staff=True)


class Clarify(ReplyAction):
    action_name = "action_clarify"

    def answer(self, turn: Turn) -> None:
        clarify(turn)
