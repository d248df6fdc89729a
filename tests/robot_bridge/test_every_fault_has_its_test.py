"""docs/robot-faults.md names, for each of the 35 faults, tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (\d+) \| .* \| (.*) \|$", re.MULTILINE)


def test_every_fault_is_listed_with_tests_that_there_are() -> None:
    page = (ROOT / "docs" / "robot-faults.md").read_text("utf-8")
    rows = ROW.findall(page)
    assert [int(number) for number, _ in rows] == list(range(1, 36))
    there = {
        name
        for folder in ("robot_bridge", "robots")
        for file in (ROOT / "tests" / folder).rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)", file.read_text("utf-8"))
    }
    for number, tests in rows:
        named = re.findall(r"`(test_\w+)`", tests)
        assert named or "in 3" in tests, f"fault {number} has no test"
        assert not set(named) - there, f"fault {number}"
