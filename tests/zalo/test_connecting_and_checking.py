"""`./letan zalo connect` and `check`: tokens by consent, and plain words for what is wrong."""

import asyncio
import json
import os
import stat
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from outbound_fixtures import WayOut, way_out_of
from pydantic import SecretStr
from typer.testing import CliRunner
from zalo_platform import Platform

from assistant import cli, problems
from assistant.channels.zalo import oa_webhook
from assistant.channels.zalo.check import check
from assistant.channels.zalo.connecting import code_of, connect
from assistant.channels.zalo.door import Door
from assistant.channels.zalo.explanations import of_account, of_stop
from assistant.errors import LetanError
from assistant.settings import Settings

USER = "2468000000000000001"
REDIRECT = "https://letan.phuong.vn/zalo"


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any) -> None:
        return None


class Administrator:
    """Opens the link that is printed, consents, and pastes where the browser was led to."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.printed = ""

    def __call__(self, _what: str) -> str:
        self.printed += self._capsys.readouterr().out
        link = next(word for word in self.printed.split() if "/v4/oa/permission" in word)
        try:
            urllib.request.build_opener(_Stay).open(link, timeout=5)
        except urllib.error.HTTPError as redirected:
            return str(redirected.headers["Location"])
        raise AssertionError("no redirect")


def never(_what: str) -> str:
    raise AssertionError("asked for something else")


@pytest.fixture
def administrator(capsys: pytest.CaptureFixture[str]) -> Administrator:
    return Administrator(capsys)


@pytest.fixture
def unconnected(zalo_settings: Settings) -> Settings:
    zalo_settings.zalo.access_token = zalo_settings.zalo.refresh_token = None
    zalo_settings.zalo.redirect_url = REDIRECT
    return zalo_settings


async def test_what_was_held_is_sent_after_connecting(
    unconnected: Settings,
    platform: Platform,
    administrator: Administrator,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A running application takes the tokens over by itself."""
    async with way_out_of(unconnected) as running:
        await running.put(USER, "một", "hai")
        await running.round()
        assert await running.states() == ["waiting", "waiting"]
        await running.alarms.look(at_once=True)
        part = running.health.part("zalo_tokens")
        assert part is not None and "letan zalo connect" in part.en
        assert await connect(unconnected, "en", ask=administrator, ask_secret=never) == 0
        assert platform.state.oa_name in capsys.readouterr().out
        await running.work()
        assert platform.texts(USER) == ["một", "hai"]
    exchanged = platform.requests("exchange")[0]["body"]
    assert len(exchanged["code_verifier"]) == 43
    assert exchanged["code_verifier"] not in administrator.printed


async def test_a_verifier_of_the_settings_is_used(
    unconnected: Settings, platform: Platform, administrator: Administrator
) -> None:
    unconnected.zalo.code_verifier = SecretStr("v" * 43)
    assert await connect(unconnected, "vi", ask=administrator, ask_secret=never) == 0
    assert platform.requests("exchange")[0]["body"]["code_verifier"] == "v" * 43


async def test_tokens_of_the_explorer_can_be_pasted(
    unconnected: Settings, platform: Platform
) -> None:
    given = iter(["AT-first\n", "RT-first"])
    code = await connect(
        unconnected, "vi", ask=never, ask_secret=lambda _: next(given), paste_tokens=True
    )
    assert code == 0
    assert platform.requests("getoa")[0]["outcome"] == "0"


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        ("", "dán vào"),
        ("https://letan.phuong.vn/zalo?error=1", "code="),
        ("https://letan.phuong.vn/zalo?code=c1&state=other", "lần cấp quyền khác"),
        ("https://letan.phuong.vn/zalo?code=c1&state=s&oa_id=999", "Official Account khác"),
    ],
)
def test_a_wrong_answer_is_explained(answer: str, wrong: str) -> None:
    with pytest.raises(LetanError) as raised:
        code_of(answer, state="s", oa_id="3886")
    assert wrong in raised.value.vi


@pytest.mark.parametrize(
    "answer", ["c1", " https://x.vn/z?state=s&code=c1&oa_id=3886 ", "code=c1&oa_id=3886"]
)
def test_an_address_or_a_code_is_understood(answer: str) -> None:
    assert code_of(answer, state="s", oa_id="3886") == "c1"


