"""Single sign-on: with an independent provider, and with one that lies."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import oidc_provider_mock
import pytest
from desk_fixtures import client_of
from fastapi import FastAPI
from lying_provider import (
    CLIENT,
    LyingProvider,
    lying_provider,
    signed_by_somebody_else,
    signed_with_the_secret,
    unsigned,
)
from pydantic import SecretStr, ValidationError

from assistant.main import create_app
from assistant.openid_settings import OpenIdSettings
from assistant.settings import Settings
from assistant.staff.audit import Who
from assistant.staff.service import StaffRoom
from assistant.startup import Background

WORD = "ba con mèo đen"


@pytest.fixture(scope="module")
def honest() -> Iterator[str]:
    people = [
        oidc_provider_mock.User(sub="person-1", claims={"preferred_username": "Lan"}),
        oidc_provider_mock.User(sub="person-2", claims={"preferred_username": "lan"}),
        oidc_provider_mock.User(sub="person-3", claims={"preferred_username": "nobody"}),
    ]
    with oidc_provider_mock.run_server_in_thread(user_claims=people, require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def liar() -> Iterator[LyingProvider]:
    with lying_provider() as provider:
        yield provider


@pytest.fixture
async def http(
    settings: Settings, request: pytest.FixtureRequest
) -> AsyncIterator[httpx.AsyncClient]:
    """The console, whose single sign-on is the provider that the test names."""
    asked = "honest" if "honest" in request.fixturenames else "liar"
    found = request.getfixturevalue(asked)
    settings.openid = OpenIdSettings(
        issuer=found if isinstance(found, str) else found.address,
        client_id=CLIENT,
        client_secret=SecretStr("the client's secret, long enough"),
        timeout=2,
    )
    background = Background(create_app(settings))
    async with background.running(robots=False, speech=False), client_of(background.app) as client:
        client.app = background.app  # type: ignore[attr-defined]
        yield client


def app_of(http: httpx.AsyncClient) -> FastAPI:
    app: FastAPI = http.app  # type: ignore[attr-defined]
    return app


async def sent_there(http: httpx.AsyncClient, address: str = "/console/openid/") -> str:
    answer = await http.get(address)
    assert answer.status_code in (302, 307), answer.text
    return answer.headers["location"]


async def logged_in_there(http: httpx.AsyncClient, who: str) -> str:
    """What the provider sends the browser back with."""
    there = await sent_there(http)
    asked = parse_qs(urlsplit(there).query)
    assert asked["code_challenge_method"] == ["S256"] and asked["nonce"] and asked["state"]
    async with httpx.AsyncClient() as outside:
        answer = await outside.post(there, data={"sub": who})
    assert answer.status_code == 302, answer.text
    return str(answer.headers["location"])


async def is_inside(http: httpx.AsyncClient) -> bool:
    return (await http.get("/console/alive")).status_code == 204


async def test_who_has_an_account_gets_in_and_stays_the_same_person(
    http: httpx.AsyncClient, honest: str
) -> None:
    staff: StaffRoom = app_of(http).state.staff
    await staff.create("an", WORD, "administrator")
    lan = await staff.create("lan", WORD, "editor")
    button = (await http.get("/console/login")).text
    assert 'href="/console/openid/' in button
    back = await logged_in_there(http, "person-1")
    arrived = await http.get(back)
    assert arrived.status_code == 200, arrived.text
    cookie = next(
        c for c in arrived.headers.get_list("set-cookie") if c.startswith("letan_console")
    )
    assert "HttpOnly" in cookie and "samesite=strict" in cookie.lower()
    assert await is_inside(http)

    # Her name is given to somebody else at the provider: that opens nothing.
    http.cookies.clear()
    refused = await http.get(await logged_in_there(http, "person-2"))
    assert refused.status_code == 403 and not await is_inside(http)
    await staff.change(lan.id, Who("an", "administrator"), active=False)
    http.cookies.clear()
    assert (await http.get(await logged_in_there(http, "person-1"))).status_code == 403


async def test_whom_nobody_here_knows_stays_outside(http: httpx.AsyncClient, honest: str) -> None:
    refused = await http.get(await logged_in_there(http, "person-3"))
    assert refused.status_code == 403
    assert not await is_inside(http)
    assert await app_of(http).state.staff.accounts() == []


async def test_the_way_back_counts_once_and_in_the_browser_that_began(
    http: httpx.AsyncClient, honest: str
) -> None:
    await app_of(http).state.staff.create("lan", WORD, "viewer")
    back = await logged_in_there(http, "person-1")
    async with client_of(app_of(http)) as stolen:
        assert (await stolen.get(back)).status_code == 401
    assert (await http.get(back)).status_code == 200
    http.cookies.delete("letan_console", path="/console")
    assert (await http.get(back)).status_code == 401
    assert not await is_inside(http)


async def test_the_page_that_was_asked_for_is_reached_and_no_other_site(
    http: httpx.AsyncClient, liar: LyingProvider
) -> None:
    await app_of(http).state.staff.create("lan", WORD, "viewer")
    for asked, reached in (
        ("/console/robots?lang=en", "/console/robots?lang=en"),
        ("https://evil.example/console/robots", "/console/"),
        ('/console/robots"><script>', "/console/"),
    ):
        arrived = await back_from(http, liar, params={"next": asked})
        assert f'url={reached}"' in arrived.text, arrived.text


async def back_from(
    http: httpx.AsyncClient, liar: LyingProvider, params: dict[str, str] | None = None
) -> httpx.Response:
    address = httpx.URL("/console/openid/", params=params or {})
    asked = parse_qs(urlsplit(await sent_there(http, str(address))).query)
    liar.nonce = asked["nonce"][0]
    return await http.get(
        "/console/openid/callback", params={"code": "c", "state": asked["state"][0]}
    )


def without(*names: str) -> Callable[[LyingProvider, dict[str, Any]], str]:
    return lambda liar, claims: liar.signed(
        {name: value for name, value in claims.items() if name not in names}
    )


def with_(**changed: Any) -> Callable[[LyingProvider, dict[str, Any]], str]:
    return lambda liar, claims: liar.signed({**claims, **changed})


LIES: dict[str, Callable[[LyingProvider, dict[str, Any]], str]] = {
    "not signed": lambda _, claims: unsigned(claims),
    "signed with the client's secret": lambda _, claims: signed_with_the_secret(claims),
    "signed by somebody else": lambda _, claims: signed_by_somebody_else(claims),
    "for another client": with_(aud="another"),
    "of another issuer": with_(iss="https://evil.example"),
    "too old": with_(iat=1_600_000_000, exp=1_600_000_060),
    "of another log-in": with_(nonce="another"),
    "without nonce": without("nonce"),
    "without subject": without("sub"),
    "with a number as subject": with_(sub=7),
    "not a token": lambda _, __: "no.token.at-all",
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_token_that_proves_nothing_opens_nothing(
    http: httpx.AsyncClient, liar: LyingProvider, lie: str
) -> None:
    await app_of(http).state.staff.create("lan", WORD, "viewer")
    liar.token = lambda claims: LIES[lie](liar, claims)
    try:
        answer = await back_from(http, liar)
    finally:
        liar.token = liar.signed
    assert answer.status_code == 401, answer.text
    assert not await is_inside(http)
    assert (await back_from(http, liar)).status_code == 200


async def test_a_claim_that_is_no_name_is_no_account(
    http: httpx.AsyncClient, liar: LyingProvider
) -> None:
    await app_of(http).state.staff.create("lan", WORD, "viewer")
    for name in (None, 7, ["lan"], "", "lan\u0000"):
        liar.token = lambda claims, name=name: liar.signed({**claims, "preferred_username": name})
        assert (await back_from(http, liar)).status_code == 403
    liar.token = liar.signed


async def test_a_refusal_of_the_provider_is_told(
    http: httpx.AsyncClient, liar: LyingProvider
) -> None:
    await sent_there(http)
    answer = await http.get("/console/openid/callback", params={"error": "access_denied"})
    assert answer.status_code == 401 and "<form" in answer.text


async def test_a_provider_that_is_away_or_another_leaves_the_password(
    http: httpx.AsyncClient, liar: LyingProvider
) -> None:
    kept = dict(liar.metadata)
    liar.metadata["issuer"] = "https://evil.example"
    try:
        assert (await http.get("/console/openid/")).status_code == 503
    finally:
        liar.metadata.update(kept)
    await sent_there(http)


async def test_without_a_provider_there_is_no_button_and_no_door(settings: Settings) -> None:
    background = Background(create_app(settings))
    async with background.running(robots=False, speech=False), client_of(background.app) as client:
        assert "openid" not in (await client.get("/console/login")).text
        assert (await client.get("/console/openid/")).status_code == 303


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"issuer": "https://id.example"}, "client_id"),
        ({"issuer": "http://id.example", "client_id": "x"}, "https"),
        ({"issuer": "ftp://127.0.0.1", "client_id": "x"}, "https"),
        ({"issuer": "https://id.example", "client_id": "x", "scope": "profile"}, "scope"),
        ({"isuer": "https://id.example"}, "isuer"),
    ],
)
def test_wrong_settings_are_named(wrong: dict[str, str], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        OpenIdSettings.model_validate(wrong)
