"""The console: nobody gets in without the operator's token."""

import html
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.console.visits import COOKIE
from assistant.main import create_app
from assistant.settings import Settings

TOKEN = "the-operators-token-of-this-test"
ORIGIN = {"Origin": "http://127.0.0.1"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(data_dir=tmp_path, operator_token=TOKEN)
    with TestClient(create_app(settings), "http://127.0.0.1", follow_redirects=False) as client:
        yield client


def log_in(client: TestClient, token: str = TOKEN) -> int:
    return client.post("/console/login", data={"token": token}, headers=ORIGIN).status_code


@pytest.mark.parametrize("path", ["/console/", "/console/_nicegui/x"])
def test_without_a_cookie_there_is_only_the_login(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/console/login"


def test_a_log_in_leads_to_the_page_that_was_asked_for_in_its_language(client: TestClient) -> None:
    asked = "/console/voice?q=khai+sinh&lang=en"
    turned_away = client.get(asked)
    assert turned_away.headers["location"].startswith("/console/login?lang=en&next=")
    form = client.get(turned_away.headers["location"])
    assert "Staff desk" in form.text
    action = html.unescape(re.findall(r'action="([^"]+)"', form.text)[0])
    inside = client.post(action, data={"token": TOKEN}, headers=ORIGIN)
    assert inside.headers["location"] == asked
    assert client.get(asked).status_code == 200


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/console//evil.example",
        "/console/../api",
        "x\r\ny",
    ],
)
def test_a_log_in_leads_to_no_other_place(client: TestClient, elsewhere: str) -> None:
    answer = client.post(
        "/console/login", params={"next": elsewhere}, data={"token": TOKEN}, headers=ORIGIN
    )
    assert answer.headers["location"] == "/console/"


def test_a_wrong_token_is_told_and_sets_no_cookie(client: TestClient) -> None:
    answer = client.post("/console/login", data={"token": "wrong"}, headers=ORIGIN)
    assert answer.status_code == 401
    assert "Mã không đúng." in answer.text
    assert COOKIE not in client.cookies


def test_guessing_is_slowed_down(client: TestClient) -> None:
    codes = {log_in(client, f"guess-{number}") for number in range(20)}
    assert codes == {401, 429}


def test_the_token_opens_the_page_and_is_not_in_the_cookie(client: TestClient) -> None:
    assert log_in(client) == 303
    assert TOKEN not in client.cookies[COOKIE]
    page = client.get("/console/")
    assert page.status_code == 200
    assert "Lễ Tân" in page.text


@pytest.mark.parametrize("forged", ["", "x", "9999999999.", "9999999999.00ff", "²³.x", "1.1"])
def test_a_forged_cookie_is_worth_nothing(client: TestClient, forged: str) -> None:
    raw = f"{COOKIE}={forged}".encode("latin-1")
    assert client.get("/console/", headers=[(b"cookie", raw)]).status_code == 303


def test_another_web_site_cannot_log_in_for_somebody(client: TestClient) -> None:
    answer = client.post(
        "/console/login", data={"token": TOKEN}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403


def test_leaving_takes_the_cookie_away(client: TestClient) -> None:
    log_in(client)
    client.post("/console/logout", headers=ORIGIN)
    assert client.get("/console/").status_code == 303


def test_a_counter_sees_whom_the_robot_brings(client: TestClient) -> None:
    operator = {"Authorization": f"Bearer {TOKEN}"}
    robot = "/api/v1/robots/robot-1"
    end = time.monotonic() + 30
    while client.get(robot).json()["link"] != "up":
        assert time.monotonic() < end
    lead = {"kind": "lead", "to": "counter-3", "ticket": "17"}
    assert client.post(f"{robot}/missions", json=lead, headers=operator).status_code == 201
    while client.get(robot).json()["mission"]["state"] != "moving":
        assert time.monotonic() < end
    log_in(client)
    assert "Robot đang dẫn khách đến · số 17" in client.get("/console/").text
    client.delete(f"{robot}/missions/current", headers=operator)
    assert "Robot đang dẫn khách đến" not in client.get("/console/").text
