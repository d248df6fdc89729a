"""A crowd of citizens on Zalo: every event answered 200, every citizen once and in order.

    .venv/bin/python -m benchmarks.zalo --data-dir var [--minutes 10] [--rate 1000] [--kills 3]
        [--citizens 400] [--json OUT]

Events come in at a steady rate, some of them twice, and are signed as Zalo signs them. The platform
(tests/zalo/zalo_platform.py, a process of its own) takes a second for each message; one in ten
fails, half of those after the message was delivered. The application is killed with `kill -9` on
the way and started again at once; what it did not answer 200 is sent again, as Zalo does. At the
end every message that reached a citizen is held against the outbox: once each, in order, nothing
missing. `data-dir` needs a published release; it is copied, nothing in it is changed.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.server import ROOT, percentile

QUESTIONS = (
    "Đăng ký khai sinh cần giấy tờ gì?",
    "còn lệ phí?",
    "sao y ban chinh bao nhieu tien",
    "quầy đó ở đâu",
    "đăng ký kết hôn mất bao lâu",
    "mấy giờ đóng cửa",
    "what papers do I need to register a marriage",
    "cảm ơn em",
)
_APP, _OA, _KEY = "4100000000000000001", "3886000000000000001", "oa-secret-key-of-the-stub"
_TWICE = 0.05
"""Share of events that come a second time."""


@dataclass
class Result:
    """What was measured."""

    events: int = 0
    answered_200: int = 0
    sent_again: int = 0
    """Because the application was down."""
    other_answers: dict[str, int] = field(default_factory=dict)
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    most_ms: float = 0.0
    kills: int = 0
    down_seconds: list[float] = field(default_factory=list)
    reply_p50_s: float = 0.0
    """From an event to its last message at the platform, those of the kills included."""
    reply_p99_s: float = 0.0
    messages: int = 0
    twice: int = 0
    missing: int = 0
    out_of_order: int = 0
    unanswered: int = 0
    drained_s: float = 0.0
    """From the last event until everything was sent."""
    cpu_ms: dict[str, float] = field(default_factory=dict)
    """Processor time an event, by process; of the processes that were not killed."""

    @property
    def good(self) -> bool:
        wrong = (self.twice, self.missing, self.out_of_order, self.unanswered)
        return not any(wrong) and not self.other_answers


class Crowd:
    """Sends the events, and again what was not answered 200."""

    def __init__(self, url: str, result: Result) -> None:
        self.url = url
        self.result = result
        self.seconds: list[float] = []
        self.sent_at: dict[str, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, rate: float, seconds: float, citizens: int) -> None:
        connector = aiohttp.TCPConnector(limit=200)
        timeout = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            begun, sent = time.monotonic(), 0
            while sent < rate * seconds / 60:
                due = begun + sent * 60 / rate
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                citizen = f"2468{sent % citizens:015d}"
                text = QUESTIONS[(sent // citizens) % len(QUESTIONS)]
                raw, headers = event(citizen, text, f"m{sent:012d}")
                self.sent_at[f"m{sent:012d}"] = time.time()
                times = 2 if random.random() < _TWICE else 1
                for _ in range(times):
                    task = asyncio.create_task(self._deliver(session, raw, headers))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
                sent += 1
            self.result.events = sent
            await asyncio.gather(*self._tasks)

    async def _deliver(
        self, session: aiohttp.ClientSession, raw: bytes, headers: dict[str, str]
    ) -> None:
        while True:
            began = time.perf_counter()
            try:
                async with session.post(self.url, data=raw, headers=headers) as answer:
                    await answer.read()
            except (aiohttp.ClientError, TimeoutError, OSError):
                self.result.sent_again += 1
                await asyncio.sleep(1)
                continue
            if answer.status == 200:
                self.result.answered_200 += 1
                self.seconds.append(time.perf_counter() - began)
                return
            name = str(answer.status)
            self.result.other_answers[name] = self.result.other_answers.get(name, 0) + 1
            await asyncio.sleep(1)


def event(citizen: str, text: str, msg_id: str) -> tuple[bytes, dict[str, str]]:
    body = {
        "app_id": _APP,
        "sender": {"id": citizen},
        "user_id_by_app": f"9{citizen}",
        "recipient": {"id": _OA},
        "event_name": "user_send_text",
        "message": {"text": text, "msg_id": msg_id},
        "timestamp": str(int(time.time() * 1000)),
    }
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    mac = sha256(_APP.encode() + raw + str(body["timestamp"]).encode() + _KEY.encode())
    return raw, {"X-ZEvent-Signature": f"mac={mac.hexdigest()}"}


class Application:
    """The server as it is started in earnest; killed and started again."""

    def __init__(self, data_dir: Path, port: int, platform: str, log: Path) -> None:
        self._log = log.open("ab")
        self.url = f"http://127.0.0.1:{port}"
        here = {
            **{name: value for name, value in os.environ.items() if not name.startswith("LETAN_")},
            "LETAN_CONFIG": os.devnull,
            "LETAN_LOG_LEVEL": "warning",
            "LETAN_ZALO_APP_ID": _APP,
            "LETAN_ZALO_APP_SECRET": "app-secret-of-the-stub",
            "LETAN_ZALO_OA_ID": _OA,
            "LETAN_ZALO_OA_SECRET_KEY": _KEY,
            "LETAN_ZALO_ACCESS_TOKEN": "AT-first",
            "LETAN_ZALO_REFRESH_TOKEN": "RT-first",
            **{f"LETAN_ZALO_{name}_URL": platform for name in ("OAUTH", "API", "BOT")},
        }
        program = [sys.executable, "-m", "assistant.cli", "run", "--port", str(port)]
        self._start = lambda: subprocess.Popen(
            [*program, "--data-dir", str(data_dir)],
            cwd=ROOT,
            env=here,
            stdout=subprocess.DEVNULL,
            stderr=self._log,
        )
        self.process = self._start()

    async def ready(self, path: str = "/readyz", seconds: float = 180) -> None:
        deadline = time.monotonic() + seconds
        async with aiohttp.ClientSession() as session:
            while time.monotonic() < deadline:
                with suppress(aiohttp.ClientError, OSError):
                    async with session.get(self.url + path) as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.1)
        sys.exit("the application did not become ready")

    async def kill(self) -> float:
        """`kill -9`, and the start of another; seconds until it takes events again."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = self._start()
        await self.ready("/healthz")
        return time.monotonic() - began

    def cpu_seconds(self) -> dict[str, float]:
        """User and system time of this process and of the engine so far."""
        root = psutil.Process(self.process.pid)
        found = {"application": root}
        for child in root.children():
            if "dialogues.server" in " ".join(child.cmdline()):
                found["engine"] = child
        return {name: sum(one.cpu_times()[:2]) for name, one in found.items()}

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(20)


