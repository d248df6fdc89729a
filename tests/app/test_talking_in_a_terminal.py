"""`./letan chat`: one line out for every line in; errors are lines as well."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from desk_fixtures import publish_release

from assistant.channels.terminal import chat
from assistant.settings import Settings


def typed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data), "utf-8"))


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


async def test_every_line_gets_one(
    settings: Settings,
    fault: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await publish_release(settings, "first")
    said = 'xin chào\n\n{"text": "hello", "language": "en"}\n{"text": 5}\n{bad\n'.encode()
    typed(monkeypatch, said + b"\xff\xfe\n" + b"x" * 3000 + b"\nkh\xc3\xb4ng xu\xe1\xbb\x91ng")
    capsys.readouterr()
    assert await chat(settings, json_lines=True, language="en") == 0
    answers = lines(capsys)
    assert [answer.get("error", {}).get("code") for answer in answers] == [
        None,
        None,
        "input_invalid",
        "json_invalid",
        None,
        "text_too_long",
        None,
    ]
    assert answers[0]["parts"][0]["text"] == "xin chào"
    assert answers[1]["language"] == "en"
    assert answers[-1]["parts"][0]["text"] == "không xuống"
    assert len({answer["conversation"] for answer in answers if "conversation" in answer}) == 1


async def test_without_a_release_the_reason_is_a_line(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, b"xin chao\n")
    assert await chat(settings, json_lines=True, language="en") == 1
    (answer,) = lines(capsys)
    assert "./letan train" in answer["error"]["detail"]


async def test_without_a_server_the_reason_is_a_line(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, b"xin chao\n")
    assert await chat(settings, json_lines=True, url="http://127.0.0.1:9") == 1
    assert lines(capsys)[0]["error"]["code"] == "server_unreachable"


async def test_people_see_sentences(
    settings: Settings,
    fault: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await publish_release(settings, "first")
    typed(monkeypatch, "xin chào\n😀\n".encode())
    assert await chat(settings, json_lines=False, language="vi") == 0
    shown = capsys.readouterr().out
    assert "Lễ Tân: xin chào" in shown
    assert "em chưa hiểu" in shown
