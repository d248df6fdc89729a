"""What is said when it is not sure what was heard: a question with choices, the menu, a person."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.errors import Language
from assistant.voice.wording import say
from speech.engines import Transcript

SURE_WORDS = 0.8
"""Confidence of the words from which they are answered as they are. Measured (VietASR): people's
Vietnamese 0.93 to 1.0; English taken for Vietnamese 0.44 to 0.71, eSpeak NG's 0.47 to 0.78."""
PLAUSIBLE = 0.5
"""Confidence below which words are babble or another language: nothing is answered. Measured
(VietASR): people's Vietnamese 0.88 to 1.0, English and Korean 0.36 to 0.74 (docs/speech.md)."""
LIKELY_WORDS = 0.65
"""Confidence of the words from which a plain meaning is answered unasked. Measured (VietASR):
babble of two to six voices 0.00 to 0.71, nine of ten below 0.56."""
HEARD_BY_CHANCE = 0.56
"""Confidence below which doubtful words that name no procedure, and that nobody pressed a button
for, are the hall's: nine of ten sentences of babble."""
SURE_MEANING = 0.8
"""Confidence of the procedure, or of another intent, from which doubtful words are answered."""
ASKED_ABOUT = 0.25
"""Confidence of the procedure from which it is worth asking whether it was meant."""
MOST_GUESSES = 3
PLAIN_WORDS = 0.9
"""Confidence from which words are something else than the answer that they sound like."""
SURE_ANSWER = 0.75
"""Probability from which an expected answer is taken for given."""
ANSWER_BY_CHANCE = 0.3
POSSIBLE_ANSWER = 0.2
"""Probability up to which it was said by chance; less for whoever pressed the button. From there on
the question is asked once more."""

_YES = re.compile(
    r"(?:dạ |vâng |ừ )*(?:đúng|phải|vâng|dạ|ừ|có|chính xác|chuẩn|rồi|được|đồng ý|ok|okay)"
    r"(?: rồi| vậy| thế| em| ạ)*"
    r"|(?:yes|yeah|yep|right|that s right|correct|sure|of course|okay|ok)(?: please| thanks)?"
)
_NO = re.compile(
    r"(?:dạ |ồ |à )*(?:không|không phải|không đúng|sai|chưa đúng|đâu có)(?: rồi| vậy| đâu| em| ạ)*"
    r"|(?:no|nope|not that|wrong)(?: thanks| thank you| please)?"
)
_ASKED = {
    "documents": "cần giấy tờ gì",
    "fee": "lệ phí bao nhiêu",
    "time": "mất bao lâu",
    "place": "nộp ở đâu",
    "online": "nộp qua mạng được không",
    "eligibility": "ai được làm",
    "steps": "làm thế nào",
    "result": "nhận được kết quả gì",
    "legal_basis": "căn cứ pháp lý nào",
    "form": "dùng mẫu đơn nào",
}


_GO_ON: dict[Language, str] = {
    "en": "Anh/chị có muốn nói chuyện bằng tiếng Anh không ạ?",
    "vi": "Anh/chị có muốn nói chuyện bằng tiếng Việt không ạ?",
}


@dataclass(frozen=True, slots=True)
class Guess:
    """A procedure that may have been meant."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Question:
    """What the desk asks back, and what a "yes" stands for."""

    parts: list[dict[str, Any]]
    meant: str
    """The text that is answered after a "yes"."""
    language: Language
    """Of the conversation after a "yes"."""


def agrees(text: str) -> bool | None:
    """Whether an answer is yes or no; None when it is something else."""
    said = " ".join(re.sub(r"[^\w\s]", " ", text.lower()).split())
    return True if _YES.fullmatch(said) else False if _NO.fullmatch(said) else None


def answer_of(text: str, heard: Transcript, *, expected: bool) -> bool | None:
    """Whether a question was answered by yes or no; None where it is not known, or not sure.

    ``expected``: the recogniser knew of the question; else a single word is rarely sure."""
    said, least = agrees(text), SURE_WORDS if expected else PLAUSIBLE
    if said is not None and (heard.confidence is None or heard.confidence >= least):
        return said
    if heard.answer_confidence >= SURE_ANSWER and heard.answer in ("yes", "no"):
        return heard.answer == "yes"
    return None


def sure_of(parsed: dict[str, Any]) -> bool:
    """Whether the meaning is plain although the words were not."""
    if parsed.get("out_of_scope") or parsed.get("ambiguous"):
        return False
    procedures = parsed.get("procedures") or []
    if procedures:
        return bool(procedures[0]["confidence"] >= SURE_MEANING)
    intent = parsed.get("intent") or {}
    known = intent.get("name") in _PLAIN_INTENTS
    return known and float(intent.get("confidence") or 0.0) >= SURE_MEANING


def agreed(meanings: Sequence[dict[str, Any]]) -> bool:
    """Whether the first of the meanings is plain, and no other one that is plain differs."""
    plain = [parsed for parsed in meanings if sure_of(parsed)]
    return bool(plain) and plain[0] is meanings[0] and len({_meant(one) for one in plain}) == 1


def moves(parsed: dict[str, Any]) -> bool:
    """Whether a robot would start, or a ticket be drawn: never upon doubtful words."""
    return (parsed.get("intent") or {}).get("name") in _MOVING


def of_the_desk(meanings: Sequence[dict[str, Any]]) -> bool:
    """Whether it is something else than a procedure that is asked for, and worth asking about."""
    if not meanings or meanings[0].get("out_of_scope") or meanings[0].get("procedures"):
        return False
    intents = [parsed.get("intent") or {} for parsed in meanings]
    sure = [i for i in intents if float(i.get("confidence") or 0.0) >= SURE_MEANING]
    names = {intent.get("name") for intent in sure if intent.get("name") in _ASKED_AT_A_DESK}
    return bool(sure) and sure[0] is intents[0] and names == {intents[0].get("name")}


def ranked(meanings: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those whose procedure is worth asking about, plain ones first."""
    found = [
        parsed
        for parsed in meanings
        if (parsed.get("procedures") or [{"confidence": 0.0}])[0]["confidence"] >= ASKED_ABOUT
    ]
    return sorted(found, key=lambda parsed: not sure_of(parsed))


