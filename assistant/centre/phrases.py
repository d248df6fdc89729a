"""Sentences for people: Vietnamese in the source, English in `locale/en/LC_MESSAGES/centre.po`."""

from pathlib import Path

from assistant.centre.model import Text
from assistant.errors import Language
from assistant.translations import translation

_FOLDER = Path(__file__).parent


def say(language: Language, source: str, **values: object) -> str:
    """The sentence in a language, its ``{names}`` filled in."""
    text = translation(_FOLDER, "centre", language).gettext(source)
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
