"""Editing the catalogue through the staff's door."""

import asyncio
from typing import Any

import httpx
import pytest
from test_only_staff_with_the_right_gets_further import API, account, app_of, code_of

from assistant.releases.content import ensure_content

BASE = f"{API}/procedures"


@pytest.fixture
async def editor(http: httpx.AsyncClient) -> dict[str, str]:
    app = app_of(http)
    await ensure_content(app.state.settings, app.state.database)
    return await account(http, "lan", "editor")


async def first(http: httpx.AsyncClient, header: dict[str, str]) -> dict[str, Any]:
    found = (await http.get(BASE, headers=header)).json()
    assert found["total"] >= 5
    answer = await http.get(f"{BASE}/{found['procedures'][0]['code']}", headers=header)
    body: dict[str, Any] = answer.json()
    return body


async def test_what_is_read_can_be_sent_back_and_changes_nothing(
    http: httpx.AsyncClient, editor: dict[str, str]
) -> None:
    for line in (await http.get(BASE, headers=editor)).json()["procedures"]:
        body = (await http.get(f"{BASE}/{line['code']}", headers=editor)).json()
        answer = await http.put(f"{BASE}/{line['code']}", json=body, headers=editor)
        assert answer.status_code == 200, answer.text
        assert answer.json()["version"] == 1


async def test_a_fee_is_corrected_and_everybody_sees_who_did_it(
    http: httpx.AsyncClient, editor: dict[str, str]
) -> None:
    body = await first(http, editor)
    url = f"{BASE}/{body['code']}"
    body["fee_vnd"] = 12345
    saved = (await http.put(url, json=body, headers=editor)).json()
    assert (saved["version"], saved["updated_by"]) == (2, "lan")
    again = (await http.get(url, headers=editor)).json()
    assert again["fee_vnd"] == [{"case": None, "amount_vnd": 12345}]
    chief = await account(http, "chi", "administrator")
    log = (await http.get(f"{API}/audit?thing={body['code']}", headers=chief)).json()["entries"]
    assert log[0]["action"] == "procedure.changed"
    assert list(log[0]["after"]) == ["fee_vnd"]


async def test_of_two_who_save_at_once_one_is_told(
    http: httpx.AsyncClient, editor: dict[str, str]
) -> None:
    body = await first(http, editor)
    url = f"{BASE}/{body['code']}"
    sent = [http.put(url, json={**body, "fee_vnd": fee}, headers=editor) for fee in (1000, 2000)]
    answers = await asyncio.gather(*sent)
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    lost = next(answer for answer in answers if answer.status_code == 409)
    assert code_of(lost) == (409, "procedure_changed")
    assert "lan" in lost.json()["detail"]


async def test_an_earlier_version_comes_back(
    http: httpx.AsyncClient, editor: dict[str, str]
) -> None:
    body = await first(http, editor)
    url = f"{BASE}/{body['code']}"
    await http.put(url, json={**body, "name": {"vi": "Tên khác", "en": None}}, headers=editor)
    restored = {"version": 2, "earlier": 1}
    answer = (await http.post(f"{url}/restore", json=restored, headers=editor)).json()
    assert answer["name"] == body["name"]
    history = (await http.get(f"{url}/history", headers=editor)).json()
    assert [(each["version"], each["who"]) for each in history] == [
        (3, "lan"),
        (2, "lan"),
        (1, "import"),
    ]


async def test_a_procedure_is_made_and_taken_out_but_not_while_others_lead_to_it(
    http: httpx.AsyncClient, editor: dict[str, str]
) -> None:
    body = await first(http, editor)
    fresh = {
        "code": "x-thu-nghiem",
        "field": body["field"],
        "name": "Thủ tục thử nghiệm",
        "service": body["service"],
    }
    answer = await http.post(BASE, json=fresh, headers=editor)
    assert answer.status_code == 201, answer.text
    assert code_of(await http.post(BASE, json=fresh, headers=editor)) == (409, "procedure_exists")
    url = f"{BASE}/{body['code']}"
    await http.put(url, json={**body, "replaced_by": "x-thu-nghiem"}, headers=editor)
    new = f"{BASE}/x-thu-nghiem"
    assert (await http.get(f"{new}/dependents", headers=editor)).json() == [body["code"]]
    refused = await http.delete(f"{new}?version=1", headers=editor)
    assert code_of(refused) == (409, "procedure_needed")
    await http.put(url, json={**body, "version": 2}, headers=editor)
    assert (await http.delete(f"{new}?version=1", headers=editor)).status_code == 204
    assert (await http.get(new, headers=editor)).status_code == 404
    history = (await http.get(f"{new}/history", headers=editor)).json()
    assert [each["procedure"] is None for each in history] == [True, False]
    answer = await http.post(BASE, json=fresh, headers=editor)
    assert answer.json()["version"] == 3


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"fee_vnd": -1}, "fee_vnd"),
        ({"fee_vnd": "mười nghìn"}, "fee_vnd"),
        ({"name": ""}, "name"),
        ({"service": "magic"}, "service"),
        ({"nonsense": 1}, "nonsense"),
        ({"replaced_by": "9.999999"}, "replaced_by"),
        ({"code": "9.999999"}, "code"),
        ({"documents": [{"vi": "x" * 5000}]}, "documents"),
        ({"documents": "giấy khai sinh"}, "documents"),
        ({"version": None}, "version"),
        ({"version": "1"}, "version"),
        ({"field": None}, "field"),
    ],
)
async def test_a_mistake_names_its_field_and_changes_nothing(
    http: httpx.AsyncClient, editor: dict[str, str], change: dict[str, Any], field: str
) -> None:
    body = await first(http, editor)
    url = f"{BASE}/{body['code']}"
    answer = await http.put(url, json={**body, **change}, headers=editor)
    assert answer.status_code == 422, answer.text
    assert answer.json()["field"].startswith(field)
    assert (await http.get(url, headers=editor)).json()["version"] == 1


async def test_a_viewer_reads_and_cannot_write(
    http: httpx.AsyncClient, editor: dict[str, str]
) -> None:
    body = await first(http, editor)
    viewer = await account(http, "hoa", "viewer")
    url = f"{BASE}/{body['code']}"
    assert (await http.get(url, headers=viewer)).status_code == 200
    assert code_of(await http.put(url, json=body, headers=viewer)) == (403, "right_missing")


async def test_procedures_are_found_without_accents_and_by_state(
    http: httpx.AsyncClient, editor: dict[str, str]
) -> None:
    body = await first(http, editor)
    found = await http.get(BASE, params={"q": body["code"]}, headers=editor)
    assert [each["code"] for each in found.json()["procedures"]] == [body["code"]]
    await http.put(f"{BASE}/{body['code']}", json={**body, "needs_review": True}, headers=editor)
    found = await http.get(BASE, params={"status": "review"}, headers=editor)
    assert body["code"] in [each["code"] for each in found.json()["procedures"]]
