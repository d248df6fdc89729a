"""The centre's files through the staff's door: checked whole, logged, in force at once, undone."""

import asyncio
import json
from datetime import datetime
from typing import Any

import httpx
import pytest
from desk_fixtures import until
from test_only_staff_with_the_right_gets_further import API, account, app_of, code_of

from assistant.centre.service import Centre
from assistant.releases.content import centre_folder
from assistant.settings import Settings

BASE = f"{API}/centre"


async def read(http: httpx.AsyncClient, header: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = (await http.get(BASE, headers=header)).json()
    return found


async def test_hours_hold_at_once_and_can_be_taken_back(http: httpx.AsyncClient) -> None:
    boss = await account(http, "boss", "administrator")
    before = await read(http, boss)
    hours = before["parts"]["hours"]
    assert hours["week"]["monday"][0] == {"from": "7:30", "to": "11:30"}
    hours["week"]["sunday"] = [{"from": "08:00", "to": "10:00"}]
    body = {"version": before["version"], "content": hours}
    saved = await http.put(f"{BASE}/hours", json=body, headers=boss)
    assert saved.status_code == 200, saved.text
    assert saved.json()["undoable"] == 1
    assert "chủ nhật" in (await http.get("/api/v1/centre")).json()["hours"]["vi"].lower()
    again = await http.put(f"{BASE}/hours", json=body, headers=boss)
    assert code_of(again) == (409, "centre_changed")
    log = (await http.get(f"{API}/audit", headers=boss)).json()
    assert "centre.changed" in str(log)
    version = {"version": saved.json()["version"]}
    assert (await http.post(f"{BASE}/undo", json=version, headers=boss)).status_code == 200
    assert "sunday" not in (await read(http, boss))["parts"]["hours"]["week"]
    version = {"version": (await read(http, boss))["version"]}
    nothing = await http.post(f"{BASE}/undo", json=version, headers=boss)
    assert code_of(nothing) == (409, "centre_first")


@pytest.mark.parametrize(
    ("part", "change", "code"),
    [
        (
            "hours",
            {"week": {"monday": [{"from": "12:00", "to": "9:00"}]}},
            "centre_content_invalid",
        ),
        ("hours", {"nonsense": 1}, "centre_content_invalid"),
        ("counters", {"counters": []}, "centre_content_invalid"),
        ("places", {"places": "x"}, "centre_content_invalid"),
        ("centre", {"name": {"vi": "\ud800", "en": "x"}}, "centre_content_invalid"),
    ],
)
async def test_what_is_wrong_changes_nothing(
    http: httpx.AsyncClient, part: str, change: dict[str, Any], code: str
) -> None:
    boss = await account(http, "boss", "administrator")
    before = await read(http, boss)
    body = {"version": before["version"], "content": {**before["parts"][part], **change}}
    told = {**boss, "Content-Type": "application/json"}
    answer = await http.put(f"{BASE}/{part}", content=json.dumps(body), headers=told)
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["code"] in (code, "input_invalid")
    assert await read(http, boss) == before


async def test_a_place_is_not_moved_into_a_wall(http: httpx.AsyncClient) -> None:
    boss = await account(http, "boss", "administrator")
    before = await read(http, boss)
    places = before["parts"]["places"]
    toilet = next(place for place in places["places"] if place["id"] == "toilet")
    for x, expected in ((500.0, 422), (6.9, 200)):
        toilet["pose"]["x"] = x
        body = {"version": before["version"], "content": places}
        answer = await http.put(f"{BASE}/places", json=body, headers=boss)
        assert answer.status_code == expected, answer.text
    shown = {place["id"]: place for place in (await http.get("/api/v1/centre")).json()["places"]}
    assert shown["toilet"]["pose"]["x"] == 6.9


async def test_a_counter_is_closed_for_today_and_opened_again(http: httpx.AsyncClient) -> None:
    clerk = await account(http, "lan", "clerk")
    centre: Centre = app_of(http).state.centre
    monday = "2026-11-23T09:15:00+07:00"
    centre._clock = lambda: datetime.fromisoformat(monday)

    def is_open() -> bool:
        return bool({c["id"]: c["open"] for c in centre.board()["counters"]}["3"])

    assert is_open()
    url = f"{BASE}/counters/3"
    assert (await http.post(f"{url}/close", headers=clerk)).status_code == 204
    assert not is_open()
    assert (await http.post(f"{url}/open", headers=clerk)).status_code == 204
    assert is_open()
    assert code_of(await http.post(f"{url}/open", headers=clerk)) == (409, "counter_not_closed")
    assert code_of(await http.post(f"{BASE}/counters/99/close", headers=clerk)) == (
        404,
        "counter_unknown",
    )


async def test_another_process_follows(http: httpx.AsyncClient, settings: Settings) -> None:
    boss = await account(http, "boss", "administrator")
    database = app_of(http).state.database
    other = Centre(database, centre_folder(settings), locate=lambda: centre_folder(settings))
    await other.start()
    try:
        before = await read(http, boss)
        centre = before["parts"]["centre"]
        centre["phone"] = "0999 000 111"
        body = {"version": before["version"], "content": centre}
        assert (await http.put(f"{BASE}/centre", json=body, headers=boss)).status_code == 200
        await until(lambda: other.content.info.phone == "0999 000 111")
    finally:
        await other.close()


async def test_two_who_save_at_once_do_not_overwrite_each_other(http: httpx.AsyncClient) -> None:
    boss = await account(http, "boss", "administrator")
    before = await read(http, boss)

    async def save(phone: str) -> int:
        content = {**before["parts"]["centre"], "phone": phone}
        body = {"version": before["version"], "content": content}
        return (await http.put(f"{BASE}/centre", json=body, headers=boss)).status_code

    assert sorted(await asyncio.gather(save("0200 1"), save("0200 2"))) == [200, 409]


async def test_only_an_administrator_changes_it_and_pairs_kiosks(http: httpx.AsyncClient) -> None:
    publisher = await account(http, "hoa", "publisher")
    before = await read(http, publisher)
    body = {"version": before["version"], "content": before["parts"]["hours"]}
    answer = await http.put(f"{BASE}/hours", json=body, headers=publisher)
    assert code_of(answer) == (403, "right_missing")
    pair = f"{API}/kiosks/kiosk-1/code"
    assert code_of(await http.post(pair, headers=publisher)) == (403, "right_missing")
    boss = await account(http, "boss", "administrator")
    made = (await http.post(pair, headers=boss)).json()
    assert (made["kiosk"], len(made["code"])) == ("kiosk-1", 9)
    body = {"code": made["code"]}
    paired = await http.post("/api/v1/kiosks/pair", json=body)
    assert paired.status_code in (200, 201), paired.text
