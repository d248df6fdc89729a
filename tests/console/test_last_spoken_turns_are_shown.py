"""The console's last twenty spoken turns: for the operator alone, with times and without words."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.main import create_app
from assistant.settings import Settings
from assistant.voice.timings import KEPT_TURNS, VoiceTimings

TOKEN = "the-operators-token-of-this-test"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(data_dir=tmp_path, operator_token=TOKEN)
    with TestClient(create_app(settings), "http://127.0.0.1", follow_redirects=False) as client:
        yield client


def log_in(client: TestClient) -> None:
    headers = {"Origin": "http://127.0.0.1"}
    answer = client.post("/console/login", data={"token": TOKEN}, headers=headers)
    assert answer.status_code == 303


def speak(client: TestClient, outcome: str, wait: float | None = None) -> None:
    timings: VoiceTimings = client.app.state.voice_timings  # type: ignore[attr-defined]
    turn = timings.begin("vi")
    if wait is not None:
        turn.mark("speech_end", ago=wait)
        turn.mark("first_audio")
    turn.end(outcome)


def test_without_the_token_there_is_only_the_login(client: TestClient) -> None:
    assert client.get("/console/voice").headers["location"].startswith("/console/login?next=")


def test_each_turn_is_a_row_and_the_wait_is_told(client: TestClient) -> None:
    log_in(client)
    empty = client.get("/console/voice?lang=vi").text
    assert "Từ khi khởi động chưa có ai nói với máy." in empty
    for number in range(KEPT_TURNS + 3):
        speak(client, "answered", wait=0.5 + number / 100)
    speak(client, "rejected_noise")
    page = client.get("/console/voice?lang=vi").text
    assert "20 lượt nói gần nhất" in page
    assert "một nửa số lượt trong 0,63 s, lâu nhất 0,72 s" in page
    assert page.count("Đã trả lời") == KEPT_TURNS - 1
    assert page.count("Chỉ có tiếng ồn hoặc nghe không rõ") == 1
    assert re.search(r"half of the turns within 0\.63 s", client.get("/console/voice?lang=en").text)


def test_the_first_page_leads_there(client: TestClient) -> None:
    log_in(client)
    assert "voice?lang=vi" in client.get("/console/?lang=vi").text
