"""From the end of speech to the first audio of the answer, heard through a real browser.

    .venv/bin/python -m benchmarks.voice --data-dir var [--turns 8] [--busy] [--json OUT]

A recording is Chromium's microphone: question after question in real time, each spoken over the
answer to the one before it. The kiosk's own page hears and plays (hands-free). The clock starts
with the last block of the microphone that holds speech and stops when the audio thread gives the
first sample of the answer to the loudspeaker (`AudioContext.getOutputTimestamp`); a barge-in is
counted from the first block that holds speech, to the lowered voice and to silence, and from the
server's `interrupted`. With ``--busy``
the robot leads a visitor and another kiosk is talked to on the same machine.
"""

import argparse
import json
import os
import shutil
import subprocess
import tempfile
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from rich.console import Console
from rich.table import Table

from benchmarks.server import ROOT, percentile, running

RATE = 48_000
BEFORE_S = 1.5
PAUSE_S = 6.0
"""Between two questions: enough for the answer to be under way."""
PACE = 125
SMALLER = 1.15
"""The visitor's head: the desk's own synthesiser speaks for the visitor too, and as it is, its
likeness to the desk's voice is that of an echo (0.56 to 0.75; so 0.34 to 0.51, people 0.39)."""
LOUD = 0.02
"""RMS of a block of 32 ms that holds speech; the room of the recording has 0.0002."""
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]

_WATCH = """
window.told = [];
const Plain = WebSocket;
window.WebSocket = class extends Plain {
  constructor(url) {
    super(url);
    if (!String(url).includes("/api/v1/voice/")) return;
    this.addEventListener("message", ({ data }) => {
      if (typeof data !== "string") return;
      const { type, text } = JSON.parse(data);
      told.push({ what: type, text, at: performance.now() });
    });
  }
  send(data) {
    if (data instanceof ArrayBuffer) {
      const samples = new Int16Array(data);
      const rms = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
      if (rms / 32768 > LOUD) told.push({ what: "loud", at: performance.now() });
    }
    super.send(data);
  }
};
new PerformanceObserver((list) => {
  for (const { name, startTime } of list.getEntries()) told.push({ what: name, at: startTime });
}).observe({ entryTypes: ["mark"] });
""".replace("LOUD", str(LOUD))

Samples = NDArray[np.int16]
Told = list[dict[str, Any]]


def spoken(recipe: dict[str, Any]) -> Samples:
    """The recipe's sentence without leading or trailing silence, by somebody else than the desk."""
    argv = ["espeak-ng", "-v", "vi+f2", "-s", str(round(PACE / SMALLER)), "--stdin", "--stdout"]
    wav = subprocess.run(argv, input=recipe["text"].encode(), capture_output=True, check=True)
    data = wav.stdout[wav.stdout.index(b"data") + 8 :]
    samples = soxr.resample(np.frombuffer(data, np.int16), 22_050 * SMALLER, RATE)
    loud = np.flatnonzero(np.abs(samples) > 300)
    cut: Samples = samples[loud[0] : loud[-1] + 1]
    return cut


