"""The engine loads exactly what was built, or says why not."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from running_engine import DEADLINE, ROOT, Engine


def write_manifest(folder: Path) -> None:
    files = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("catalogue.json", "centre.json", "model.tar.gz")
    }
    manifest = {"id": "r-7", "created_at": "2026-11-22T00:00:00Z", "files": files, "rasa": "3.6.21"}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


@pytest.fixture
def release(trained: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "release"
    shutil.copytree(trained, folder)
    write_manifest(folder)
    return folder


def refused(release: Path, tmp_path: Path, *options: str) -> str:
    command = [
        sys.executable, "-m", "dialogues.server", "--socket", str(tmp_path / "s"), "--release",
        str(release), "--tracker", f"sqlite:///{tmp_path / 't.db'}", *options,
    ]  # fmt: skip
    result = subprocess.run(
        command, capture_output=True, timeout=DEADLINE, cwd=ROOT, check=False, text=True
    )
    assert result.returncode == 3, result.stderr
    return result.stderr


def test_a_whole_release_is_loaded(release: Path, tmp_path: Path) -> None:
    engine = Engine(release, tmp_path, f"sqlite:///{tmp_path / 't.db'}")
    try:
        assert engine.wait_ready()["release"] == "r-7"
    finally:
        engine.close()
    assert not engine.socket.exists()


def test_a_changed_file_is_refused_and_named(release: Path, tmp_path: Path) -> None:
    with (release / "catalogue.json").open("a") as file:
        file.write(" ")
    assert "catalogue.json" in refused(release, tmp_path)
    # a manifest is binding: --unverified is for folders that have none
    assert "catalogue.json" in refused(release, tmp_path, "--unverified")


def test_a_missing_file_is_refused_and_named(release: Path, tmp_path: Path) -> None:
    (release / "model.tar.gz").unlink()
    assert "model.tar.gz" in refused(release, tmp_path)


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"id": "x", "files": {"../a": "0"}}'])
def test_a_broken_manifest_is_refused(release: Path, tmp_path: Path, manifest: str) -> None:
    (release / "manifest.json").write_text(manifest)
    assert "manifest" in refused(release, tmp_path)


def test_no_manifest_needs_permission(release: Path, tmp_path: Path) -> None:
    (release / "manifest.json").unlink()
    assert "manifest.json" in refused(release, tmp_path)


def test_a_broken_catalogue_is_refused(release: Path, tmp_path: Path) -> None:
    (release / "centre.json").write_text("{")
    write_manifest(release)
    assert "cannot be read" in refused(release, tmp_path)
