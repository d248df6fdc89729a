"""The pages' doors on a small application: the real router, a real database."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from assistant.problems import add_handlers
from assistant.settings import Settings
from assistant.storage.database import Database
from assistant.storage.migrate import migrate
from assistant.web.endpoints import mount


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'pages.db'}")
    await migrate(database)
    yield database
    await database.close()


@pytest.fixture
async def pages(database: Database, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    add_handlers(app, "vi")
    settings = Settings(data_dir=tmp_path, public_url="https://minhhoa.example")
    mount(app, settings, database)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client
