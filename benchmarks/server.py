"""Starts the real thing for a measurement and reads what its processes use."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
LETAN = ROOT / "letan"


@dataclass(frozen=True, slots=True)
class Running:
    """A started server."""

    url: str
    process: subprocess.Popen[str]
    pages_s: float
    """Seconds from the command to the first page."""
    first_turn_s: float
    """Seconds from the command to the first answered turn."""


@contextmanager
def running(data_dir: Path, command: Sequence[str | Path] = (LETAN,)) -> Iterator[Running]:
    """`letan run` on a free port; ends it and all its children."""
    started = time.monotonic()
    process = subprocess.Popen(
        [*command, "run", "--port", "0", "--data-dir", data_dir],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "LETAN_LOG_LEVEL": "warning"},
    )
    assert process.stdout is not None
    try:
        url = next(
            match.group(0)
            for line in process.stdout
            if (match := re.search(r"http://127\.0\.0\.1:\d+", line))
        )
        _wait(f"{url}/kiosk")
        pages = time.monotonic() - started
        _wait(f"{url}/readyz")
        conversation = post(f"{url}/api/v1/conversations", {})["id"]
        post(f"{url}/api/v1/conversations/{conversation}/messages", {"text": "xin chào"})
        yield Running(url, process, pages, time.monotonic() - started)
    finally:
        process.terminate()
        process.wait(timeout=20)


def post(url: str, body: object) -> dict[str, str]:
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        found: dict[str, str] = json.load(answer)
        return found


def _wait(url: str) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"{url} did not answer within two minutes")


def memory_mb(process: subprocess.Popen[str]) -> dict[str, float]:
    """Resident (and proportional, where the system tells) memory of every process, in MB."""
    root = psutil.Process(process.pid)
    found: dict[str, float] = {}
    for one in [root, *root.children(recursive=True)]:
        words = one.cmdline()
        name = next(
            (word for word in words if re.match(r"dialogues|speech|assistant", word)), one.name()
        )
        if "--engine" in words:
            name += " " + words[words.index("--engine") + 1]
        found[name] = found.get(name, 0) + one.memory_info().rss / 1e6
    return found


def medians(rows: list[float]) -> float:
    ordered = sorted(rows)
    return ordered[len(ordered) // 2]


def percentile(rows: list[float], fraction: float) -> float:
    ordered = sorted(rows)
    return ordered[min(len(ordered) - 1, int(len(ordered) * fraction))]
