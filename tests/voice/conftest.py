"""The application with its real voice, database and conversations; no dialogue engine runs."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import structlog
from fastapi.testclient import TestClient

from assistant.main import create_app
from assistant.settings import Settings
from assistant.storage.migrate import migrate
from speech.audio import read_wav

RECIPES = json.loads(
    (Path(__file__).parents[1] / "speech" / "recipes.json").read_text(encoding="utf-8")
)["recipes"]

Speaker = Callable[..., bytes]


@pytest.fixture(autouse=True)
def _log_of_its_own() -> Iterator[None]:
    """Commands set up the log for the standard error of their test, which closes after it."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def spoken_recipe() -> Speaker:
    """PCM at 16 kHz of the recipe for a purpose, with silence around it."""

    def say(purpose: str) -> bytes:
        recipe = next(recipe for recipe in RECIPES if recipe["purpose"] == purpose)
        argv = ["espeak-ng", "-v", recipe["voice"], "-s", str(recipe["rate"])]
        argv += ["-p", str(recipe["pitch"]), "-g", str(recipe["gap"]), "--stdin", "--stdout"]
        done = subprocess.run(argv, input=recipe["text"].encode(), capture_output=True, check=True)
        return bytes(16_000) + read_wav(done.stdout).pcm + bytes(32_000)

    return say


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Database and voice run; content, robots and the dialogue engine do not."""
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("var")))

    @asynccontextmanager
    async def lifespan(_: object):
        await migrate(app.state.database)
        await app.state.voice.start()
        yield
        await app.state.voice.close()
        await app.state.database.close()

    app.router.lifespan_context = lifespan
    with TestClient(app, base_url="http://localhost", headers={"host": "localhost"}) as found:
        yield found
