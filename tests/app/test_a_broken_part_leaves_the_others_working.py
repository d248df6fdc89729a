"""Whatever is broken at start is named with its remedy; everything else serves."""

from pathlib import Path

import pytest
from desk_fixtures import client_of, publish_release, until

from assistant.errors import LetanError
from assistant.main import create_app
from assistant.settings import Settings
from assistant.startup import Background
from assistant.storage.database import Database
from assistant.storage.migrate import migrate

ENGLISH = {"Accept-Language": "en"}


async def test_pages_answer_while_nothing_is_ready(settings: Settings) -> None:
    background = Background(create_app(settings))
    async with background.running(robots=False, speech=False), client_of(background.app) as http:
        assert (await http.get("/healthz")).status_code == 200
        assert (await http.get("/kiosk")).status_code == 200
        ready = await http.get("/readyz", headers=ENGLISH)
        assert ready.status_code == 503
        await until(lambda: background.app.state.health.part("release").en != "Starting.")
        parts = (await http.get("/readyz", headers=ENGLISH)).json()["parts"]
        assert parts["database"] == {"ready": True, "required": True}
        assert "./letan train" in parts["engine"]["detail"]
        conversation = (await http.post("/api/v1/conversations", json={})).json()["id"]
        answer = await http.post(
            f"/api/v1/conversations/{conversation}/messages", json={"text": "xin chào"}
        )
        assert (answer.status_code, answer.json()["code"]) == (503, "engine_unavailable")
        assert "./letan train" in answer.json()["detail"]


async def test_a_broken_centre_is_named_and_the_pages_answer(
    settings: Settings, content: Path
) -> None:
    (content / "centre" / "hours.yaml").write_text("week: nonsense\n")
    background = Background(create_app(settings))
    async with background.running(speech=False), client_of(background.app) as http:
        assert (await http.get("/kiosk")).status_code == 200
        answer = await http.get("/api/v1/centre")
        assert (answer.status_code, answer.json()["code"]) == (503, "part_unavailable")
        parts = (await http.get("/readyz")).json()["parts"]
        assert parts["centre"]["ready"] is False
        assert "hours.yaml" in parts["centre"]["detail"]


async def test_without_centre_and_robots_questions_are_answered(
    settings: Settings, content: Path, fault: Path
) -> None:
    (content / "centre" / "places.yaml").unlink()
    await publish_release(settings, "first")
    background = Background(create_app(settings))
    async with background.running(speech=False), client_of(background.app) as http:
        await background.wait_engine(30)
        conversation = (await http.post("/api/v1/conversations", json={})).json()["id"]
        url = f"/api/v1/conversations/{conversation}/messages"
        assert (await http.post(url, json={"text": "xin chào"})).status_code == 200
        wanted = 'parts [{"type": "ticket", "counter": "3"}, {"type": "text", "text": "tiếp"}]'
        answer = await http.post(url, json={"text": wanted})
        assert [part["type"] for part in answer.json()["parts"]] == ["text", "text"]


@pytest.mark.parametrize("name", ["model.tar.gz", "catalogue.json", "manifest.json"])
async def test_a_damaged_release_gives_way_to_the_one_before(
    settings: Settings, fault: Path, name: str
) -> None:
    await publish_release(settings, "first")
    second = await publish_release(settings, "second")
    with (second / name).open("ab") as file:
        file.write(b" ")
    background = Background(create_app(settings))
    async with background.running(robots=False, speech=False), client_of(background.app) as http:
        await background.wait_engine(30)
        assert background.app.state.engine.release == "first"
        ready = await http.get("/readyz", headers=ENGLISH)
        assert ready.status_code == 200
        detail = ready.json()["parts"]["release"]["detail"]
        assert name in detail
        assert "./letan train" in detail


async def test_an_engine_that_is_not_installed_is_named(settings: Settings) -> None:
    await publish_release(settings, "first")
    settings.engine_python = Path("/does/not/exist")
    background = Background(create_app(settings))
    async with background.running(robots=False, speech=False), client_of(background.app) as http:
        with pytest.raises(LetanError, match="/does/not/exist"):
            await background.wait_engine(30)
        assert (await http.get("/kiosk")).status_code == 200


async def test_a_corrupt_database_is_named_with_the_way_out(settings: Settings) -> None:
    settings.data_dir.mkdir()
    path = settings.data_dir / "letan.db"
    path.write_bytes(b"this is no database, it only has the name of one" * 100)
    database = Database(settings.database)
    with pytest.raises(LetanError) as caught:
        await migrate(database)
    await database.close()
    assert caught.value.code == "database_corrupt"
    for text in (caught.value.vi, caught.value.en):
        assert str(path) in text
    assert "back-up" in caught.value.en
