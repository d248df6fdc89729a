"""The machine's own microphone: absent, busy, lost and back are states; words come through.

PortAudio is real where a sound system runs here (ALSA's file device always, PulseAudio where it is
installed); a busy device and a pulled plug are played by a stand-in for PortAudio.
"""

import asyncio
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from assistant.errors import LetanError
from assistant.settings import Settings
from assistant.voice.listening import list_devices
from speech import microphone
from speech.audio import write_wav
from speech.microphone import Change, Device, DeviceError, Microphone, State, chosen

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "app"))

from desk_fixtures import publish_release  # noqa: E402

DEADLINE = 30.0


class PortAudioError(Exception):
    pass


class Plug:
    """PortAudio with one device that a test plugs in, holds, and pulls out."""

    PortAudioError = PortAudioError

    def __init__(self) -> None:
        self.there = True
        self.held = False
        self.takes = {(16_000, 1)}
        self.streams: queue.Queue[Any] = queue.Queue()
        self.restarts = 0
        self.default = SimpleNamespace(device=(0, 0))

    def query_hostapis(self, number: int | None = None) -> Any:
        api = {"default_input_device": 0 if self.there else -1}
        return [api] if number is None else api

    def query_devices(self) -> list[dict[str, Any]]:
        usb = {"name": "USB Mic", "max_input_channels": 2, "default_samplerate": 44_100.0}
        speaker = {"name": "Speaker", "max_input_channels": 0, "default_samplerate": 48_000.0}
        return [usb, speaker] if self.there else [speaker]

    def RawInputStream(self, **options: Any) -> Any:  # noqa: N802
        if self.held:
            raise PortAudioError("Device unavailable", -9985)
        if (options["samplerate"], options["channels"]) not in self.takes:
            raise PortAudioError("Invalid sample rate", -9997)
        stream = SimpleNamespace(
            start=lambda: self.streams.put(stream), close=lambda ignore_errors: None, **options
        )
        return stream

    def _terminate(self) -> None:
        self.restarts += 1

    def _initialize(self) -> None:
        pass


class Ears:
    """What a microphone told, to be waited for."""

    def __init__(self) -> None:
        self.blocks: queue.Queue[bytes] = queue.Queue()
        self.changes: queue.Queue[Change] = queue.Queue()

    def until(self, state: State) -> Change:
        while (change := self.changes.get(timeout=DEADLINE)).state != state:
            pass
        return change


@pytest.fixture
def plug(monkeypatch: pytest.MonkeyPatch) -> Plug:
    plug = Plug()
    monkeypatch.setattr(microphone, "sound", lambda: plug)
    monkeypatch.setattr(microphone, "SILENT_SECONDS", 0.05)
    monkeypatch.setattr(microphone, "OPENING_SECONDS", 0.2)
    return plug


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def mic(ears: Ears) -> Iterator[Microphone]:
    mic = Microphone(ears.blocks.put, ears.changes.put, pauses=(0.01,))
    yield mic
    mic.close()


def test_a_pulled_plug_is_lost_and_comes_back(plug: Plug, ears: Ears, mic: Microphone) -> None:
    mic.start()
    stream = plug.streams.get(timeout=DEADLINE)
    stream.callback(bytes(1024))
    ears.until("running")
    assert ears.blocks.get(timeout=DEADLINE) == bytes(1024)
    plug.there = False  # and no further block
    ears.until("lost")
    assert ears.until("absent").reason
    plug.there = True
    plug.streams.get(timeout=DEADLINE).callback(b"\1\0" * 512)
    ears.until("running")
    assert ears.blocks.get(timeout=DEADLINE) == b"\1\0" * 512
    assert plug.restarts > 0  # PortAudio sees new devices only after this


def test_a_stream_that_says_it_is_over_is_opened_again(
    plug: Plug, ears: Ears, mic: Microphone
) -> None:
    mic.start()
    stream = plug.streams.get(timeout=DEADLINE)
    stream.callback(bytes(1024))
    stream.finished_callback()
    assert plug.streams.get(timeout=DEADLINE) is not stream


