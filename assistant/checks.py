"""`./letan test`: every check of the project, in both environments."""

import hashlib
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from assistant.settings import ROOT

_APPLICATION = str(ROOT / ".venv" / "bin" / "python")
_ENGINE = str(ROOT / ".venv-rasa" / "bin" / "python")
_ENGINE_TESTS = ("tests/nlu", "tests/dialogues")
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


def checks(extra: list[str]) -> list[Check]:
    """All checks in the order of cost; `extra` goes to pytest (paths or `-k …`)."""
    application = (_APPLICATION, "-m")
    engine_paths = [path for path in _ENGINE_TESTS if (ROOT / path).is_dir()]
    ignored = [f"--ignore={path}" for path in engine_paths]
    linting = [
        Check("format", (*application, "ruff", "format", "--check", *_existing(_CODE))),
        Check("lint", (*application, "ruff", "check", *_existing(_CODE))),
        Check("types", (*application, "mypy")),
        Check("imports", (str(ROOT / ".venv" / "bin" / "lint-imports"),)),
    ]
    tests = [
        Check("release for the tests", (*application, "assistant.checks", "build-release")),
        Check("engine tests", (_ENGINE, "-m", "pytest", "--durations=5", *engine_paths)),
        Check("application tests", (*application, "pytest", "--durations=10", *ignored)),
    ]
    if extra:
        in_engine = any(word.startswith(_ENGINE_TESTS) for word in extra)
        python = _ENGINE if in_engine else _APPLICATION
        return [tests[0], Check("tests", (python, "-m", "pytest", *extra))]
    return linting + tests


def run_checks(extra: list[str]) -> int:
    """Runs all of them even when one fails; returns the exit code."""
    console = Console()
    release = ROOT / "var" / "test-release"
    env = {**os.environ, "LETAN_TEST_RELEASE_DIR": str(release)}
    for name in [name for name in env if name.startswith("LETAN_") and "TEST" not in name]:
        del env[name]  # an operator's settings must not change what is tested
    failed: list[str] = []
    started = time.monotonic()
    for check in checks(extra):
        console.rule(check.name)
        begun = time.monotonic()
        code = subprocess.run(check.argv, cwd=ROOT, env=env, check=False).returncode
        console.print(f"{check.name}: exit code {code}, {time.monotonic() - begun:.0f} s")
        if code == _TESTS_FAILED and "pytest" in check.argv:
            # A browser on a busy machine can miss a moment; what is really broken fails twice.
            console.rule(f"{check.name}: once more what failed")
            again = (*check.argv, "--last-failed", "--last-failed-no-failures", "none")
            code = subprocess.run(again, cwd=ROOT, env=env, check=False).returncode
        if code:
            failed.append(check.name)
    console.rule()
    minutes = (time.monotonic() - started) / 60
    if failed:
        console.print(f"FAILED: {', '.join(failed)} ({minutes:.1f} minutes)")
        return 1
    console.print(f"All checks passed in {minutes:.1f} minutes")
    return 0


def _existing(folders: tuple[str, ...]) -> list[str]:
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
