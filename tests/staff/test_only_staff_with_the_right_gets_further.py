"""Log-in, roles and accounts through the HTTP door."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pyotp
import pytest
from fastapi import FastAPI

from assistant.settings import Settings
from assistant.staff.commands import create
from assistant.staff.rights import ROLES, Role, rights_of
from assistant.staff.service import StaffRoom

API = "/api/v1/staff"
WORD = "ba con mèo đen"


def app_of(http: httpx.AsyncClient) -> FastAPI:
    app: FastAPI = http.app  # type: ignore[attr-defined]
    return app


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def account(http: httpx.AsyncClient, name: str, role: Role) -> dict[str, str]:
    """An account and the header of a session of it."""
    await app_of(http).state.staff.create(name, WORD, role)
    return await log_in(http, name)


async def log_in(http: httpx.AsyncClient, name: str, **more: Any) -> dict[str, str]:
    answer = await http.post(f"{API}/login", json={"name": name, "password": WORD, **more})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}


async def test_a_log_in_gives_a_token_that_works_until_log_out(http: httpx.AsyncClient) -> None:
    header = await account(http, "Lan", "editor")
    me = (await http.get(f"{API}/me", headers=header)).json()
    assert (me["name"], me["role"]) == ("lan", "editor")
    assert set(me["rights"]) == rights_of("editor")
    assert (await http.post(f"{API}/logout", headers=header)).status_code == 204
    assert code_of(await http.get(f"{API}/me", headers=header)) == (401, "staff_session_over")


async def test_a_wrong_name_and_a_wrong_password_look_the_same(http: httpx.AsyncClient) -> None:
    await account(http, "lan", "viewer")
    wrong = [{"name": "lan", "password": "x"}, {"name": "nobody", "password": "x"}]
    answers = [(await http.post(f"{API}/login", json=body)).json() for body in wrong]
    assert answers[0]["code"] == answers[1]["code"] == "login_refused"
    assert answers[0]["detail"] == answers[1]["detail"]


async def test_guessing_locks_the_account_for_longer_and_longer(
    http: httpx.AsyncClient, settings: Settings
) -> None:
    now = [datetime.now(UTC)]
    room = app_of(http).state.staff = StaffRoom(
        settings, app_of(http).state.database, lambda: now[0]
    )
    await room.create("lan", WORD, "viewer")
    waits = []
    for _ in range(8):
        while True:
            answer = await http.post(f"{API}/login", json={"name": "lan", "password": "wrong"})
            if answer.status_code == 429:
                break
        waits.append(int(answer.headers["retry-after"]))
        right = await http.post(f"{API}/login", json={"name": "lan", "password": WORD})
        assert code_of(right) == (429, "login_locked")
        now[0] += timedelta(seconds=waits[-1] + 1)
    assert waits == sorted(waits)
    assert waits[0] == 30
    assert waits[-1] == 900
    await log_in(http, "lan")


async def test_who_does_nothing_is_logged_out_and_who_works_is_not(
    http: httpx.AsyncClient, settings: Settings
) -> None:
    now = [datetime.now(UTC)]
    room = app_of(http).state.staff = StaffRoom(
        settings, app_of(http).state.database, lambda: now[0]
    )
    await room.create("lan", WORD, "viewer")
    busy, idle = await log_in(http, "lan"), await log_in(http, "lan")
    for _ in range(3):
        now[0] += timedelta(minutes=settings.staff_idle_minutes - 1)
        assert (await http.get(f"{API}/me", headers=busy)).status_code == 200
    assert code_of(await http.get(f"{API}/me", headers=idle)) == (401, "staff_session_over")
    now[0] += timedelta(hours=settings.staff_session_hours)
    assert (await http.get(f"{API}/me", headers=busy)).status_code == 401
    await room.sweep()


STAFF_ENDPOINTS = [
    ("GET", "/accounts", "staff:manage"),
    ("POST", "/accounts", "staff:manage"),
    ("PATCH", "/accounts/1", "staff:manage"),
    ("GET", "/audit", "audit:read"),
    ("GET", "/audit/check", "audit:read"),
]


async def test_each_role_gets_as_far_as_its_rights(http: httpx.AsyncClient) -> None:
    for role in ROLES:
        header = await account(http, f"a-{role}", role)
        for method, path, right in STAFF_ENDPOINTS:
            answer = await http.request(method, API + path, headers=header, json={})
            if right in rights_of(role):
                assert answer.status_code not in (401, 403), (role, path)
            else:
                assert code_of(answer) == (403, "right_missing"), (role, path)
    for method, path, _ in STAFF_ENDPOINTS:
        assert code_of(await http.request(method, API + path)) == (401, "staff_login_needed")


async def test_every_staff_endpoint_asks_for_somebody(http: httpx.AsyncClient) -> None:
    """Default deny: whatever is added later is caught here."""
    paths = (await http.get("/openapi.json")).json()["paths"]
    seen = 0
    for path, methods in paths.items():
        if not path.startswith(API) or path == f"{API}/login":
            continue
        for method in methods:
            concrete = path.replace("{id_}", "1").replace("{", "").replace("}", "")
            answer = await http.request(method, concrete, json={})
            assert answer.status_code == 401, (method, path, answer.text)
            seen += 1
    assert seen >= 10


async def test_the_last_administrator_stays(http: httpx.AsyncClient) -> None:
    header = await account(http, "chi", "administrator")
    accounts = (await http.get(f"{API}/accounts", headers=header)).json()
    url = f"{API}/accounts/{accounts[0]['id']}"
    for body in ({"role": "viewer"}, {"active": False}):
        answer = await http.patch(url, json=body, headers=header)
        assert code_of(answer) == (409, "last_administrator")
    await account(http, "dung", "administrator")
    assert (await http.patch(url, json={"active": False}, headers=header)).status_code == 200
    assert (await http.get(f"{API}/me", headers=header)).status_code == 401
    body = {"name": "chi", "password": WORD}
    assert code_of(await http.post(f"{API}/login", json=body)) == (401, "login_refused")


@pytest.mark.parametrize("password", ["short", "1111111111", "MatKhau123", "lan.nguyen-2026"])
async def test_a_weak_password_is_refused_with_the_reason(
    http: httpx.AsyncClient, password: str
) -> None:
    header = await account(http, "chi", "administrator")
    body = {"name": "lan.nguyen", "password": password, "role": "clerk"}
    answer = await http.post(f"{API}/accounts", json=body, headers=header)
    assert code_of(answer) == (422, "password_weak")
    assert answer.json()["field"] == "password"


async def test_a_new_password_ends_the_other_sessions(http: httpx.AsyncClient) -> None:
    here = await account(http, "lan", "clerk")
    elsewhere = await log_in(http, "lan")
    wrong = {"old": "nonsense", "new": "một mật khẩu khác"}
    answer = await http.put(f"{API}/me/password", json=wrong, headers=here)
    assert code_of(answer) == (403, "password_wrong")
    body = {"old": WORD, "new": "một mật khẩu khác"}
    assert (await http.put(f"{API}/me/password", json=body, headers=here)).status_code == 204
    assert (await http.get(f"{API}/me", headers=here)).status_code == 200
    assert (await http.get(f"{API}/me", headers=elsewhere)).status_code == 401


async def test_a_second_factor_is_asked_for_and_no_code_works_twice(
    http: httpx.AsyncClient,
) -> None:
    header = await account(http, "lan", "clerk")
    secret = (await http.post(f"{API}/me/second-factor", headers=header)).json()["secret"]
    body = {"password": WORD, "secret": secret, "code": "000000"}
    answer = await http.put(f"{API}/me/second-factor", json=body, headers=header)
    assert code_of(answer) == (401, "second_factor_wrong")
    totp = pyotp.TOTP(secret)
    before = datetime.now(UTC) - timedelta(seconds=30)
    body["code"] = totp.at(before)
    answer = await http.put(f"{API}/me/second-factor", json=body, headers=header)
    assert answer.status_code == 204
    plain = {"name": "lan", "password": WORD}
    answer = await http.post(f"{API}/login", json=plain)
    assert code_of(answer) == (401, "second_factor_missing")
    code = totp.now()
    await log_in(http, "lan", code=code)
    again = await http.post(f"{API}/login", json={**plain, "code": code})
    assert code_of(again) == (401, "second_factor_wrong")


async def test_the_first_administrator_comes_by_a_link_that_works_once(
    http: httpx.AsyncClient,
) -> None:
    room: StaffRoom = app_of(http).state.staff
    code = await room.invite_first()
    assert code is not None
    origin = {"Origin": "http://127.0.0.1:8080"}
    page = await http.get("/console/setup")
    assert page.status_code == 200
    body = {"code": code, "name": "chi", "password": "short"}
    assert (await http.post("/console/setup", data=body, headers=origin)).status_code == 422
    body["password"] = WORD
    answer = await http.post("/console/setup", data=body, headers=origin)
    assert answer.status_code == 303
    assert (await http.get("/console/alive")).status_code == 204
    body["name"] = "mallory"
    assert (await http.post("/console/setup", data=body, headers=origin)).status_code == 403
    assert await room.invite_first() is None
    assert [(each.name, each.role) for each in await room.accounts()] == [("chi", "administrator")]


async def test_leaving_the_console_ends_the_session_itself(http: httpx.AsyncClient) -> None:
    await account(http, "lan", "viewer")
    origin = {"Origin": "http://127.0.0.1:8080"}
    body = {"name": "lan", "password": WORD}
    answer = await http.post("/console/login", data=body, headers=origin)
    assert answer.status_code == 303
    cookie = http.cookies["letan_console"]
    assert (await http.get("/console/alive")).status_code == 204
    await http.post("/console/logout", headers=origin)
    http.cookies.set("letan_console", cookie, path="/console")
    assert (await http.get("/console/alive")).status_code == 401


async def test_an_account_can_be_made_on_the_server(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO(WORD + "\n"))
    assert await create(settings, "Hoa", "publisher") == 0
    assert "hoa" in capsys.readouterr().out
