"""What is said can be listened to, and whoever reads English is told nothing in codes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from running_engine import CONTEXT, Engine, of_type, said

from dialogues.legal import law_named, source_told
from dialogues.phrases import translator
from dialogues.release import Release
from dialogues.sections import Card, document_items, legal_basis, tells_apart

CODE = re.compile(r"(?<![\d.])\d\.\d{6}(?!\d)")
VIETNAMESE = re.compile(
    "[ăâđêôơưáàảãạấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộúùủũụứừửữựýỳỷỹỵ]", re.IGNORECASE
)


@pytest.fixture(scope="module")
def release(trained: Path) -> Release:
    return Release.load(trained, "r1")


def cards(release: Release) -> list[Card]:
    return [
        Card(entry, language, translator(language), "")
        for entry in release.procedures.values()
        for language in ("vi", "en")
    ]


def test_what_tells_twins_apart_is_told_without_codes(release: Release) -> None:
    told = [tells_apart(card, lambda code: f"name of {code[-2:]}") for card in cards(release)]
    assert sum(map(bool, told)) > 700
    assert [text for text in told if CODE.search(text)] == []


def test_papers_are_named_without_codes(release: Release) -> None:
    titles = [item["title"] for card in cards(release) for item in document_items(card) or ()]
    assert len(titles) > 2000
    assert [title for title in titles if re.search(r"\(\d\.\d{6}\)", title)] == []


def test_laws_have_english_names(release: Release) -> None:
    lines = [
        line
        for card in cards(release)
        if card.language == "en"
        for line in legal_basis(card)["lines"]
    ]
    assert len(lines) > 1500
    words = [word for line in lines for word in re.findall(r"[^\W\d_]+", line)]
    assert {w for w in words if not w.isupper() and VIETNAMESE.search(w)} == set()


def test_sources_are_told_in_english(release: Release) -> None:
    dates = [entry.get("source_date") for entry in release.procedures.values()]
    told = [source_told(date, "en") or "" for date in dates]
    words = {word for text in told for word in re.findall(r"[^\W\d_]+", text)}
    assert {w for w in words if not w.isupper() and VIETNAMESE.search(w)} == set()
    assert [source_told(date, "vi") for date in dates] == dates


@pytest.mark.parametrize(
    ("law", "vi", "en"),
    [
        ("123/2015/NĐ-CP", "Nghị định 123/2015/NĐ-CP", "Decree 123/2015/NĐ-CP"),
        ("66.7/2025/NQ-CP", "Nghị quyết 66.7/2025/NQ-CP", "Resolution 66.7/2025/NQ-CP"),
        ("Luật Rồng 1/2030/QH20", "Luật Rồng 1/2030/QH20", "Luật Rồng 1/2030/QH20"),
    ],
)
def test_a_sign_alone_is_told_with_its_kind(law: str, vi: str, en: str) -> None:
    assert law_named(law, "vi") == vi
    assert law_named(law, "en") == en


def heard(part: dict[str, Any]) -> str:
    return str(part.get("speech") or part["text"])


def test_who_only_listens_hears_the_choices(engine: Engine, conversation: str) -> None:
    reply = engine.turn(conversation, text="hộ kinh doanh")
    (offered,) = of_type(reply, "choices")
    aloud = heard(of_type(reply, "text")[-1])
    for number, choice in enumerate(offered["choices"], 1):
        assert f"{number}, {' '.join(choice['title'].split()[:4])}" in aloud
    assert "1, " not in said(reply)


def test_papers_are_heard_without_their_small_print(engine: Engine, conversation: str) -> None:
    reply = engine.turn(conversation, text="đăng ký kết hôn cần giấy tờ gì")
    first = of_type(reply, "text")[0]
    assert "(" in first["text"]
    assert "(" not in heard(first)


def test_the_courtesy_is_said_once_a_reply(engine: Engine, conversation: str) -> None:
    reply = engine.turn(conversation, text="Đăng ký khai sinh cần giấy tờ gì? Nhà vệ sinh ở đâu?")
    texts = [part["text"] for part in of_type(reply, "text")]
    assert sum(text.startswith("Dạ") for text in texts) <= 1


@pytest.mark.parametrize("text", ["end a guardianship", "demolish house permit", "fire! help!"])
def test_short_english_is_answered_in_english(engine: Engine, conversation: str, text: str) -> None:
    assert engine.turn(conversation, text=text)["language"] == "en"


def test_all_that_a_visitor_says_to_have_is_not_called_checked(
    engine: Engine, conversation: str
) -> None:
    engine.turn(conversation, text="đăng ký khai tử")
    reply = engine.turn(conversation, payload="checklist:start")
    for _ in range(12):
        if of_type(reply, "checklist")[0]["done"]:
            break
        reply = engine.turn(conversation, payload="have:yes")
    assert "theo lời anh/chị" in said(reply)
    again = engine.turn(conversation, text="còn thiếu gì không")
    assert of_type(again, "checklist")[0]["done"]


def test_a_sentence_that_ends_with_a_time_has_one_full_stop(
    engine: Engine, conversation: str
) -> None:
    closed = {"open": False, "opens_at": "2026-11-23T13:00:00+07:00", "waiting": 0}
    context = {**CONTEXT, "counters": dict.fromkeys(CONTEXT["counters"], closed)}
    engine.turn(conversation, payload="procedure:1.001193", language="en")
    reply = engine.turn(conversation, text="take me to the counter", context=context)
    assert "1:00 p.m." in said(reply)
    assert ".." not in said(reply)
