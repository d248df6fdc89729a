"""The application on a fresh data folder, and one whose engine fails on command.

Shared by the folders tests/{app,conversation,engine,releases,storage} through their conftest.py.
"""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from assistant.engine.manifest import write_manifest
from assistant.main import create_app
from assistant.releases.service import Releases
from assistant.settings import Settings
from assistant.startup import Background
from assistant.storage.database import Database
from assistant.storage.migrate import migrate

ROOT = Path(__file__).resolve().parents[2]
LOCAL = "http://127.0.0.1:8080"


async def until(promise: Callable[[], Awaitable[bool] | bool], seconds: float = 20.0) -> None:
    """Wait for a condition, looking again whenever the event loop has had a turn."""

    async def look() -> None:
        while True:
            found = promise()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.to_thread(os.sched_yield)

    await asyncio.wait_for(look(), seconds)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """The demonstration ward with two fields of procedures: quick to load."""
    folder = tmp_path / "data"
    shutil.copytree(ROOT / "data" / "centre", folder / "centre")
    (folder / "procedures").mkdir()
    for name in ("gia-dinh.yaml", "y-te.yaml"):
        shutil.copyfile(ROOT / "data" / "procedures" / name, folder / "procedures" / name)
    return folder


@pytest.fixture
def settings(tmp_path: Path, content: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in [name for name in os.environ if name.startswith("LETAN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LETAN_CONFIG", "/dev/null")
    return Settings(
        data_dir=tmp_path / "var",
        content_dir=content,
        operator_token="the operator's token",
        engine_spare=False,  # a process less in every test
    )


@pytest.fixture
def fault(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Makes `settings` start tests/engine/fault_engine.py; its folder of notes."""
    folder = tmp_path / "fault"
    folder.mkdir()
    monkeypatch.setenv("FAULT_FOLDER", str(folder))
    script = tmp_path / "engine"
    program = ROOT / "tests" / "engine" / "fault_engine.py"
    script.write_text(f'#!/bin/sh\nshift 2\nexec "{sys.executable}" "{program}" "$@"\n')
    script.chmod(0o755)
    settings.engine_python = script
    return folder


def write_release(folder: Path, release: str) -> None:
    """A folder with a good manifest; its model is none, the fault engine does not look."""
    folder.mkdir(parents=True)
    catalogue = {"procedures": [], "generated_at": "2026-01-01T00:00:00+00:00"}
    (folder / "catalogue.json").write_text(json.dumps(catalogue))
    (folder / "centre.json").write_text("{}")
    (folder / "model.tar.gz").write_bytes(release.encode())
    write_manifest(folder, release)


async def publish_release(settings: Settings, release: str) -> Path:
    settings.data_dir.mkdir(exist_ok=True)
    database = Database(settings.database)
    try:
        await migrate(database)
        releases = Releases(settings.data_dir, database)
        write_release(releases.folder(release), release)
        await releases.register(release, 0)
        await releases.publish(release)
        return releases.folder(release)
    finally:
        await database.close()


@dataclass
class Desk:
    """A running application and a client on the same machine."""

    app: FastAPI
    http: httpx.AsyncClient
    fault: Path

    async def open(self, **body: Any) -> str:
        answer = await self.http.post("/api/v1/conversations", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def say(self, conversation: str, text: str, **more: Any) -> httpx.Response:
        url = f"/api/v1/conversations/{conversation}/messages"
        return await self.http.post(url, json={"text": text, **more})

    def asked(self) -> list[dict[str, Any]]:
        """What the engine was asked."""
        path = self.fault / "asked.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def client_of(app: FastAPI, peer: str = "127.0.0.1", base: str = LOCAL) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, client=(peer, 40000), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=base)


@pytest.fixture
async def http(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The application with its database, without release, speech and robots."""
    background = Background(create_app(settings))
    async with background.running(robots=False, speech=False), client_of(background.app) as client:
        client.app = background.app  # type: ignore[attr-defined]
        yield client


@pytest.fixture
async def desk(settings: Settings, fault: Path) -> AsyncIterator[Desk]:
    """The application with robots and the engine that fails on command."""
    await publish_release(settings, "first")
    background = Background(create_app(settings))
    async with background.running(speech=False), client_of(background.app) as client:
        await background.wait_engine(30)
        yield Desk(background.app, client, fault)
