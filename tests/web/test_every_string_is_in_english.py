"""What the pages say in Vietnamese exists in English, with the same blanks to fill in."""

import re

from babel.messages.pofile import read_po

from assistant.web import endpoints

WEB = endpoints._HERE
_CALL = re.compile(r'\b(?:t|N_)\(\s*"((?:[^"\\]|\\.)*)"')
_MARKUP = re.compile(r'data-t(?:-label|-placeholder)?="([^"]*)"')
_BLANK = re.compile(r"\{\w+\}")


def sources() -> set[str]:
    found: set[str] = set()
    for script in WEB.glob("static/js/**/*.js"):
        found.update(_CALL.findall(script.read_text(encoding="utf-8")))
    for page in WEB.glob("pages/*.html"):
        found.update(_MARKUP.findall(page.read_text(encoding="utf-8")))
    return found


def english() -> dict[str, str]:
    with (WEB / "locale/en/LC_MESSAGES/web.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale="en") if m.id}


def test_every_source_string_is_translated() -> None:
    known = english()
    assert len(sources()) > 150
    assert [text for text in sorted(sources()) if not known.get(text)] == []


def test_no_translation_is_left_over() -> None:
    assert sorted(set(english()) - sources()) == []


def test_blanks_agree() -> None:
    wrong = {s: e for s, e in english().items() if set(_BLANK.findall(s)) != set(_BLANK.findall(e))}
    assert wrong == {}


def test_no_vietnamese_letter_is_left_in_english() -> None:
    assert [e for e in english().values() if re.search("[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệ]", e)] == []