def test_a_busy_microphone_is_told_once_and_taken_when_free(
    plug: Plug, ears: Ears, mic: Microphone
) -> None:
    plug.held = True
    mic.start()
    ears.until("busy")
    for _ in range(3):
        assert plug.streams.empty()
    plug.held = False
    plug.streams.get(timeout=DEADLINE).callback(bytes(1024))
    assert ears.changes.get(timeout=DEADLINE).state == "running"  # busy was not told again


@pytest.mark.parametrize(("rate", "channels"), [(44_100, 1), (44_100, 2)])
def test_a_microphone_of_another_rate_is_converted(
    plug: Plug, ears: Ears, mic: Microphone, rate: int, channels: int
) -> None:
    plug.takes = {(rate, channels)}
    mic.start()
    stream = plug.streams.get(timeout=DEADLINE)
    t = np.arange(rate) / rate
    tone = (8_000 * np.sin(2 * np.pi * 440 * t)).astype("<i2").repeat(channels).tobytes()
    for at in range(0, len(tone), stream.blocksize * 2 * channels):
        stream.callback(tone[at : at + stream.blocksize * 2 * channels])
    heard = b"".join(ears.blocks.queue)
    samples = np.frombuffer(heard, "<i2")
    assert len(samples) == pytest.approx(16_000, rel=0.05)
    spectrum = np.abs(np.fft.rfft(samples))
    assert np.argmax(spectrum) * 16_000 / len(samples) == pytest.approx(440, abs=5)


def test_closing_does_not_wait_for_a_sound_system_that_hangs(
    plug: Plug, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(microphone, "CLOSE_SECONDS", 0.01)
    hanging, entered = threading.Event(), threading.Event()

    def hangs() -> list[dict[str, Any]]:
        entered.set()
        hanging.wait(DEADLINE)
        return []

    monkeypatch.setattr(plug, "query_devices", hangs)
    mic = Microphone(ears.blocks.put, ears.changes.put, pauses=(0.01,))
    mic.start()
    assert entered.wait(DEADLINE)
    mic.close()
    assert mic.state == "closed"
    hanging.set()


DEVICES = (
    Device(0, "HDA Intel: ALC (hw:0,0)", 2, 44_100, False),
    Device(2, "USB Mic", 1, 48_000, True),
    Device(5, "USB Mic Array", 4, 48_000, False),
)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [(None, 2), ("5", 5), ("USB Mic", 2), ("array", 5), ("hda", 0)],
)
def test_devices_are_chosen_by_number_or_name(wanted: str | None, index: int) -> None:
    assert chosen(DEVICES, wanted).index == index


