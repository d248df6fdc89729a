"""Rights, wrong input and refusals at the robots' door."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from small_fleet import KIOSK_1, KIOSK_2, OPERATOR, application, fleet_of

from robot_bridge.clock import ManualClock

LEAD = {"kind": "lead", "to": "counter-3"}
COMMANDS = [
    ("POST", "/robots/robot-1/missions", LEAD),
    ("DELETE", "/robots/robot-1/missions/current", None),
    ("POST", "/robots/robot-1/resume", None),
]


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    clock = ManualClock()
    fleet = fleet_of(clock)
    await fleet.start()
    await clock.advance(0.2)
    transport = httpx.ASGITransport(application(fleet, tmp_path))
    async with httpx.AsyncClient(transport=transport, base_url="http://here/api/v1") as client:
        yield client
    await fleet.close()


@pytest.mark.parametrize(("method", "path", "body"), COMMANDS)
async def test_commands_need_a_token(
    http: httpx.AsyncClient, method: str, path: str, body: dict[str, str] | None
) -> None:
    anonymous = await http.request(method, path, json=body)
    assert (anonymous.status_code, anonymous.json()["code"]) == (401, "token_missing")
    wrong = await http.request(method, path, json=body, headers={"Authorization": "Bearer no"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "token_invalid")


@pytest.mark.parametrize(("method", "path", "body"), COMMANDS)
async def test_a_kiosk_commands_its_own_robot_only(
    http: httpx.AsyncClient, method: str, path: str, body: dict[str, str] | None
) -> None:
    other = path.replace("robot-1", "robot-2")
    for where, token in ((other, KIOSK_1), (path, KIOSK_2)):
        answer = await http.request(method, where, json=body, headers=token)
        assert (answer.status_code, answer.json()["code"]) == (403, "robot_not_yours")
    assert (await http.request(method, path, json=body, headers=KIOSK_1)).is_success


async def test_stop_needs_nothing(http: httpx.AsyncClient) -> None:
    for _ in range(2):
        answer = await http.post("/robots/robot-1/stop")
        assert answer.status_code == 200
        assert answer.json()["stopped"] is True
    assert (await http.get("/robots/robot-2")).json()["stopped"] is False


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/robots/robot-9"),
        ("POST", "/robots/robot-9/stop"),
        ("POST", "/robots/robot-9/resume"),
        ("POST", "/robots/robot-9/missions"),
        ("DELETE", "/robots/robot-9/missions/current"),
        ("GET", "/robots/" + "x" * 300),
        ("POST", "/robots/%00%F0%9F%A4%96/stop"),
    ],
)
async def test_an_unknown_robot_is_404_with_those_there_are(
    http: httpx.AsyncClient, method: str, path: str
) -> None:
    answer = await http.request(
        method, path, headers=OPERATOR, json=LEAD if path.endswith("missions") else None
    )
    assert answer.status_code == 404
    problem = answer.json()
    assert problem["code"] == "robot_unknown"
    assert "robot-1, robot-2" in problem["detail"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "lead", "to": "counter-99"}, "place_unknown"),
        ({"kind": "lead", "to": "district-tax-office"}, "place_unknown"),
        ({"kind": "lead"}, "place_missing"),
        ({"kind": "return", "to": "counter-3"}, "place_unknown"),
    ],
)
async def test_a_wrong_place_names_the_field_and_the_places(
    http: httpx.AsyncClient, body: dict[str, str], code: str
) -> None:
    answer = await http.post("/robots/robot-1/missions", json=body, headers=OPERATOR)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["field"]) == (422, code, "to")
    assert ("home" if body["kind"] == "return" else "counter-3") in problem["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "patrol"},
        {"kind": "lead", "to": 3},
        {"kind": "lead", "to": ""},
        {"kind": "lead", "to": "x" * 65},
        {"kind": "lead", "to": "counter-3", "speed": 2},
        {"to": "counter-3"},
        ["lead"],
        None,
    ],
)
async def test_a_wrong_body_moves_nothing(http: httpx.AsyncClient, body: object) -> None:
    answer = await http.post("/robots/robot-1/missions", json=body, headers=OPERATOR)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert (await http.get("/robots/robot-1")).json()["mission"] is None


async def test_a_busy_robot_says_what_it_does(http: httpx.AsyncClient) -> None:
    assert (await http.post("/robots/robot-1/missions", json=LEAD, headers=KIOSK_1)).is_success
    answer = await http.post(
        "/robots/robot-1/missions", json={"kind": "lead", "to": "toilet"}, headers=OPERATOR
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "robot_busy")
    assert "counter-3" in answer.json()["detail"]
    assert (await http.post("/robots/robot-2/missions", json=LEAD, headers=OPERATOR)).is_success, (
        "the other robot is free"
    )
    cancelled = await http.delete("/robots/robot-1/missions/current", headers=KIOSK_1)
    assert cancelled.json()["mission"]["state"] == "cancelled"
    assert (
        await http.delete("/robots/robot-1/missions/current", headers=KIOSK_1)
    ).status_code == 200
    assert (await http.post("/robots/robot-1/missions", json=LEAD, headers=KIOSK_1)).is_success


async def test_the_state_has_the_fields_of_the_contract(http: httpx.AsyncClient) -> None:
    robots = (await http.get("/robots")).json()
    assert [robot["id"] for robot in robots] == ["robot-1", "robot-2"]
    state = (await http.get("/robots/robot-1")).json()
    assert state.keys() == {
        "id", "name", "driver", "link", "pose", "speed", "battery", "charging", "e_stop",
        "stopped", "activity", "blocked", "mission", "at",
    }  # fmt: skip
    assert (state["link"], state["activity"], state["mission"]) == ("up", "idle", None)
    assert state["pose"].keys() == {"x", "y", "theta"}
    assert 0 <= state["battery"] <= 1


async def test_every_operation_is_documented_with_examples(http: httpx.AsyncClient) -> None:
    paths = (await http.get("http://here/openapi.json")).json()
    for path, operations in paths["paths"].items():
        for operation in operations.values():
            assert operation["summary"], path
    mission = paths["components"]["schemas"]["MissionIn"]
    assert {"kind": "lead", "to": "counter-3"} in mission["examples"]
