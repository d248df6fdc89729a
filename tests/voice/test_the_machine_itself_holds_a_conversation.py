"""`./letan listen`: what is asked at this machine is answered in words and aloud."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Speaker

from assistant.channels.microphone import listen
from assistant.engine.manifest import write_manifest
from assistant.releases.service import Releases
from assistant.settings import ROOT, Settings
from assistant.storage.database import Database
from assistant.storage.migrate import migrate
from speech.audio import read_wav, write_wav

DEADLINE = 90.0
Desk = Callable[[], Settings]


@pytest.fixture
async def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A release whose engine says back what it was asked."""
    script = tmp_path / "engine"
    program = ROOT / "tests" / "engine" / "fault_engine.py"
    script.write_text(
        f'#!/bin/sh\nshift 2\nFAULT_FOLDER="{tmp_path}" exec "{sys.executable}" "{program}" "$@"\n'
    )
    script.chmod(0o755)
    settings = Settings(data_dir=tmp_path / "var", engine_python=script)
    settings.data_dir.mkdir()
    database = Database(settings.database)
    await migrate(database)
    releases = Releases(settings.data_dir, database)
    folder = releases.folder("first")
    folder.mkdir(parents=True)
    catalogue = {"procedures": [], "generated_at": "2026-01-01T00:00:00+00:00"}
    (folder / "catalogue.json").write_text(json.dumps(catalogue))
    (folder / "centre.json").write_text("{}")
    (folder / "model.tar.gz").write_bytes(b"none")
    write_manifest(folder, "first")
    await releases.register("first", 0)
    await releases.publish("first")
    await database.close()
    return settings


def events(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


async def test_each_question_of_a_recording_is_answered_before_the_next_is_heard(
    settings: Settings, tmp_path: Path, spoken_recipe: Speaker, capsys: pytest.CaptureFixture[str]
) -> None:
    wav, out = tmp_path / "questions.wav", tmp_path / "answers.wav"
    both = spoken_recipe("marriage registration") + spoken_recipe("birth registration")
    wav.write_bytes(write_wav(both[:-32_000], 16_000))  # it ends with the last word
    capsys.readouterr()
    assert await listen(settings, wav, as_json=True, out=out) == 0
    told = events(capsys)
    kinds = [event["type"] for event in told]
    assert "level" not in kinds
    replies = [event for event in told if event["type"] == "reply"]
    words = [event["parts"][0]["text"] for event in replies]
    assert len(words) == 2
    assert "kết hôn" in words[0]
    assert "khai sinh" in words[1]
    states = [event["state"] for event in told if event["type"] == "state"]
    answered = ["listening", "deciding", "thinking", "speaking"]
    assert states == [*answered, *answered, "listening"]
    said = [event["text"] for event in told if event["type"] == "audio"]
    assert any("kết hôn" in text for text in said)
    assert "interrupted" not in kinds
    assert read_wav(out.read_bytes()).seconds > 2


async def test_people_see_what_was_heard_and_what_is_answered(
    settings: Settings, tmp_path: Path, spoken_recipe: Speaker, capsys: pytest.CaptureFixture[str]
) -> None:
    wav = tmp_path / "question.wav"
    wav.write_bytes(write_wav(spoken_recipe("marriage registration"), 16_000))
    capsys.readouterr()
    assert await listen(settings, wav) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "Anh/chị: " in shown
    assert shown.index("Lễ Tân: ") > shown.index("kết hôn")
    wav.write_bytes(write_wav(bytes(64_000), 16_000))
    assert await listen(settings, wav) == 0
    assert "chưa nghe thấy gì" in capsys.readouterr().out


def children_of(pid: int) -> list[Path]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [Path("/proc") / child for child in found]


def alive(processes: list[Path]) -> list[Path]:
    return [process for process in processes if process.exists()]


async def test_ctrl_c_ends_it_with_all_its_processes(settings: Settings, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "LETAN_DATA_DIR": str(settings.data_dir),
        "LETAN_ENGINE_PYTHON": str(settings.engine_python),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "assistant.cli", "listen", "--wait", "--json", cwd=ROOT,
        env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        # A shell's background job ignores Ctrl-C, and so would every child of it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(DEADLINE):
            while b'"listening"' not in await process.stdout.readline():
                assert process.returncode is None
        children = children_of(process.pid)
        assert len(children) >= 3  # the engine, and at least two speech services
        process.send_signal(signal.SIGINT)
        _, complaint = await asyncio.wait_for(process.communicate(), DEADLINE)
        assert process.returncode == 130
        assert b"Traceback" not in complaint
        assert alive(children) == []
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
