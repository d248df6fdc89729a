"""Sentences for people: Vietnamese in the source, other languages from `.po` files.

The files are read as they are, so there is nothing to compile and nothing to forget to compile.
"""

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from assistant.errors import Language


@cache
def translation(folder: Path, domain: str, language: Language) -> gettext.NullTranslations:
    """The sentences of `folder/locale/<language>/LC_MESSAGES/<domain>.po`."""
    if language == "vi":
        return gettext.NullTranslations()
    path = folder / "locale" / language / "LC_MESSAGES" / f"{domain}.po"
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
