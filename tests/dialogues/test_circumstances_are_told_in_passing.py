"""What people tell in passing is matched to an entry's cases: general wording, negation, ages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from running_engine import ROOT

from dialogues.circumstances import lists, tell
from dialogues.condition_answers import condition_told
from dialogues.conditions import MOST_QUESTIONS, exclusive, named_cases, questions
from dialogues.memory import Memory
from dialogues.release import Release
from dialogues.twins import twin
from dialogues.understanding import Understanding


@pytest.fixture(scope="module")
def release(trained: Path) -> Release:
    return Release.load(trained, "r1")


@pytest.mark.parametrize(
    ("code", "text", "held"),
    [
        ("1.001193", "con em đẻ rơi ở nhà", ["c1"]),
        ("1.001193", "con em de roi o nha", ["c1"]),
        ("1.001193", "the baby was born at home", ["c1"]),
        ("1.001193", "cháu sinh trong bệnh viện", []),
        ("1.001193", "đăng ký khai sinh tại nhà được không", []),
        ("1.001193", "có cần giấy ủy quyền không", []),
        ("1.001193", "bà ngoại đi khai thay bố mẹ", ["c5"]),
        ("1.001193", "bé được bốn tháng rồi", ["c3"]),
        ("1.001193", "bé được mười ngày rồi", []),
        ("2.000635", "em xin giùm bà nội em", ["c1"]),
        ("2.000635", "xem giúp em với", []),
        ("2.002516", "làm giúp mẹ", []),
        ("2.002516", "nộp giúp hàng xóm", ["c1"]),
        ("1.000894", "em chưa ly hôn", []),
        ("1.000894", "anh ấy từng ly hôn bên Đài Loan", ["c4"]),
        ("1.000894", "vợ trước của tôi mất rồi", ["c2"]),
        ("1.000894", "vợ tôi làm mất giấy", []),
        ("2.000806", "không phải người nước ngoài", []),
        ("2.000806", "chồng em quốc tịch Pháp", ["c1"]),
        ("1.116410", "cháu 9 tuổi", ["c2"]),
        ("1.116410", "cháu trên 14 tuổi, làm lần đầu", ["c1"]),
        ("1.014027", "bà 72 tuổi thuộc hộ nghèo", ["c3"]),
        ("1.014027", "bà 78 tuổi thuộc hộ nghèo", []),
        ("2.000693", "em nghỉ việc rồi", ["c1"]),
    ],
)
def test_a_case_is_named_by_what_it_means(
    release: Release, code: str, text: str, held: list[str]
) -> None:
    assert list(named_cases(release.procedures[code], text).holds) == held


def test_the_wording_of_a_case_names_it(release: Release) -> None:
    """Over the whole catalogue: whoever says a condition as it is written is understood."""
    missed = []
    for entry in release.procedures.values():
        for case in entry.get("cases") or ():
            said = re.sub(r"\([^)]*\)", "", case["if"]["vi"])
            named = named_cases(entry, said)
            held = [c for c in entry["cases"] if str(c["id"]) in named.holds]
            if str(case["id"]) not in named.holds and not any(exclusive(c, case) for c in held):
                missed.append((entry["code"], said))
    total = sum(len(entry.get("cases") or ()) for entry in release.procedures.values())
    assert len(missed) <= 0.2 * total, missed


def test_questions_that_name_no_circumstance_hold_none(release: Release) -> None:
    plain = ["cần giấy tờ gì", "lệ phí bao nhiêu", "mấy ngày có", "nộp ở đâu", "what is the fee"]
    for entry in release.procedures.values():
        for text in plain:
            assert named_cases(entry, text).holds == (), (entry["code"], text)


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    told = tell(text)
    assert not told.holds & told.denied
    assert told.holds <= set(lists().circumstances)


def test_few_questions_each_about_something_that_changes(release: Release) -> None:
    for entry in release.procedures.values():
        asked = questions(entry, frozenset(), ["documents"])
        ids = [case for question in asked for case in question.cases]
        assert len(ids) == len(set(ids))
        by_id = {str(case["id"]): case for case in entry.get("cases") or ()}
        for case in ids:
            drops = [p for p in by_id[case]["documents_drop"] if p["id"]]
            assert by_id[case]["documents_add"] or drops, (entry["code"], case)
    assert MOST_QUESTIONS <= 4


def test_every_question_is_in_both_languages() -> None:
    for one in lists().circumstances.values():
        assert one.question is None or all(one.question[language] for language in ("vi", "en"))
        assert one.wins is None or one.wins in lists().circumstances
        assert one.group is None or all(lists().groups[one.group][x] for x in ("vi", "en"))


@pytest.mark.parametrize(
    ("code", "text", "meant"),
    [
        ("1.000894", "bạn trai em là người Hàn Quốc", "2.000806"),
        ("1.001193", "vợ tôi người Lào", "2.000528"),
        ("2.000806", "không, không phải người nước ngoài", "1.000894"),
        ("1.000894", "chồng em là người lao động tự do", None),
        ("1.004222", "chồng tôi người Nhật", None),
    ],
)
def test_a_foreign_spouse_means_the_twin(
    release: Release, code: str, text: str, meant: str | None
) -> None:
    found = twin(release.procedures[code], text, release)
    assert (found and found["code"]) == meant


def answered(release: Release, code: str, cases: list[str], said: str) -> str | None:
    memory = Memory(topic=code, pending={"kind": "condition", "cases": cases, "choices": []})
    payload = condition_told(said, memory, release, Understanding())
    return None if payload is None else f"{payload.kind}:{payload.value}"


@pytest.mark.parametrize(
    ("cases", "said", "meaning"),
    [
        (["c5"], "ừ", "condition:yes"),
        (["c5"], "Dạ vâng ạ", "condition:yes"),
        (["c5"], "không phải", "condition:no"),
        (["c5"], "không rõ nữa", "condition:unsure"),
        (["c5"], "ông nội đi", "case:c5"),
        (["c5"], "bố mẹ đi", "condition:no"),
        (["c1", "c2", "c7"], "sinh ở viện", "condition:no"),
        (["c1", "c2", "c7"], "mang thai hộ", "case:c7"),
        (["c4"], "no, we are married", "condition:no"),
        (["c4"], "bình thường thôi", "condition:none"),
        (["c4"], "lệ phí bao nhiêu", None),
        (["c4"], "nhà vệ sinh ở đâu", None),
    ],
)
def test_a_question_is_answered_in_many_ways(
    release: Release, cases: list[str], said: str, meaning: str | None
) -> None:
    assert answered(release, "1.001193", cases, said) == meaning


def test_circumstances_hold_no_fact() -> None:
    """Codes, amounts and laws belong to the catalogue."""
    content = (ROOT / "dialogues" / "circumstances.yml").read_text(encoding="utf-8")
    assert not re.search(r"\d\.\d{6}|\d{3}\.000|NĐ-CP|TT-", content)
