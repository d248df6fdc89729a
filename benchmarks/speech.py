"""Speed of the speech services: prints a table; `--json FILE` writes the figures.

    .venv/bin/python benchmarks/speech.py --json speech.json

Audio is fed in real time, as a microphone does, so that what is measured is what a visitor waits.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from assistant.settings import Settings  # noqa: E402
from assistant.voice.audio_queue import Setup  # noqa: E402
from assistant.voice.ear import Ear, Utterance, Words  # noqa: E402
from assistant.voice.service import Voice  # noqa: E402
from speech.audio import read_wav  # noqa: E402
from speech.client import Recognition, speak  # noqa: E402
from speech.engines import Transcript  # noqa: E402

RECIPES = ROOT / "tests" / "speech" / "recipes.json"
BLOCK_S = 0.032


def spoken(recipe: dict) -> bytes:
    argv = ["espeak-ng", "-v", recipe["voice"], "-s", str(recipe["rate"])]
    argv += ["-p", str(recipe["pitch"]), "-g", str(recipe["gap"]), "--stdin", "--stdout"]
    done = subprocess.run(argv, input=recipe["text"].encode(), capture_output=True, check=True)
    return read_wav(done.stdout).pcm


async def at_once(uri: str, pcm: bytes) -> Transcript:
    async with Recognition(uri, "vi") as utterance:
        await utterance.feed(pcm)
        await utterance.end()
        async for found in utterance.hypotheses():
            if isinstance(found, Transcript):
                return found
    raise RuntimeError("no transcript")


async def live(voice: Voice, pcm: bytes) -> tuple[float, float]:
    """Seconds from the first sound to the first words, and from the last sound to the final."""
    lead, block = 16_000, int(2 * 16_000 * BLOCK_S)
    audio = bytes(2 * lead) + pcm + bytes(32_000 * 3)
    async with Ear(voice) as ear:
        ear.set_up(Setup(language="vi"))
        began = time.perf_counter()

        async def feed() -> None:
            for number, at in enumerate(range(0, len(audio), block)):
                await ear.feed(audio[at : at + block])
                await asyncio.sleep(max(0.0, began + (number + 1) * BLOCK_S - time.perf_counter()))

        feeding = asyncio.create_task(feed())
        first = None
        async for event in ear.events():
            if isinstance(event, Words) and first is None:
                first = time.perf_counter() - began - lead / 16_000
            if isinstance(event, Utterance):
                last = time.perf_counter() - began - (lead + len(pcm) / 2) / 16_000
                feeding.cancel()
                return first or float("nan"), last
    raise RuntimeError("nothing understood")


async def measure(rounds: int) -> dict[str, float]:
    recipes = json.loads(RECIPES.read_text(encoding="utf-8"))["recipes"]
    clips = [spoken(recipe) for recipe in recipes]
    with tempfile.TemporaryDirectory() as folder:
        voice = Voice(Settings(data_dir=Path(folder)))
        began = time.perf_counter()
        await voice.start()
        ready_s = time.perf_counter() - began
        hearing, speaking = (voice._services[role].uri for role in ("recogniser", "synthesiser"))
        found = [await at_once(hearing, clip) for clip in clips for _ in range(rounds)]
        waits = [await live(voice, clip) for clip in clips for _ in range(rounds)]
        synthesis = []
        for number in range(20 * rounds):
            began = time.perf_counter()
            await speak(speaking, f"Dạ, mời anh chị số {number} đến quầy số ba ạ.")
            synthesis.append(time.perf_counter() - began)
        await voice.close()
    return {
        "services ready, s": ready_s,
        "real-time factor": statistics.median(f.decode_ms / 1000 / f.audio_s for f in found),
        "first sound to first words, s": statistics.median(first for first, _ in waits),
        "end of speech to final, s (0.64 of it silence)": statistics.median(x for _, x in waits),
        "one sentence spoken, ms p50": 1000 * statistics.median(synthesis),
        "one sentence spoken, ms p95": 1000 * sorted(synthesis)[int(0.95 * len(synthesis))],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    figures = asyncio.run(measure(options.rounds))
    for name, value in figures.items():
        print(f"{name:<50}{value:>10.3f}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
