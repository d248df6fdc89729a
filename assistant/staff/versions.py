"""Optimistic locking at the doors: whoever saves says which version was read."""

from collections.abc import Mapping
from typing import Any

from assistant.errors import LetanError


def seen_version(written: Mapping[str, Any]) -> int:
    """The `version` of a body. Raises LetanError `version_missing`."""
    version = written.get("version")
    if isinstance(version, bool) or not isinstance(version, int):
        raise LetanError(
            "version_missing",
            422,
            "Thiếu 'version': số bản mà anh/chị đang sửa, lấy từ lần đọc trước.",
            "'version' is missing: the number that the last reading gave.",
            field="version",
        )
    return version
