"""The sentences of the pages about questions and about files: translations of their own."""

from pathlib import Path

from assistant.console import wording
from assistant.errors import Language
from assistant.translations import translation

_FOLDER = Path(__file__).parent


def say(language: Language, text: str, **values: object) -> str:
    """Of this list, else of the console's."""
    found = translation(_FOLDER, "faq", language).gettext(text)
    if found == text:
        return wording.say(language, text, **values)
    return found.format(**values) if values else found
