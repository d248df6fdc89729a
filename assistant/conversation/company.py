"""What a visitor who is being led answers to the robot: still following, no more, slower, please.

Understood here, word by word, while the robot stands and asks: it needs no dialogue engine.
"""

import re
import unicodedata

from assistant.conversation.schemas import nothing_understood
from assistant.conversation.wording import say
from assistant.engine.client import TurnReply
from assistant.errors import Language, LetanError
from assistant.robots.service import Fleet

_POLITE = r"(?:dạ|vâng|ừ|ờ|à|có|rồi|em ơi|ok|okay)"
_END = r"(?: (?:em|nha|nhé|ạ|đây|mà|đi|chứ|luôn|please|thanks|thank you))*"
_YES = re.compile(
    rf"(?:{_POLITE} )*(?:dạ|vâng|ừ|ờ|có|còn|vẫn còn|còn theo|vẫn theo|đang theo|còn đây|vẫn đây"
    r"|tôi đây|bác đây|cô đây|chú đây|ông đây|bà đây|anh đây|chị đây"
    r"|(?:tôi|bác|cô|chú|ông|bà|anh|chị|mình)(?: vẫn| còn| đang)* (?:theo|đi theo|ở đây)"
    r"|theo đây|đi tiếp|tiếp tục|được|đồng ý|ok|okay)"
    rf"{_END}"
    r"|(?:yes|yeah|yep|sure|of course|ok|okay|i am|i m here|i am here|still here|go on|continue)"
    r"(?: please| i am| thanks| thank you)*"
)
_NO = re.compile(
    rf"(?:(?:dạ|à|ồ|ờ) )*(?:thôi|không|không cần|thôi khỏi|khỏi|không theo|không đi)"
    rf"(?: (?:không cần|khỏi|nữa|đâu|theo|cần|rồi))*{_END}"
    r"|(?:no|nope|not any ?more|no need)(?: thanks| thank you| please)*"
)
_SLOWER = re.compile(
    r"(?:em ơi |dạ |này |robot ơi )?(?:em |robot )?(?:đi |chạy )?"
    r"(?:chậm|chậm lại|chậm chậm|chậm thôi|chậm hơn|từ từ|từ từ thôi)"
    r"(?: (?:lại|thôi|hơn|một chút|chút|tí|một tí|với|giùm|giúp|em|đi|nhé|nha|ạ"
    r"|tôi|bác|cô|chú|ông|bà|anh|chị|mình))*"
    r"|(?:please )?(?:go |walk |drive )?(?:slower|more slowly|slow down)(?: please)?"
)
_NOT_WORDS = re.compile(r"[^\w\s]|_")


class Companion:
    """Hands a visitor's answer to the robot that leads."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    async def reply(
        self, robot: str | None, text: str | None, payload: str | None, language: Language
    ) -> TurnReply | None:
        """The reply when the message was meant for the robot that leads; None: it was not."""
        if robot is None:
            return None
        try:
            mission = self._fleet.robot(robot).mission
            if mission is None or mission.ended or mission.kind != "lead":
                return None
            if mission.question is not None:
                following = _following(text, payload)
                if following is not None:
                    self._fleet.answer(robot, following, mission.question.id, "visitor")
                    sentence = "Dạ, vâng ạ." if following else "Dạ, em hiểu rồi ạ."
                    return _reply(language, sentence, "affirm" if following else "deny")
            if text is not None and _SLOWER.fullmatch(_plain(text)):
                await self._fleet.set_pace(robot, "elderly", "visitor")
                return _reply(language, "Dạ, em đi chậm lại ạ.", "slower")
        except LetanError:  # the question has just ended, or no robots run: it is a turn like any
            return None
        return None


def _following(text: str | None, payload: str | None) -> bool | None:
    if payload is not None:
        return {"affirm": True, "deny": False}.get(payload)
    plain = _plain(text or "")
    return True if _YES.fullmatch(plain) else False if _NO.fullmatch(plain) else None


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFC", text[:80]).lower()
    return " ".join(_NOT_WORDS.sub(" ", text).split())


def _reply(language: Language, sentence: str, intent: str) -> TurnReply:
    parts = [
        {"type": "text", "text": say(language, sentence)},
        {"type": "control", "action": "company", "value": intent},
    ]
    return TurnReply(language, "answered", nothing_understood(intent), parts, None)
