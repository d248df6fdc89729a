"""What the voice door makes of known questions, and of what nobody asked.

    .venv/bin/python -m benchmarks.hearing known --data-dir var [--questions 60] [--noise 5]
    .venv/bin/python -m benchmarks.hearing noise --data-dir var [--minutes 10] [--json OUT]

`known`: names and aliases of the release in force in usual questions, spoken by eSpeak NG (voice
`vi`, 120 words a minute), with the noise of a hall at ``--noise`` dB as well. Right is the first
procedure that is answered, or asked about ("phải không ạ?"). `noise`: a hall, music, babble of six
voices and the desk's own voice with the echo of a room, hands-free and with the button held; every
reply is counted. ``--url``: a desk that runs already on the data folder.
"""

import argparse
import asyncio
import json
import random
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.server import percentile, post, running
from speech.audio import read_wav

RATE = 16_000
BLOCK = 512
ENDINGS = (
    "{p} cần giấy tờ gì", "cho tôi hỏi {p} mất bao lâu", "tôi muốn {p}", "{p} nộp ở đâu",
    "lệ phí {p} là bao nhiêu", "{p} hết bao nhiêu tiền vậy em", "muốn {p} thì làm thế nào",
    "em ơi {p} cần mang theo gì", "{p} có làm qua mạng được không", "{p}",
)  # fmt: skip
ASKED = ("gì", "không", "sao", "đâu", "nào", "nhiêu", "chưa")
MOST_WORDS = 12
ANSWERED = ("reply", "rejected", "error")
TALK = {
    "vi": "hôm nay trời đẹp quá chúng ta đi chơi rồi về ăn cơm với gia đình và bạn bè ở quê nhé",
    "en": "so I told him we could go to the market on Sunday and he said maybe next week instead",
}
VOICES = (
    ("vi", 150, 30), ("vi+f2", 170, 60), ("en-us", 160, 45),
    ("vi-vn-x-south", 160, 50), ("en-gb", 150, 60), ("vi+m3", 140, 40),
)  # fmt: skip
LEVEL = 2_000.0
"""RMS of noise in a microphone, -24 dB of full scale."""

Samples = NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("known", "noise"))
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--url")
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--noise", type=float, default=5.0)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    server = nullcontext() if options.url else running(options.data_dir)
    with server as started:
        url = options.url or started.url
        work = known(url, options) if options.what == "known" else noises(url, options)
        found = asyncio.run(work)
    if options.json:
        text = json.dumps(found, ensure_ascii=False, indent=2)
        options.json.write_text(text + "\n", encoding="utf-8")