async def kill_on_the_way(app: Application, times: int, seconds: float, result: Result) -> None:
    for number in range(1, times + 1):
        await asyncio.sleep(seconds / (times + 1))
        result.down_seconds.append(round(await app.kill(), 1))
        result.kills = number


async def drained(database: Path, seconds: float) -> float:
    """Wait until nothing waits to be answered or sent."""
    began = time.monotonic()
    query = (
        "SELECT (SELECT count(*) FROM zalo_inbox WHERE state IN ('waiting','working')) + "
        "(SELECT count(*) FROM zalo_outbox WHERE state IN ('waiting','sending','held'))"
    )
    while time.monotonic() < began + seconds:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            if connection.execute(query).fetchone()[0] == 0:
                break
        await asyncio.sleep(0.5)
    return time.monotonic() - began


def compare(database: Path, sent: dict[str, Any], result: Result, times: dict[str, float]) -> None:
    """What reached each citizen against what was put out for them."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        rows = connection.execute(
            "SELECT citizen, state, message_id, inbox FROM zalo_outbox ORDER BY id"
        ).fetchall()
        events = connection.execute("SELECT id, key, state FROM zalo_inbox").fetchall()
    expected: dict[str, list[str]] = defaultdict(list)
    answered = set()
    for citizen, state, message_id, inbox in rows:
        answered.add(inbox)
        if state == "sent":
            expected[citizen.partition(":")[2]].append(message_id)
        else:
            result.missing += 1
    for citizen, messages in sent.items():
        got = [message["message_id"] for message in messages]
        result.messages += len(got)
        wanted = expected.get(citizen, [])
        result.twice += len([one for one in got if one not in wanted])
        result.missing += len([one for one in wanted if one not in got])
        result.out_of_order += [one for one in got if one in wanted] != wanted
    result.unanswered = result.events - len({id_ for id_, _, state in events if id_ in answered})
    arrived = {message["message_id"]: message["time"] for all_ in sent.values() for message in all_}
    last = {inbox: arrived.get(message_id, 0) for _, _, message_id, inbox in rows}
    begun = {sha256(f"zalo_oa:{key}".encode()).hexdigest(): at for key, at in times.items()}
    waits = [last[id_] / 1000 - begun[key] for id_, key, _ in events if last.get(id_)]
    result.reply_p50_s, result.reply_p99_s = percentile(waits, 0.5), percentile(waits, 0.99)


async def measure(options: argparse.Namespace, folder: Path) -> Result:
    data_dir = folder / "var"
    shutil.copytree(options.data_dir, data_dir, ignore=shutil.ignore_patterns("*.sock"))
    for name in ("letan.db-wal", "letan.db-shm"):  # SQLite takes up what is in them
        with suppress(FileNotFoundError):
            shutil.copyfile(options.data_dir / name, data_dir / name)
    stub_port, port = _free_port(), _free_port()
    script = ROOT / "tests" / "zalo" / "zalo_platform.py"
    platform = f"http://127.0.0.1:{stub_port}"
    stub = _begin([sys.executable, str(script), "--port", str(stub_port)])
    app = Application(data_dir, port, platform, folder / "application.log")
    result = Result()
    try:
        await app.ready()
        async with aiohttp.ClientSession() as session:
            for fault in (
                {"what": "send", "kind": "html", "share": 0.05},
                {"what": "send", "kind": "html", "share": 0.05, "after": True},
                {"what": "send", "kind": "slow", "seconds": 1.0},
            ):
                async with session.post(f"{platform}/stub/faults", json=fault):
                    pass
            crowd = Crowd(f"{app.url}/webhooks/zalo/oa", result)
            seconds = options.minutes * 60
            used = app.cpu_seconds()
            await asyncio.gather(
                crowd.run(options.rate, seconds, options.citizens),
                kill_on_the_way(app, options.kills, seconds, result),
            )
            result.drained_s = await drained(data_dir / "letan.db", 240)
            async with session.get(f"{platform}/stub/sent") as answer:
                sent = await answer.json()
        if not options.kills:
            result.cpu_ms = {
                name: round((now - used.get(name, 0)) * 1000 / result.events, 1)
                for name, now in app.cpu_seconds().items()
            }
        ordered = crowd.seconds
        result.p50_ms = percentile(ordered := sorted(ordered), 0.5) * 1000
        result.p99_ms, result.most_ms = percentile(ordered, 0.99) * 1000, ordered[-1] * 1000
        compare(data_dir / "letan.db", sent, result, crowd.sent_at)
    finally:
        app.end()
        stub.terminate()
        stub.wait(10)
        if options.log is not None:
            shutil.copyfile(folder / "application.log", options.log)
    return result


def _begin(program: list[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(program, stdout=subprocess.DEVNULL)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--rate", type=float, default=1000.0, help="events a minute")
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--citizens", type=int, default=400)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--log", type=Path, help="where the application's log is kept")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="letan-zalo-") as folder:
        result = asyncio.run(measure(options, Path(folder)))
    table = Table("measure", "value", title="Citizens on Zalo")
    for name, value in asdict(result).items():
        table.add_row(
            name.replace("_", " "), f"{value:.1f}" if isinstance(value, float) else str(value)
        )
    Console().print(table)
    if options.json is not None:
        options.json.write_text(json.dumps(asdict(result), indent=1) + "\n")
    sys.exit(0 if result.good else 1)


if __name__ == "__main__":
    main()
