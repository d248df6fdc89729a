"""The regression set stays a yardstick: nothing that is trained on is one of its questions."""

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.releases.evaluation_files import read_dialogues, read_questions
from assistant.releases.regression import MOST_DIALOGUES, MOST_QUESTIONS, sample
from assistant.settings import ROOT

DATA = ROOT / "data"
QUESTIONS = DATA / "questions"
_FEWEST_WORDS = 5
"""Of a conversation's turn: shorter ones ("thế còn phí?") are everybody's, not a tester's."""
_SHORT_QUESTIONS = 2
"""Greetings and the like, by words."""


def folded(text: str) -> str:
    """Letters and digits in one case, without accents or punctuation."""
    bare = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    return " ".join(re.findall(r"\w+", re.sub(r"[\u0300-\u036f]", "", bare)))


def texts(value: Any) -> Iterator[str]:
    """Every text in a YAML document, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(key)
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def taught() -> dict[str, str]:
    """Everything that training may see, folded, with the file that it stands in."""
    found: dict[str, str] = {}
    for room in ("nlu", "lexicon", "procedures", "centre"):
        for path in sorted((DATA / room).rglob("*.y*ml")):
            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
            document = yaml.load(path.read_text("utf-8"), loader)
            for text in texts(document):
                found.setdefault(folded(text), path.relative_to(ROOT).as_posix())
    return found


def asked() -> dict[str, str]:
    """Every question and every turn of the set, folded, with its id."""
    found = {
        folded(row["text"]): str(row["id"])
        for path in sorted(QUESTIONS.glob("*.jsonl"))
        for row in read_questions(path).rows
        if len(row["text"].split()) > _SHORT_QUESTIONS
    }
    for path in sorted(QUESTIONS.glob("*.yaml")):
        for dialogue in read_dialogues(path).rows:
            for turn in dialogue["turns"]:
                if len(turn["user"].split()) >= _FEWEST_WORDS:
                    found[folded(turn["user"])] = str(dialogue["id"])
    return found


def test_no_phrasing_is_a_question_of_the_regression_set() -> None:
    seen = taught()
    assert len(seen) > 5000
    assert {f"{id_} in {seen[text]}" for text, id_ in asked().items() if text in seen} == set()


def test_folding_sees_through_accents_case_and_punctuation() -> None:
    assert folded("Đăng ký KHAI SINH, ở đâu?!") == folded("dang ky khai sinh o dau")


def test_the_set_is_whole() -> None:
    known = set()
    for path in (DATA / "procedures").rglob("*.yaml"):
        known |= set(re.findall(r"\b(?:\d\.\d{6}|x-[a-z0-9-]+)\b", path.read_text("utf-8")))
    rows = [row for path in QUESTIONS.glob("*.jsonl") for row in read_questions(path, known).rows]
    assert len(rows) == len({row["id"] for row in rows}) >= 500
    assert {row["slice"] for row in rows} >= {"plain", "twins", "followup", "out_of_scope"}
    for path in QUESTIONS.glob("*.jsonl"):
        assert read_questions(path, known).left_out == []
    for path in QUESTIONS.glob("*.yaml"):
        assert read_dialogues(path, known).left_out == []
    assert len(rows) <= MOST_QUESTIONS
    assert MOST_DIALOGUES >= 24


@pytest.mark.parametrize("most", [1, 12, 100, 519, 520, 600])
def test_a_sample_is_always_the_same_whatever_the_order(most: int) -> None:
    rows = [json.loads(line) for path in sorted(QUESTIONS.glob("*.jsonl")) for line in _lines(path)]
    chosen = sample(rows, most)
    assert len(chosen) <= most
    again = sample(rows[::-1], most)
    if most >= len({r["slice"] for r in rows}):
        assert {r["id"] for r in again} == {r["id"] for r in chosen}
        assert {r["slice"] for r in chosen} == {r["slice"] for r in rows}


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()
