"""What the catalogue's pages do, through the staff's door."""

from typing import Any

import httpx
import pytest
from desk_fixtures import Desk
from test_only_staff_with_the_right_gets_further import account, app_of, code_of
from test_procedures_are_edited_without_overwriting_anybody import BASE, editor, first

from assistant.releases.content import ensure_content

__all__ = ["editor"]


async def codes(http: httpx.AsyncClient, header: dict[str, str], **asked: str) -> list[str]:
    found = (await http.get(BASE, params=asked, headers=header)).json()["procedures"]
    return [line["code"] for line in found]


async def test_a_list_is_filtered_and_follows_every_change(
    http: httpx.AsyncClient, editor: dict[str, str]
) -> None:
    body = await first(http, editor)
    url = f"{BASE}/{body['code']}"
    assert await codes(http, editor, status="overdue") == []
    saved = await http.put(
        url,
        json={**body, "review_by": "2020-01-31", "aliases": ["Giấy Ước Hẹn"]},
        headers=editor,
    )
    assert saved.status_code == 200, saved.text
    assert await codes(http, editor, status="overdue") == [body["code"]]
    assert await codes(http, editor, q="uoc giay hen") == [body["code"]]
    assert await codes(http, editor, q="uoc giay hen", field="Y tế khác") == []
    await http.delete(f"{url}?version=2", headers=editor)
    assert await codes(http, editor, q="uoc giay hen") == []
    assert (await http.get(BASE, params={"status": "gone"}, headers=editor)).status_code == 422


async def test_what_was_taken_out_comes_back(
    http: httpx.AsyncClient, editor: dict[str, str]
) -> None:
    body = await first(http, editor)
    url = f"{BASE}/{body['code']}"
    assert (await http.delete(f"{url}?version=1", headers=editor)).status_code == 204
    stale = await http.post(f"{url}/restore", json={"version": 1, "earlier": 1}, headers=editor)
    assert code_of(stale) == (409, "procedure_changed")
    back = await http.post(f"{url}/restore", json={"version": 2, "earlier": 1}, headers=editor)
    assert (back.status_code, back.json()["version"]) == (200, 3)
    told = [each["changes"] for each in (await http.get(f"{url}/history", headers=editor)).json()]
    assert [lines[0]["en"] for lines in told] == [
        "Put into the catalogue.",
        "Taken out of the catalogue.",
        "Put into the catalogue.",
    ]


async def test_history_tells_changes_in_both_languages(
    http: httpx.AsyncClient, editor: dict[str, str]
) -> None:
    body = await first(http, editor)
    url = f"{BASE}/{body['code']}"
    await http.put(url, json={**body, "fee_vnd": 0}, headers=editor)
    await http.put(url, json={**body, "version": 2, "fee_vnd": 8000}, headers=editor)
    newest = (await http.get(f"{url}/history", headers=editor)).json()[0]["changes"]
    assert newest == [{"vi": "Lệ phí: miễn phí → 8.000 đồng", "en": "Fee: free → 8,000 dong"}]


async def test_who_else_has_it_open_and_who_names_it(
    http: httpx.AsyncClient, editor: dict[str, str]
) -> None:
    body = await first(http, editor)
    url, other = f"{BASE}/{body['code']}", await account(http, "minh", "editor")
    assert (await http.post(f"{url}/open", headers=editor)).json() == {"others": []}
    assert (await http.post(f"{url}/open", headers=other)).json() == {"others": ["lan"]}
    assert (await http.post(f"{BASE}/9.999999/open", headers=other)).status_code == 404
    fresh = {
        "code": "x-ban-sao",
        "field": body["field"],
        "name": "Bản sao",
        "service": body["service"],
        "note": f"Lần đầu thì {body['code']}.",
    }
    assert (await http.post(BASE, json=fresh, headers=editor)).status_code == 201
    named = (await http.get(f"{url}/mentions", headers=editor)).json()
    assert "x-ban-sao" in named and body["code"] not in named


@pytest.mark.parametrize(
    "written", [{}, {"name": 7, "aliases": {"a": []}, "documents": True}, {"aliases": ["x"] * 5000}]
)
async def test_whatever_is_sent_to_be_checked_is_answered(
    http: httpx.AsyncClient, editor: dict[str, str], written: dict[str, Any]
) -> None:
    assert (await http.post(f"{BASE}/check", json=written, headers=editor)).status_code == 200


async def test_a_phrase_of_another_procedure_is_warned_of(
    http: httpx.AsyncClient, editor: dict[str, str]
) -> None:
    body = await first(http, editor)
    written = {"code": "x-moi", "name": {"vi": body["name"]["vi"], "en": None}}
    found = (await http.post(f"{BASE}/check", json=written, headers=editor)).json()
    near = [each["near"] for each in found if each["kind"] == "phrase_close"]
    assert (near[0]["code"], near[0]["closeness"]) == (body["code"], 100)


async def test_the_draft_has_the_facts_that_are_being_written(desk: Desk) -> None:
    http, state = desk.http, desk.app.state
    await ensure_content(state.settings, state.database)
    http.app = desk.app  # type: ignore[attr-defined]
    lan, xem = await account(http, "lan", "editor"), await account(http, "xem", "clerk")
    asked = {"text": "xin chào"}
    refused = await http.post(f"{BASE}/preview", json=asked, headers=xem)
    assert code_of(refused) == (403, "right_missing")
    plain = (await http.post(f"{BASE}/preview", json=asked, headers=lan)).json()
    assert (plain["live"]["kind"], plain["draft"]["kind"]) == ("live", "facts")
    assert plain["live"]["release"] == plain["draft"]["release"]
    assert plain["draft"]["text"] == "xin chào"
    preview = state.settings.data_dir / "preview"
    body = await first(http, lan)
    changed = {key: body[key] for key in body if key not in ("version", "updated_at", "updated_by")}
    wrong = await http.post(
        f"{BASE}/preview", json=asked | {"procedure": {**changed, "fee_vnd": -1}}, headers=lan
    )
    assert code_of(wrong) == (422, "procedure_invalid")
    written = asked | {"procedure": {**changed, "fee_vnd": 4321}}
    await http.post(f"{BASE}/preview", json=written, headers=lan)
    (folder,) = preview.iterdir()
    assert '"amount_vnd": 4321' in (folder / "catalogue.json").read_text("utf-8")
    assert (await http.get(f"{BASE}/{body['code']}", headers=lan)).json() == body
    asked_of = desk.asked()
    assert len(asked_of) >= 4
    assert all(each["conversation"].startswith("preview-") for each in asked_of)
    await state.catalogue_trial.close()
    assert list(preview.iterdir()) == []
    assert app_of(http) is desk.app
