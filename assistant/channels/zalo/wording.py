"""What the channel itself says to citizens; the English is in `locale/`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assistant.errors import Language
from assistant.translations import translation

_FOLDER = Path(__file__).parent


def say(language: Language, source: str, **values: object) -> str:
    """A sentence of the catalogue in a language, its ``{names}`` filled in."""
    text = translation(_FOLDER, "zalo", language).gettext(source)
    return text.format(**values) if values else text


def language_of(name: object) -> Language:
    return "en" if name == "en" else "vi"


def told(pair: Mapping[str, Any] | None, language: Language) -> str:
    """A text kept in both languages; Vietnamese where nobody has translated it."""
    return str((pair or {}).get(language) or (pair or {}).get("vi") or "")


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def full_stop(text: str) -> str:
    text = capital(text.strip())
    return text if not text or text.endswith((".", "!", "?", "…", ":")) else text + "."
