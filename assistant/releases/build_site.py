"""Where releases are built: one builder at a time, room on the disk, what happened."""

import errno
import fcntl
import shutil
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO

from assistant.errors import LetanError

FULL = (errno.ENOSPC, errno.EDQUOT)
_LOCK = "build.lock"
_LOGS = "builds"
_LOGS_KEPT = 50
_LEAST = 200 * 1024 * 1024
"""Bytes: a release, what its training writes meanwhile, and the log."""


def take_lock(data_dir: Path) -> IO[bytes] | None:
    """The right to build until it is closed, or its process ends in whatever way; None while
    another process has it."""
    folder = data_dir / "run"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (folder / _LOCK).open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock


class BuildLog:
    """What happened in a build, a line each: kept beside the releases, also of failed ones."""

    def __init__(self, data_dir: Path, release: str) -> None:
        self._path = data_dir / _LOGS / f"{release}.log"

    def write(self, now: datetime, line: str) -> None:
        """Add a line. A log that cannot be written stops no build."""
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(f"{now.isoformat(timespec='seconds')} {line}\n")

    def lines(self) -> list[tuple[datetime, str]]:
        """Oldest first; none when there is no log (any more)."""
        found = []
        with suppress(OSError, ValueError):
            for line in self._path.read_text(encoding="utf-8").splitlines():
                at, _, words = line.partition(" ")
                found.append((datetime.fromisoformat(at), words))
        return found

    def prune(self) -> None:
        """Remove the oldest logs."""
        with suppress(OSError):
            for old in sorted(self._path.parent.glob("*.log"))[:-_LOGS_KEPT]:
                old.unlink(missing_ok=True)


def check_space(data_dir: Path) -> None:
    """Raises LetanError `disk_full`."""
    free = shutil.disk_usage(data_dir).free
    if free < _LEAST:
        raise disk_full(free)


def disk_full(free: int | None = None) -> LetanError:
    megabytes = "" if free is None else f" ({free // 2**20} MB)"
    return LetanError(
        "disk_full",
        507,
        f"Ổ đĩa của máy chủ gần đầy{megabytes} nên không tạo được bản mới; bản đang dùng không "
        "thay đổi. Hãy xóa bớt tệp cũ rồi thử lại.",
        f"The server's disk is nearly full{megabytes}, so no release can be built; the one in use "
        "is unchanged. Remove old files and try again.",
    )
