"""What is said without asking the dialogue engine."""

from assistant.conversation.schemas import nothing_understood
from assistant.conversation.wording import say
from assistant.engine.client import TurnReply
from assistant.errors import Language


def rephrase(language: Language) -> TurnReply:
    """To a message without words."""
    sentence = say(
        language,
        "Dạ, em chưa hiểu ý anh/chị. Anh/chị viết hoặc nói bằng lời giúp em, "
        "ví dụ: “Đăng ký khai sinh cần giấy tờ gì?”",
    )
    parts = [{"type": "text", "text": sentence}]
    return TurnReply(language, "clarified", nothing_understood(), parts, None)


def thanks_for_comment(language: Language) -> TurnReply:
    """To the word that a visitor leaves beside the judgement; it is no question to answer."""
    sentence = say(language, "Dạ, em cảm ơn anh/chị đã góp ý ạ.")
    parts = [{"type": "text", "text": sentence}]
    return TurnReply(language, "answered", nothing_understood("feedback"), parts, None)


def only_two_languages(language: Language | None) -> TurnReply:
    """To whoever writes in another script: so that either language can be read."""
    first = language or "en"
    sentences = [
        say(first, "Dạ, em chỉ hiểu tiếng Việt và tiếng Anh ạ."),
        say("en" if first == "vi" else "vi", "Dạ, em chỉ hiểu tiếng Việt và tiếng Anh ạ."),
    ]
    parts = [{"type": "text", "text": sentence} for sentence in sentences]
    understood = nothing_understood("out_of_scope") | {"out_of_scope": True}
    return TurnReply(first, "out_of_scope", understood, parts, None)
