"""`./letan test`: every check of the project, in both environments."""

import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from assistant.settings import ROOT

_APPLICATION = str(ROOT / ".venv" / "bin" / "python")
_ENGINE = str(ROOT / ".venv-rasa" / "bin" / "python")
_ENGINE_TESTS = ("tests/nlu", "tests/dialogues")
_DEVICE_TESTS = (
    *("tests/speech", "tests/voice", "tests/voice_door", "tests/voice_load"),
    *("tests/robot_bridge", "tests/robots", "tests/zalo"),
    *("tests/staff", "tests/inbox"),
)
"""What needs no browser and goes into the lane of the engine's tests, so that both take as long."""
_INPUTS = (
    *("data", "nlu", "dialogues"),
    *("assistant/catalogue", "assistant/centre", "assistant/releases"),
)
_TESTS_FAILED = 1
"""pytest's exit code for failed tests; any other is a broken run."""
_CODE = (
    *("assistant", "speech", "robot_bridge", "safeguards", "nlu", "dialogues"),
    *("tests", "benchmarks", "docs"),
)


@dataclass(frozen=True, slots=True)
class Check:
    """One program that must end with 0."""

    name: str
    argv: tuple[str, ...]


def checks(extra: list[str]) -> tuple[list[Check], list[list[Check]]]:
    """What runs first, one after the other, and the lanes that run beside each other after it.

    Two lanes: tests of voice, robots and browser wait for real time most of the time. `extra`
    goes to pytest (paths or `-k …`).
    """
    release = Check("release", (_APPLICATION, "-m", "assistant.checks", "build-release"))
    if extra:
        in_engine = any(word.startswith(_ENGINE_TESTS) for word in extra)
        python = _ENGINE if in_engine else _APPLICATION
        return [release], [[Check("tests", (python, "-m", "pytest", *extra))]]
    linting = [
        Check("format", (_APPLICATION, "-m", "ruff", "format", "--check", *_existing(_CODE))),
        Check("lint", (_APPLICATION, "-m", "ruff", "check", *_existing(_CODE))),
        Check("types", (_APPLICATION, "-m", "mypy")),
        Check("imports", (str(ROOT / ".venv" / "bin" / "lint-imports"),)),
    ]
    folders = [f"tests/{p.name}" for p in sorted((ROOT / "tests").iterdir()) if p.is_dir()]
    others = [name for name in folders if name not in (*_ENGINE_TESTS, *_DEVICE_TESTS)]
    return [*linting, release], [
        [
            _tests("engine", _ENGINE, _existing(_ENGINE_TESTS)),
            _tests("devices", _APPLICATION, _all_but((*_ENGINE_TESTS, *others))),
        ],
        [_tests("application", _APPLICATION, _all_but((*_ENGINE_TESTS, *_DEVICE_TESTS)))],
    ]


def _all_but(folders: Sequence[str]) -> list[str]:
    """Left out instead of named: pytest loads the conftest of every folder that is named at
    once, and they share one module name."""
    return [f"--ignore={path}" for path in _existing(folders)]


def _tests(name: str, python: str, chosen: Sequence[str]) -> Check:
    # Each remembers its own failures: two that run at once must not mix them up.
    cache = f"cache_dir=.pytest_cache/{name}"
    return Check(name, (python, "-m", "pytest", "-o", cache, "--durations=10", *chosen))


def run_checks(extra: list[str]) -> int:
    """Runs all of them even when one fails; returns the exit code."""
    console = Console()
    release = ROOT / "var" / "test-release"
    env = {**os.environ, "LETAN_TEST_RELEASE_DIR": str(release), "PYTHONUNBUFFERED": "1"}
    for name in [name for name in env if name.startswith("LETAN_") and "TEST" not in name]:
        del env[name]  # an operator's settings must not change what is tested
    started = time.monotonic()
    first, lanes = checks(extra)
    run = _Run(console, env)
    failed = run.lane(first)
    with ThreadPoolExecutor(len(lanes)) as pool:
        for found in pool.map(run.lane, lanes):
            failed += found
    console.rule()
    minutes = (time.monotonic() - started) / 60
    if failed:
        console.print(f"FAILED: {', '.join(failed)} ({minutes:.1f} minutes)")
        return 1
    console.print(f"All checks passed in {minutes:.1f} minutes")
    return 0


class _Run:
    """Prints line by line who says what, so that two lanes can be read at once."""

    def __init__(self, console: Console, env: Mapping[str, str]) -> None:
        self._console = console
        self._env = env
        self._printing = threading.Lock()

    def lane(self, checks: Sequence[Check]) -> list[str]:
        """Names of those that failed."""
        return [check.name for check in checks if not self._passes(check)]

    def _passes(self, check: Check) -> bool:
        begun = time.monotonic()
        code = self._run(check.name, check.argv)
        if code == _TESTS_FAILED and "pytest" in check.argv:
            # A browser on a busy machine can miss a moment; what is really broken fails twice.
            self._say(check.name, "once more what failed")
            again = (*check.argv, "--last-failed", "--last-failed-no-failures", "none")
            code = self._run(check.name, again)
        self._say(check.name, f"exit code {code}, {time.monotonic() - begun:.0f} s")
        return code == 0

    def _run(self, name: str, argv: Sequence[str]) -> int:
        with subprocess.Popen(
            argv,
            cwd=ROOT,
            env=self._env,
            text=True,
            errors="replace",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as program:
            assert program.stdout is not None
            for line in program.stdout:
                self._say(name, line.rstrip())
        return program.returncode

    def _say(self, name: str, line: str) -> None:
        with self._printing:
            self._console.print(
                f"{name:11} │ {line}", markup=False, highlight=False, soft_wrap=True
            )


def _existing(folders: Sequence[str]) -> list[str]:
    return [folder for folder in folders if (ROOT / folder).is_dir()]


def build_test_release(link: Path) -> None:
    """One real release that all tests share: built again only when its inputs change."""
    from assistant.serve import build_release
    from assistant.settings import Settings

    digest = hashlib.sha256()
    for folder in _INPUTS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    data_dir = link.parent / f"test-{digest.hexdigest()[:16]}"
    if not list(data_dir.glob("releases/*/manifest.json")):
        build_release(Settings(data_dir=data_dir))
    (built,) = data_dir.glob("releases/*/manifest.json")
    link.unlink(missing_ok=True)
    link.symlink_to(built.parent)


if __name__ == "__main__" and sys.argv[1:] == ["build-release"]:
    build_test_release(Path(os.environ["LETAN_TEST_RELEASE_DIR"]))
