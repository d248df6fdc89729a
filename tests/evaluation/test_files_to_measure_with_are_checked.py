"""A broken file measures nothing and is told by line and field; unknown names are left out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as some

from assistant.errors import LetanError
from assistant.releases.evaluation import check_files, write_report
from assistant.releases.evaluation_files import ASPECTS, read_dialogues, read_questions
from assistant.settings import ROOT

Write = Callable[..., Path]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "x" * 2001}, "text"),
        ({"text": "\ud800"}, "text"),
        ({"id": None}, "id"),
        ({"accept": [1.001193]}, "accept"),
        ({"aspects": "fee"}, "aspects"),
        ({"context": "1.001193"}, "context"),
        ({"clarify": "no"}, "clarify"),
        ({"slice": None}, "slice"),
    ],
)
def test_a_wrong_field_is_named(
    write: Write, question: dict[str, Any], changes: dict[str, Any], field: str
) -> None:
    path = write(question, "", json.dumps({**question, "id": "q2", **changes}))
    with pytest.raises(LetanError, match="questions_bad") as raised:
        read_questions(path)
    assert raised.value.field == f"questions.jsonl:3: {field}"
    for told in (raised.value.vi, raised.value.en):
        assert f"questions.jsonl:3: {field}" in told


def test_every_mistake_is_told_at_once(write: Write, question: dict[str, Any]) -> None:
    path = write('{"id": "x"}', question, "{not json", "[1]", {**question, "text": "again"})
    with pytest.raises(LetanError) as raised:
        read_questions(path)
    told = raised.value.en
    for place in (":1: text: missing", ":1: slice", ":3: line: no JSON", ":4: line", ":5: id"):
        assert f"questions.jsonl{place}" in told
    assert "stands in line 2 already" in told


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"\xff\xfe{}", b"[" * 100_000])
def test_files_that_hold_nothing_or_no_text(tmp_path: Path, data: bytes) -> None:
    for name, read, code in (
        ("q.jsonl", read_questions, "questions_bad"),
        ("d.yaml", read_dialogues, "dialogues_bad"),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(LetanError, match=code):
            read(path)
        with pytest.raises(LetanError, match=code):
            read(tmp_path)
        with pytest.raises(LetanError, match=code):
            read(tmp_path / "nowhere")


@given(data=some.binary(max_size=300))
@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_bytes_are_rows_or_a_clear_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(data)
    for read in (read_questions, read_dialogues):
        try:
            assert read(path).rows == []
        except LetanError as error:
            assert error.code in {"questions_bad", "dialogues_bad"}


def test_a_byte_order_mark_and_crlf_are_fine(tmp_path: Path, question: dict[str, Any]) -> None:
    odd = {**question, "id": 2, "text": "a\u2028b"}
    text = "\r\n".join(json.dumps(r, ensure_ascii=False) for r in (question, odd))
    path = tmp_path / "questions.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode() + b"\r\n")
    rows = read_questions(path).rows
    assert [r["id"] for r in rows] == ["q1", "2"]
    assert rows[1]["text"] == "a\u2028b"


@pytest.mark.parametrize(
    ("changes", "field", "named"),
    [
        ({"slice": "plane"}, "slice", "plane"),
        ({"intent": "dance"}, "intent", "dance"),
        ({"aspects": ["fee", "colour"]}, "aspects", "colour"),
        ({"accept": ["9.999999"]}, "accept", "9.999999"),
        ({"procedure": "9.999999"}, "accept", "9.999999"),
        ({"context": {"procedure": "9.999999"}}, "context", "9.999999"),
    ],
)
def test_a_name_that_does_not_exist_leaves_its_row_out(
    write: Write, question: dict[str, Any], changes: dict[str, Any], field: str, named: str
) -> None:
    found = read_questions(write({**question, **changes, "id": "q0"}, question), {"1.001193"})
    assert [r["id"] for r in found.rows] == ["q1"]
    (problem,) = found.left_out
    assert (problem.where, problem.id, problem.field) == ("questions.jsonl:1", "q0", field)
    assert named in problem.what
    assert problem.remedy


def test_one_known_code_is_enough(write: Write, question: dict[str, Any]) -> None:
    """Old and new codes of one procedure stand together."""
    path = write({**question, "accept": ["9.999999", "1.001193"]})
    assert not read_questions(path, {"1.001193"}).left_out


EXPECT = {"procedure": None, "accept": [], "aspects": [], "kind": "smalltalk", "not_contains": []}
TALK = {"id": "v1", "language": "vi", "turns": [{"user": "chào", "expect": EXPECT}]}


@pytest.mark.parametrize(
    ("dialogue", "told"),
    [
        ([], "conversation 1: conversation"),
        ({**TALK, "id": None}, "conversation 1: id"),
        ({**TALK, "language": "fr"}, "conversation 1: language"),
        ({**TALK, "turns": []}, "conversation 1: turns"),
        ({**TALK, "turns": [{"user": "chào"}]}, "turn 1: expect"),
        ({**TALK, "turns": [{"expect": EXPECT}]}, "turn 1: user"),
        ({**TALK, "turns": [{"user": "a", "expect": {**EXPECT, "kind": "?"}}]}, "turn 1: kind"),
        ({**TALK, "turns": [{"user": "a", "expect": {**EXPECT, "accept": [1.5]}}]}, "accept"),
        ({**TALK, "turns": [{"user": "a", "expect": {**EXPECT, "procedure": 1}}]}, "procedure"),
    ],
)
def test_a_wrong_turn_is_named(tmp_path: Path, dialogue: Any, told: str) -> None:
    path = tmp_path / "dialogues.yaml"
    path.write_text(yaml.safe_dump([dialogue]))
    with pytest.raises(LetanError, match="dialogues_bad") as raised:
        read_dialogues(path)
    assert told in raised.value.en


def test_broken_yaml_and_ids_given_twice_are_named(tmp_path: Path) -> None:
    path = tmp_path / "dialogues.yaml"
    path.write_text("- id: v1\n  turns: [}\n")
    with pytest.raises(LetanError) as raised:
        read_dialogues(path)
    assert "dialogues.yaml:2" in raised.value.en
    path.write_text(yaml.safe_dump([TALK, TALK]))
    with pytest.raises(LetanError, match="given twice"):
        read_dialogues(path)


def test_a_conversation_about_an_unknown_code_is_left_out_as_a_whole(tmp_path: Path) -> None:
    odd = {**EXPECT, "accept": ["9.9"], "aspects": ["colour"]}
    unknown = {**TALK, "id": "v2", "turns": [*TALK["turns"], {"user": "a", "expect": odd}]}
    path = tmp_path / "dialogues.yaml"
    path.write_text(yaml.safe_dump([TALK, unknown]))
    found = read_dialogues(path, {"1.1"})
    assert [r["id"] for r in found.rows] == ["v1"]
    assert {(p.where, p.field) for p in found.left_out} == {
        ("dialogues.yaml: v2, turn 2", "accept"),
        ("dialogues.yaml: v2, turn 2", "aspects"),
    }


def test_a_report_that_cannot_be_written_is_known_before_measuring(
    write: Write, question: dict[str, Any], tmp_path: Path
) -> None:
    questions = write(question)
    for target in (tmp_path, tmp_path / "no" / "report.json"):
        with pytest.raises(LetanError, match="report_unwritable"):
            check_files(questions, None, target)
    check_files(questions, None, tmp_path / "report.json")
    write_report({"n": 1}, tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text()) == {"n": 1}
    assert list(tmp_path.glob("*.part")) == []


def test_the_page_names_every_slice_kind_and_aspect() -> None:
    page = (ROOT / "docs" / "evaluation.md").read_text("utf-8")
    from assistant.releases.evaluation_files import KINDS, SLICES

    assert {name for name in (*SLICES, *KINDS, *ASPECTS) if f"`{name}`" not in page} == set()
