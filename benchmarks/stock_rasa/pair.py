"""Stock `rasa run` and `rasa run actions` on free ports, with the stock SQLite tracker store.

The model is the release's; the actions are `dialogues.actions`, which read the release named by
`LETAN_RELEASE_DIR`.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

ENDPOINTS = """\
action_endpoint:
  url: http://127.0.0.1:{actions}/webhook
tracker_store:
  type: SQL
  dialect: sqlite
  db: {folder}/rasa.db
"""
CREDENTIALS = "rest:\n"


@dataclass(frozen=True, slots=True)
class StockPair:
    url: str
    """The REST channel's webhook."""
    server: int
    """Process id of `rasa run`."""
    actions: int
    """Process id of `rasa run actions`."""
    ready_s: float
    """Seconds from the commands to the first answer of the server."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(release: Path, folder: Path) -> Iterator[StockPair]:
    """Start both, wait until the server answers, end both. Raises `RuntimeError` when one dies."""
    server_port, actions_port = free_port(), free_port()
    (folder / "endpoints.yml").write_text(ENDPOINTS.format(actions=actions_port, folder=folder))
    (folder / "credentials.yml").write_text(CREDENTIALS)
    environment = {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "LETAN_RELEASE_DIR": str(release),
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
    }
    rasa = str(ROOT / ".venv-rasa" / "bin" / "rasa")
    started = time.monotonic()
    commands = (
        [rasa, "run", "actions", "--actions", "dialogues.actions", "--port", str(actions_port)],
        [
            rasa, "run", "--quiet", "--model", str(release / "model.tar.gz"), "--endpoints",
            str(folder / "endpoints.yml"), "--credentials", str(folder / "credentials.yml"),
            "--interface", "127.0.0.1", "--port", str(server_port),
        ],
    )  # fmt: skip
    with (folder / "stock.log").open("wb") as log:
        processes = [
            subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
            for command in commands
        ]
    try:
        for port in (server_port, actions_port):
            _wait(f"http://127.0.0.1:{port}/", processes, folder / "stock.log")
        yield StockPair(
            f"http://127.0.0.1:{server_port}/webhooks/rest/webhook",
            processes[1].pid,
            processes[0].pid,
            time.monotonic() - started,
        )
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)


def _wait(url: str, processes: list[subprocess.Popen[bytes]], log: Path) -> None:
    until = time.monotonic() + 240
    while time.monotonic() < until:
        for process in processes:
            if process.poll() is not None:
                raise RuntimeError(log.read_text(errors="replace")[-3000:])
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except urllib.error.HTTPError:
            return  # it answers
        except OSError:
            time.sleep(0.25)
    raise RuntimeError(f"{url} did not answer: {log.read_text(errors='replace')[-3000:]}")
