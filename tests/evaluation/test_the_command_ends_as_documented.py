"""`./letan evaluate`: exit codes, what stands on standard output, and no child left behind."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from desk_fixtures import ROOT, publish_release, until

from assistant import cli
from assistant.settings import Settings

Write = Callable[..., Path]


@pytest.fixture
def environment(settings: Settings, fault: Path, tmp_path: Path) -> dict[str, str]:
    """The failing engine and the data folder of `settings` for a command."""
    return {
        **os.environ,
        "LETAN_DATA_DIR": str(settings.data_dir),
        "LETAN_CONTENT_DIR": str(settings.content_dir),
        "LETAN_ENGINE_PYTHON": str(settings.engine_python),
        "TMPDIR": str(tmp_path),
        "COLUMNS": "200",
    }


async def _start(environment: dict[str, str], *options: object) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "assistant.cli", "evaluate", *map(str, options)),
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        # a shell's background job ignores Ctrl-C and hands that down; a terminal does not
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


async def _run(environment: dict[str, str], *options: object) -> tuple[int, str, str]:
    process = await _start(environment, *options)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_json_to_standard_output_is_alone_there(
    settings: Settings, environment: dict[str, str], write: Write, question: dict[str, Any]
) -> None:
    folder = await publish_release(settings, "first")
    before = {p: p.read_bytes() for p in folder.iterdir()}
    bad = {**question, "id": "q2", "accept": ["9.999999"]}
    path = write(question, bad)
    code, out, err = await _run(environment, "--questions", path, "--json", "-")
    report = json.loads(out)
    assert (code, report["n"], report["release"]) == (1, 1, "first")
    assert report["slices"]["other_intent"]["answered_right"] == 1
    assert [e["id"] for e in report["errors"]] == ["q2"]
    assert "9.999999" in err
    assert "answered right" in err
    code, out, err = await _run(
        environment, "--questions", write(question), "--json", path.with_suffix(".out")
    )
    assert (code, err) == (0, "")
    assert "answered right" in out
    assert json.loads(path.with_suffix(".out").read_text())["errors"] == []
    assert {p: p.read_bytes() for p in folder.iterdir()} == before


async def test_ten_thousand_rows_show_how_far_they_are(
    settings: Settings, environment: dict[str, str], write: Write, question: dict[str, Any]
) -> None:
    await publish_release(settings, "first")
    rows = [{**question, "id": f"q{number}"} for number in range(1500)]
    code, out, err = await _run(environment, "--questions", write(*rows), "--json", "-")
    assert code == 0
    assert json.loads(out)["n"] == 1500
    assert "1000/1500" in err


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (["--questions", "good", "--release", "nope"], 1, "no release 'nope'. There are: first."),
        (["--questions", "good", "--release", "../first"], 1, "There is no release '../first'"),
        (["--questions", "bad"], 1, "bad:1: line: no JSON"),
        (["--dialogues", "bad"], 1, "bad:1: line: no YAML"),
        (["--questions", "none"], 1, "none: file: No such file"),
        (["--questions", "good", "--json", "no/report"], 1, "cannot be written to no/report"),
        ([], 2, "--questions"),
        (["--questions", "good", "--dialogues", "good"], 2, "either"),
    ],
)
def test_what_cannot_be_measured_says_why(
    settings: Settings,
    environment: dict[str, str],
    question: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    *,
    options: list[str],
    code: int,
    told: str,
) -> None:
    asyncio.run(publish_release(settings, "first"))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(settings.data_dir)
    Path("good").write_text(json.dumps(question))
    Path("bad").write_text("{")
    monkeypatch.setattr(sys, "argv", ["letan", "evaluate", *options])
    capfd.readouterr()  # what publishing logged
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out, err = capfd.readouterr()
    assert (ended.value.code, out) == (code, "")
    assert told in err
    assert "Traceback" not in err


async def test_ctrl_c_leaves_no_child(
    settings: Settings,
    fault: Path,
    environment: dict[str, str],
    write: Write,
    question: dict[str, Any],
) -> None:
    await publish_release(settings, "first")
    path = write({**question, "text": "hang"})
    process = await _start(environment, "--questions", path, "--json", path.with_suffix(".out"))
    await until((fault / "hanging").exists, 60)
    children = _children(process.pid)
    assert children
    process.send_signal(signal.SIGINT)
    await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 130
    await until(lambda: not any(Path("/proc", str(pid), "cmdline").exists() for pid in children))
    assert not path.with_suffix(".out").exists()
    assert not list(path.parent.glob("letan-evaluate-*"))


def _children(pid: int) -> list[int]:
    return [
        int(stat.parent.name) for stat in Path("/proc").glob("[0-9]*/stat") if _parent(stat) == pid
    ]


def _parent(stat: Path) -> int | None:
    try:
        return int(stat.read_text().rsplit(")", 1)[1].split()[1])
    except (OSError, IndexError):
        return None
