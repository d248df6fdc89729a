"""How it speaks: again, slower, louder, in which language, with which voice, or not at all."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialogues.actions.answers import answer_procedure
from dialogues.actions.checklist import ask_again
from dialogues.actions.places import tell_way
from dialogues.actions.procedures import answer_or_ask, offer_procedures, understood
from dialogues.actions.turn import Part, ReplyAction, Turn
from dialogues.voices import wanted_voice
from dialogues.wording import fold, tokens


class Repeat(ReplyAction):
    action_name = "action_repeat"
    keeps_question = True

    def answer(self, turn: Turn) -> None:
        again = [
            p for p in turn.last_parts if p.get("type") not in {"control", "mission", "ticket"}
        ]
        if not again:
            turn.say(turn.translate("Dạ, em chưa nói gì ạ. Anh/chị cần hỏi gì?"))
            return
        if _SLOWLY & set(tokens(turn.reading.text)):
            turn.control("slower")
        if _LOUDLY.search(" ".join(tokens(turn.reading.text))):
            turn.control("louder")
        turn.control("repeat")
        shown = next((p for p in again if p.get("type") == "procedure"), None)
        if turn.last_language not in {None, turn.language} and _said_anew(turn, again):
            return
        turn.parts += [dict(part) for part in again]
        if shown is not None:
            turn.answered = [(str(shown["code"]), 1.0)]
            turn.aspects = list(shown.get("asked") or ())


_SLOWLY = frozenset({"cham", "slow", "slower", "slowly"})
_LOUDLY = re.compile(
    r"\b(?:(?:noi|doc|nhac|bat|mo)(?: lai)? (?:to|lon|that to)\b(?! (?:khai|don|giay|phieu|trinh))"
    r"|to (?:len|hon)|lon (?:tieng|len|hon)|loud(?:er|ly)?|speak up|volume)\b"
)


def _said_anew(turn: Turn, parts: Sequence[Part]) -> bool:
    """Say the last reply in the language that is now spoken; False when there is no fact in it."""
    pending = turn.memory.pending
    done = False
    for part in parts:
        kind = part.get("type")
        if kind == "procedure":
            answer_procedure(turn, str(part["code"]), part.get("asked") or ())
            done = True
        elif kind == "checklist" and part.get("of") == "documents" and turn.memory.checklist:
            ask_again(turn)
            return True
        elif kind == "route" and not done:
            tell_way(turn, str(part["to"]))
            done = True
        elif kind == "choices" and not done:
            codes = [
                str(c["payload"]).removeprefix("procedure:")
                for c in part.get("choices") or ()
                if str(c["payload"]).startswith("procedure:")
            ]
            if codes:
                staff = any(c["payload"] == "staff" for c in part["choices"])
                turn.say(turn.translate("Anh/chị cần việc nào ạ?"))
                offer_procedures(turn, codes, turn.translate("Anh/chị cần việc nào ạ?"), staff)
                done = True
    if done and pending is not None and turn.memory.pending is None:
        turn.memory.pending = pending
    return done


class Slower(ReplyAction):
    action_name = "action_slower"
    keeps_question = True

    def answer(self, turn: Turn) -> None:
        turn.control("slower")
        turn.say(turn.translate("Dạ, em nói chậm lại ạ."))


class Louder(ReplyAction):
    action_name = "action_louder"
    keeps_question = True

    def answer(self, turn: Turn) -> None:
        turn.control("louder")
        turn.say(turn.translate("Dạ, em nói to hơn ạ."))


class ChangeLanguage(ReplyAction):
    action_name = "action_change_language"

    def answer(self, turn: Turn) -> None:
        payload = turn.reading.payload
        voice = wanted_voice(turn.reading.text) if payload is None else None
        if voice is not None:
            turn.memory.pending = turn.pending_before
            turn.control("voice", voice)
            turn.say(_in_voice(turn, voice))
            return
        if payload is not None and payload.value in {"vi", "en"}:
            wanted = str(payload.value)
        else:
            wanted = _named_language(turn.reading.text) or ("vi" if turn.language == "en" else "en")
        turn.language = turn.memory.language = wanted
        turn.control("language", wanted)
        understanding = turn.reading.understanding
        asked = set(understanding.aspects) - {"eligibility", "online"}
        if payload is None and (asked or understood(turn)):
            # "Trả lời tiếng Việt giúp tôi: cần giấy tờ gì?" asks something as well
            answer_or_ask(turn)
            return
        turn.say(turn.translate("Dạ, từ giờ em nói tiếng Việt ạ."))
        last = next((p for p in turn.last_parts if p.get("type") == "procedure"), None)
        if payload is None and last is not None and turn.memory.topic == last.get("code"):
            # what was just answered was not understood in the other language
            answer_procedure(turn, str(last["code"]), last.get("asked") or ())


def _in_voice(turn: Turn, voice: str) -> str:
    _ = turn.translate
    return {
        "south": _("Dạ, từ giờ em nói giọng miền Nam ạ."),
        "central": _("Dạ, từ giờ em nói giọng miền Trung ạ."),
        "north": _("Dạ, từ giờ em nói giọng miền Bắc ạ."),
    }[voice]


def _named_language(text: str) -> str | None:
    """The language that is named last ("she speaks no Vietnamese, can you speak English")."""
    folded = fold(text)
    named = {
        "vi": max(folded.rfind(w) for w in ("tieng viet", "vietnamese")),
        "en": max(folded.rfind(w) for w in ("tieng anh", "english")),
    }
    last = max(named, key=lambda language: named[language])
    return last if named[last] >= 0 else None


class Stop(ReplyAction):
    action_name = "action_stop"

    def answer(self, turn: Turn) -> None:
        turn.control("stop")
        turn.say(turn.translate("Dạ, em dừng lại rồi ạ."))
        turn.outcome = "stopped"
