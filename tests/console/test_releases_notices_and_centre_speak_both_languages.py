"""Every sentence of the pages for releases, notices and the centre has its English."""

import ast
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

CONSOLE = Path(__file__).resolve().parents[2] / "assistant" / "console"
PAGES = sorted([*CONSOLE.glob("release*.py"), *CONSOLE.glob("centre*.py"), CONSOLE / "notices.py"])


def english() -> dict[str, str]:
    with (CONSOLE / "locale/en/LC_MESSAGES/desk.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id}


def told(page: Path) -> set[str]:
    """What is passed to `say(…)` and `say.heading(…)`, and the texts of tables of words."""
    found = set()
    tree = ast.parse(page.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).removeprefix("self.").lstrip(
            "_"
        ) in ("say", "say.heading"):
            found |= {
                each.value
                for argument in node.args
                for each in ast.walk(argument)
                if isinstance(each, ast.Constant) and isinstance(each.value, str)
            }
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            name = ast.unparse(node.targets[0])
            if name.isupper() and name != "_KEYS":
                found |= {
                    each.value
                    for each in node.value.values
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                }
    return {text for text in found if any(letter.isalpha() for letter in text)} - {"done"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_it_is_in_the_catalogue(page: Path) -> None:
    known = english()
    assert sorted(text for text in told(page) if not known.get(text)) == []


def test_both_name_the_same_values() -> None:
    names = string.Formatter().parse
    for text, translated in english().items():
        assert {n for _, n, _, _ in names(text)} == {n for _, n, _, _ in names(translated)}, text
