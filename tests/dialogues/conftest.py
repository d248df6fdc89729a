"""One real release and one real server for all tests here: trained from the shipped content."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running_engine import DEADLINE, ROOT, Engine

APPLICATION_PYTHON = ROOT / ".venv" / "bin" / "python"

SNAPSHOT = """
import sys
from pathlib import Path
from assistant.catalogue.snapshot import snapshot_from_folder
from assistant.centre.content import load_content
from assistant.centre.snapshot import write_snapshot
content, release = Path(sys.argv[1]), Path(sys.argv[2])
snapshot_from_folder(content / "procedures", release / "catalogue.json")
write_snapshot(load_content(content / "centre"), release / "centre.json")
"""


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release folder without manifest: the run's shared release, else trained from `data/`."""
    folder = tmp_path_factory.mktemp("release") / "r1"
    shared = os.environ.get("LETAN_TEST_RELEASE_DIR")
    if shared:
        # without the manifest, because the tests here seal, change and break their own copies
        shutil.copytree(Path(shared).resolve(), folder, ignore=shutil.ignore_patterns("manifest*"))
        return folder
    folder.mkdir()
    subprocess.run(
        [str(APPLICATION_PYTHON), "-c", SNAPSHOT, str(ROOT / "data"), str(folder)],
        check=True,
        cwd=ROOT,
        timeout=DEADLINE,
    )
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "dialogues.train", "--release", str(folder)],
        cwd=ROOT,
        capture_output=True,
        timeout=6 * DEADLINE,
        check=False,
    )
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 0, [*lines[-1:], result.stderr.decode()[-2000:]]
    assert lines[-1] == {"step": "done", "fraction": 1.0}
    fractions = [line["fraction"] for line in lines]
    assert fractions == sorted(fractions)
    return folder


@pytest.fixture(scope="session")
def engine(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("engine")
    running = Engine(trained, folder, f"sqlite:///{folder / 'trackers.db'}", "--unverified")
    running.wait_ready()
    yield running
    running.close()


@pytest.fixture
def conversation() -> str:
    return f"kiosk-{uuid.uuid4().hex}"


@pytest.fixture(scope="session")
def trained_catalogue(trained: Path) -> dict[str, dict[str, Any]]:
    """Entries of the release by code."""
    catalogue = json.loads((trained / "catalogue.json").read_text(encoding="utf-8"))
    return {entry["code"]: entry for entry in catalogue["procedures"]}
