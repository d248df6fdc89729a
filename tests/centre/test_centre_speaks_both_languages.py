"""Every sentence of the room has an English translation with the same blanks."""

import ast
import re
from pathlib import Path
from string import Formatter

from babel.messages.pofile import read_po

from assistant.centre.live import spoken_call

ROOM = Path(__file__).resolve().parents[2] / "assistant" / "centre"
VIETNAMESE = re.compile(
    r"[ăâđêôơưàáạảãèéẹẻẽìíịỉĩòóọỏõùúụủũỳýỵỷỹấầậẩẫắằặẳẵếềệểễốồộổỗớờợởỡứừựửữ]", re.I
)


def _catalogue() -> dict[str, str]:
    with (ROOM / "locale/en/LC_MESSAGES/centre.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale="en") if m.id}


def _sources() -> set[str]:
    """Literals that reach `say` and `both`: arguments and tables of sentences.

    Not docstrings, and not f-strings: those are errors, which carry both languages themselves.
    """
    found: set[str] = set()
    for name in ("hours.py", "directions.py", "wayfinding.py", "live.py"):
        tree = ast.parse((ROOM / name).read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Expr | ast.JoinedStr):
                for inner in ast.iter_child_nodes(node):
                    if isinstance(inner, ast.Constant):
                        inner.value = None
        for node in ast.walk(tree):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and VIETNAMESE.search(text):
                found.add(text)
    return found


def test_every_sentence_is_translated() -> None:
    catalogue = _catalogue()
    assert {text for text in _sources() if not catalogue.get(text)} == set()
    assert len(_sources()) > 20


def test_no_translation_is_left_over() -> None:
    assert set(_catalogue()) - {" và "} <= _sources() | {" và "}


def test_translations_keep_the_blanks() -> None:
    for source, english in _catalogue().items():
        names = [{f for _, f, _, _ in Formatter().parse(text) if f} for text in (source, english)]
        assert names[0] == names[1], source


def test_a_call_is_spoken_in_words() -> None:
    assert spoken_call(10001, "10") == {
        "vi": "Mời số mười nghìn không trăm linh một đến quầy số mười.",
        "en": "Number one zero zero zero one, please go to counter 10.",
    }
    assert not any(char.isdigit() for char in spoken_call(4105, "4")["vi"])