def test_a_machine_without_a_microphone_says_so(
    plug: Plug, capsys: pytest.CaptureFixture[str]
) -> None:
    assert list_devices(as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "USB Mic"
    plug.there = False
    with pytest.raises(LetanError) as caught:
        list_devices()
    assert caught.value.code == "microphone_missing"


@pytest.mark.parametrize(("wanted", "told"), [("nope", "not there"), ("usb", "several")])
def test_a_wrong_choice_names_the_devices(wanted: str, told: str) -> None:
    with pytest.raises(DeviceError, match=told) as caught:
        chosen(DEVICES, wanted)
    assert "5: USB Mic Array" in str(caught.value)


Letan = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def letan(tmp_path: Path) -> Letan:
    """`./letan listen` with a sound configuration of its own."""

    def run(*options: str, alsa: str = "") -> "subprocess.CompletedProcess[str]":
        config = tmp_path / "asound.conf"
        config.write_text(f"</usr/share/alsa/alsa.conf>\n{alsa}")
        env = {**os.environ, "ALSA_CONFIG_PATH": str(config), "LETAN_DATA_DIR": str(tmp_path)}
        env.pop("PULSE_SERVER", None)
        argv = [sys.executable, "-m", "assistant.cli", "listen", *options]
        return subprocess.run(
            argv, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False
        )

    return run


def no_sound_card_is_told(letan: Letan, options: tuple[str, ...]) -> None:
    done = letan(*options)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Hãy cắm micro" in done.stderr
    assert "./letan listen --wav" in done.stderr
    assert "Traceback" not in done.stderr


if not Path("/dev/snd").exists():
    test_no_sound_card_is_told_with_a_way_out = pytest.mark.parametrize(
        "options", [(), ("--list-devices",), ("--json",)]
    )(no_sound_card_is_told)


def test_real_devices_are_listed_and_a_wrong_one_is_named(letan: Letan) -> None:
    alsa = (
        'pcm.nothing { type null }\npcm.desk { type file slave.pcm "nothing" file "/dev/null" }\n'
    )
    done = letan("--list-devices", "--json", alsa=alsa)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert "desk" in [row["name"] for row in rows]
    done = letan("--device", "kitchen", alsa=alsa)
    assert done.returncode == 1
    assert "kitchen" in done.stderr


def engine_that_says_back(folder: Path) -> Path:
    """A published release in ``folder/var``, and the program that stands for its engine."""
    script = folder / "engine"
    program = ROOT / "tests" / "engine" / "fault_engine.py"
    script.write_text(
        f'#!/bin/sh\nshift 2\nFAULT_FOLDER="{folder}" exec "{sys.executable}" "{program}" "$@"\n'
    )
    script.chmod(0o755)
    asyncio.run(publish_release(Settings(data_dir=folder / "var"), "first"))
    return script


def sound_server_that_dies(tmp_path: Path, espeak: Callable[..., Any]) -> None:
    """A null sink plays the visitor; the server is killed and started again meanwhile."""
    wav = tmp_path / "visitor.wav"
    found = json.loads((Path(__file__).parent / "recipes.json").read_text(encoding="utf-8"))
    recipe = next(r for r in found["recipes"] if r["purpose"] == "marriage registration")
    clip = espeak(*(recipe[name] for name in ("text", "voice", "rate", "pitch", "gap")))
    wav.write_bytes(write_wav(clip.pcm + bytes(32_000), 16_000))
    (tmp_path / "kiosk.pa").write_text(
        "load-module module-native-protocol-unix auth-anonymous=1\n"
        "load-module module-null-sink sink_name=micbus rate=48000 channels=1\n"
        "load-module module-remap-source master=micbus.monitor source_name=mic\n"
        "set-default-source mic\n"
    )
    env = {
        **os.environ,
        "XDG_RUNTIME_DIR": str(tmp_path),
        "PULSE_RUNTIME_PATH": str(tmp_path),
        "PULSE_SERVER": f"unix:{tmp_path}/native",
        "LETAN_DATA_DIR": str(tmp_path / "var"),
        "LETAN_ENGINE_PYTHON": str(engine_that_says_back(tmp_path)),
    }

    def serve() -> "subprocess.Popen[bytes]":
        (tmp_path / "native").unlink(missing_ok=True)
        argv = ["pulseaudio", "-n", "-F", str(tmp_path / "kiosk.pa"), "--daemonize=no"]
        argv += ["--exit-idle-time=-1", "--use-pid-file=no"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(argv, env=env, start_new_session=True, **quiet)

    server = serve()
    argv = [sys.executable, "-m", "assistant.cli", "listen", "--json", "--wait"]
    desk = subprocess.Popen(argv, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
    watchdog = threading.Timer(3 * DEADLINE, desk.kill)
    watchdog.start()
    try:
        assert desk.stdout is not None
        told = (json.loads(line) for line in desk.stdout)
        states = {"listening", "running"}  # of the conversation, and of the microphone
        while states:
            states.discard(next(told).get("state"))
        for _ in range(2):
            play = ["paplay", "--device=micbus", str(wav)]
            subprocess.run(play, env=env, check=True, timeout=DEADLINE)
            final = next(row for row in told if row["type"] in ("final", "rejected"))
            assert "kết hôn" in final["text"]
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
            assert next(row for row in told if row.get("state") == "lost")
            server = serve()
            assert next(row for row in told if row.get("state") == "running")
    finally:
        watchdog.cancel()
        desk.terminate()
        desk.wait(DEADLINE)
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


if shutil.which("pulseaudio") and shutil.which("paplay"):
    test_words_come_through_a_real_sound_server_that_dies = sound_server_that_dies
