"""What the centre wrote itself (parking, wifi) is answered in its words, and swallows nothing."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from running_engine import CONTEXT, Engine, said

from dialogues.faq import Faqs

TODAY = date(2026, 11, 23)
WIFI: dict[str, Any] = {
    "id": "wifi",
    "question": {"vi": "Mật khẩu wifi là gì?", "en": "What is the wifi password?"},
    "answer": {"vi": "Mạng Khach không cần mật khẩu.", "en": "The network Khach has none."},
    "variants": ["ở đây có wifi không", "cho xin pass wifi"],
}
PARKING: dict[str, Any] = {
    "id": "gui-xe",
    "question": {"vi": "Gửi xe có mất tiền không?", "en": None},
    "answer": {"vi": "Gửi xe không mất tiền.", "en": None},
    "variants": ["giữ xe bao nhiêu tiền"],
}
SIGNING: dict[str, Any] = {
    "id": "ai-ky",
    "question": {"vi": "Ai ký?", "en": None},
    "answer": {"vi": "Chủ tịch ký.", "en": None},
    "variants": [],
}
WITH = {**CONTEXT, "faqs": [WIFI, PARKING, SIGNING]}


def recognised(reply: dict[str, Any]) -> str | None:
    return next((part["faq"] for part in reply["parts"] if part.get("faq")), None)


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("Mật khẩu wifi là gì?", "wifi"),
        ("mat khau wifi la gi", "wifi"),
        ("em ơi wifi ở đây pass là gì vậy", "wifi"),
        ("what's the wi-fi password", "wifi"),
        ("gửi xe có mất tiền không", "gui-xe"),
        ("cho bác hỏi giữ xe bao nhiêu tiền hả cháu", "gui-xe"),
        ("ai ký", "ai-ky"),
    ],
)
def test_a_question_is_recognised_in_other_words(
    engine: Engine, conversation: str, text: str, id_: str
) -> None:
    reply = engine.turn(conversation, text=text, context=WITH)
    assert recognised(reply) == id_
    assert reply["outcome"] == "answered"
    assert reply["understanding"]["intent"] == "ask_faq"
    assert reply["understanding"]["procedures"] == []


@pytest.mark.parametrize(
    "text",
    [
        "gửi xe ở đâu",
        "đăng ký xe máy mất bao nhiêu tiền",
        "đăng ký khai sinh bao nhiêu tiền",
        "ai ký giấy khai sinh",
        "tôi mất xe máy",
        "lệ phí bao nhiêu",
        "mất giấy khai sinh thì làm sao",
        "",
    ],
)
def test_what_the_desk_knows_better_is_not_swallowed(
    engine: Engine, conversation: str, text: str
) -> None:
    if text:
        assert recognised(engine.turn(conversation, text=text, context=WITH)) is None
    engine.turn(conversation, payload="procedure:1.001193", context=WITH)
    reply = engine.turn(conversation, text="hết bao nhiêu tiền", context=WITH)
    assert recognised(reply) is None
    assert reply["topic"] == "1.001193"


def test_it_is_said_with_courtesy_in_the_visitors_language(
    engine: Engine, conversation: str
) -> None:
    reply = engine.turn(conversation, text="gửi xe có mất tiền không", context=WITH)
    assert said(reply) == "Dạ, gửi xe không mất tiền."
    reply = engine.turn(conversation, text="what's the wifi password", context=WITH)
    assert said(reply) == "The network Khach has none."
    reply = engine.turn(conversation + "2", text="cho xin pass wifi", context=WITH)
    assert said(reply) == "Dạ, Mạng Khach không cần mật khẩu."
    reply = engine.turn(conversation, payload="faq:unknown", context=WITH)
    assert recognised(reply) is None


def test_it_is_an_aside_and_leaves_the_topic_open(engine: Engine, conversation: str) -> None:
    engine.turn(conversation, payload="procedure:1.001193", context=WITH)
    reply = engine.turn(conversation, text="wifi mật khẩu gì", context=WITH)
    assert recognised(reply) == "wifi"
    assert reply["topic"] == "1.001193"


def test_out_of_its_dates_it_is_not_there(engine: Engine, conversation: str) -> None:
    over = {**CONTEXT, "faqs": [{**WIFI, "valid_until": CONTEXT["now"][:10]}]}
    assert recognised(engine.turn(conversation, text="cho xin pass wifi", context=over))
    over["faqs"] = [{**WIFI, "valid_until": "2020-01-01"}]
    assert not recognised(engine.turn(conversation, text="cho xin pass wifi", context=over))


def test_a_release_without_any_has_none(tmp_path: Path) -> None:
    assert Faqs.load(tmp_path, ["Đăng ký khai sinh"]).nearest("wifi", TODAY) is None
    (tmp_path / "faqs.json").write_text(json.dumps({"faqs": [WIFI]}), encoding="utf-8")
    found = Faqs.load(tmp_path, ["Đăng ký khai sinh"]).nearest("mật khẩu wifi", TODAY)
    assert found is not None
    assert found[0].id == "wifi"


@given(st.text(max_size=60), st.lists(st.text(min_size=1, max_size=30), max_size=5))
def test_any_text_is_compared(text: str, wordings: list[str]) -> None:
    faqs = Faqs(_names=3).instead([{**WIFI, "variants": wordings}])
    found = faqs.nearest(text, TODAY)
    assert found is None or 0.0 <= found[1] <= 1.0 + 1e-9
    for wording in wordings:
        own = faqs.nearest(wording, TODAY)
        assert own is None or own[1] > 0.99
