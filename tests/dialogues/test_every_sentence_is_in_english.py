"""The English catalogue is complete, and a translation fills the same blanks."""

from __future__ import annotations

import string

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from running_engine import ROOT

from dialogues.phrases import LOCALE, translator


def source_strings() -> set[str]:
    found = extract_from_dir(
        str(ROOT / "dialogues"),
        method_map=[("**.py", "python")],
        keywords={"_": None, "translate": None},
    )
    return {message for _file, _line, message, _comments, _context in found}


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_sentence_is_translated_and_none_is_stale() -> None:
    with (LOCALE / "en" / "LC_MESSAGES" / "dialogues.po").open("rb") as file:
        catalogue = read_po(file, locale="en")
    translated = {str(m.id): str(m.string) for m in catalogue if m.id and m.string}
    assert set(translated) == source_strings()
    for source, english in translated.items():
        assert blanks(source) == blanks(english), source


def test_the_catalogue_is_read_without_compiled_files() -> None:
    assert translator("en")("Miễn phí") == "Free of charge"
    assert translator("vi")("Miễn phí") == "Miễn phí"
    assert not list(LOCALE.rglob("*.mo"))
