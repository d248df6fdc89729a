"""What the trainer found contradictory in the catalogue's words, in lines for the terminal."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FILE_NAME = "conflicts.json"
_MOST = 20


def conflict_lines(training: Path) -> list[str]:
    """One line a conflict, at most twenty and one that counts the rest; none without a report."""
    try:
        report = json.loads((training / FILE_NAME).read_text(encoding="utf-8"))
        found = [_line(conflict) for conflict in report["conflicts"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    lines = found[:_MOST]
    if len(found) > _MOST:
        others = len(found) - _MOST
        lines.append(f"… và {others} chỗ nữa, xem · and {others} more, see {training / FILE_NAME}")
    return lines


def _line(conflict: Mapping[str, Any]) -> str:
    codes = ", ".join(conflict["codes"])
    phrase = conflict["phrase"]
    if conflict["kind"] == "shared_phrase":
        return f"Trùng cách gọi · One phrase, several procedures: “{phrase}”: {codes}"
    if conflict["kind"] == "common_word":
        many = conflict["entries"]
        return f"Tên gọi quá chung · Too common a word: “{phrase}”: {codes} ({many})"
    return f"Không có từ để tìm · No words to be found by: {codes}"
