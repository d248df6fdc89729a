"""From the end of speech to the first audio of the answer, through the kiosk's own doors.

    .venv/bin/python -m benchmarks.voice --data-dir var [--turns 8] [--json OUT]

A spoken question goes into the voice WebSocket at the pace of a microphone, silence follows; the
clock starts with the last block that holds speech and stops with the first bytes of the WAV that
`POST /api/v1/speech` gives for the answer's first sentence.
"""

import argparse
import asyncio
import json
import subprocess
import time
from pathlib import Path

import aiohttp
import numpy as np
import soxr
from rich.console import Console
from rich.table import Table

from benchmarks.server import ROOT, percentile, running

BLOCK = 1600  # 0.1 s at 16 kHz
SILENCE_S = 1.5
RATE = 16_000


def spoken(recipe: dict[str, str]) -> np.ndarray:
    """The recipe's sentence as 16 kHz samples without leading or trailing silence."""
    options = ["-v", recipe["voice"], "-s", recipe["rate"], "-p", recipe["pitch"]]
    argv = ["espeak-ng", *map(str, options), "--stdin", "--stdout"]
    wav = subprocess.run(argv, input=recipe["text"].encode(), capture_output=True, check=True)
    data = wav.stdout[wav.stdout.index(b"data") + 8 :]
    samples = soxr.resample(np.frombuffer(data, np.int16).astype(np.float32), 22_050, RATE)
    loud = np.flatnonzero(np.abs(samples) > 300)
    return samples[loud[0] : loud[-1] + 1].astype(np.int16)


async def turn(http: aiohttp.ClientSession, url: str, samples: np.ndarray) -> dict[str, float]:
    """One spoken question; seconds from the end of speech to each event."""
    async with http.post(f"{url}/api/v1/conversations", json={}) as answer:
        conversation = (await answer.json())["id"]
    async with http.ws_connect(f"{url}/api/v1/conversations/{conversation}/voice") as socket:
        await socket.send_json({"type": "start", "rate": RATE, "language": "vi", "mode": "auto"})
        while (await socket.receive_json())["type"] != "listening":
            pass
        ended = asyncio.get_running_loop().create_future()
        speaker = asyncio.create_task(_speak(socket, samples, ended))
        seen: dict[str, float] = {}
        while "reply" not in seen:
            event = await socket.receive_json()
            if event["type"] in {"rejected", "error"}:
                speaker.cancel()
                return {}
            if event["type"] in {"final", "reply"}:
                seen[event["type"]] = time.perf_counter() - await ended
        sentence = next(part["speech"] for part in event["parts"] if part["type"] == "text")
        body = {"text": sentence.split(". ")[0], "language": "vi"}
        async with http.post(f"{url}/api/v1/speech", json=body) as audio:
            await audio.content.readexactly(44 + 1600)
            seen["first_audio"] = time.perf_counter() - await ended
        speaker.cancel()
    return seen


async def _speak(
    socket: aiohttp.ClientWebSocketResponse, samples: np.ndarray, ended: asyncio.Future[float]
) -> None:
    silence = np.zeros(int(SILENCE_S * RATE), np.int16)
    stream = np.concatenate([np.zeros(RATE // 2, np.int16), samples, silence])
    last = RATE // 2 + len(samples)
    started = time.perf_counter()
    for first in range(0, len(stream), BLOCK):
        due = started + (first + BLOCK) / RATE
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        await socket.send_bytes(stream[first : first + BLOCK].tobytes())
        if first < last <= first + BLOCK:
            ended.set_result(started + last / RATE)


async def measure(url: str, turns: int) -> dict[str, list[float]]:
    recipes = json.loads((ROOT / "tests" / "speech" / "recipes.json").read_text())["recipes"]
    figures: dict[str, list[float]] = {"final": [], "reply": [], "first_audio": []}
    async with aiohttp.ClientSession() as http:
        for number in range(turns):
            seen = await turn(http, url, spoken(recipes[number % len(recipes)]))
            for name, seconds in seen.items():
                figures[name].append(seconds)
    return figures


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data-dir", type=Path, required=True)
    options.add_argument("--turns", type=int, default=8)
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    with running(chosen.data_dir) as server:
        figures = asyncio.run(measure(server.url, chosen.turns))
    table = Table("from the end of speech to", "turns", "p50", "p95")
    for name, rows in figures.items():
        if rows:
            p50, p95 = percentile(rows, 0.5), percentile(rows, 0.95)
            table.add_row(name, str(len(rows)), f"{p50:.2f} s", f"{p95:.2f} s")
    Console().print(table)
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
