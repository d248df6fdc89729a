"""The whole application with its real speech services; the engine says back what it was asked."""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.catalogue.snapshot import snapshot_from_folder
from assistant.engine.manifest import write_manifest
from assistant.main import create_app
from assistant.releases.service import Releases
from assistant.settings import LimitSettings, Settings
from assistant.startup import Background
from assistant.storage.database import Database
from assistant.storage.migrate import migrate
from assistant.voice.phrases import phrases_path
from assistant.voice.second_hearing import heard_in

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "app"))

from desk_fixtures import until  # noqa: E402
from voice_client import LONG_REPLY, SILENCE, Speaker, espeak  # noqa: E402

RECIPES = json.loads((ROOT / "tests" / "speech" / "recipes.json").read_text("utf-8"))["recipes"]
SURE = 0.97


def said(purpose: str) -> bytes:
    """The recipe for a purpose, with half a second before and a second of silence after it."""
    found = next(recipe for recipe in RECIPES if recipe["purpose"] == purpose)
    more = ("-p", str(found["pitch"]), "-g", str(found["gap"]))
    return SILENCE[:16_000] + espeak(found["text"], found["voice"], found["rate"], *more) + SILENCE


@pytest.fixture(scope="session")
def spoken_recipe() -> Speaker:
    """Says what a recipe is for."""
    return said


async def publish(settings: Settings) -> None:
    """A release with everything but a model: the recogniser learns its names."""
    database = Database(settings.database)
    await migrate(database)
    releases = Releases(settings.data_dir, database)
    folder = releases.folder("first")
    folder.mkdir(parents=True)
    snapshot_from_folder(ROOT / "data" / "procedures", folder / "catalogue.json")
    (folder / "centre.json").write_text("{}")
    (folder / "model.tar.gz").write_bytes(b"none")
    write_manifest(folder, "first")
    await releases.register("first", 0)
    await releases.publish("first")
    await database.close()


async def learnt(application: FastAPI) -> None:
    """Wait until the recogniser has read what to expect: it listens meanwhile, and less well."""
    state = application.state
    await until(phrases_path(state.settings.data_dir.resolve()).exists)
    question = said("marriage registration")

    async def knows() -> bool:
        heard = await heard_in(state.voice, question, "vi")
        return heard is not None and "kết hôn" in heard.text

    await until(knows, 60)


def understood(folder: Path, confidence: float, code: str = "1.001193") -> None:
    """What the engine makes of the next sentences."""
    found = {
        "intent": {"name": "ask_procedure", "confidence": confidence},
        "procedures": [{"code": code, "confidence": confidence}] if confidence else [],
        "aspects": ["documents"],
    }
    (folder / "parse.json").write_text(json.dumps(found))


@pytest.fixture
def meaning(app: TestClient) -> Iterator[Callable[..., None]]:
    """Says how sure the engine is of what it reads; sure again afterwards."""
    folder = app.app.state.settings.engine_python.parent  # type: ignore[attr-defined]
    yield lambda confidence, **more: understood(folder, confidence, **more)
    understood(folder, SURE)


@pytest.fixture(scope="package")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Everything runs; `tests/engine/fault_engine.py` stands where a release would be."""
    folder = tmp_path_factory.mktemp("desk")
    script = folder / "engine"
    program = ROOT / "tests" / "engine" / "fault_engine.py"
    script.write_text(
        f'#!/bin/sh\nshift 2\nFAULT_FOLDER="{folder}" exec "{sys.executable}" "{program}" "$@"\n'
    )
    script.chmod(0o755)
    settings = Settings(
        data_dir=Path(tempfile.mkdtemp(dir=folder)),
        engine_python=script,
        operator_token="the operator's token of this test",
        limits=LimitSettings(conversations_per_minute=10_000),
    )
    application = create_app(settings)
    background = Background(application)

    @asynccontextmanager
    async def lifespan(_: object):
        await publish(settings)
        async with background.running():
            await background.wait_engine(60)
            await until(lambda: application.state.voice.wait_ready(30), 60)
            await learnt(application)
            understood(folder, SURE)
            yield

    application.router.lifespan_context = lifespan
    with TestClient(application, base_url="http://localhost") as found:
        found.headers["host"] = "localhost"
        yield found


@pytest.fixture
def long_reply(app: TestClient) -> Iterator[str]:
    """Every question gets half a minute of speech."""
    text = " ".join(LONG_REPLY)
    path = app.app.state.settings.engine_python.parent / "parts.json"  # type: ignore[attr-defined]
    path.write_text(json.dumps([{"type": "text", "text": text}]))
    yield text
    path.unlink()