async def test_a_refused_consent_changes_nothing(
    zalo_settings: Settings, platform: Platform, administrator: Administrator
) -> None:
    zalo_settings.zalo.redirect_url = REDIRECT
    async with way_out_of(zalo_settings) as running:
        platform.fault("exchange", "error", code=-14003)
        with pytest.raises(LetanError) as raised:
            await connect(zalo_settings, "vi", ask=administrator, ask_secret=never)
        assert raised.value.code == "zalo_consent_refused"
        access = await running.tokens.access()
        assert access is not None and access.token == "AT-first"


async def test_missing_settings_are_named(unconnected: Settings) -> None:
    unconnected.zalo.redirect_url = None
    with pytest.raises(LetanError, match="LETAN_ZALO_REDIRECT_URL"):
        await connect(unconnected, "vi", ask=never, ask_secret=never)
    unconnected.zalo.app_secret = None
    with pytest.raises(LetanError, match="LETAN_ZALO_APP_SECRET"):
        await connect(unconnected, "vi", ask=never, ask_secret=never)


# check


@pytest.fixture
async def address(zalo_settings: Settings, way_out: WayOut) -> AsyncIterator[str]:
    """The channel's own door, served on this machine."""
    app = FastAPI()
    problems.add_handlers(app, "vi")
    app.include_router(oa_webhook.router(zalo_settings.zalo))
    app.state.zalo = app.state
    app.state.door = Door(
        zalo_settings.zalo,
        way_out.database,
        metrics=way_out.metrics,
        health=way_out.health,
        arrived=lambda: None,
    )
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.to_thread(os.sched_yield)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}{zalo_settings.zalo.oa_path}"
    server.should_exit = True
    await task


