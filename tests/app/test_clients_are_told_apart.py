"""Behind a proxy the client is who a trusted proxy says, and nobody else can say so."""

import httpx
import pytest
from desk_fixtures import client_of

from assistant.main import create_app
from assistant.settings import Settings
from assistant.startup import Background

PAIR = "/api/v1/kiosks/pair"


async def pair_until_refused(client: httpx.AsyncClient, **headers: str) -> int:
    for count in range(100):
        answer = await client.post(PAIR, json={"code": "WRONG"}, headers=headers)
        if answer.status_code == 429:
            return count
    raise AssertionError("never refused")


@pytest.mark.parametrize(("proxies", "told_apart"), [(["10.0.0.0/8"], True), ([], False)])
async def test_who_is_counted(settings: Settings, proxies: list[str], told_apart: bool) -> None:
    settings = Settings(
        data_dir=settings.data_dir,
        content_dir=settings.content_dir,
        operator_token=settings.operator_token,
        allowed_hosts=["letan.example"],
        trusted_proxies=proxies,
    )
    background = Background(create_app(settings))
    base = "http://letan.example"
    async with (
        background.running(robots=False, speech=False),
        client_of(background.app, "10.0.0.1", base) as client,
    ):
        await pair_until_refused(client, **{"X-Forwarded-For": "203.0.113.5"})
        # The last address is the proxy's word; what stands before it, the client made up.
        again = {"X-Forwarded-For": "198.51.100.7, 203.0.113.5, 10.0.0.9"}
        answer = await client.post(PAIR, json={"code": "WRONG"}, headers=again)
        assert answer.status_code == 429
        other = {"X-Forwarded-For": "203.0.113.6"}
        answer = await client.post(PAIR, json={"code": "WRONG"}, headers=other)
        assert (answer.status_code != 429) is told_apart


async def test_a_loopback_address_that_was_forwarded_pairs_nobody(settings: Settings) -> None:
    settings = settings.model_copy(update={"allowed_hosts": ["letan.example"]})
    background = Background(create_app(settings))
    async with (
        background.running(robots=False, speech=False),
        client_of(background.app, "10.0.0.1", "http://127.0.0.1") as client,
    ):
        for headers in ({}, {"X-Forwarded-For": "127.0.0.1"}):
            answer = await client.post(PAIR, json={}, headers=headers)
            assert answer.status_code in (401, 403)
