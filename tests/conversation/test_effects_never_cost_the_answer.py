"""What a reply sets in motion is carried out, or explained in a sentence; never an error."""

import json
from typing import Any

import pytest
from desk_fixtures import Desk

Part = dict[str, Any]


async def reply_to(desk: Desk, conversation: str, *parts: Part, **more: Any) -> list[Part]:
    answer = await desk.say(conversation, "parts " + json.dumps(parts), **more)
    assert answer.status_code == 200, answer.text
    found: list[Part] = answer.json()["parts"]
    return found


async def at_the_kiosk(desk: Desk) -> str:
    token = (await desk.http.post("/api/v1/kiosks/pair")).json()["token"]
    answer = await desk.http.post(
        "/api/v1/conversations",
        json={"kiosk": "kiosk-1"},
        headers={"Authorization": f"Bearer {token}"},
    )
    return str(answer.json()["id"])


async def test_the_way_is_described(desk: Desk) -> None:
    conversation = await desk.open()
    route = {"type": "route", "to": "counter-3", "counter": "3", "title": "", "open": True}
    (part,) = await reply_to(desk, conversation, route)
    assert part["open"] is True
    assert part["path"][-1] == pytest.approx([part["pose"]["x"], part["pose"]["y"]], abs=0.5)
    assert part["directions"]
    assert part["distance_m"] > 0


async def test_an_unknown_place_costs_nothing_but_the_way(desk: Desk) -> None:
    conversation = await desk.open()
    route = {"type": "route", "to": "nowhere", "title": "?", "counter": None}
    parts = await reply_to(desk, conversation, route, {"type": "text", "text": "8.000 đồng"})
    assert [part["type"] for part in parts] == ["route", "text"]
    assert parts[0]["directions"] == []
    assert "đồng" in parts[1]["speech"]
    assert "8.000" not in parts[1]["speech"]


async def test_only_a_visitor_at_a_kiosk_is_led(desk: Desk) -> None:
    mission = {"type": "mission", "kind": "lead", "to": "counter-3"}
    (part,) = await reply_to(desk, await desk.open(), mission)
    assert (part["type"], part["to"]) == ("route", "counter-3")
    assert (await desk.http.get("/api/v1/robots/robot-1")).json()["mission"] is None

    (part,) = await reply_to(desk, await at_the_kiosk(desk), mission)
    assert (part["type"], part["robot"]) == ("mission", "robot-1")
    mission_now = (await desk.http.get("/api/v1/robots/robot-1")).json()["mission"]
    assert mission_now["id"] == part["mission_id"]


async def test_a_robot_that_cannot_lead_is_excused_and_the_way_described(desk: Desk) -> None:
    await desk.http.post("/api/v1/robots/robot-1/stop")
    mission = {"type": "mission", "kind": "lead", "to": "counter-3"}
    announced = {"type": "text", "text": "Dạ, mời anh/chị đi theo em."}
    parts = await reply_to(desk, await at_the_kiosk(desk), announced, mission)
    assert [part["type"] for part in parts] == ["text", "route"]  # what was announced is taken back
    assert parts[0]["text"].startswith("Dạ, robot chưa dẫn")


async def test_a_ticket_or_the_reason_why_not(desk: Desk) -> None:
    conversation = await desk.open(language="en")
    ticket = {"type": "ticket", "counter": "3"}
    parts = await reply_to(desk, conversation, ticket, message_id="m1")
    if parts[0]["text"].startswith("Your number"):
        assert str(parts[1]["number"]) in parts[0]["text"]
    else:  # outside opening hours
        assert [part["type"] for part in parts] == ["text"]
        assert parts[0]["text"].startswith("I could not take a number for you.")
    (apology,) = await reply_to(desk, conversation, {"type": "ticket", "counter": "99"})
    assert "99" in apology["text"]


async def test_a_person_is_found_at_a_place(desk: Desk) -> None:
    (part,) = await reply_to(desk, await desk.open(), {"type": "handoff", "reason": "asked"})
    assert part["where"]
    assert part["hours"]


async def test_the_engine_is_told_what_is_live(desk: Desk) -> None:
    await desk.say(await at_the_kiosk(desk), "xin chào")
    context = desk.asked()[-1]["context"]
    assert (context["channel"], context["can_move"]) == ("kiosk", True)
    assert context["robot"]["id"] == "robot-1"
    assert context["counters"]["3"].keys() >= {"open", "waiting", "expected_wait_minutes"}
    await desk.say(await desk.open(), "xin chào")
    context = desk.asked()[-1]["context"]
    assert (context["channel"], context["can_move"], context["robot"]) == ("rest", False, None)
