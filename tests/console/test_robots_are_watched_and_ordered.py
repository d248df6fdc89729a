"""The console's robots: for the operator alone; state, faults and last commands in words."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.main import create_app
from assistant.settings import Settings

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


def test_without_the_token_there_is_only_the_login(client: TestClient) -> None:
    assert client.get("/console/robots").headers["location"].startswith("/console/login?next=")


def test_the_first_page_leads_there(client: TestClient) -> None:
    log_in(client)
    assert "robots?lang=vi" in client.get("/console/?lang=vi").text


def test_a_stop_is_shown_with_who_asked(client: TestClient) -> None:
    log_in(client)
    before = client.get("/console/robots?lang=vi").text
    assert "Về trạm sạc" in before
    assert "/api/v1/centre/map.png" in before
    assert "resume-robot-1" not in before
    assert client.post("/api/v1/robots/robot-1/stop").status_code == 200
    after = client.get("/console/robots?lang=vi").text
    assert "đang dừng theo lệnh" in after
    assert "resume-robot-1" in after
    assert "commands-robot-1" in after
    assert "đã xác nhận" in after
    english = client.get("/console/robots?lang=en").text
    assert "Send to the dock" in english
    assert "Về trạm sạc" not in english


def test_the_past_is_shown_in_words(client: TestClient) -> None:
    log_in(client)
    operator = {"Authorization": f"Bearer {TOKEN}"}
    none = client.get("/console/robots?lang=vi").text
    assert "Chưa có việc nào được ghi lại." in none
    path = "/api/v1/robots/robot-1/missions"
    led = client.post(path, json={"kind": "lead", "to": "counter-3"}, headers=operator)
    assert led.status_code == 201
    client.delete(f"{path}/current", headers=operator)
    page = client.get("/console/robots?lang=vi").text
    assert "missions-robot-1" in page
    assert "đã thôi: theo yêu cầu" in page
    assert "called off: as asked" in client.get("/console/robots?lang=en").text
    assert "dẫn khách → " in page
    assert "người trực" in page
    assert "lead counter-3" not in page, "no raw words of the log"
    assert "ROBOTS" not in page, "the Esc key knows whom it stops"
