"""Releases are immutable: what differs from its manifest is refused by name."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest
import yaml
from desk_fixtures import publish_release, write_release

from assistant.engine.manifest import FILE, verify, write_manifest
from assistant.errors import LetanError
from assistant.releases.build import build
from assistant.releases.content import centre_folder, export_content, import_content
from assistant.releases.service import Releases
from assistant.settings import Settings
from assistant.storage.database import Database
from assistant.storage.migrate import migrate


@pytest.mark.parametrize("name", ["model.tar.gz", "catalogue.json", "centre.json"])
def test_a_changed_or_missing_file_is_named(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "r1"
    write_release(folder, "r1")
    assert verify(folder).id == "r1"
    (folder / name).write_bytes(b"changed")
    with pytest.raises(LetanError) as caught:
        verify(folder)
    assert caught.value.code == "release_damaged"
    assert str(folder / name) in caught.value.en
    (folder / name).unlink()
    with pytest.raises(LetanError, match="release_missing"):
        verify(folder)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", '{"id": 1}', '{"id": "a", "files": [], "rasa": "x"}']
)
def test_a_broken_manifest_is_an_error_not_a_crash(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "r1"
    write_release(folder, "r1")
    (folder / FILE).write_text(text)
    with pytest.raises(LetanError, match="release_damaged"):
        verify(folder)


def test_a_manifest_cannot_reach_outside_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "r1"
    write_release(folder, "r1")
    manifest = json.loads((folder / FILE).read_text())
    manifest["files"]["../secret"] = "0" * 64
    (folder / FILE).write_text(json.dumps(manifest))
    with pytest.raises(LetanError, match="release_damaged"):
        verify(folder)


async def test_a_manifest_rewritten_with_its_files_is_noticed(settings: Settings) -> None:
    folder = await publish_release(settings, "first")
    (folder / "model.tar.gz").write_bytes(b"another model")
    write_manifest(folder, "first")
    database = Database(settings.database)
    with pytest.raises(LetanError, match="release_damaged"):
        await Releases(settings.data_dir, database).verify("first")
    await database.close()


async def test_publishing_an_earlier_release_is_the_way_back(settings: Settings) -> None:
    for release in ("first", "second"):
        await publish_release(settings, release)
    database = Database(settings.database)
    releases = Releases(settings.data_dir, database)
    published = await releases.published()
    assert published is not None
    assert published.id == "second"
    await releases.publish("first")
    published = await releases.published()
    assert published is not None
    assert published.id == "first"
    assert {release.id for release in await releases.list()} == {"first", "second"}
    for wrong in ("third", "../first", "", "x" * 100):
        with pytest.raises(LetanError, match="release_unknown"):
            await releases.publish(wrong)
    await database.close()


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ('import sys; print(\'{"error": "the reason"}\'); sys.exit(1)', "the reason"),
        ("import sys; print('noise'); sys.exit('last words')", "last words"),
        ("import os; os._exit(9)", "exit code 9"),
    ],
)
async def test_a_training_that_fails_leaves_nothing_behind(
    settings: Settings, tmp_path: Path, program: str, told: str
) -> None:
    script = tmp_path / "python"
    script.write_text(f"#!{sys.executable}\n{program}\n")
    script.chmod(0o755)
    settings.engine_python = script
    settings.data_dir.mkdir()
    database = Database(settings.database)
    await migrate(database)
    with pytest.raises(LetanError) as caught:
        async for _ in build(settings, database):
            pass
    assert caught.value.code == "training_failed"
    assert told in caught.value.en
    assert list((settings.data_dir / "releases").iterdir()) == []
    await database.close()


async def test_export_and_import_change_nothing(settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert await export_content(settings, out) == 0
    assert await import_content(settings, out) == 0
    assert centre_folder(settings) == settings.data_dir / "content" / "centre"
    again = tmp_path / "again"
    assert await export_content(settings, again) == 0
    for path in sorted(out.rglob("*.*")):
        assert (again / path.relative_to(out)).read_bytes() == path.read_bytes()


async def test_a_mistake_in_a_folder_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    await export_content(settings, out)
    places = yaml.safe_load((out / "centre" / "places.yaml").read_text("utf-8"))
    places["places"][0]["pose"] = "nowhere"
    (out / "centre" / "places.yaml").write_text(yaml.safe_dump(places), "utf-8")
    with pytest.raises(LetanError) as caught:
        await import_content(settings, out)
    assert "places.yaml" in caught.value.en
    assert centre_folder(settings) == settings.content_dir / "centre"
    with pytest.raises(LetanError, match="content_folder_invalid"):
        await import_content(settings, tmp_path / "nothing")


async def test_an_abandoned_build_ends_its_training(settings: Settings, tmp_path: Path) -> None:
    script = tmp_path / "python"
    note = tmp_path / "pid"
    script.write_text(
        f"#!/bin/sh\necho $$ > {note}\n"
        'echo \'{"step": "training", "fraction": 0.5}\'\nexec sleep 600\n'
    )
    script.chmod(0o755)
    settings.engine_python = script
    settings.data_dir.mkdir()
    database = Database(settings.database)
    await migrate(database)
    building = build(settings, database)
    async for progress in building:
        if progress.step == "training":
            break
    await building.aclose()  # type: ignore[attr-defined]
    await asyncio.to_thread(_wait_gone, int(note.read_text()))
    await database.close()


def _wait_gone(pid: int) -> None:
    for _ in range(1_000_000):
        if not Path("/proc", str(pid)).exists():
            return
        os.sched_yield()
    raise AssertionError("the training goes on")
