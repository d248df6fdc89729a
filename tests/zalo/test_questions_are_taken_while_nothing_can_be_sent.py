"""The whole application without good tokens: it takes and answers; `connect` sends what waited."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from desk_fixtures import client_of, publish_release
from outbound_fixtures import until
from pydantic import SecretStr
from zalo_events import Zalo, bot_event, said
from zalo_platform import Platform

from assistant.channels.zalo.connecting import connect
from assistant.console.overview import Overview
from assistant.main import create_app
from assistant.settings import Settings
from assistant.startup import Background

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def stand_in() -> Iterator[Platform]:
    with Platform().running() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def zalo(ward: tuple[Settings, Path], stand_in: Platform) -> AsyncIterator[Zalo]:
    """The application, with tokens, at the stand-in's platform."""
    settings, notes = ward
    state = stand_in.state
    sending = {
        "app_secret": SecretStr(state.app_secret),
        "access_token": SecretStr("AT-first"),
        "refresh_token": SecretStr("RT-first"),
        "bot_token": SecretStr(state.bot_token),
        "oauth_url": stand_in.url,
        "api_url": stand_in.url,
        "bot_url": stand_in.url,
        "redirect_url": "https://letan.phuong.vn/zalo",
    }
    ours = settings.model_copy(update={"zalo": settings.zalo.model_copy(update=sending)})
    await publish_release(ours, "first")
    background = Background(create_app(ours))
    running = background.running(robots=False, speech=False)
    async with running, client_of(background.app) as client:
        await background.wait_engine(30)
        yield Zalo(background.app, client, notes)


async def test_a_question_is_answered_on_both_products(zalo: Zalo, stand_in: Platform) -> None:
    user, chat = await zalo.known(), "6ede0077"
    await zalo.bot(bot_event("xin chào", chat))  # a first greeting is answered with the menu
    assert (await zalo.oa(said("giấy khai sinh", user))).status_code == 200
    assert (await zalo.bot(bot_event("giấy khai sinh", chat))).status_code == 200
    for one in (user, chat):
        await until(lambda one=one: stand_in.texts(one)[-1:] == ["giấy khai sinh"])
        assert stand_in.texts(one).count("giấy khai sinh") == 1


async def test_after_a_final_answer_questions_are_taken_and_sent_once_connected(
    zalo: Zalo, stand_in: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    user = await zalo.known()
    await until(lambda: bool(stand_in.texts(user)))
    stand_in.fault("refresh", "error", code=-14014)
    stand_in.expire_access()
    for words in ("một", "hai"):
        assert (await zalo.oa(said(words, user))).status_code == 200
    await zalo.settled()
    health = zalo.app.state.health

    def is_told() -> bool:
        part = health.part("zalo_tokens")
        return part is not None and not part.ready

    await until(is_told)
    ready = (await zalo.http.get("/readyz", headers={"Accept-Language": "vi"})).json()
    assert ready["ready"] and ready["degraded"]
    assert "letan zalo connect" in ready["parts"]["zalo_tokens"]["detail"]
    metrics = (await zalo.http.get("/metrics")).text
    assert 'letan_part_ready{part="zalo_tokens"} 0.0' in metrics
    assert "letan_zalo_token_expires_timestamp_seconds 0.0" in metrics
    console = Overview.__new__(Overview)
    console._state, console._language = zalo.app.state, "vi"
    assert "letan zalo connect" in console._facts(), "staff see it"
    assert await zalo.told(user) == ["một", "hai"], "answered, and kept"
    assert len(stand_in.requests("refresh")) == 1

    stand_in.clear()

    def consent(_what: str) -> str:
        link = next(word for word in capsys.readouterr().out.split() if "code_challenge=" in word)
        return stand_in.consent(link.partition("code_challenge=")[2].partition("&")[0])

    code = await connect(zalo.app.state.settings, "vi", ask=consent, ask_secret=consent)
    assert code == 0
    await until(lambda: stand_in.texts(user)[-2:] == ["một", "hai"])
    await until(lambda: not is_told())
    await zalo.oa(said("ba", user))
    await until(lambda: stand_in.texts(user)[-1:] == ["ba"])
