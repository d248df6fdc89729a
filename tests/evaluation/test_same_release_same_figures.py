"""A real release, measured twice by two processes: the same figures, and rows that say why."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from assistant.engine.manifest import verify
from assistant.releases.evaluation import evaluate_dialogues, evaluate_questions
from assistant.releases.evaluation_desk import desk_for, morning_at, serving
from assistant.releases.evaluation_files import SLICES
from assistant.releases.regression import carried_by
from assistant.settings import ROOT, Settings

_TIMES = ("latency_ms", "turn_ms")
_A_SLICE = 4
_CONVERSATIONS = ROOT / "data" / "questions" / "dialogues-a.yaml"


_SHIPPED = [name for name in SLICES if name != "judged"]
"""What staff have judged comes from a ward's own inbox."""


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few rows of every slice."""
    rows = [
        line
        for path in sorted((ROOT / "data" / "questions").glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    chosen = [
        line
        for name in _SHIPPED
        for line in [r for r in rows if json.loads(r)["slice"] == name][:_A_SLICE]
    ]
    path = tmp_path_factory.mktemp("questions") / "questions.jsonl"
    path.write_text("\n".join(chosen), encoding="utf-8")
    return path


@pytest.fixture
def release(trained_data_dir: Path) -> Path:
    (manifest,) = trained_data_dir.glob("releases/*/manifest.json")
    return manifest.parent


async def _measured(settings: Settings, folder: Path, questions: Path) -> list[dict[str, Any]]:
    """Both kinds of file by an engine process of its own."""
    async with serving(settings, folder) as (engine, own):
        asked = await evaluate_questions(engine, questions, folder.name, morning_at(folder))
        async with desk_for(settings, own, engine) as desk:
            played = await evaluate_dialogues(desk, _CONVERSATIONS, folder.name)
    return [asked.as_dict(), played.as_dict()]


async def test_two_processes_give_the_same_figures(
    trained_data_dir: Path, release: Path, questions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("LETAN_")]:
        monkeypatch.delenv(name)
    settings = Settings(data_dir=trained_data_dir)
    reports = []
    for seed in ("1", "2"):
        monkeypatch.setenv("PYTHONHASHSEED", seed)  # the engine's process inherits it
        reports.append(await _measured(settings, release, questions))
    for asked, _ in reports:
        assert all(asked.pop(name)["p95"] > 0 for name in _TIMES)
    assert reports[0] == reports[1]
    asked, played = reports[0]
    assert asked["n"] == _A_SLICE * len(_SHIPPED)
    assert sum(counts["n"] for counts in asked["slices"].values()) == asked["n"]
    assert asked["calibration"]["n"] == sum(b["n"] for b in asked["calibration"]["bins"]) > 0
    for row in asked["rows"]:
        if "why" in row:
            assert row["why"]["intent"]["name"]
            assert all(near["example"] for near in row["why"]["nearest"])
    assert played["turns"] == len(played["rows"]) > 100
    assert played["turns_as_expected"] > 0


def test_the_release_carries_its_evaluation(release: Path) -> None:
    figures = carried_by(release)
    assert figures is not None
    assert figures["n"] >= 500
    assert set(figures["files"]) == {p.name for p in (ROOT / "data" / "questions").iterdir()}
    assert figures["dialogues"]["turns"] > 100
    assert verify(release).id == figures["release"]
