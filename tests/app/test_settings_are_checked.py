"""Settings that cannot be used are named with their remedy; nothing is ignored, nothing traced."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from desk_fixtures import ROOT
from pydantic import ValidationError

from assistant.settings import MissionSettings, Settings
from assistant.startup import mission_policy
from robot_bridge.missions import Policy


def doctor(**environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("LETAN_")}
    return subprocess.run(
        [sys.executable, "-m", "assistant.cli", "doctor"],
        cwd=ROOT,
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"host = 1\nport = = 2", "line 2"),
        (b"\xff\xfe", "encoding"),
        (b"prot = 8080", "prot"),
        (b'port = "many"', "port"),
        (b'timezone = "Mars/City"', "timezone"),
        (b'database_url = "mysql://u:s3cret@h/d"', "database_url"),
        (b'trusted_proxies = ["next door"]', "trusted_proxies"),
        (b"[missions]\nblocked_ask = 60", "missions"),
        (b'[[robots]]\nid = "a"\nspeed = "s3cret"', "speed"),
        (b'[[robots]]\nid = "a"\ndriver = "steam"', "steam"),
        (b'[[robots]]\nid = "a"\ncapabilities = ["fly"]', "capabilities"),
        (b'[[robots]]\nid = "a"\n[[robots]]\nid = "a"', "same id"),
        (
            b'[[robots]]\nid = "a"\nurl = "ws://u:s3cret@h"\n'
            b'[[robots]]\nid = "b"\nurl = "ws://u:s3cret@h"',
            "one robot twice",
        ),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, content: bytes, named: str) -> None:
    path = tmp_path / "letan.toml"
    path.write_bytes(content)
    done = doctor(LETAN_CONFIG=str(path))
    assert done.returncode in (1, 2)
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert "s3cret" not in done.stderr


def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    done = doctor(LETAN_CONFIG=str(tmp_path / "nowhere.toml"))
    assert done.returncode == 1
    assert "nowhere.toml" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_is_no_settings_file(tmp_path: Path) -> None:
    path = tmp_path / "letan.toml"
    path.touch()
    path.chmod(0)
    done = doctor(LETAN_CONFIG=str(path))
    assert "Traceback" not in done.stderr


def test_a_variable_that_is_no_json_is_named() -> None:
    done = doctor(LETAN_ROBOTS="junk s3cret")
    assert done.returncode == 1
    assert "LETAN_ROBOTS" in done.stderr
    assert "Traceback" not in done.stderr
    assert "s3cret" not in done.stderr


def test_the_defaults_of_missions_are_those_of_the_robots() -> None:
    assert mission_policy(MissionSettings()) == Policy()


def test_missions_follow_the_settings(settings: Settings) -> None:
    settings.missions = MissionSettings(return_home=False, blocked_ask=1, battery_floor=0.2)
    policy = mission_policy(settings.missions)
    assert policy.return_after is None
    assert (policy.blocked_ask, policy.battery_floor) == (1, 0.2)


def test_patience_is_in_order() -> None:
    with pytest.raises(ValidationError, match="blocked_ask"):
        MissionSettings(blocked_ask=9, blocked_replan=8)