def _meant(parsed: dict[str, Any]) -> str:
    procedures = parsed.get("procedures") or []
    return str(procedures[0]["code"] if procedures else (parsed.get("intent") or {}).get("name"))


_PLAIN_INTENTS = (
    {"find_counter", "find_place", "lead_me", "take_ticket", "centre_info", "thank", "goodbye"}
    | {"ask_aspect", "affirm", "deny", "repeat", "slower", "louder", "choose"}
)  # fmt: skip
"""Of a few words each; the others are what noise is taken for."""


_MOVING = frozenset({"lead_me", "take_ticket"})
_ASKED_AT_A_DESK = _MOVING | {
    *("find_counter", "find_place", "centre_info", "ask_aspect", "talk_to_staff"),
    *("repeat", "slower", "louder"),
}


def did_you_mean(guesses: Sequence[Guess], aspects: Sequence[str], language: Language) -> Question:
    """ "Dạ, anh/chị hỏi về …, phải không ạ?" with the next guesses and "no" beside it."""
    first = guesses[0]
    asked = [say(language, _ASKED[aspect]) for aspect in aspects if aspect in _ASKED]
    meant = " ".join([first.name, ", ".join(asked)]).strip()
    text = say(language, "Dạ, anh/chị hỏi về {name}, phải không ạ?").format(name=first.name)
    choices = [
        {"title": say(language, "Đúng ạ"), "payload": meant},
        *(
            {"title": guess.name, "payload": f"procedure:{guess.code}"}
            for guess in guesses[1:MOST_GUESSES]
        ),
        {"title": say(language, "Không phải"), "payload": "deny"},
    ]
    return Question([_text(text), _choices(text, choices)], meant, language)


def did_you_want(heard: str, parsed: dict[str, Any], language: Language) -> Question:
    """The same before a robot leads or a ticket is drawn; a "yes" stands for what was heard."""
    places = [
        str(entity.get("text") or "")
        for entity in parsed.get("entities") or ()
        if entity.get("entity") in ("place", "counter")
    ]
    if (parsed.get("intent") or {}).get("name") == "take_ticket":
        text = say(language, "Dạ, anh/chị muốn lấy số thứ tự, phải không ạ?")
    elif len(places) == 1 and places[0]:
        text = say(language, "Dạ, anh/chị muốn em dẫn đến {place}, phải không ạ?")
        text = text.format(place=places[0])
    else:
        text = say(language, "Dạ, anh/chị muốn em dẫn đường, phải không ạ?")
    choices = [
        {"title": say(language, "Đúng ạ"), "payload": heard},
        {"title": say(language, "Không phải"), "payload": "deny"},
    ]
    return Question([_text(text), _choices(text, choices)], heard, language)


def did_you_say(heard: str, language: Language) -> Question:
    """The same for what else is asked at a desk ("quầy số hai ở đâu")."""
    text = say(language, "Dạ, anh/chị nói “{heard}”, phải không ạ?").format(heard=heard)
    choices = [
        {"title": say(language, "Đúng ạ"), "payload": heard},
        {"title": say(language, "Không phải"), "payload": "deny"},
    ]
    return Question([_text(text), _choices(text, choices)], heard, language)


def other_language(heard: str, language: Language) -> Question:
    """Whether to go on in ``language``, asked in it."""
    text = say(language, _GO_ON[language])
    before: Language = "vi" if language == "en" else "en"
    choices = [
        {"title": say(language, "Có ạ"), "payload": f"language:{language}"},
        {"title": say(language, "Không ạ"), "payload": f"language:{before}"},
    ]
    return Question([_text(text), _choices(text, choices)], heard, language)


def menu(usual: Sequence[Guess], language: Language) -> list[dict[str, Any]]:
    """Twice not understood: what people come for most, and a person."""
    text = say(
        language,
        "Dạ, em vẫn chưa nghe rõ, em xin lỗi anh/chị. Anh/chị chạm một mục trên màn hình, "
        "hoặc gặp cán bộ ở bàn hướng dẫn ạ.",
    )
    choices = [
        *({"title": guess.name, "payload": f"procedure:{guess.code}"} for guess in usual),
        {"title": say(language, "Gặp cán bộ"), "payload": "staff"},
    ]
    return [_text(text), _choices(text, choices), {"type": "handoff", "reason": "not_understood"}]


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _choices(prompt: str, choices: list[dict[str, str]]) -> dict[str, Any]:
    return {"type": "choices", "prompt": prompt, "choices": choices}
