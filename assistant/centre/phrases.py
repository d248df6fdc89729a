"""Sentences for people: Vietnamese in the source, English in `locale/en/LC_MESSAGES/centre.po`."""

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from assistant.centre.model import Text
from assistant.errors import Language

_LOCALE = Path(__file__).parent / "locale"


@cache
def _english() -> gettext.GNUTranslations:
    compiled = BytesIO()
    with (_LOCALE / "en" / "LC_MESSAGES" / "centre.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale="en"))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def say(language: Language, source: str, **values: object) -> str:
    """The sentence in a language, its ``{names}`` filled in."""
    text = source if language == "vi" else _english().gettext(source)
    return text.format(**values) if values else text


def both(source: str, **values: object) -> Text:
    """The sentence in both languages; a `Text` among the values is taken in each language."""
    return Text(_fill("vi", source, values), _fill("en", source, values))


def _fill(language: Language, source: str, values: dict[str, object]) -> str:
    return say(
        language,
        source,
        **{k: v.get(language) if isinstance(v, Text) else v for k, v in values.items()},
    )
