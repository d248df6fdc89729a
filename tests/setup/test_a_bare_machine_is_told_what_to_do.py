"""Set-up on machines that lack something: what is asked for, and what is said."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.setup import __main__ as setup
from assistant.setup import environments, system_packages
from assistant.setup.steps import SetupError, run

ROOT = Path(__file__).resolve().parents[2]


def letan(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "letan", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **env},
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("module", ["environments", "steps", "system_packages", "__main__"])
def test_set_up_needs_the_standard_library_only(module: str) -> None:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import assistant.setup.{module}"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_ready_machine_is_not_touched() -> None:
    assert [step.title for step in setup.plan("chat") if not step.ready()] == []


def test_commands_prepare_what_they_use() -> None:
    titles = {command: len(setup.plan(command)) for command in ("doctor", "say", "chat", "run")}
    assert titles == {"doctor": 1, "say": 2, "chat": 3, "run": 4}


def test_a_changed_lock_makes_an_environment_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / name).write_text("a==1\n")
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    monkeypatch.setattr(environments, "APPLICATION", tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    lock = tmp_path / "requirements-dev.lock"
    (tmp_path / "venv" / ".letan-lock").write_text(environments.fingerprint(lock))
    assert environments.application(development=True).ready()
    lock.write_text("a==2\n")
    assert not environments.application(development=True).ready()


@pytest.mark.parametrize("name", ["APPLICATION", "ENGINE"])
def test_an_environment_of_another_place_is_left_alone(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    other, here = tmp_path / "other", tmp_path / "here"
    (other / "bin").mkdir(parents=True)
    (other / "bin" / "python").symlink_to(sys.executable)
    (other / ".letan-lock").write_text("of another lock")
    for lock in ("requirements.lock", "requirements-dev.lock", "dialogues/requirements.lock"):
        (here / lock).parent.mkdir(parents=True, exist_ok=True)
        (here / lock).write_text("a==1\n")
    link = here / "linked"
    link.symlink_to(other)
    monkeypatch.setattr(environments, "ROOT", here)
    monkeypatch.setattr(environments, name, link)
    monkeypatch.setattr(environments, "find_uv", lambda: pytest.fail("nothing may be installed"))
    step = environments.engine() if name == "ENGINE" else environments.application(development=True)
    before = sorted((file.name, file.lstat().st_mtime_ns) for file in other.rglob("*"))
    monkeypatch.setattr(setup, "plan", lambda _command: [step])
    monkeypatch.setattr(setup, "TOOLS", tmp_path / "tools")
    assert setup.main(["run"]) == 1
    assert sorted((file.name, file.lstat().st_mtime_ns) for file in other.rglob("*")) == before
    said = capfd.readouterr().err
    assert str(other) in said
    assert f"rm {link}" in said


def test_without_rights_the_administrator_gets_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(system_packages, "privileged", lambda: None)
    with pytest.raises(SetupError, match="apt-get install -y --no-install-recommends espeak-ng"):
        system_packages.install(["espeak-ng"])


def test_without_python_310_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "works", lambda argv: False)
    monkeypatch.setattr(environments, "find_uv", lambda: "no-such-uv")
    monkeypatch.setattr(environments, "_uv_python", lambda uv: None)
    with pytest.raises(SetupError, match=r"pyenv install 3\.10"):
        environments.python310()


def test_a_program_that_fails_is_an_error_with_its_remedy() -> None:
    with pytest.raises(SetupError, match="Check the network"):
        run(["false"], remedy="Check the network")
    with pytest.raises(SetupError, match="was not found"):
        run(["no-such-program"], remedy="")


def test_a_python_that_is_too_old_is_refused_in_both_languages(tmp_path: Path) -> None:
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        old = tmp_path / name
        old.write_text("#!/bin/sh\nexit 1\n")
        old.chmod(0o755)
    done = letan("doctor", PATH=f"{tmp_path}:/usr/bin:/bin", LETAN_PYTHON=str(tmp_path / "python3"))
    assert done.returncode == 1
    assert "cần Python 3.11" in done.stderr
    assert "needs Python 3.11" in done.stderr


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"LETAN_PORT": "99999"}, "port"),
        ({"LETAN_LOG_LEVEL": "loud"}, "log_level"),
        ({"LETAN_RETENTION_DAYS": "0"}, "retention_days"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, str], named: str) -> None:
    done = letan("doctor", **settings)
    assert done.returncode == 2
    assert named in done.stderr
    assert "Traceback" not in done.stderr


def test_doctor_names_what_was_found(tmp_path: Path) -> None:
    done = letan("doctor", "--data-dir", str(tmp_path / "data"))
    assert "espeak-ng" in done.stdout
    assert "./letan run" in done.stdout
