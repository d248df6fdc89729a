"""A real release, measured twice by two processes: the same figures, and rows that say why."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from assistant.releases.evaluation_files import SLICES
from assistant.settings import ROOT

_TIMES = ("latency_ms", "turn_ms")
_A_SLICE = 4


def _measured(data_dir: Path, hash_seed: str, *options: str) -> dict[str, Any]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LETAN_")}
    environment = {**clean, "LETAN_CONFIG": str(data_dir / "none"), "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-m", "assistant.cli", "evaluate", "--data-dir", str(data_dir)]
    ended = subprocess.run(
        [*command, *options, "--json", "-"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr.decode()[-2000:]
    figures: dict[str, Any] = json.loads(ended.stdout)
    return figures


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
        for name in SLICES
        for line in [r for r in rows if json.loads(r)["slice"] == name][:_A_SLICE]
    ]
    path = tmp_path_factory.mktemp("questions") / "questions.jsonl"
    path.write_text("\n".join(chosen), encoding="utf-8")
    return path


def test_questions_measured_twice(trained_data_dir: Path, questions: Path) -> None:
    first, second = (
        _measured(trained_data_dir, seed, "--questions", str(questions)) for seed in ("1", "2")
    )
    for figures in (first, second):
        assert all(figures.pop(name)["p95"] > 0 for name in _TIMES)
    assert first == second
    assert first["n"] == _A_SLICE * len(SLICES)
    assert sum(counts["n"] for counts in first["slices"].values()) == first["n"]
    assert first["calibration"]["n"] == sum(b["n"] for b in first["calibration"]["bins"])
    for row in first["rows"]:
        if "why" in row:
            assert row["why"]["intent"]["name"]
            assert all(near["example"] for near in row["why"]["nearest"])


def test_conversations_measured_twice(trained_data_dir: Path) -> None:
    path = str(ROOT / "data" / "questions" / "dialogues-a.yaml")
    first, second = (_measured(trained_data_dir, s, "--dialogues", path) for s in ("1", "2"))
    assert first == second
    assert first["turns"] == len(first["rows"]) > 100


def test_the_release_carries_its_evaluation(trained_data_dir: Path) -> None:
    (path,) = (trained_data_dir / "releases").glob("*/evaluation.json")
    figures = json.loads(path.read_text("utf-8"))
    assert figures["n"] >= 500
    assert figures["release"] == path.parent.name
    assert set(figures["files"]) == {p.name for p in (ROOT / "data" / "questions").iterdir()}
    assert figures["dialogues"]["turns"] > 100
    assert json.loads((path.parent / "manifest.json").read_text())["id"] == figures["release"]
