"""What the voice itself says to people; never what somebody said."""

from pathlib import Path

from assistant.errors import Language
from assistant.translations import translation
from speech.lexicon import masked_words

_FOLDER = Path(__file__).parent

REJECTED = {
    "silence": "Dạ, em chưa nghe thấy gì ạ. Anh/chị bấm nút micro rồi nói giúp em.",
    "too_short": "Dạ, em nghe chưa kịp ạ. Anh/chị nói lại giúp em một câu trọn vẹn.",
    "noise": "Dạ, em chưa nghe rõ, anh/chị nói lại giúp em ạ.",
    "echo": "Dạ, em nghe thấy chính tiếng của em thôi ạ.",
    "other_language": "Dạ, em chỉ nghe được tiếng Việt và tiếng Anh thôi ạ.",
    "engine": "Dạ, em vừa bị gián đoạn khi nghe, anh/chị nói lại giúp em ạ.",
}
_MASK = "…"


def say(language: Language, source: str) -> str:
    """A sentence of the catalogue in a language."""
    return translation(_FOLDER, "voice", language).gettext(source)


def rejection(reason: str, language: Language) -> str:
    """The polite request to repeat."""
    return say(language, REJECTED.get(reason, REJECTED["noise"]))


def decent(heard: str) -> str:
    """A transcript without words that a recogniser may make of noise and nobody should read.

    Empty when nothing else was heard.
    """
    shown = masked_words().sub(_MASK, heard)
    return " ".join(shown.split()) if any(map(str.isalnum, shown)) else ""
