"""What the trainer found contradictory is told where the training was started."""

import json
from pathlib import Path

from assistant.releases.conflicts import FILE_NAME, conflict_lines


def _write(folder: Path, conflicts: list[dict]) -> Path:
    (folder / FILE_NAME).write_text(json.dumps({"conflicts": conflicts}), encoding="utf-8")
    return folder


def test_the_phrase_and_both_codes_are_named(tmp_path: Path) -> None:
    shared = {
        "kind": "shared_phrase", "phrase": "xin phép", "codes": ["1.1", "1.2"], "entries": 2,
    }  # fmt: skip
    (line,) = conflict_lines(_write(tmp_path, [shared]))
    assert "xin phép" in line
    assert "1.1, 1.2" in line


def test_many_conflicts_do_not_flood_the_terminal(tmp_path: Path) -> None:
    common = {"kind": "common_word", "phrase": "giấy", "codes": ["1.1"], "entries": 30}
    lines = conflict_lines(_write(tmp_path, [common] * 100))
    assert len(lines) == 21
    assert "80" in lines[-1]


def test_an_older_training_without_a_report_says_nothing(tmp_path: Path) -> None:
    assert conflict_lines(tmp_path) == []
    (tmp_path / FILE_NAME).write_text("[1]")
    assert conflict_lines(tmp_path) == []
