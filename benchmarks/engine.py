"""Turn latency, turns a second and memory of our engine beside stock Rasa, in one run.

    .venv-rasa/bin/python -m benchmarks.engine --release DIR [--turns 480] [--clients 1 16]

Both serve the same release and get the same messages with the same context over HTTP. Questions are
made from the release's own procedure names; a conversation has six turns. `--skip-stock` measures
our engine alone, `--json OUT` writes the figures.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.stock_rasa import pair

ROOT = Path(__file__).resolve().parents[1]
FRAMES = (
    "Xin chào",
    "{name} cần giấy tờ gì?",
    "còn lệ phí?",
    "mấy ngày có kết quả?",
    "ra quầy nào?",
    "cảm ơn em",
)
Send = Callable[[str, str, str], Awaitable[bool]]
"""(conversation, message id, text) → whether the reply has content."""

CONTEXT: dict[str, Any] = {
    "now": "2026-11-23T08:30:00+07:00",
    "channel": "kiosk",
    "can_move": True,
    "robot": None,
    "centre": {
        "open_now": True,
        "closes_at": "2026-11-23T11:30:00+07:00",
        "hours": {"vi": "", "en": ""},
    },
    "counters": {
        str(n): {"open": True, "waiting": 2, "expected_wait_minutes": 10} for n in range(1, 11)
    },
    "notices": [],
}


@dataclass(frozen=True, slots=True)
class Result:
    system: str
    clients: int
    turns: int
    failed: int
    turns_per_s: float
    p50_ms: float
    p95_ms: float
    p99_ms: float


def conversations(release: Path, turns: int) -> list[list[str]]:
    catalogue = json.loads((release / "catalogue.json").read_text(encoding="utf-8"))
    names = [p["name"]["vi"] for p in catalogue["procedures"] if p.get("rank") is not None][:60]
    wanted = max(1, turns // len(FRAMES))
    return [[frame.format(name=names[n % len(names)]) for frame in FRAMES] for n in range(wanted)]


async def measure(system: str, send: Send, talks: Sequence[list[str]], clients: int) -> Result:
    """Each client plays whole conversations, one message after another."""
    waiting = list(enumerate(talks))
    took: list[float] = []
    failed = 0

    async def client() -> None:
        nonlocal failed
        while waiting:
            number, talk = waiting.pop()
            for step, text in enumerate(talk):
                started = time.perf_counter()
                good = await send(f"bench-{clients}-{number}", f"{number}-{step}", text)
                took.append((time.perf_counter() - started) * 1000)
                failed += not good

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    elapsed = time.perf_counter() - started
    cuts = statistics.quantiles(took, n=100, method="inclusive")
    return Result(
        system, clients, len(took), failed, round(len(took) / elapsed, 1),
        round(cuts[49], 1), round(cuts[94], 1), round(cuts[98], 1),
    )  # fmt: skip


def rss_mb(pid: int) -> float:
    """Resident memory of a process and its children."""
    total, wanted = 0.0, {pid}
    for status in sorted(Path("/proc").glob("[0-9]*/status"), key=lambda p: int(p.parent.name)):
        try:
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        except OSError:
            continue
        if int(fields["PPid"]) in wanted or int(fields["Pid"]) in wanted:
            wanted.add(int(fields["Pid"]))
            total += int(fields.get("VmRSS", "0 kB").split()[0]) / 1000
    return round(total, 1)


async def ours(release: Path, folder: Path, plan: dict[int, list[list[str]]]) -> dict[str, Any]:
    path = folder / "engine.sock"
    started = time.monotonic()
    process = subprocess.Popen(  # noqa: ASYNC220 -- nothing else runs yet
        [
            sys.executable, "-W", "ignore", "-m", "dialogues.server", "--socket", str(path),
            "--release", str(release), "--tracker", f"sqlite:///{folder / 'ours.db'}",
            "--watch-stdin", "--unverified",
        ],
        stdin=subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    try:
        async with aiohttp.ClientSession(
            connector=aiohttp.UnixConnector(str(path), limit=0)
        ) as http:
            ready = await _ready(http, process, started)

            async def send(conversation: str, message_id: str, text: str) -> bool:
                body = {
                    "conversation": conversation,
                    "message_id": message_id,
                    "text": text,
                    "context": CONTEXT,
                }
                async with http.post("http://engine/turn", json=body) as response:
                    return response.status == 200 and bool((await response.json())["parts"])

            results = [await measure("ours", send, plan[c], c) for c in plan]
        return {"ready_s": ready, "rss_mb": {"engine": rss_mb(process.pid)}, "results": results}
    finally:
        process.stdin.close()
        process.wait(30)


async def _ready(
    http: aiohttp.ClientSession, process: subprocess.Popen[bytes], started: float
) -> float:
    while process.poll() is None:
        try:
            async with http.get("http://engine/health") as response:
                if (await response.json())["status"] == "ready":
                    return round(time.monotonic() - started, 1)
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.1)
    raise RuntimeError("the engine did not start")


async def stock(release: Path, folder: Path, plan: dict[int, list[list[str]]]) -> dict[str, Any]:
    with pair.running(release, folder) as running:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:

            async def send(conversation: str, message_id: str, text: str) -> bool:
                body = {"sender": conversation, "message": text, "metadata": {"context": CONTEXT}}
                async with http.post(running.url, json=body) as response:
                    return response.status == 200 and bool(await response.json())

            await send("warm-up", "w", "xin chào")
            results = [await measure("rasa run + rasa run actions", send, plan[c], c) for c in plan]
        memory = {"rasa run": rss_mb(running.server), "rasa run actions": rss_mb(running.actions)}
        return {"ready_s": round(running.ready_s, 1), "rss_mb": memory, "results": results}


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.engine")
    parser.add_argument("--release", type=Path, required=True)
    parser.add_argument("--turns", type=int, default=480)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 16])
    parser.add_argument("--skip-stock", action="store_true")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    release = arguments.release.resolve()
    plan = {clients: conversations(release, arguments.turns) for clients in arguments.clients}
    report: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="letan-bench-") as scratch:
        report["ours"] = asyncio.run(ours(release, Path(scratch), plan))
        if not arguments.skip_stock:
            report["stock"] = asyncio.run(stock(release, Path(scratch), plan))
    print(
        f"{'system':<29} {'clients':>7} {'turns/s':>8} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} "
        f"{'failed':>7}"
    )
    for system in report.values():
        for r in system["results"]:
            print(
                f"{r.system:<29} {r.clients:>7} {r.turns_per_s:>8} {r.p50_ms:>8} {r.p95_ms:>8} "
                f"{r.p99_ms:>8} {r.failed:>7}"
            )
        print(f"  ready after {system['ready_s']} s; resident MB: {system['rss_mb']}")
    if arguments.json:
        plain = {k: {**v, "results": [asdict(r) for r in v["results"]]} for k, v in report.items()}
        arguments.json.write_text(json.dumps(plain, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
