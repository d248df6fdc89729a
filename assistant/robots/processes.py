"""Processes of this machine, told apart for good: a number alone is given out again."""

import os
import socket
from pathlib import Path

_PROC = Path("/proc")


def this_host() -> str:
    """Its name, to be shown."""
    return socket.gethostname()[:64]


def this_process() -> str:
    """Machine since its start, namespace, number and birth; "" where the system tells none."""
    try:
        return f"{_machine()} {os.getpid()} {_born(os.getpid())}"[:120]
    except (OSError, ValueError, IndexError):
        return ""


def surely_dead(process: str) -> bool:
    """Whether a process of this machine (`this_process`) has ended; False when unknown."""
    try:
        machine, number, born = process.rsplit(" ", 2)
        if not machine or machine != _machine():
            return False
        return _born(int(number)) != born
    except FileNotFoundError:
        return True
    except (OSError, ValueError, IndexError):
        return False


def number_of(process: str) -> str:
    """Its number, to be shown."""
    parts = process.split()
    return parts[-2] if len(parts) > 1 else "?"


def _machine() -> str:
    """The machine since it was started, and the namespace in which numbers count."""
    boot = (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
    return f"{boot} {(_PROC / 'self/ns/pid').readlink()}"


def _born(number: int) -> str:
    """Ticks since the machine's start at which a process began; "dead" for one that is no more
    than a name (proc(5): field 22, after the name in brackets; state is field 3)."""
    fields = (_PROC / str(number) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    return "dead" if fields[0] in "ZX" else fields[19]
