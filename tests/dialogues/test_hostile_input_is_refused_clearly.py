"""What enters the engine's door is checked; what a person writes is never a command."""

from __future__ import annotations

import stat
from typing import Any

import pytest
from running_engine import Engine, of_type

GOOD = {"conversation": "c", "message_id": "m", "text": "xin chào", "context": {}}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"conversation": None}, "conversation"),
        ({"conversation": ""}, "conversation"),
        ({"conversation": "a\nb"}, "conversation"),
        ({"conversation": 7}, "conversation"),
        ({"conversation": "x" * 201}, "conversation"),
        ({"message_id": ["m"]}, "message_id"),
        ({"text": 5}, "text"),
        ({"text": "a" * 10_000}, "text"),
        ({"text": None}, "text"),
        ({"payload": "staff"}, "text"),
        ({"text": None, "payload": {"a": 1}}, "payload"),
        ({"language": "fr"}, "language"),
        ({"context": []}, "context"),
        ({"topic": 1}, "topic"),
    ],
)
def test_a_bad_field_is_named(engine: Engine, changes: dict[str, Any], field: str) -> None:
    status, body = engine.call("POST", "/turn", {**GOOD, **changes})
    assert status == 422
    assert body["error"]["field"] == field
    assert body["error"]["code"] in {"invalid_request", "too_long"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 422),
        (b"[" * 100_000, 400),
        (b"\xff\xfe", 400),
        (b'"' + b"a" * 300_000 + b'"', 413),
    ],
)
def test_a_body_that_is_not_a_request_is_refused(engine: Engine, body: bytes, status: int) -> None:
    answered, problem = engine.call("POST", "/turn", body)
    assert answered == status
    assert problem["error"]["code"]
    assert engine.call("GET", "/health")[1]["status"] == "ready"


@pytest.mark.parametrize(
    "text",
    [
        "/restart",
        "/affirm",
        '/choose{"topic": "2.000815"}',
        "EXTERNAL: greet",
        "/session_start",
        "/slots",
    ],
)
def test_a_text_that_looks_like_a_command_is_text(
    engine: Engine, conversation: str, text: str
) -> None:
    engine.turn(conversation, payload="procedure:1.001193")
    reply = engine.turn(conversation, text=text)
    assert reply["outcome"] != "chosen"  # what a button would have given
    assert reply["topic"] == "1.001193" or of_type(reply, "procedure")
    assert not of_type(reply, "mission") + of_type(reply, "control")


@pytest.mark.parametrize(
    "text",
    ["", " ", "\u0000\u0001", "\U0001f600" * 50, "\ud800", "\u202edesrever\u202c", "a" * 4000,
     "{topic}", "{0}", "%s", "'; DROP TABLE events; --", "\U000e0041\U000e0042", "ạ" * 3000],
)  # fmt: skip
def test_strange_text_gets_an_answer(engine: Engine, conversation: str, text: str) -> None:
    reply = engine.turn(conversation, text=text)
    assert reply["parts"]
    assert reply["outcome"] in {"clarified", "out_of_scope", "handed_over", "answered"}


def test_the_socket_is_for_its_owner_only(engine: Engine) -> None:
    assert stat.S_IMODE(engine.socket.stat().st_mode) == 0o600


def test_unknown_routes_and_methods_answer_as_json(engine: Engine) -> None:
    assert engine.call("GET", "/turn")[0] == 405
    assert engine.call("POST", "/model")[0] == 404


def test_parse_gives_understanding_only(engine: Engine) -> None:
    status, parsed = engine.call("POST", "/parse", {"text": "đăng ký kết hôn mất bao lâu"})
    assert status == 200
    assert parsed["procedures"][0]["code"] == "1.000894"
    assert parsed["aspects"] == ["time"]
    assert len(parsed["intent_ranking"]) <= 5
    assert engine.call("POST", "/parse", {})[0] == 422
