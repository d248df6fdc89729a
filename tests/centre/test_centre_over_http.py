"""The centre's endpoints: who may what, what comes back, and how errors are told."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image

from assistant import problems
from assistant.centre.endpoints import router
from assistant.centre.service import Centre
from assistant.errors import LetanError
from assistant.kiosks.service import Kiosks
from assistant.security import Access
from assistant.settings import Settings
from assistant.storage.database import Base, Database

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "operator-token-of-this-test"
OPERATOR = {"Authorization": f"Bearer {TOKEN}"}


class OpenConversations:
    """The one question that the right to take a ticket asks of the conversations' room."""

    async def kiosk_of(self, conversation: str) -> str | None:
        if conversation.startswith("open-"):
            return None
        raise LetanError("conversation_unknown", 404, "không có", "unknown", field="conversation")


@pytest.fixture
def client(tmp_path: Path, folder: Path, clock) -> Iterator[TestClient]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = Database(f"sqlite+aiosqlite:///{tmp_path / 'letan.db'}")
        async with database.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        settings = Settings(data_dir=tmp_path)
        app.state.access = Access(settings, TOKEN, Kiosks(settings, database).of_token)
        app.state.conversations = OpenConversations()
        app.state.centre = Centre(database, folder, clock=clock)
        await app.state.centre.start()
        yield
        await app.state.centre.close()
        await database.close()

    app = FastAPI(lifespan=lifespan, responses=problems.RESPONSES)
    problems.add_handlers(app, "vi")
    app.include_router(router, prefix="/api/v1")
    with TestClient(app) as client:
        yield client


def take(client: TestClient, counter: str = "3", **headers: str):
    body = {"counter": counter, "conversation": "open-1"}
    return client.post("/api/v1/tickets", json=body, headers=headers)


@pytest.mark.parametrize("path", ["/counters/3/call-next", "/counters/3/recall"])
def test_nobody_calls_a_number_without_a_token(client: TestClient, path: str) -> None:
    assert client.post(f"/api/v1{path}").status_code == 401
    wrong = {"Authorization": "Bearer wrong"}
    assert client.post(f"/api/v1{path}", headers=wrong).status_code == 401
    assert client.post(f"/api/v1{path}", headers=OPERATOR).status_code == 200


def test_a_ticket_needs_a_conversation_or_a_token(client: TestClient) -> None:
    anonymous = client.post("/api/v1/tickets", json={"counter": "3"})
    assert anonymous.status_code == 401
    unknown = client.post("/api/v1/tickets", json={"counter": "3", "conversation": "nobody"})
    assert unknown.status_code == 404
    assert take(client).status_code == 201
    operator = client.post("/api/v1/tickets", json={"counter": "3"}, headers=OPERATOR)
    assert operator.json()["number"] == 3002


def test_a_ticket_tells_number_people_ahead_and_wait(client: TestClient, clock) -> None:
    take(client)
    ticket = take(client).json()
    assert ticket["number"] == 3002
    assert ticket["counter"] == "3"
    assert ticket["counter_name"]["vi"] == "Quầy số 3 – Hộ tịch"
    assert ticket["ahead"] == 1
    assert (ticket["expected_wait_minutes"], ticket["wait_basis"]) == (12, "configured")
    assert ticket["issued_at"] == "2026-11-23T09:00:00+07:00"


def test_the_same_key_is_the_same_ticket_for_the_same_person_only(client: TestClient) -> None:
    first = take(client, **{"Idempotency-Key": "1"}).json()
    assert take(client, **{"Idempotency-Key": "1"}).json()["number"] == first["number"]
    body = {"counter": "3", "conversation": "open-2"}
    other = client.post("/api/v1/tickets", json=body, headers={"Idempotency-Key": "1"})
    assert other.json()["number"] == first["number"] + 1


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"counter": "99"}, 404, "counter"),
        ({"counter": ""}, 422, "counter"),
        ({"counter": 3}, 422, "counter"),
        ({"counter": "3" * 5000}, 422, "counter"),
        ({"counter": "3", "colour": "red"}, 422, "colour"),
        ({"counter": None}, 422, "counter"),
        ({}, 422, "counter"),
        ({"counter": "3'; DROP TABLE tickets; --"}, 422, "counter"),
        ({"counter": "\x00"}, 422, "counter"),
        ({"counter": "\ud800"}, 422, "counter"),
        ({"counter": "3", "conversation": "\x00"}, 422, "conversation"),
        ({"counter": "3", "conversation": ["open-1"]}, 422, "conversation"),
    ],
)
def test_bad_input_names_the_field(client: TestClient, body: dict, status: int, field: str) -> None:
    sent = {**OPERATOR, "Content-Type": "application/json"}
    answer = client.post("/api/v1/tickets", content=json.dumps(body), headers=sent)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["field"] == field


