"""The desk of tests/app with its failing engine, and one real release for all tests here."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import structlog

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "app"))

from desk_fixtures import content, fault, settings  # noqa: F401

from assistant.releases.service import Releases
from assistant.settings import Settings
from assistant.storage.database import Database
from assistant.storage.migrate import migrate

QUESTION: dict[str, Any] = {
    "id": "q1",
    "text": "xin chào",
    "slice": "other_intent",
    "intent": "greet",
    "procedure": None,
    "accept": [],
    "aspects": [],
    "context": None,
    "clarify": False,
}


@pytest.fixture(autouse=True)
def _log_of_its_own() -> Iterator[None]:
    """Commands set up the log for the standard error of their test, which closes after it."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def question() -> dict[str, Any]:
    return dict(QUESTION)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a questions.jsonl of rows."""

    def written(*rows: Mapping[str, Any] | str, name: str = "questions.jsonl") -> Path:
        path = tmp_path / name
        lines = [r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return written


@pytest.fixture(scope="session")
def trained_data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a real published release: the run's shared one, else trained here."""
    folder = tmp_path_factory.mktemp("data")
    own = Settings(data_dir=folder)
    shared = os.environ.get("LETAN_TEST_RELEASE_DIR")
    if shared is None:
        from assistant.serve import build_release

        build_release(own, quiet=True)
        return folder
    source = Path(shared).resolve()
    shutil.copytree(source, folder / "releases" / source.name)

    async def publish() -> None:
        database = Database(own.database)
        try:
            await migrate(database)
            releases = Releases(folder, database)
            await releases.register(source.name, 1)
            await releases.publish(source.name)
        finally:
            await database.close()

    asyncio.run(publish())
    return folder
