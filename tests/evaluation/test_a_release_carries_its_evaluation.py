"""Building measures the new release before it is published, and never fails because of that."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.engine.manifest import verify
from assistant.errors import LetanError
from assistant.releases.build import build
from assistant.releases.regression import FILE, carried_by
from assistant.releases.service import Releases
from assistant.settings import ROOT, Settings
from assistant.storage.database import Database
from assistant.storage.migrate import migrate

Write = Callable[..., Path]
TALK = {
    "id": "v1",
    "language": "vi",
    "turns": [{"user": "chào", "expect": {"kind": "smalltalk"}}],
}


@pytest.fixture
def trainable(settings: Settings, fault: Path, tmp_path: Path) -> Settings:
    """A training that only writes a file; the engine that fails on command serves it."""
    script = tmp_path / "python"
    serve = ROOT / "tests" / "engine" / "fault_engine.py"
    script.write_text(
        "#!/bin/sh\n"
        'if [ "$2" = dialogues.train ]; then\n'
        '  echo model > "$4/model.tar.gz"\n'
        '  echo \'{"step": "done", "fraction": 1.0}\'\n'
        "  exit 0\n"
        "fi\n"
        f'shift 2\nexec "{sys.executable}" "{serve}" "$@"\n'
    )
    script.chmod(0o755)
    settings.engine_python = script
    (settings.content_dir / "questions").mkdir()
    return settings


async def _build(settings: Settings) -> tuple[Path, list[str]]:
    settings.data_dir.mkdir(exist_ok=True)
    database = Database(settings.database)
    try:
        await migrate(database)
        steps = [progress.step async for progress in build(settings, database)]
        published = await Releases(settings.data_dir, database).published()
    finally:
        await database.close()
    assert published is not None
    verify(published.folder)
    return published.folder, steps


async def test_figures_stand_in_the_folder(
    trainable: Settings, question: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = trainable.content_dir / "questions"
    unknown = {**question, "id": "q2", "accept": ["9.999999"]}
    lines = [json.dumps(row) for row in (question, unknown)]
    (folder / "a.jsonl").write_text("\n".join(lines))
    (folder / "b.yaml").write_text(yaml.safe_dump([TALK]))
    release, steps = await _build(trainable)
    assert steps[-3:] == ["manifest", "evaluation", "done"]
    figures = carried_by(release)
    assert figures is not None
    assert (figures["release"], figures["n"], figures["right"]) == (release.name, 1, 1)
    assert [error["id"] for error in figures["errors"]] == ["q2"]
    assert (figures["dialogues"]["turns"], figures["dialogues"]["turns_as_expected"]) == (1, 1)
    assert sorted(figures["files"]) == ["a.jsonl", "b.yaml"]
    told = capsys.readouterr().err
    assert "release evaluated" in told
    assert '"event": "turn"' not in told


@pytest.mark.parametrize("broken", ["{", '{"id": "q1"}'])
async def test_a_set_that_is_broken_costs_the_figures_not_the_release(
    trainable: Settings, broken: str
) -> None:
    (trainable.content_dir / "questions" / "a.jsonl").write_text(broken)
    release, _ = await _build(trainable)
    assert carried_by(release) is None


async def test_an_id_in_two_files_is_refused(trainable: Settings, question: dict[str, Any]) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (trainable.content_dir / "questions" / name).write_text(json.dumps(question))
    release, _ = await _build(trainable)
    assert carried_by(release) is None


async def test_content_without_questions_is_built_as_before(trainable: Settings) -> None:
    release, _ = await _build(trainable)
    assert not (release / FILE).exists()


async def test_what_does_not_start_is_not_published(
    trainable: Settings, fault: Path, question: dict[str, Any]
) -> None:
    (trainable.content_dir / "questions" / "a.jsonl").write_text(json.dumps(question))
    (fault / "refuse-to-start").touch()
    with pytest.raises(LetanError, match="release_not_starting") as raised:
        await _build(trainable)
    assert "asked to refuse" in raised.value.en
    assert list((trainable.data_dir / "releases").iterdir()) == []
