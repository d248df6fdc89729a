"""Turn latency and throughput through HTTP, one client and sixteen.

    .venv/bin/python -m benchmarks.turns --data-dir var [--seconds 10] [--stock] [--json OUT]

The client runs on the same machine and takes its share of the processor; the processor time of a
turn (user and system, of the application and of the engine) hardly depends on what else the machine
does, so versions are compared by it. `--stock` starts stock
`rasa run` + `rasa run actions` with the same release beside it and asks them the same in the same
run; the two systems are loaded one after the other.
"""

import argparse
import asyncio
import itertools
import json
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.server import memory_mb, percentile, running
from benchmarks.stock_rasa import pair

QUESTIONS = (
    "Đăng ký khai sinh cần giấy tờ gì?",
    "còn lệ phí?",
    "sao y ban chinh bao nhieu tien",
    "quầy đó ở đâu",
    "đăng ký kết hôn mất bao lâu",
    "nhà vệ sinh ở đâu",
    "what papers do I need to register a marriage",
    "mấy giờ đóng cửa",
)


@dataclass(frozen=True, slots=True)
class Result:
    """What one load gave."""

    server: str
    clients: int
    turns_per_second: float
    p50_ms: float
    p95_ms: float
    failed: int
    cpu_ms: dict[str, float]
    """Processor time a turn, by process, and `all`."""


class LeTan:
    """A client of our API."""

    name = "Lễ Tân"

    def __init__(self, url: str) -> None:
        self._url = f"{url}/api/v1/conversations"

    async def open(self, http: aiohttp.ClientSession) -> str:
        async with http.post(self._url, json={}) as answer:
            return str((await answer.json())["id"])

    async def ask(self, http: aiohttp.ClientSession, conversation: str, text: str) -> bool:
        async with http.post(f"{self._url}/{conversation}/messages", json={"text": text}) as answer:
            return answer.status == 200 and bool((await answer.json())["parts"])


class StockRasa:
    """A client of Rasa's own REST channel."""

    name = "stock rasa run"

    def __init__(self, url: str) -> None:
        self._url = url
        self._numbers = itertools.count()

    async def open(self, http: aiohttp.ClientSession) -> str:
        return f"bench-{next(self._numbers)}"

    async def ask(self, http: aiohttp.ClientSession, conversation: str, text: str) -> bool:
        body = {"sender": conversation, "message": text}
        async with http.post(self._url, json=body) as answer:
            return answer.status == 200 and bool(await answer.json())


Target = tuple[LeTan | StockRasa, Sequence[int]]


def cpu_seconds(processes: Sequence[int]) -> dict[str, float]:
    """Processor time, user and system, that each process of a server has used so far."""
    found: dict[str, float] = {}
    for root in map(psutil.Process, processes):
        for one in [root, *root.children(recursive=True)]:
            used = one.cpu_times()
            name = _name(one)
            found[name] = found.get(name, 0.0) + used.user + used.system
    return found


def _name(process: psutil.Process) -> str:
    """ "application", "engine", "speech", "rasa"."""
    words = " ".join(process.cmdline())
    known = {
        "dialogues.server": "engine",
        "speech.server": "speech",
        "assistant.cli": "application",
    }
    return next((name for part, name in known.items() if part in words), "rasa")


async def load(
    target: LeTan | StockRasa, processes: Sequence[int], clients: int, seconds: float
) -> Result:
    """Every client asks the next question as soon as it has an answer. Processor time is that of
    `processes` and their children."""
    latencies: list[float] = []
    failed = 0
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        end = time.perf_counter() + seconds

        async def client(number: int) -> None:
            nonlocal failed
            for turn, text in enumerate(itertools.cycle(QUESTIONS)):
                if turn % len(QUESTIONS) == 0:
                    conversation = await target.open(http)
                started = time.perf_counter()
                if started >= end:
                    return
                failed += not await target.ask(http, conversation, text)
                latencies.append((time.perf_counter() - started) * 1000)

        before = cpu_seconds(processes)
        started = time.perf_counter()
        await asyncio.gather(*(client(number) for number in range(clients)))
        took = time.perf_counter() - started
        used = {name: now - before.get(name, 0.0) for name, now in cpu_seconds(processes).items()}
        used["all"] = sum(used.values())
    return Result(
        target.name,
        clients,
        len(latencies) / took,
        percentile(latencies, 0.5),
        percentile(latencies, 0.95),
        failed,
        {name: round(spent * 1000 / len(latencies), 2) for name, spent in used.items()},
    )


async def measure(targets: list[Target], seconds: float) -> list[Result]:
    results = []
    for target, processes in targets:
        await load(target, processes, 2, 2)  # warm
        results += [await load(target, processes, clients, seconds) for clients in (1, 16)]
    return results


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data-dir", type=Path, required=True)
    options.add_argument("--seconds", type=float, default=10)
    options.add_argument("--stock", action="store_true", help="measure stock Rasa as well")
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    with ExitStack() as stack:
        server = stack.enter_context(running(chosen.data_dir))
        targets: list[Target] = [(LeTan(server.url), [server.process.pid])]
        if chosen.stock:
            folder = Path(stack.enter_context(TemporaryDirectory()))
            newest = max((chosen.data_dir / "releases").iterdir())
            stock = stack.enter_context(pair.running(newest.resolve(), folder))
            targets.append((StockRasa(stock.url), [stock.server, stock.actions]))
        results = asyncio.run(measure(targets, chosen.seconds))
        memory = memory_mb(server.process)
    table = Table("server", "clients", "turns/s", "p50 ms", "p95 ms", "failed", "CPU ms a turn")
    for row in results:
        figures = (f"{row.turns_per_second:.0f}", f"{row.p50_ms:.1f}", f"{row.p95_ms:.1f}")
        spent = ", ".join(f"{name} {ms:.1f}" for name, ms in row.cpu_ms.items() if ms >= 0.05)
        table.add_row(row.server, str(row.clients), *figures, str(row.failed), spent)
    Console().print(table)
    for name, size in memory.items():
        Console().print(f"{name}: {size:.0f} MB")
    if chosen.json:
        report = {"results": [asdict(row) for row in results], "memory_mb": memory}
        chosen.json.write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
