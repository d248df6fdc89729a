"""The robot's question at every door: in its state, on the events' socket, answered over HTTP."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from small_fleet import KIOSK_1, KIOSK_2, OPERATOR, application, fleet_of, serve

from assistant.robots.counters import CentreCounters
from assistant.robots.service import Fleet
from robot_bridge.clock import ManualClock, SystemClock
from robot_bridge.missions import Policy
from robot_bridge.places import read_places

ASKING = Policy(pause_every=4.0, ask_seconds=60)
HERE = "/robots/robot-1/missions/current"


class Standing:
    """A fleet whose robot 1 has been told to lead to counter 3 and asks on the way."""

    def __init__(self, fleet: Fleet, clock: ManualClock, http: httpx.AsyncClient) -> None:
        self.fleet, self.clock, self.http = fleet, clock, http
        self.seen: list[dict[str, Any]] = []

    async def read(self, events: AsyncGenerator[dict[str, Any]]) -> None:
        async for event in events:
            self.seen.append(event)

    async def until(self, state: str) -> dict[str, Any]:
        for _ in range(900):
            await self.clock.advance(0.1)
            mission = (await self.http.get("/robots/robot-1")).json()["mission"]
            if mission is not None and (mission["question"] or mission["state"] == state):
                return dict(mission)
        pytest.fail(f"never {state}")


@pytest.fixture
async def lobby(tmp_path: Path) -> AsyncIterator[Standing]:
    clock = ManualClock()
    fleet = fleet_of(clock, policy=ASKING)
    await fleet.start()
    await clock.advance(0.2)
    transport = httpx.ASGITransport(application(fleet, tmp_path))
    async with httpx.AsyncClient(transport=transport, base_url="http://here/api/v1") as http:
        standing = Standing(fleet, clock, http)
        reading = asyncio.create_task(standing.read(fleet.events("robot-1")))
        yield standing
        await fleet.close()
        await asyncio.wait_for(reading, 10)


async def test_question_answer_arrival_and_what_the_counter_is_told(lobby: Standing) -> None:
    lead = {"kind": "lead", "to": "counter-3", "ticket": "17", "pace": "normal"}
    answer = await lobby.http.post("/robots/robot-1/missions", json=lead, headers=KIOSK_1)
    assert answer.status_code == 201, answer.text
    mission = await lobby.until("arrived")
    assert mission["state"] == "waiting"
    question = mission["question"]
    assert question["vi"] == "Dạ, anh/chị còn theo em không ạ?"
    old = {"following": True, "question": "q-older"}
    refused = await lobby.http.post(f"{HERE}/answer", json=old, headers=KIOSK_1)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_question")
    while mission["state"] != "arrived":
        answer = await lobby.http.post(
            f"{HERE}/answer",
            json={"following": True, "question": mission["question"]["id"]},
            headers=KIOSK_1,
        )
        assert answer.status_code == 200, answer.text
        mission = await lobby.until("arrived")
    visits = [event for event in lobby.seen if event["kind"] == "visitor"]
    assert [(visit["state"], visit["ticket"], visit["place"]) for visit in visits] == [
        ("coming", "17", "counter-3"),
        ("arrived", "17", "counter-3"),
    ]
    asked = [event for event in lobby.seen if event["kind"] == "question"]
    assert asked[0]["id"] == question["id"]
    said = [event["code"] for event in lobby.seen if event["kind"] == "say"]
    assert said[0] == "follow_me"
    assert "still_there" in said
    assert said[-1] == "here_we_are"


async def test_who_has_gone_is_told_to_the_counter(lobby: Standing) -> None:
    lead = {"kind": "lead", "to": "counter-3"}
    await lobby.http.post("/robots/robot-1/missions", json=lead, headers=KIOSK_1)
    await lobby.until("arrived")
    await lobby.http.post(f"{HERE}/answer", json={"following": False}, headers=KIOSK_1)
    await lobby.clock.advance(1)
    state = (await lobby.http.get("/robots/robot-1")).json()["mission"]
    assert (state["state"], state["reason"], state["question"]) == ("cancelled", "declined", None)
    assert [e["state"] for e in lobby.seen if e["kind"] == "visitor"] == ["coming", "gone"]


async def test_a_visitor_asks_to_be_led_more_slowly(lobby: Standing) -> None:
    lead = {"kind": "lead", "to": "counter-3"}
    await lobby.http.post("/robots/robot-1/missions", json=lead, headers=KIOSK_1)
    await lobby.clock.advance(4)
    slower = await lobby.http.patch(HERE, json={"pace": "elderly"}, headers=KIOSK_1)
    assert slower.json()["mission"]["pace"] == "elderly"
    await lobby.clock.advance(2)
    assert 0 < (await lobby.http.get("/robots/robot-1")).json()["speed"] <= 0.37


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("POST", f"{HERE}/answer", {"following": True}), ("PATCH", HERE, {"pace": "elderly"})],
)
async def test_only_its_kiosk_and_the_operator_answer(
    lobby: Standing, method: str, path: str, body: dict[str, Any]
) -> None:
    assert (await lobby.http.request(method, path, json=body)).status_code == 401
    other = await lobby.http.request(method, path, json=body, headers=KIOSK_2)
    assert other.json()["code"] == "robot_not_yours"
    allowed = await lobby.http.request(method, path, json=body, headers=OPERATOR)
    assert allowed.status_code == (200 if method == "PATCH" else 409)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"following": None},
        {"following": True, "more": 1},
        {"following": True, "question": "q" * 99},
    ],
)
async def test_wrong_answers_are_refused(lobby: Standing, body: dict[str, Any]) -> None:
    answer = await lobby.http.post(f"{HERE}/answer", json=body, headers=KIOSK_1)
    assert answer.status_code == 422


async def test_others_see_how_long_it_takes_and_wait_in_line(lobby: Standing) -> None:
    http, line = lobby.http, "/robots/robot-1/line"
    assert (await http.get(line)).json() == {"busy_seconds": None, "waiting": []}
    lead = {"kind": "lead", "to": "counter-3"}
    await http.post("/robots/robot-1/missions", json=lead, headers=KIOSK_1)
    busy = await http.post("/robots/robot-1/missions", json=lead, headers=KIOSK_1)
    assert busy.status_code == 409
    assert int(busy.headers["Retry-After"]) >= (await http.get(line)).json()["busy_seconds"] - 1
    assert (await http.post(line, json={"to": "toilet"})).status_code == 401
    wrong = await http.post(line, json={"to": "nowhere"}, headers=KIOSK_1)
    assert wrong.json()["code"] == "place_unknown"
    joined = await http.post(line, json={"to": "toilet", "ticket": "4"}, headers=KIOSK_1)
    assert joined.status_code == 201
    waiting = joined.json()
    assert waiting["wait_seconds"] > 10
    assert (await http.get(line)).json()["waiting"] == [waiting]
    one = f"{line}/{waiting['id']}"
    assert (await http.delete(one, headers=KIOSK_1)).json()["waiting"] == []
    assert (await http.delete(one, headers=KIOSK_1)).json()["code"] == "not_in_line"


async def test_the_operator_sends_whichever_robot_is_free(lobby: Standing) -> None:
    body = {"kind": "lead", "to": "counter-3", "near": "home"}
    assert (await lobby.http.post("/robots/missions", json=body, headers=KIOSK_1)).is_error
    first = await lobby.http.post("/robots/missions", json=body, headers=OPERATOR)
    second = await lobby.http.post("/robots/missions", json=body, headers=OPERATOR)
    assert {first.json()["robot"], second.json()["robot"]} == {"robot-1", "robot-2"}


@pytest.mark.parametrize("wrong", [{"pace": "fast"}, {"ticket": ""}, {"ticket": "9" * 17}])
async def test_wrong_missions_are_refused(lobby: Standing, wrong: dict[str, Any]) -> None:
    body = {"kind": "lead", "to": "counter-3", **wrong}
    answer = await lobby.http.post("/robots/robot-1/missions", json=body, headers=KIOSK_1)
    assert answer.status_code == 422


async def test_events_come_over_a_socket_and_end_with_the_fleet(tmp_path: Path) -> None:
    async with (
        serve(fleet_of(SystemClock(factor=8)), tmp_path) as served,
        websockets.connect(f"{served.ws}/robots/robot-1/events") as socket,
        websockets.connect(f"{served.ws}/robots/robot-1/states") as states,
        websockets.connect(f"{served.ws}/robots/robot-9/events") as nobody,
        httpx.AsyncClient(base_url=served.http) as http,
    ):
        unknown = json.loads(await asyncio.wait_for(nobody.recv(), 10))
        assert unknown["code"] == "robot_unknown"
        async with asyncio.timeout(30):
            while json.loads(await states.recv())["link"] != "up":
                pass
            lead = {"kind": "lead", "to": "counter-3"}
            await http.post("/robots/robot-1/missions", json=lead, headers=OPERATOR)
            event = json.loads(await socket.recv())
            assert (event["kind"], event["mission"], event["state"]) == (
                "mission",
                "lead",
                "accepted",
            )
            await served.fleet.close()
            with pytest.raises(websockets.ConnectionClosed):
                while True:
                    await socket.recv()


class Hall:
    """Three counters as the centre tells of them."""

    def __init__(self) -> None:
        self.live = {
            "1": {"open": False, "waiting": 0},
            "2": {"open": True, "waiting": 5},
            "3": {"open": True, "waiting": 1},
        }

    def static(self) -> dict[str, Any]:
        names = {"vi": "Quầy", "en": "Counter"}
        return {
            "counters": [
                {"id": "1", "services": ["land", "tax"], "place": "counter-1"},
                {"id": "2", "services": ["land"], "place": "counter-2"},
                {"id": "3", "services": ["land"], "place": "counter-3"},
            ],
            "places": [
                {"id": f"counter-{n}", "kind": "counter", "name": names, "pose": {"x": n, "y": 0}}
                for n in (1, 2, 3)
            ],
        }

    def context(self) -> dict[str, Any]:
        return {"counters": self.live}


def test_the_next_counter_is_open_serves_the_same_and_has_the_fewest_waiting() -> None:
    hall, now = Hall(), [0.0]
    counters = CentreCounters(hall, lambda: now[0])
    first, second, third = read_places(hall.static()["places"])
    assert counters.closed(first)
    assert not counters.closed(second)
    assert counters.instead(first) == third
    hall.live = {id_: {"open": False, "waiting": 0} for id_ in "123"}
    now[0] = 5.0
    assert counters.instead(first) is None
    toilet = read_places([{"id": "toilet", "pose": {"x": 0, "y": 0}}])[0]
    assert not counters.closed(toilet)
    assert counters.instead(toilet) is None


async def test_what_a_robot_announces_is_approved(lobby: Standing) -> None:
    path = "/robots/robot-1/missions"
    free = {"kind": "announce", "to": "waiting-area", "sentence": "mua vé số đi"}
    refused = await lobby.http.post(path, json=free, headers=OPERATOR)
    assert (refused.status_code, refused.json()["code"]) == (422, "sentence_unknown")
    assert "closing_soon" in refused.json()["detail"]
    said = {"kind": "announce", "to": "waiting-area", "sentence": "closing_soon"}
    assert (await lobby.http.post(path, json=said, headers=OPERATOR)).status_code == 201


async def test_a_greeting_robot_is_told_who_comes(lobby: Standing) -> None:
    presence = "/robots/robot-1/presence"
    assert (await lobby.http.post(presence)).status_code == 401
    greet = await lobby.http.post(
        "/robots/robot-1/missions", json={"kind": "greet"}, headers=OPERATOR
    )
    assert (greet.status_code, greet.json()["to"]) == (201, "home")
    await lobby.clock.advance(10)
    assert (await lobby.http.post(presence, headers=KIOSK_1)).status_code == 204
    await lobby.clock.advance(1)
    assert lobby.seen[-1]["code"] == "welcome"
