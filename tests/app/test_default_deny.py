"""Nobody gets further than his right; strangers get nowhere."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from desk_fixtures import client_of

from assistant.kiosks.service import CODE_LIFETIME, make_pairing_code
from assistant.main import create_app
from assistant.settings import Settings

PAIR = "/api/v1/kiosks/pair"
OPERATOR = {"Authorization": "Bearer the operator's token"}


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_what_needs_a_token_is_refused_without_and_with_a_wrong_one(
    http: httpx.AsyncClient,
) -> None:
    for url in ("/api/v1/counters/3/call-next", "/api/v1/robots/robot-1/missions"):
        body = {"kind": "lead", "to": "counter-3"} if "missions" in url else None
        assert code_of(await http.post(url, json=body)) == (401, "token_missing")
        for wrong in ("Bearer x", "Bearer ", "Basic abc", "the operator's token"):
            answer = await http.post(url, json=body, headers={"Authorization": wrong})
            assert code_of(answer) == (401, "token_invalid")
            assert answer.headers["www-authenticate"] == "Bearer"
    assert (await http.post("/api/v1/counters/3/call-next", headers=OPERATOR)).status_code == 200


async def test_a_kiosk_pairs_itself_on_this_machine_only(http: httpx.AsyncClient) -> None:
    paired = (await http.post(PAIR)).json()
    assert (paired["kiosk"], paired["robot"]) == ("kiosk-1", "robot-1")
    token = {"Authorization": f"Bearer {paired['token']}"}
    answer = await http.post(
        "/api/v1/conversations", json={"kiosk": paired["kiosk"]}, headers=token
    )
    assert answer.status_code == 201
    assert answer.json()["can_move"] is True
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
        answer = await http.post(PAIR, headers={header: "10.0.0.1"})
        assert code_of(answer) == (403, "pairing_code_missing")
    async with client_of(http.app, peer="192.168.1.20") as elsewhere:  # type: ignore[attr-defined]
        assert code_of(await elsewhere.post(PAIR)) == (403, "pairing_code_missing")
        assert code_of(await elsewhere.post(PAIR, json={"kiosk": "kiosk-1"}))[0] == 403


async def test_a_pairing_code_works_once_and_not_for_ever(http: httpx.AsyncClient) -> None:
    database = http.app.state.database  # type: ignore[attr-defined]
    code = await make_pairing_code(database, "kiosk-1")
    async with client_of(http.app, peer="192.168.1.20") as elsewhere:  # type: ignore[attr-defined]
        typed = f" {code[:4].lower()}-{code[4:]} "
        first, second = await asyncio.gather(
            elsewhere.post(PAIR, json={"code": typed}), elsewhere.post(PAIR, json={"code": code})
        )
        assert sorted((first.status_code, second.status_code)) == [200, 403]
        late = await make_pairing_code(database, "kiosk-1")
        async with database.session() as session:
            from sqlalchemy import update

            from assistant.kiosks.tables import PairingCode

            past = datetime.now(UTC) - CODE_LIFETIME - timedelta(seconds=1)
            await session.execute(update(PairingCode).values(expires_at=past))
        assert code_of(await elsewhere.post(PAIR, json={"code": late})) == (
            403,
            "pairing_code_wrong",
        )


async def test_guessing_pairing_codes_is_slowed_down(http: httpx.AsyncClient) -> None:
    async with client_of(http.app, peer="192.168.1.20") as elsewhere:  # type: ignore[attr-defined]
        answers = [await elsewhere.post(PAIR, json={"code": f"GUESS{n:03}"}) for n in range(12)]
    assert {answer.status_code for answer in answers} == {403, 429}
    assert int(answers[-1].headers["retry-after"]) >= 1


async def test_a_kiosk_is_not_another_one(settings: Settings, http: httpx.AsyncClient) -> None:
    token = (await http.post(PAIR)).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    answer = await http.post("/api/v1/conversations", json={"kiosk": "kiosk-9"}, headers=headers)
    assert code_of(answer) == (404, "kiosk_unknown")
    answer = await http.post("/api/v1/conversations", json={"kiosk": "kiosk-1"})
    assert code_of(answer) == (401, "token_missing")
    answer = await http.post("/api/v1/conversations", json={})
    assert answer.json()["can_move"] is False


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "", "127.0.0.1.evil.example"]
)
async def test_foreign_host_names_are_refused(http: httpx.AsyncClient, host: str) -> None:
    answer = await http.get("/healthz", headers={"Host": host})
    assert code_of(answer) == (421, "host_refused")


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "[::1]:8080", "LOCALHOST"])
async def test_own_names_are_served(http: httpx.AsyncClient, host: str) -> None:
    assert (await http.get("/healthz", headers={"Host": host})).status_code == 200


async def test_other_web_sites_cannot_act_through_a_browser(http: httpx.AsyncClient) -> None:
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        answer = await http.post(PAIR, headers=headers)
        assert code_of(answer) == (403, "origin_refused")
    assert (await http.post(PAIR, headers={"Origin": "http://127.0.0.1:8080"})).status_code == 200


async def test_every_answer_carries_the_security_headers(http: httpx.AsyncClient) -> None:
    for url in ("/kiosk", "/healthz", "/nothing", "/api/v1/centre"):
        headers = (await http.get(url)).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "microphone=(self)" in headers["permissions-policy"]


def test_a_short_token_is_refused_where_others_can_reach_the_server(settings: Settings) -> None:
    with pytest.raises(ValueError, match="operator_token"):
        Settings(host="0.0.0.0", operator_token="short")
    assert Settings(host="0.0.0.0", operator_token="long enough to be safe").operator_token


def test_a_token_is_made_once_and_only_for_its_owner(settings: Settings) -> None:
    settings.operator_token = None
    create_app(settings)
    path = settings.data_dir / "operator-token"
    made = path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(made.strip()) >= 32
    create_app(settings)
    assert path.read_text() == made
