"""Sentences in the visitor's language: gettext, source strings Vietnamese, English in `locale/en`.

The .po file is read at start; no compiled file is needed.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parent / "locale"
Translate = Callable[[str], str]


@lru_cache(maxsize=4)
def _translations(language: str) -> NullTranslations:
    path = LOCALE / language / "LC_MESSAGES" / "dialogues.po"
    if not path.is_file():
        return NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def translator(language: str) -> Translate:
    """`gettext` for "vi" (the source) or "en"."""
    return _translations(language).gettext


def localised(value: Any, language: str) -> str:
    """A fact's text in the language; the other one when it has no such text, "" for nothing.

    Facts are `{"vi", "en"}` or plain Vietnamese.
    """
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return str(value.get(language) or value.get("vi") or value.get("en") or "")
    return str(value)


def money(amount: int, language: str) -> str:
    """`8.000 đồng` or `VND 8,000`."""
    grouped = f"{amount:,}"
    return f"VND {grouped}" if language == "en" else grouped.replace(",", ".") + " đồng"