@pytest.mark.parametrize("counter", ["%00", "%ED%A0%80", "a" * 300, "3%27--", "Quầy"])
def test_odd_counters_in_the_address_are_refused(client: TestClient, counter: str) -> None:
    answer = client.post(f"/api/v1/counters/{counter}/call-next", headers=OPERATOR)
    assert answer.status_code == 422
    assert answer.json()["field"] == "counter"


def test_a_closed_counter_is_a_conflict_that_says_when(client: TestClient, clock) -> None:
    clock.forward(3 * 60)
    answer = client.post(
        "/api/v1/tickets",
        json={"counter": "3"},
        headers={**OPERATOR, "Accept-Language": "en"},
    )
    assert answer.status_code == 409
    assert answer.json()["code"] == "counter_closed"
    assert "1 p.m. today" in answer.json()["detail"]
    assert answer.headers["Retry-After"] == "3600"


def test_calling_next_appears_on_the_board_with_words(client: TestClient) -> None:
    take(client)
    called = client.post("/api/v1/counters/3/call-next", headers=OPERATOR).json()
    assert called["number"] == 3001
    assert called["spoken"]["vi"] == "Mời số ba nghìn không trăm linh một đến quầy số ba."
    assert called["spoken"]["en"] == "Number three zero zero one, please go to counter three."
    board = client.get("/api/v1/board").json()
    [entry] = board["now_calling"]
    assert (entry["number"], entry["counter"]) == (3001, "3")
    assert entry["spoken"] == called["spoken"]
    nobody = client.post("/api/v1/counters/3/call-next", headers=OPERATOR).json()
    assert nobody["number"] is None
    assert client.post("/api/v1/counters/77/call-next", headers=OPERATOR).status_code == 404


def test_the_board_is_pushed_when_it_changes(client: TestClient) -> None:
    with client.websocket_connect("/api/v1/board/events") as socket:
        first = socket.receive_json()
        assert first == client.get("/api/v1/board").json()
        take(client)
        with_ticket = socket.receive_json()
        [counter] = [c for c in with_ticket["counters"] if c["id"] == "3"]
        assert (counter["waiting"], counter["next"]) == (1, [3001])
        client.post("/api/v1/counters/3/call-next", headers=OPERATOR)
        assert socket.receive_json()["now_calling"][0]["number"] == 3001


def test_a_board_that_talks_back_is_ignored(client: TestClient) -> None:
    with client.websocket_connect("/api/v1/board/events") as socket:
        socket.receive_json()
        socket.send_text("{{{")
        socket.send_bytes(b"\xff" * 100)
        take(client)
        assert socket.receive_json()["counters"]


def test_listeners_leave_nothing_behind(client: TestClient) -> None:
    for _ in range(5):
        with client.websocket_connect("/api/v1/board/events") as socket:
            socket.receive_json()
    assert client.app.state.centre.listening == 0


def test_the_centre_in_one_answer(client: TestClient) -> None:
    take(client)
    centre = client.get("/api/v1/centre").json()
    assert centre["name"]["vi"] == "Trung tâm Phục vụ hành chính công phường Minh Họa"
    assert centre["open_now"] is True
    assert centre["closes_at"] == "2026-11-23T11:30:00+07:00"
    three = next(c for c in centre["counters"] if c["id"] == "3")
    assert (three["open"], three["waiting"], three["expected_wait_minutes"]) == (True, 1, 12)
    assert {office["id"] for office in centre["offices"]} >= {"ward-police", "land-registry"}
    assert any("ngày 24 tháng 11" in notice["vi"] for notice in centre["notices"])


def test_notices_end(client: TestClient, clock) -> None:
    clock.forward(2 * 24 * 60)
    notices = client.get("/api/v1/centre").json()["notices"]
    assert not any("ngày 24 tháng 11" in notice["vi"] for notice in notices)


def test_the_map_and_its_picture_agree(client: TestClient) -> None:
    info = client.get("/api/v1/centre/map").json()
    picture = client.get(info["image"])
    image = Image.open(BytesIO(picture.content)).convert("RGB")
    assert image.size == (info["width"], info["height"])

    def at(x: float, y: float) -> tuple[int, int, int]:
        column = int((x - info["origin"][0]) / info["resolution"])
        row = info["height"] - 1 - int((y - info["origin"][1]) / info["resolution"])
        return image.getpixel((column, row))

    home = next(p["pose"] for p in info["places"] if p["id"] == "home")
    counter = next(p["pose"] for p in info["places"] if p["id"] == "counter-3")
    assert at(home["x"], home["y"]) == at(counter["x"], counter["y"])  # free floor
    assert at(counter["x"], counter["y"] + 1.2) != at(home["x"], home["y"])  # its desk
    again = client.get(info["image"], headers={"If-None-Match": picture.headers["ETag"]})
    assert again.status_code == 304


def test_every_operation_has_an_example_and_a_summary(client: TestClient) -> None:
    api = client.get("/openapi.json").json()
    assert api["components"]["schemas"]["TicketIn"]["example"]
    for path in api["paths"].values():
        for operation in path.values():
            assert operation["summary"]
