"""Whoever asks a robot that is elsewhere is fetched first: where their kiosk is, or as they say."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from small_fleet import KIOSK_1, OPERATOR, application, fleet_of

from assistant.errors import LetanError
from assistant.robots.service import Fleet
from assistant.settings import KioskSettings
from robot_bridge.clock import ManualClock
from robot_bridge.missions import Policy

MISSIONS = "/robots/robot-1/missions"


class Asked:
    """A fleet whose robot 1 stands at counter 7, far from everybody who asks."""

    def __init__(self, fleet: Fleet, clock: ManualClock, http: httpx.AsyncClient) -> None:
        self.fleet, self.clock, self.http = fleet, clock, http
        self.events: list[dict[str, Any]] = []

    async def listen(self) -> None:
        async for event in self.fleet.events("robot-1"):
            self.events.append(event)

    async def until(self, *states: str, limit: int = 900) -> dict[str, Any]:
        for _ in range(limit):
            mission = (await self.http.get("/robots/robot-1")).json()["mission"]
            if mission is not None and mission["state"] in states:
                return dict(mission)
            await self.clock.advance(0.1)
        pytest.fail(f"never {states}")

    async def lead(self, headers: dict[str, str], **body: str) -> httpx.Response:
        asked = {"kind": "lead", "to": "counter-3", **body}
        return await self.http.post(MISSIONS, json=asked, headers=headers)


@asynccontextmanager
async def asked(folder: Path, *kiosks: KioskSettings) -> AsyncIterator[Asked]:
    clock = ManualClock()
    fleet = fleet_of(clock, policy=Policy(return_after=None), kiosks=kiosks)
    await fleet.start()
    await clock.advance(0.2)
    transport = httpx.ASGITransport(application(fleet, folder))
    async with httpx.AsyncClient(transport=transport, base_url="http://here/api/v1") as http:
        found = Asked(fleet, clock, http)
        listening = asyncio.create_task(found.listen())
        await http.post(MISSIONS, json={"kind": "lead", "to": "counter-7"}, headers=OPERATOR)
        assert (await found.until("arrived"))["to"] == "counter-7"
        yield found
        await fleet.close()
        await asyncio.wait_for(listening, 10)


async def test_a_kiosk_stands_where_its_robot_is_at_home(tmp_path: Path) -> None:
    async with asked(tmp_path, KioskSettings()) as robot:
        robot.events.clear()
        started = (await robot.lead(KIOSK_1, ticket="17")).json()
        assert started["fetch"] == "home"
        assert started["path"][-1] == pytest.approx([0.0, -4.0], abs=0.3)
        fetching = await robot.until("fetching")
        assert fetching["fetch"] == "home"
        leading = await robot.until("moving")
        assert leading["fetch"] is None
        state = (await robot.http.get("/robots/robot-1")).json()
        assert (state["pose"]["x"], state["pose"]["y"]) == pytest.approx((0.0, -4.0), abs=1.5)
        await robot.until("arrived")
        said = [event["code"] for event in robot.events if event["kind"] == "say"]
        assert said == ["coming", "here_i_am", "here_we_are"]
        told = [event["state"] for event in robot.events if event["kind"] == "visitor"]
        assert told == ["coming", "arrived"]
        states = [event["state"] for event in robot.events if event["kind"] == "mission"]
        assert states.index("fetching") < states.index("moving")
        first_told = next(i for i, event in enumerate(robot.events) if event["kind"] == "visitor")
        assert "moving" in [event.get("state") for event in robot.events[:first_told]]


async def test_a_kiosk_may_have_a_place_of_its_own(tmp_path: Path) -> None:
    async with asked(tmp_path, KioskSettings(place="ticket-kiosk")) as robot:
        assert (await robot.lead(KIOSK_1)).json()["fetch"] == "ticket-kiosk"


async def test_a_screen_on_the_robot_is_where_the_robot_is(tmp_path: Path) -> None:
    async with asked(tmp_path, KioskSettings(place="robot")) as robot:
        assert (await robot.lead(KIOSK_1)).json()["fetch"] is None
        assert (await robot.until("fetching", "moving"))["state"] == "moving"


async def test_an_operator_says_where_the_visitor_stands_or_means_beside_it(
    tmp_path: Path,
) -> None:
    async with asked(tmp_path, KioskSettings()) as robot:
        assert (await robot.lead(OPERATOR, near="information-desk")).json()["fetch"] == (
            "information-desk"
        )
        await robot.http.delete(f"{MISSIONS}/current", headers=OPERATOR)
        assert (await robot.lead(OPERATOR)).json()["fetch"] is None
        await robot.http.delete(f"{MISSIONS}/current", headers=OPERATOR)
        wrong = await robot.lead(OPERATOR, near="nowhere")
        assert (wrong.status_code, wrong.json()["code"]) == (422, "place_unknown")
        assert wrong.json()["field"] == "near"


async def test_only_whoever_is_led_is_fetched(tmp_path: Path) -> None:
    async with asked(tmp_path, KioskSettings()) as robot:
        body = {"kind": "announce", "to": "exit", "sentence": "closing_soon"}
        answer = await robot.http.post(MISSIONS, json=body, headers=KIOSK_1)
        assert answer.json()["fetch"] is None


def test_a_kiosk_at_no_place_is_a_clear_error() -> None:
    with pytest.raises(LetanError) as error:
        fleet_of(ManualClock(), kiosks=[KioskSettings(place="moon")])
    assert error.value.code == "kiosk_place_unknown"
    assert "moon" in error.value.en
    assert "ticket-kiosk" in error.value.vi
