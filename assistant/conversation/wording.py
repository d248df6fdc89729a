"""What people write, made safe; and the sentences that the application itself says."""

import re
import unicodedata
from pathlib import Path

from assistant.errors import Language, LetanError
from assistant.translations import translation

MOST_CHARACTERS = 2000

_TERMINAL_ORDER = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_STACKED_MARKS = re.compile("[\u0300-\u036f]{4,}")
_MANY_MARKS = re.compile("[\u0300-\u036f]{3,}")
"""A Vietnamese letter has two marks at most."""
_ONE_LETTER = re.compile(r"([^\W\d])\1{3,}")

_ASSISTANT = Path(__file__).parent.parent


def clean(text: str, field: str = "text") -> str:
    """NFC, one line, no control or invisible characters, no marks heaped on a letter.

    `field`: what an error names. Raises LetanError `text_empty`, `text_too_long`.
    """
    if len(text) > MOST_CHARACTERS:
        raise LetanError(
            "text_too_long",
            422,
            f"Câu hỏi dài {len(text)} ký tự; nhiều nhất là {MOST_CHARACTERS} ký tự.",
            f"The message has {len(text)} characters; at most {MOST_CHARACTERS} are taken.",
            field=field,
            remedy_vi="Rút ngắn câu hỏi, hoặc gửi thành nhiều câu.",
            remedy_en="Shorten it, or send it in several messages.",
        )
    text = unicodedata.normalize("NFC", _TERMINAL_ORDER.sub(" ", text))
    kept = "".join(map(_visible, text))
    if _STACKED_MARKS.search(kept):
        bare = _MANY_MARKS.sub("", unicodedata.normalize("NFD", kept))
        kept = unicodedata.normalize("NFC", bare)
    cleaned = " ".join(kept.split())
    if not cleaned:
        raise LetanError(
            "text_empty",
            422,
            "Câu hỏi đang để trống.",
            "The message is empty.",
            field=field,
            remedy_vi=f"Viết câu hỏi vào trường '{field}'.",
            remedy_en=f"Write the question into the field '{field}'.",
        )
    return cleaned


def has_words(text: str) -> bool:
    """Whether there is anything to understand: a letter or a digit, not one letter held down."""
    return any(character.isalnum() for character in text) and not _ONE_LETTER.fullmatch(text)


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cf", "Co", "Cs", "Cn"):
        return ""
    return " " if category in ("Cc", "Zl", "Zp", "Zs") else character


def say(language: Language, source: str, **values: object) -> str:
    """A sentence of the catalogue in a language, its ``{names}`` filled in."""
    text = translation(_ASSISTANT, "assistant", language).gettext(source)
    return text.format(**values) if values else text