class Checked:
    """What `check` printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    async def __call__(self, settings: Settings, **options: Any) -> dict[str, list[dict[str, str]]]:
        self._capsys.readouterr()
        self.code = await check(settings, "en", as_json=True, **options)
        found: dict[str, list[dict[str, str]]] = {}
        for line in self._capsys.readouterr().out.splitlines():
            one = json.loads(line)
            found.setdefault(one["check"], []).append(one)
        return found


@pytest.fixture
def checked(capsys: pytest.CaptureFixture[str]) -> Checked:
    return Checked(capsys)


def told(found: dict[str, list[dict[str, str]]], name: str, verdict: str = "failed") -> str:
    """The sentences of a check that came out so."""
    lines = [one for one in found.get(name, []) if one["verdict"] == verdict]
    assert lines, found
    return " ".join(f"{one['detail']} {one.get('remedy', '')}" for one in lines)


async def test_all_is_well(
    way_out: WayOut, platform: Platform, checked: Checked, address: str
) -> None:
    way_out.settings.public_url = "https://letan.phuong.vn"
    platform.state.bot_webhook = "https://letan.phuong.vn/webhooks/zalo/bot"
    found = await checked(way_out.settings, webhook=address)
    assert checked.code == 0, found
    assert platform.state.oa_name in told(found, "account", "ok")
    assert "refuses a forged one" in told(found, "webhook", "ok")
    assert {name for name, lines in found.items() if lines[0]["verdict"] == "ok"} >= {
        *("settings", "digest", "platform", "key", "tokens", "account", "bot", "sending")
    }
    assert platform.requests("send") == []
    assert await way_out.database.read(
        lambda c: c.exec_driver_sql("SELECT count(*) FROM zalo_inbox").scalar_one() == 0
    )


async def test_what_is_wrong_with_settings(zalo_settings: Settings, checked: Checked) -> None:
    zalo_settings.zalo.app_secret = None
    assert "LETAN_ZALO_APP_SECRET" in told(await checked(zalo_settings), "settings")
    assert checked.code == 1
    zalo_settings.zalo.app_secret = zalo_settings.zalo.oa_secret_key
    zalo_settings.zalo.oa_id = None
    warned = told(await checked(zalo_settings), "settings", "warning")
    assert "the same" in warned and "LETAN_ZALO_OA_ID" in warned


async def test_what_is_wrong_with_tokens(
    way_out: WayOut, platform: Platform, checked: Checked
) -> None:
    platform.state.oa_id = "1"
    assert "another Official Account" in told(await checked(way_out.settings), "account")
    platform.fault("getoa", "error", times=1, code=-221)
    assert "not verified" in told(await checked(way_out.settings), "account")
    other = way_out.settings.model_copy(update={"secret_key": SecretStr("another key than before")})
    assert "LETAN_SECRET_KEY" in told(await checked(other), "tokens")
    platform.expire_access()
    platform.fault("refresh", "empty", times=1)
    said = told(await checked(way_out.settings), "tokens")
    assert "used already" in said and "letan zalo connect" in said
    assert "used already" in told(await checked(way_out.settings), "tokens"), "still so"


async def test_tokens_that_were_never_there(unconnected: Settings, checked: Checked) -> None:
    assert "letan zalo connect" in told(await checked(unconnected), "tokens")


async def test_a_key_that_others_can_read(way_out: WayOut, checked: Checked) -> None:
    path = way_out.settings.data_dir / "zalo-key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    assert "chmod 600" in told(await checked(way_out.settings), "key")


async def test_a_platform_that_cannot_be_reached(way_out: WayOut, checked: Checked) -> None:
    way_out.settings.zalo.api_url = "http://127.0.0.1:9"
    assert "firewall" in told(await checked(way_out.settings), "platform")


async def test_what_is_wrong_with_the_webhook(
    way_out: WayOut, platform: Platform, checked: Checked, address: str
) -> None:
    settings = way_out.settings
    secret, settings.zalo.oa_secret_key = settings.zalo.oa_secret_key, SecretStr("another")
    other = settings.model_copy(deep=True)
    settings.zalo.oa_secret_key = secret
    assert "other secrets" in told(await checked(other, webhook=address), "webhook")
    nobody = "http://127.0.0.1:9/webhooks/zalo/oa"
    assert "no connection" in told(await checked(settings, webhook=nobody), "webhook")
    wrong = address.replace("/oa", "/nowhere")
    assert "404" in told(await checked(settings, webhook=wrong), "webhook")
    elsewhere = platform.media("hook", b"")  # answers 405 to a POST
    assert "405" in told(await checked(settings, webhook=elsewhere), "webhook")
    assert "without a port" in told(await checked(settings, webhook=address), "webhook", "warning")
    unknown = "https://letan.phuong.invalid/webhooks/zalo/oa"
    assert "domain is not known" in told(await checked(settings, webhook=unknown), "webhook")


async def test_what_was_held_is_told_and_resumed(
    way_out: WayOut, platform: Platform, checked: Checked
) -> None:
    fault = platform.fault("send", "error", code=-321)
    await way_out.put(USER, "một")
    await way_out.round()
    assert "out of money" in told(await checked(way_out.settings), "sending")
    fault.times = 0
    await checked(way_out.settings, resume=True)
    await way_out.work()
    assert platform.texts(USER) == ["một"]


async def test_the_bots_webhook_is_set(
    way_out: WayOut, platform: Platform, checked: Checked
) -> None:
    assert "public_url" in told(await checked(way_out.settings), "bot", "warning")
    way_out.settings.public_url = "https://letan.phuong.vn"
    found = await checked(way_out.settings, set_bot_webhook=True)
    assert "https://letan.phuong.vn/webhooks/zalo/bot" in told(found, "bot", "ok")
    assert platform.state.bot_webhook == "https://letan.phuong.vn/webhooks/zalo/bot"
    platform.state.bot_token = "another"
    assert "LETAN_ZALO_BOT_TOKEN" in told(await checked(way_out.settings), "bot")


def test_the_command_speaks_both_languages_and_shows_no_secret(
    zalo_settings: Settings, platform: Platform, tmp_path: Path
) -> None:
    for language, ends in (("vi", "Zalo chưa sẵn sàng"), ("en", "Zalo is not ready")):
        arguments = ["zalo", "check", "--language", language, "--data-dir", str(tmp_path)]
        result = CliRunner().invoke(cli.app, [*arguments, "--webhook", "http://127.0.0.1:9/x"])
        assert ends in result.output
        assert result.exit_code == 1
        state = platform.state
        for secret in ("AT-", "RT-", state.app_secret, state.oa_key, state.bot_token):
            assert secret not in result.output


def test_every_reason_has_a_sentence() -> None:
    for reason in (None, "empty", "error -1", "no refresh token"):
        assert "connect" in of_stop(reason).vi and "connect" in of_stop(reason).en
    assert "-777" in of_account("error -777").vi
