"""What the voice itself says to people; never what somebody said."""

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from assistant.errors import Language
from speech.lexicon import masked_words

_CATALOGUE = Path(__file__).parent / "locale" / "en" / "LC_MESSAGES" / "voice.po"

REJECTED = {
    "silence": "Dạ, em chưa nghe thấy gì ạ. Anh/chị bấm nút micro rồi nói giúp em.",
    "too_short": "Dạ, em nghe chưa kịp ạ. Anh/chị nói lại giúp em một câu trọn vẹn.",
    "noise": "Dạ, em chưa nghe rõ, anh/chị nói lại giúp em ạ.",
    "engine": "Dạ, em vừa bị gián đoạn khi nghe, anh/chị nói lại giúp em ạ.",
}
_MASK = "…"


@cache
def _english() -> gettext.GNUTranslations:
    compiled = BytesIO()
    with _CATALOGUE.open("rb") as file:
        write_mo(compiled, read_po(file, locale="en"))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def say(language: Language, source: str) -> str:
    """A sentence of the catalogue in a language."""
    return source if language == "vi" else _english().gettext(source)


def rejection(reason: str, language: Language) -> str:
    """The polite request to repeat."""
    return say(language, REJECTED.get(reason, REJECTED["noise"]))


def decent(heard: str) -> str:
    """A transcript without words that a recogniser may make of noise and nobody should read.

    Empty when nothing else was heard.
    """
    shown = masked_words().sub(_MASK, heard)
    return " ".join(shown.split()) if any(map(str.isalnum, shown)) else ""
