"""At a kiosk away from its robot: ways begin at the kiosk, and the robot comes there first."""

import json

import pytest
from desk_fixtures import Desk

from assistant.settings import KioskSettings, Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"kiosks": [KioskSettings(place="counter-7")]})


async def test_the_answer_says_that_it_comes_and_ways_begin_at_the_kiosk(desk: Desk) -> None:
    token = (await desk.http.post("/api/v1/kiosks/pair")).json()["token"]
    opened = await desk.http.post(
        "/api/v1/conversations",
        json={"kiosk": "kiosk-1"},
        headers={"Authorization": f"Bearer {token}"},
    )
    parts = [
        {"type": "text", "text": "Dạ, mời anh/chị đi theo em đến quầy số 3."},
        {"type": "mission", "kind": "lead", "to": "counter-3"},
        {"type": "route", "to": "counter-3", "counter": "3", "title": ""},
    ]
    answer = await desk.say(str(opened.json()["id"]), "parts " + json.dumps(parts))
    invited, coming, mission, route = answer.json()["parts"]
    assert invited["text"].startswith("Dạ, mời anh/chị đi theo em")
    assert coming["text"] == "Em đang đến chỗ anh/chị. Anh/chị chờ em một chút ạ."
    assert mission["fetch"] == "counter-7"
    assert route["path"][0] == pytest.approx([4.9, 3.7], abs=0.5)
    shown = (await desk.http.get("/api/v1/robots/robot-1")).json()["mission"]
    assert (shown["id"], shown["fetch"]) == (mission["mission_id"], "counter-7")
