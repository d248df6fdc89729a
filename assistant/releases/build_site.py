"""Where releases are built: one builder at a time, and room on the disk."""

import errno
import fcntl
import shutil
from pathlib import Path
from typing import IO

from assistant.errors import LetanError

FULL = (errno.ENOSPC, errno.EDQUOT)
_LOCK = "build.lock"
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
