"""A real engine process behind its socket, and short ways to read its replies."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DEADLINE = 100.0


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("engine", timeout=DEADLINE)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(DEADLINE)
        self.sock.connect(str(self._path))


class Engine:
    """A real engine process and its door."""

    def __init__(self, release: Path, folder: Path, tracker: str, *options: str) -> None:
        self.socket = folder / f"{uuid.uuid4().hex[:8]}.sock"
        self._command = [
            sys.executable, "-W", "ignore", "-m", "dialogues.server", "--socket", str(self.socket),
            "--release", str(release), "--tracker", tracker, "--watch-stdin", *options,
        ]  # fmt: skip
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
        )

    def restart(self) -> None:
        self.process = self._start()
        self.wait_ready()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(DEADLINE)
        self._close_pipes()

    def close(self) -> None:
        """Close standard input, as the death of the application does."""
        if self.process.poll() is None and self.process.stdin is not None:
            self.process.stdin.close()
        self.process.wait(DEADLINE)
        self._close_pipes()

    def _close_pipes(self) -> None:
        for pipe in (self.process.stdin, self.process.stderr):
            if pipe is not None and not pipe.closed:
                pipe.close()

    def wait_ready(self) -> dict[str, Any]:
        until = time.monotonic() + DEADLINE
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise AssertionError(self.process.stderr.read().decode()[-3000:])
            try:
                status, health = self.call("GET", "/health")
            except OSError:
                wait_a_little()
                continue
            if status == 200 and health["status"] == "ready":
                return health
            wait_a_little()
        raise AssertionError("the engine was not ready in time")

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection = UnixConnection(self.socket)
        try:
            connection.request(method, path, None if body is None else data)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def turn(self, conversation: str, **fields: Any) -> dict[str, Any]:
        body = {"conversation": conversation, "message_id": uuid.uuid4().hex, "context": CONTEXT}
        status, reply = self.call("POST", "/turn", {**body, **fields})
        assert status == 200, reply
        return reply


def wait_a_little() -> None:
    """Give the other process the processor while polling a condition that has a deadline."""
    import select

    select.select([], [], [], 0.05)


CONTEXT: dict[str, Any] = {
    "now": "2026-11-23T08:30:00+07:00",
    "channel": "kiosk",
    "can_move": True,
    "robot": None,
    "centre": {
        "open_now": True,
        "opens_at": None,
        "closes_at": "2026-11-23T11:30:00+07:00",
        "reason": None,
        "hours": {"vi": "Thứ Hai đến thứ Sáu từ 7:30", "en": "Monday to Friday from 7:30"},
    },
    "counters": {
        str(n): {"open": True, "opens_at": None, "waiting": n, "expected_wait_minutes": 5 * n}
        for n in range(1, 11)
    },
    "notices": [],
}


def of_type(reply: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    return [part for part in reply["parts"] if part["type"] == kind]


def said(reply: Mapping[str, Any]) -> str:
    return " ".join(part["text"] for part in of_type(reply, "text"))
