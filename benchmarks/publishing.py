"""What publishing costs those who ask meanwhile: turns, memory, time, through the HTTP doors.

    python -m benchmarks.publishing --data-dir var [--publishes 10] [--rate 10] [--quiet 20]

On a copy of a data folder with a release in force: one load of turns (open loop, 10 a second) first
alone, then while a corrected fee is built, then while two releases take turns in force; at last the
way back without a load. Targets: build p95 < 1.5 × alone; no turn lost or slower than 1 s while
publishing; from the edit to the answer ≤ 60 s; back ≤ 5 s; memory afterwards ≤ 1.2 × before.
"""

import argparse
import asyncio
import itertools
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp

from benchmarks.server import ROOT, Running, memory_mb, percentile, running
from benchmarks.turns import QUESTIONS

_NAME, _WORD = "benchmark", "ba con mèo đen"
_CODE = "2.000815"
_CONVERSATIONS = 40
_SLOW_S = 1.0
_SETTLE_S = 12.0
"""After a start or a publication: old processes end, the spare one is ready."""


@dataclass(slots=True)
class Load:
    """What those who asked saw."""

    seconds: list[float] = field(default_factory=list)
    lost: int = 0

    def told(self) -> dict[str, float]:
        rows = self.seconds or [0.0]
        return {
            "turns": len(self.seconds) + self.lost,
            "lost": self.lost,
            "slower_than_1_s": sum(each > _SLOW_S for each in self.seconds),
            "p50_ms": round(percentile(rows, 0.5) * 1000, 1),
            "p95_ms": round(percentile(rows, 0.95) * 1000, 1),
            "slowest_ms": round(max(rows) * 1000, 1),
        }


