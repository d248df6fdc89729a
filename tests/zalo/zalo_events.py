"""What Zalo would send, signed as it signs; and an application that takes it."""

import json
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from desk_fixtures import ROOT, client_of, publish_release, until
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import text

from assistant.channels.zalo.signature import oa_mac
from assistant.main import create_app
from assistant.settings import Settings
from assistant.startup import Background

APP_ID = "4100000000000000001"
OA_ID = "3886000000000000001"
OA_KEY = "oa-secret-key-of-the-stub"
BOT_SECRET = "secret-of-the-bot's-webhook"
OA, BOT = "/webhooks/zalo/oa", "/webhooks/zalo/bot"
_numbers = count(1)


def now_ms(minutes: float = 0.0) -> str:
    return str(int((time.time() + minutes * 60) * 1000))


def somebody() -> str:
    """A citizen who has never written before."""
    return f"2468{next(_numbers):015d}"


def oa_event(
    name: str = "user_send_text", user: str = "2468000000000000001", **more: Any
) -> dict[str, Any]:
    """An event of a person to the account."""
    return {
        "app_id": APP_ID,
        "sender": {"id": user},
        "user_id_by_app": "5521000000000000001",
        "recipient": {"id": OA_ID},
        "event_name": name,
        "timestamp": now_ms(),
        **more,
    }


def said(
    words: str, user: str = "2468000000000000001", msg_id: str | None = None, **more: Any
) -> dict[str, Any]:
    message = {"text": words, "msg_id": msg_id or f"m{next(_numbers):012d}"}
    return oa_event("user_send_text", user, message=message, **more)


def bot_event(words: str, chat: str = "6ede0000", message_id: str | None = None) -> dict[str, Any]:
    return {
        "event_name": "message.text.received",
        "message": {
            "message_id": message_id or f"b{next(_numbers):012d}",
            "date": int(now_ms()),
            "chat": {"id": chat, "chat_type": "PRIVATE"},
            "from": {"id": chat, "is_bot": False, "display_name": "Chị Lan"},
            "text": words,
        },
    }


def raw_of(event: object) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def signed(raw: bytes, *, key: str = OA_KEY, app_id: str = APP_ID) -> dict[str, str]:
    """Headers for a body, as Zalo makes them."""
    try:
        timestamp = json.loads(raw, parse_int=str, parse_float=str).get("timestamp")
    except (ValueError, AttributeError):
        timestamp = ""
    mac = oa_mac(app_id, raw, str(timestamp), key)
    return {"X-ZEvent-Signature": f"mac={mac}", "Content-Type": "application/json"}


@dataclass
class Zalo:
    """A running application with both channels."""

    app: FastAPI
    http: httpx.AsyncClient
    fault: Path
    looked: int = 0

    async def oa(self, event: object, **headers: str) -> httpx.Response:
        raw = event if isinstance(event, bytes) else raw_of(event)
        return await self.http.post(OA, content=raw, headers={**signed(raw), **headers})

    async def bot(self, event: object, secret: str = BOT_SECRET) -> httpx.Response:
        raw = event if isinstance(event, bytes) else raw_of(event)
        return await self.http.post(BOT, content=raw, headers={"X-Bot-Api-Secret-Token": secret})

    async def rows(self, query: str, **values: Any) -> list[Any]:
        async with self.app.state.database.reading() as session:
            return list((await session.execute(text(query), values)).all())

    async def settled(self) -> None:
        """Wait until every event is done with."""

        async def done() -> bool:
            open_ = "SELECT count(*) FROM zalo_inbox WHERE state IN ('waiting', 'working')"
            return (await self.rows(open_))[0][0] == 0

        await until(done, 15)

    async def known(self) -> str:
        """A citizen who has been greeted already."""
        user = somebody()
        assert (await self.oa(oa_event("follow", follower={"id": user}))).status_code == 200
        await self.settled()
        return user

    async def told(self, user: str = "2468000000000000001", channel: str = "zalo_oa") -> list[str]:
        """The texts for a citizen, in order, as they were put out; without the greeting of who
        follows."""
        found = await self.rows(
            "SELECT o.body FROM zalo_outbox o JOIN zalo_inbox i ON i.id = o.inbox "
            "WHERE o.citizen = :citizen AND i.kind <> 'follow' ORDER BY o.id",
            citizen=f"{channel}:{user}",
        )
        bodies = [json.loads(row[0]) for row in found if row[0]]
        return [body["text"] for body in bodies if body["kind"] == "text"]

    def slow(self) -> Path:
        """The engine waits over a message "slow" until somebody writes here; who waits, begins
        with `slow.begun`."""
        for name in ("slow.begun", "slow.go"):
            (self.fault / name).unlink(missing_ok=True)
        return self.fault / "slow.go"

    def asked(self) -> list[str]:
        """What the engine was asked since it was last looked, in order."""
        path = self.fault / "asked.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        fresh, self.looked = lines[self.looked :], len(lines)
        return [entry["text"] or entry["payload"] for entry in map(json.loads, fresh)]

    def counted(self, outcome: str, channel: str = "zalo_oa") -> float:
        metrics = self.app.state.metrics
        found = metrics.registry.get_sample_value(
            "letan_zalo_events_total", {"channel": channel, "outcome": outcome}
        )
        return found or 0.0


def with_zalo(settings: Settings, **more: Any) -> Settings:
    """The settings of a ward that has both products; nothing is sent anywhere."""
    zalo = settings.zalo.model_copy(
        update={
            "app_id": APP_ID,
            "oa_id": OA_ID,
            "oa_secret_key": SecretStr(OA_KEY),
            "bot_secret": SecretStr(BOT_SECRET),
            **more,
        }
    )
    return settings.model_copy(update={"zalo": zalo})


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, Path]]:
    """Settings of a ward with both products, an engine that repeats what it is asked, its notes.

    Shared by the tests of a module: each has citizens of its own.
    """
    folder = tmp_path_factory.mktemp("ward")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("LETAN_")]:
            patch.delenv(name)
        patch.setenv("LETAN_CONFIG", "/dev/null")
        notes = folder / "fault"
        notes.mkdir()
        patch.setenv("FAULT_FOLDER", str(notes))
        (folder / "data" / "procedures").mkdir(parents=True)
        shutil.copytree(ROOT / "data" / "centre", folder / "data" / "centre")
        script = folder / "engine"
        program = ROOT / "tests" / "engine" / "fault_engine.py"
        script.write_text(f'#!/bin/sh\nshift 2\nexec "{sys.executable}" "{program}" "$@"\n')
        script.chmod(0o755)
        settings = Settings(
            data_dir=folder / "var",
            content_dir=folder / "data",
            engine_python=script,
            operator_token="the operator's token",
        )
        yield with_zalo(settings), notes


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def zalo(ward: tuple[Settings, Path]) -> AsyncIterator[Zalo]:
    """The application; no token to send with."""
    settings, notes = ward
    await publish_release(settings, "first")
    background = Background(create_app(settings))
    running = background.running(robots=False, speech=False)
    async with running, client_of(background.app) as client:
        await background.wait_engine(30)
        yield Zalo(background.app, client, notes)
