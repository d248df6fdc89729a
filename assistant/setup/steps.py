"""What a set-up step is, and how it runs programs."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


class SetupError(Exception):
    """Something could not be had; the text says what and what to do about it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to make ready."""

    title: str
    ready: Callable[[], bool]
    """Quick: called at every start."""
    do: Callable[[], None]
    """Raises SetupError."""
    optional: bool = False
    """Whether Lễ Tân can go on without it, with less."""


def run(
    argv: Sequence[str | Path],
    *,
    remedy: str,
    env: dict[str, str] | None = None,
    quiet: bool = False,
) -> None:
    """Runs a program, its errors (and without `quiet` its output) shown.

    Raises SetupError with the remedy when it fails.
    """
    command = [str(word) for word in argv]
    try:
        subprocess.run(
            command,
            check=True,
            env={**os.environ, **(env or {})},
            stdout=subprocess.DEVNULL if quiet else None,
        )
    except FileNotFoundError as error:
        raise SetupError(f"'{command[0]}' was not found. {remedy}") from error
    except subprocess.CalledProcessError as error:
        shown = " ".join(command)
        raise SetupError(f"'{shown}' failed (exit code {error.returncode}). {remedy}") from error


@contextmanager
def growth_shown(folder: Path) -> Iterator[None]:
    """Shows time and disk space taken while something is fetched and unpacked."""
    ended = threading.Event()
    started = time.monotonic()
    free = shutil.disk_usage(folder).free
    live = sys.stderr.isatty()

    def show() -> None:
        while not ended.wait(1 if live else 20):
            taken = max(0, free - shutil.disk_usage(folder).free) / 1e6
            line = f"      {time.monotonic() - started:4.0f} s  {taken:6.0f} MB"
            print(line, file=sys.stderr, end="\r" if live else "\n", flush=True)

    watcher = threading.Thread(target=show, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def works(argv: Sequence[str | Path]) -> bool:
    """Whether a program starts and ends well."""
    try:
        done = subprocess.run(
            [str(word) for word in argv], capture_output=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def privileged() -> list[str] | None:
    """The prefix that runs a command as root: nothing, `sudo`, or None when there is no right."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is not None:
        return ["sudo"]
    return None