class Desk:
    """The server's doors."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = f"{url}/api/v1"
        self._headers: dict[str, str] = {}

    async def log_in(self) -> None:
        body = {"name": _NAME, "password": _WORD}
        self._headers = {
            "Authorization": f"Bearer {(await self.staff('POST', '/login', body))['token']}"
        }

    async def staff(self, method: str, path: str, body: Any = None) -> Any:
        """Raises RuntimeError for a refusal."""
        url = f"{self._url}/staff{path}"
        async with self._http.request(method, url, json=body, headers=self._headers) as answer:
            text = await answer.text()
            if answer.status >= 400:
                raise RuntimeError(f"{method} {path}: {text}")
            return json.loads(text) if text else None

    @asynccontextmanager
    async def under_load(self, rate: float) -> AsyncIterator[Load]:
        """Turns at a steady rate, whatever the answers take, while the block runs."""
        load = Load()
        url = f"{self._url}/conversations"
        ids = []
        for _ in range(_CONVERSATIONS):
            async with self._http.post(url, json={}) as answer:
                ids.append((await answer.json())["id"])
        asked: set[asyncio.Task[None]] = set()

        async def ask(conversation: str, text: str) -> None:
            began = time.perf_counter()
            try:
                body = {"text": text}
                async with self._http.post(f"{url}/{conversation}/messages", json=body) as answer:
                    fine = answer.status == 200 and bool((await answer.json())["parts"])
            except (aiohttp.ClientError, TimeoutError):
                fine = False
            if fine:
                load.seconds.append(time.perf_counter() - began)
            else:
                load.lost += 1

        async def keep_asking() -> None:
            began = time.perf_counter()
            turns = zip(itertools.cycle(ids), itertools.cycle(QUESTIONS), strict=False)
            for number, (conversation, text) in enumerate(turns):
                await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
                task = asyncio.create_task(ask(conversation, text))
                asked.add(task)
                task.add_done_callback(asked.discard)

        asking = asyncio.create_task(keep_asking())
        try:
            yield load
        finally:
            asking.cancel()
            await asyncio.gather(asking, *asked, return_exceptions=True)

    async def correct_a_fee(self) -> None:
        entry = await self.staff("GET", f"/procedures/{_CODE}")
        fee = 4000 + int(time.time()) % 1000
        entry |= {"fee_vnd": fee, "fee_note": None, "cases": []}
        await self.staff("PUT", f"/procedures/{_CODE}", entry)

    async def build(self) -> str:
        """Build and judge a release; its id."""
        id_ = str((await self.staff("POST", "/releases"))["id"])
        while True:
            found = await self.staff("GET", f"/releases/{id_}")
            if found["state"] != "building":
                break
            await asyncio.sleep(0.25)
        if found["state"] != "built":
            raise RuntimeError(found["problem"])
        for difference in found["differences"]:
            verdict = {"difference": difference["id"], "verdict": "better"}
            await self.staff("POST", f"/releases/{id_}/judge", verdict)
        return id_


async def measure(running_: Running, publishes: int, rate: float, quiet: float) -> dict[str, Any]:
    """All figures."""
    timeout = aiohttp.ClientTimeout(total=300)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as http:
        desk = Desk(http, running_.url)
        await desk.log_in()
        found: dict[str, Any] = {}
        async with desk.under_load(rate):
            await asyncio.sleep(_SETTLE_S)
        before = sum(memory_mb(running_.process).values())
        async with desk.under_load(rate) as alone:
            await asyncio.sleep(quiet)
        found["alone"] = alone.told()
        async with desk.under_load(rate) as building:
            began = time.monotonic()
            await desk.correct_a_fee()
            release = await desk.build()
            found["build_s"] = round(time.monotonic() - began, 1)
        found["while_building"] = building.told()
        took = []
        async with desk.under_load(rate) as moving:
            for number in range(publishes):
                began = time.monotonic()
                if number == 0:
                    await desk.staff("POST", f"/releases/{release}/publish", {"password": _WORD})
                else:
                    await desk.staff("POST", "/releases/rollback", {"password": _WORD})
                took.append(round(time.monotonic() - began, 2))
        found["while_publishing"], found["publish_s"] = moving.told(), took
        found["edit_to_live_s"] = round(found["build_s"] + took[0], 1)
        await asyncio.sleep(_SETTLE_S)
        after = sum(memory_mb(running_.process).values())
        found["memory_mb"] = [round(before), round(after)]
        back = []
        for pause in (0.0, 0.0, _SETTLE_S, _SETTLE_S):
            await asyncio.sleep(pause)
            began = time.monotonic()
            await desk.staff("POST", "/releases/rollback", {"password": _WORD})
            back.append(round(time.monotonic() - began, 2))
        found["roll_back_s"] = back
    ratio = found["while_building"]["p95_ms"] / max(0.1, found["alone"]["p95_ms"])
    moved = found["while_publishing"]
    found["met"] = {
        "build p95 < 1.5 x": round(ratio, 2) < 1.5,
        "no turn lost": moved["lost"] == 0,
        "no turn over 1 s": moved["slower_than_1_s"] == 0,
        "edit to live <= 60 s": found["edit_to_live_s"] <= 60,
        "back <= 5 s": max(back) <= 5,
        "memory <= 1.2 x": after <= 1.2 * before,
    }
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.publishing")
    parser.add_argument("--data-dir", type=Path, default=ROOT / "var")
    parser.add_argument("--publishes", type=int, default=10)
    parser.add_argument("--rate", type=float, default=10.0, help="turns a second")
    parser.add_argument("--quiet", type=float, default=20.0, help="seconds measured alone")
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    with TemporaryDirectory(prefix="letan-publishing-") as scratch:
        data = Path(scratch) / "var"
        shutil.copytree(chosen.data_dir, data, ignore=shutil.ignore_patterns("run", "*.sock"))
        command = [sys.executable, "-m", "assistant.cli"]
        create = ["staff", "create", "--name", _NAME, "--role", "publisher"]
        subprocess.run(
            [*command, *create, "--data-dir", str(data)],
            input=_WORD,
            text=True,
            cwd=ROOT,
            env=os.environ,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        with running(data, command) as started:
            found = asyncio.run(measure(started, chosen.publishes, chosen.rate, chosen.quiet))
    text = json.dumps(found, indent=1)
    print(text)
    if chosen.json is not None:
        chosen.json.write_text(text + "\n", encoding="utf-8")
    return 0 if all(found["met"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