def recording(path: Path, turns: int, first: int = 0) -> float:
    """A visitor with so many questions in a quiet room; gives its length in seconds."""
    recipes = json.loads((ROOT / "tests" / "speech" / "recipes.json").read_text())["recipes"]
    room = np.random.default_rng(1)

    def quiet(seconds: float) -> Samples:
        return room.integers(-8, 9, int(seconds * RATE)).astype(np.int16)

    parts = [quiet(BEFORE_S)]
    for number in range(turns):
        parts += [spoken(recipes[(first + number) % len(recipes)]), quiet(PAUSE_S)]
    samples = np.concatenate(parts)
    with wave.open(str(path), "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(RATE)
        target.writeframes(samples.tobytes())
    return len(samples) / RATE


def launch(playwright: Playwright, path: Path) -> Browser:
    return playwright.chromium.launch(
        executable_path=shutil.which("chromium"),
        args=[*CHROMIUM, f"--use-file-for-fake-audio-capture={path}%noloop"],
    )


def begin(browser: Browser, url: str) -> Page:
    """A kiosk whose microphone has just opened."""
    page = browser.new_page(viewport={"width": 1080, "height": 1920})
    page.set_default_timeout(60_000)
    page.add_init_script(_WATCH)
    page.goto(f"{url}/kiosk")
    page.wait_for_selector("html[data-ready='true']")
    page.get_by_test_id("mic").click()
    page.wait_for_selector("html[data-listening='true']")
    return page


def turns_of(told: Told) -> Iterator[tuple[float, float]]:
    """The speech of each turn: its first and its last loud block, milliseconds."""
    loud = [one["at"] for one in told if one["what"] == "loud"]
    gaps = [(at, then) for at, then in pairwise(loud) if then - at > 1000 * PAUSE_S / 2]
    starts = [*loud[:1], *(then for _, then in gaps)]
    yield from zip(starts, [*(at for at, _ in gaps), *loud[-1:]], strict=True)


def figures_of(told: Told) -> dict[str, list[float]]:
    """Seconds for each thing measured, over all turns."""
    found: dict[str, list[float]] = {
        name: []
        for name in ("final", "reply", "audio", "first_audio", "lowered", "barge_in", "page_silent")
    }
    turns = list(turns_of(told))
    for number, (start, end) in enumerate(turns):
        until = turns[number + 1][0] if number + 1 < len(turns) else float("inf")

        def first(what: str, after: float, before: float = until) -> float | None:
            times = (one["at"] for one in told if one["what"] == what)
            return min((at for at in times if after < at < before), default=None)

        words, reply = first("final", end), first("reply", end)
        # A sentence that is taken up again after a false interruption is no answer.
        audio = None if reply is None else first("voice.began", reply)
        sent = None if reply is None else first("audio", reply)
        found_at = {"final": words, "reply": reply, "audio": sent, "first_audio": audio}
        for name, at in found_at.items():
            if at is not None:
                found[name].append((at - end) / 1000)
        lowered = first("voice.lowered", start)
        if number and lowered is not None:
            found["lowered"].append((lowered - start) / 1000)
        interrupted = first("voice.interrupted", start)
        silent = None if interrupted is None else first("voice.silent", interrupted)
        if number and interrupted is not None and silent is not None:
            found["barge_in"].append((silent - start) / 1000)
            found["page_silent"].append((silent - interrupted) / 1000)
    return found


@contextmanager
def busy(playwright: Playwright, url: str, folder: Path, turns: int) -> Iterator[None]:
    """The robot leads somebody, and another kiosk is talked to."""
    recording(folder / "other.wav", turns + 2, first=1)
    other = launch(playwright, folder / "other.wav")
    try:
        page = begin(other, url)
        leading = page.evaluate(
            """async () => {
              const { kiosk, token } = JSON.parse(localStorage.getItem("letan.kiosk"));
              const headers = {
                "Content-Type": "application/json",
                Authorization: `Bearer ${token}`,
              };
              const ask = (path, body) => fetch(`/api/v1/conversations${path}`,
                { method: "POST", headers, body: JSON.stringify(body) }).then((r) => r.json());
              const { id } = await ask("", { kiosk });
              const go = (to) => ask(`/${id}/messages`, { payload: `lead:${to}` });
              let turn = 0;
              const places = ["counter-5", "counter-1"];
              setInterval(() => go(places[turn++ % 2]), 12000);
              return (await go("counter-3")).parts.some(({ type }) => type === "mission");
            }"""
        )
        assert leading, "the robot does not lead"
        yield
    finally:
        other.close()


def measure(url: str, turns: int, with_others: bool) -> dict[str, list[float]]:
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        seconds = recording(folder / "visitor.wav", turns)
        browser = launch(playwright, folder / "visitor.wav")
        with busy(playwright, url, folder, turns) if with_others else _nothing():
            page = begin(browser, url)
            page.wait_for_timeout(1000 * seconds)
            found = figures_of(page.evaluate("told"))
        browser.close()
        return found


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data-dir", type=Path, required=True)
    options.add_argument("--turns", type=int, default=8)
    options.add_argument("--busy", action="store_true")
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    os.environ["LETAN_KIOSKS"] = '[{"id":"kiosk-1","robot":"robot-1","hands_free":true}]'
    with running(chosen.data_dir) as server:
        figures = measure(server.url, chosen.turns, chosen.busy)
    names = {
        "final": "end of speech → words",
        "reply": "end of speech → reply",
        "audio": "end of speech → audio arrives",
        "first_audio": "end of speech → first audio",
        "lowered": "voice over the answer → lowered",
        "barge_in": "voice over the answer → silence",
        "page_silent": "`interrupted` → silence",
    }
    table = Table("", "turns", "p50", "p95")
    for name, rows in figures.items():
        if rows:
            p50, p95 = percentile(rows, 0.5), percentile(rows, 0.95)
            table.add_row(names[name], str(len(rows)), f"{p50:.3f} s", f"{p95:.3f} s")
    Console().print(table)
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
