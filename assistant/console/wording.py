"""The console's sentences."""

from pathlib import Path

from starlette.requests import HTTPConnection

from assistant import problems
from assistant.errors import Language
from assistant.translations import translation

_FOLDER = Path(__file__).parent


def language_of(connection: HTTPConnection) -> Language:
    """`?lang=` of the address, else what the browser asks for."""
    asked = connection.query_params.get("lang")
    if asked == "vi":
        return "vi"
    if asked == "en":
        return "en"
    return problems.language_of(connection.headers, "vi")


def say(language: Language, text: str, **values: object) -> str:
    found = translation(_FOLDER, "console", language).gettext(text)
    return found.format(**values) if values else found