async def known(url: str, options: argparse.Namespace) -> dict[str, Any]:
    chance, hall = random.Random(options.seed), np.random.default_rng(options.seed)
    asked = questions(options.data_dir, chance, options.questions)
    figures: dict[str, Any] = {}
    for name, snr in (("clean", None), (f"hall {options.noise:g} dB", options.noise)):
        rows = []
        for text, codes in asked:
            voice = spoken(text, "vi", 120)
            sound = np.pad(voice, (RATE // 2, RATE * 3 // 2))
            if snr is not None:
                loud = voice[np.abs(voice) > np.abs(voice).max() * 0.02].std()
                sound = sound + noise_of_hall(len(sound), hall) * loud / 10 ** (snr / 20)
            rows.append(await ask(url, text, codes, sound))
        counts = Counter(row["outcome"] for row in rows)
        waits = [row["ms"] for row in rows]
        figures[name] = {
            "questions": len(rows),
            **counts,
            "retrieved": (counts["answered"] + counts["confirmed"]) / len(rows),
            "ms p50": round(percentile(waits, 0.5)),
            "ms p95": round(percentile(waits, 0.95)),
            "rows": rows,
        }
        print(name, {key: value for key, value in figures[name].items() if key != "rows"})
    return figures


def questions(data_dir: Path, chance: random.Random, count: int) -> list[tuple[str, set[str]]]:
    """Names and aliases with full marks in usual questions, and the codes that are right."""
    newest = max((data_dir / "releases").glob("*/catalogue.json"), key=lambda path: path.parent)
    procedures = json.loads(newest.read_text(encoding="utf-8"))["procedures"]
    found = []
    while len(found) < count:
        procedure = chance.choice(procedures)
        names = [procedure["name"]["vi"].lower(), *procedure["aliases"]]
        names = [name for name in names if name.isascii() is False and sayable(name)]
        if procedure["replaced_by"] or not names:
            continue
        name = chance.choice(names)
        frame = "{p}" if name.endswith(ASKED) else chance.choice(ENDINGS)
        codes = {procedure["code"], *procedure["same_as"]}
        twins = (one for one in procedures if name in (one["name"]["vi"].lower(), *one["aliases"]))
        for twin in twins:
            codes |= {twin["code"], *twin["same_as"]}
        found.append((frame.replace("{p}", name), codes))
    return found


def sayable(name: str) -> bool:
    return len(name.split()) <= MOST_WORDS and not any(map(str.isdigit, name))


async def ask(url: str, text: str, codes: set[str], sound: Samples) -> dict[str, Any]:
    async with door(url, speak=False) as socket:
        await send(socket, sound)
        began = time.monotonic()
        final, event = {}, {"type": "error"}
        async for event in events(socket):
            final = event if event["type"] == "final" else final
            if event["type"] in ANSWERED:
                break
    first = [one["code"] for one in understood(event)][:1]
    right = bool(first) and first[0] in codes
    asked_back = event.get("outcome") == "clarified"
    outcome = ("confirmed" if asked_back else "answered") if right else "wrong"
    if not first:
        outcome = "nothing"
    return {
        "said": text, "heard": final.get("text"), "confidence": final.get("confidence"),
        "outcome": outcome, "codes": first, "ms": 1000 * (time.monotonic() - began),
    }  # fmt: skip


def understood(event: dict[str, Any]) -> Sequence[dict[str, Any]]:
    found: Sequence[dict[str, Any]] = (event.get("understanding") or {}).get("procedures") or ()
    return found


async def noises(url: str, options: argparse.Namespace) -> dict[str, Any]:
    chance = np.random.default_rng(options.seed)
    seconds = options.minutes * 60 / 4
    makers: dict[str, Callable[[int, np.random.Generator], Samples]] = {
        "hall": noise_of_hall, "music": music, "babble": babble,
    }  # fmt: skip
    figures: dict[str, Any] = {}
    for name, make in makers.items():
        sound = make(int(seconds / 2 * RATE), chance) * LEVEL
        figures[f"{name}, hands-free"] = await hands_free(url, sound)
        sound = make(int(seconds / 2 * RATE), chance) * LEVEL
        figures[f"{name}, held"] = await held(url, sound)
    figures["own voice"] = await own_voice(url, seconds, chance)
    for name, found in figures.items():
        print(f"{name:<20}", found)
    print("answers to nobody:", sum(found.get("answers", 0) for found in figures.values()))
    return figures


async def hands_free(url: str, sound: Samples) -> dict[str, Any]:
    async with door(url, speak=False) as socket:
        await send(socket, np.pad(sound, (0, 4 * RATE)))
        return told([event async for event in events(socket, quiet_s=12)], sound)


async def held(url: str, sound: Samples, press_s: float = 8.0) -> dict[str, Any]:
    """The button is pressed again and again, and only noise comes."""
    found: list[dict[str, Any]] = []
    for at in range(0, len(sound), int(press_s * RATE)):
        async with door(url, speak=False, mode="hold") as socket:
            await send(socket, sound[at : at + int(press_s * RATE)])
            await socket.send(json.dumps({"type": "stop"}))
            async for event in events(socket, quiet_s=12):
                found.append(event)
                if event["type"] in ANSWERED:
                    break
    return told(found, sound)


async def own_voice(url: str, seconds: float, chance: np.random.Generator) -> dict[str, Any]:
    """What the desk says comes back from the room, in real time, hands-free."""
    found: list[dict[str, Any]] = []
    asked, began = 0, time.monotonic()
    for gain in (0.5, 0.2, 0.8, 0.35) * 10:
        if time.monotonic() - began > seconds:
            break
        async with door(url) as socket:
            room = Room(gain, chance)
            heard = asyncio.create_task(room.play(socket))
            question = np.pad(spoken("Đăng ký khai sinh cần giấy tờ gì", "vi+f2", 130), (RATE, 0))
            await room.live(socket, question, 25.0)
            heard.cancel()
            asked += 1
            found += room.events
    figures = told(found, np.zeros(int((time.monotonic() - began) * RATE)))
    return {**figures, "asked": asked, "answers": max(0, figures["answers"] - asked)}


class Room:
    """A loudspeaker and a microphone with an echo between them."""

    def __init__(self, gain: float, chance: np.random.Generator) -> None:
        self.events: list[dict[str, Any]] = []
        self._speaker: Samples = np.zeros(0)
        self._chance = chance
        length = int(0.3 * RATE)
        self._echo = chance.normal(size=length) * np.exp(-np.arange(length) / (0.06 * RATE)) * 0.08
        self._echo[int(0.01 * RATE)] = 1.0
        self._echo *= gain

    async def play(self, socket: ClientConnection) -> None:
        rate = RATE
        async for message in socket:
            if isinstance(message, bytes):
                samples = np.frombuffer(message, "<i2").astype(float)
                at = np.arange(0, len(samples), rate / RATE)
                self._speaker = np.concatenate(
                    [self._speaker, np.interp(at, np.arange(len(samples)), samples)]
                )
                continue
            event = json.loads(message)
            self.events.append(event)
            rate = event.get("rate", rate)
            if event["type"] in ("interrupted", "stop"):
                self._speaker = np.zeros(0)

    async def live(self, socket: ClientConnection, visitor: Samples, seconds: float) -> None:
        """The visitor speaks once; then only the room is heard."""
        tail = np.zeros(len(self._echo) - 1)
        began = time.monotonic()
        for number in range(int(seconds * RATE / BLOCK)):
            played = np.zeros(BLOCK)
            some, self._speaker = self._speaker[:BLOCK], self._speaker[BLOCK:]
            played[: len(some)] = some
            echo = np.convolve(played, self._echo)
            echo[: len(tail)] += tail
            tail = echo[BLOCK:]
            block = echo[:BLOCK] + self._chance.normal(size=BLOCK) * 15
            said = visitor[number * BLOCK : (number + 1) * BLOCK]
            block[: len(said)] += said
            await socket.send(pcm(block))
            await asyncio.sleep(max(0.0, began + (number + 1) * BLOCK / RATE - time.monotonic()))


@asynccontextmanager
async def door(
    url: str, *, speak: bool = True, mode: str = "auto"
) -> AsyncIterator[ClientConnection]:
    conversation = post(f"{url}/api/v1/conversations", {})["id"]
    address = url.replace("http", "ws", 1) + f"/api/v1/voice/{conversation}"
    async with connect(address, max_size=None, max_queue=None) as socket:
        start = {"type": "start", "sample_rate": RATE, "language": "vi", "mode": mode}
        await socket.send(json.dumps({**start, "speak": speak}))
        yield socket


async def send(socket: ClientConnection, sound: Samples) -> None:
    for at in range(0, len(sound), RATE // 5):
        await socket.send(pcm(sound[at : at + RATE // 5]))


async def events(socket: ClientConnection, quiet_s: float = 30.0) -> AsyncIterator[dict[str, Any]]:
    """Until nothing but levels has come for so long."""
    last = time.monotonic()
    while time.monotonic() - last < quiet_s:
        try:
            message = await asyncio.wait_for(socket.recv(), quiet_s)
        except TimeoutError:
            return
        if isinstance(message, str):
            event = json.loads(message)
            if event["type"] != "level":
                last = time.monotonic()
                yield event


def told(found: Sequence[dict[str, Any]], sound: Samples) -> dict[str, Any]:
    replies = [event for event in found if event["type"] == "reply"]
    asked = [event for event in replies if event["outcome"] == "clarified"]
    rejected = Counter(event["reason"] for event in found if event["type"] == "rejected")
    return {
        "minutes": round(len(sound) / RATE / 60, 1),
        "speech started": sum(event["type"] == "speech_started" for event in found),
        "answers": len(replies) - len(asked),
        "asked back": len(asked),
        "rejected": dict(rejected),
        "heard": [event["text"] for event in found if event["type"] == "final"],
    }


def spoken(text: str, voice: str, rate: int, pitch: int = 50) -> Samples:
    argv = ["espeak-ng", "-v", voice, "-s", str(rate), "-p", str(pitch), "--stdin", "--stdout"]
    done = subprocess.run(argv, input=text.encode(), capture_output=True, check=True)
    return np.frombuffer(read_wav(done.stdout).pcm, "<i2").astype(float)


def noise_of_hall(length: int, chance: np.random.Generator) -> Samples:
    """Rumble and footsteps; RMS 1."""
    rumble = _coloured(length, 1.0, chance)
    steps = np.zeros(length)
    step = _coloured(1_600, 0.7, chance) * np.exp(-np.arange(1_600) / 200) * 8
    at = 0
    while at < length:
        steps[at : at + 1_600] += step[: length - at]
        at += int(chance.uniform(0.4, 0.8) * RATE)
    return _even(rumble + 0.6 * steps / max(steps.std(), 1e-9))


def music(length: int, chance: np.random.Generator) -> Samples:
    """Chords and a bass with a beat; RMS 1."""
    found = np.zeros(length)
    time_s = np.arange(8_000) / RATE
    for beat, at in enumerate(range(0, length, 4_000)):
        notes = [*chance.choice([220, 262, 294, 330, 392, 440, 523], 3), 110 if beat % 2 else 82]
        some = min(8_000, length - at)
        for note in notes:
            tone = sum(np.sin(2 * np.pi * note * part * time_s) / part for part in range(1, 6))
            found[at : at + some] += (tone * np.exp(-4 * time_s))[:some]
        if beat % 4 == 2:
            found[at : at + some] += (chance.normal(size=8_000) * np.exp(-30 * time_s))[:some]
    return _even(found)


def babble(length: int, chance: np.random.Generator) -> Samples:
    """Six voices at once, two of them English; RMS 1."""
    found = np.zeros(length)
    for voice, rate, pitch in VOICES:
        words = TALK[voice[:2]].split()
        text = " ".join(" ".join(chance.permutation(words)) for _ in range(4))
        sound = np.resize(spoken(text, voice, rate, pitch), length)
        found += _even(np.roll(sound, int(chance.integers(length))))
    return _even(found)


def _coloured(length: int, slope: float, chance: np.random.Generator) -> Samples:
    spectrum = np.fft.rfft(chance.normal(size=length))
    return _even(np.fft.irfft(spectrum / (np.arange(len(spectrum)) + 1) ** slope, length))


def _even(sound: Samples) -> Samples:
    return sound / max(float(sound.std()), 1e-9)


def pcm(sound: Samples) -> bytes:
    return np.clip(np.rint(sound), -32_768, 32_767).astype("<i2").tobytes()


if __name__ == "__main__":
    main()
