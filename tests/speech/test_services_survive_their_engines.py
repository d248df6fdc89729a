"""An engine that raises, ends the process, crashes or hangs costs one utterance, not the desk."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
from conftest import ROOT, Service, Speaker
from wyoming.audio import AudioChunk, AudioStart
from wyoming.client import AsyncClient
from wyoming.error import Error
from wyoming.event import Event
from wyoming.tts import Synthesize

from assistant.processes import ChildProcess
from speech import client
from speech.engines import Transcript
from speech.errors import EngineFailedError, ServiceUnreachableError, SpeechError

DEADLINE = 30.0
FRAGILE = """
import ctypes, sys, threading
import numpy as np
from speech.engines import Capabilities, Transcript

class Session:
    def accept(self, pcm):
        fault = np.frombuffer(pcm, "<i2")[0]
        if fault == 1: threading.Event().wait()
        if fault == 2: ctypes.string_at(0)
        if fault == 3: raise RuntimeError("broken")
        if fault == 4: sys.exit(1)
    def finish(self): return Transcript("ok")
    def close(self): pass

class Engine:
    name, version, languages, capabilities = "fragile", "1", ("vi",), Capabilities()
    def session(self, *, language, hints=()): return Session()
    def close(self): pass

def load(options): return Engine()
"""
HANG, CRASH, RAISE, EXIT = 1, 2, 3, 4


@pytest.fixture
async def fragile(tmp_path: Path) -> AsyncIterator[tuple[str, ChildProcess]]:
    """The server with an engine of somebody else's, known by its entry point."""
    (tmp_path / "fragile.py").write_text(FRAGILE)
    metadata = tmp_path / "fragile-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Name: fragile\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("[letan.recognisers]\nfragile = fragile:load\n")
    uri = f"unix://{tmp_path}/s.sock"

    async def ready() -> bool:
        try:
            return (await client.describe(uri)).asr[0].installed
        except SpeechError:
            return False

    argv = [sys.executable, "-m", "speech.server", "--uri", uri, "--engine", "fragile"]
    child = ChildProcess(
        "fragile", [*argv, "--watch-stdin", "--deadline", "0.5"],
        cwd=ROOT, env={"PYTHONPATH": str(tmp_path)}, ready=ready, first_pause=0.05,
    )  # fmt: skip
    child.start()
    assert await child.wait_ready(DEADLINE), child.last_lines
    yield uri, child
    await child.stop()


def speech(fault: int) -> bytes:
    return np.full(3200, fault, "<i2").tobytes()


async def hear(uri: str, pcm: bytes) -> Transcript:
    async with client.Recognition(uri, "") as utterance:
        for at in range(0, len(pcm), 320_000):
            await utterance.feed(pcm[at : at + 320_000])
        await utterance.end()
        found = [event async for event in utterance.hypotheses()][-1]
    assert isinstance(found, Transcript)
    return found


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE):
        while not condition():
            await asyncio.to_thread(lambda: None)


@pytest.mark.parametrize("fault", [RAISE, EXIT])
async def test_a_call_that_fails_ends_only_its_utterance(
    fragile: tuple[str, ChildProcess], fault: int
) -> None:
    uri, child = fragile
    before = child.pid
    for _ in range(3):
        with pytest.raises(EngineFailedError):
            await hear(uri, speech(fault))
    assert (await hear(uri, speech(0))).engine == "fragile"
    assert child.pid == before


@pytest.mark.parametrize("fault", [HANG, CRASH])
async def test_a_call_that_hangs_or_crashes_is_told_and_the_next_process_hears(
    fragile: tuple[str, ChildProcess], fault: int
) -> None:
    uri, child = fragile
    before = child.pid
    expected = EngineFailedError if fault == HANG else ServiceUnreachableError
    with pytest.raises(expected):
        await hear(uri, speech(fault))
    await until(lambda: child.restarts == 1)
    assert await child.wait_ready(DEADLINE)
    assert (await hear(uri, speech(0))).engine == "fragile"
    assert child.pid != before


async def test_the_others_are_told_when_one_utterance_hangs(
    fragile: tuple[str, ChildProcess],
) -> None:
    uri, child = fragile
    answers = await asyncio.gather(
        *(hear(uri, speech(fault)) for fault in (HANG, 0, 0)), return_exceptions=True
    )
    assert isinstance(answers[0], EngineFailedError)
    assert all(isinstance(answer, SpeechError | Transcript) for answer in answers)
    await until(lambda: child.restarts == 1)
    assert await child.wait_ready(DEADLINE)
    assert (await hear(uri, speech(0))).engine == "fragile"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_it_ends_while_a_call_hangs(
    fragile: tuple[str, ChildProcess], number: signal.Signals
) -> None:
    uri, child = fragile
    assert child.pid is not None
    process = psutil.Process(child.pid)

    def gone() -> bool:
        try:
            return process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    with suppress(ConnectionError):  # it goes while we talk to it
        async with AsyncClient.from_uri(uri) as peer:
            await peer.write_event(AudioStart(16_000, 2, 1).event())
            await peer.write_event(AudioChunk(16_000, 2, 1, speech(HANG)).event())
            process.send_signal(number)
            await until(gone)


async def test_audio_without_end_is_cut_and_what_follows_costs_nothing(
    service: Service, espeak: Speaker
) -> None:
    uri = await service("viet_asr")
    clip = espeak("Tôi muốn đăng ký kết hôn", "vi+f2", 135, 55).pcm
    found = await hear(uri, bytes(16_000) + clip + bytes(10 * 60 * 32_000))
    assert found.audio_s == 15.0
    assert "kết hôn" in found.text


async def test_a_block_of_ten_megabytes_is_refused_and_the_next_client_served(
    service: Service,
) -> None:
    uri = await service("espeak")
    with suppress(ConnectionError):  # it hangs up before everything is sent
        async with AsyncClient.from_uri(uri, read_timeout=DEADLINE) as peer:
            await peer.write_event(AudioChunk(16_000, 2, 1, bytes(10_000_000)).event())
            assert await peer.read_event() is None
    assert (await client.speak(uri, "xin chào")).pcm


async def test_the_client_too_many_is_told_busy(service: Service) -> None:
    uri = await service("espeak")
    peers = [AsyncClient.from_uri(uri, read_timeout=DEADLINE) for _ in range(33)]
    try:
        for peer in peers:
            await peer.connect()
        answer = await peers[-1].read_event()
        assert answer is not None
        assert Error.from_event(answer).code == "busy"
    finally:
        for peer in peers:
            await peer.disconnect()

    async def served() -> bool:
        try:
            return bool((await client.speak(uri, "xin chào")).pcm)
        except SpeechError:
            return False

    async with asyncio.timeout(DEADLINE):
        while not await served():
            pass


async def test_eight_visitors_at_once_and_a_busy_machine_change_no_word(
    service: Service, espeak: Speaker
) -> None:
    uri = await service("viet_asr")
    texts = ["Tôi muốn đăng ký kết hôn", "Xác nhận tình trạng hôn nhân"]
    clips = [bytes(16_000) + espeak(text, "vi+f2", 135, 55).pcm for text in texts]
    alone = [(await hear(uri, clip)).text for clip in clips]
    hogs = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", "while True: pass")
        for _ in range(2)
    ]
    try:
        together = await asyncio.gather(*(hear(uri, clips[turn % 2]) for turn in range(8)))
    finally:
        for hog in hogs:
            hog.kill()
            await hog.wait()
    assert [found.text for found in together] == alone * 4
    assert len(set(alone)) == 2


async def test_who_leaves_in_the_middle_of_a_text_leaves_no_program(service: Service) -> None:
    uri = await service("espeak")
    async with AsyncClient.from_uri(uri, read_timeout=DEADLINE) as peer:
        await peer.write_event(Synthesize("một hai ba bốn năm " * 250).event())
        assert await peer.read_event() is not None
    assert (await client.speak(uri, "xin chào")).pcm

    def speaking() -> list[psutil.Process]:
        children = psutil.Process().children(recursive=True)
        return [child for child in children if "espeak" in child.name() and child.is_running()]

    await until(lambda: not speaking())


async def test_texts_of_one_connection_are_spoken_in_their_order(service: Service) -> None:
    uri = await service("espeak")
    texts = ["một", "một hai ba bốn năm sáu bảy", "dạ"]
    alone = [len((await client.speak(uri, text)).pcm) for text in texts]
    found: list[int] = []
    async with AsyncClient.from_uri(uri, read_timeout=DEADLINE) as peer:
        for text in texts:
            await peer.write_event(Synthesize(text).event())
        for _ in texts:
            size, event = 0, Event("")
            while event.type != "audio-stop":
                received = await peer.read_event()
                assert received is not None
                event = received
                size += len(event.payload or b"")
            found.append(size)
    assert found == alone


async def test_nothing_of_what_was_said_is_left_on_the_disk(
    service: Service, espeak: Speaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    english, speaking = await service("whisper"), await service("pyttsx3")
    assert (await hear(english, bytes(16_000) + espeak("Where are you", "en-us", 150).pcm)).text
    assert (await client.speak(speaking, "xin chào anh chị")).pcm
    assert [path for path in folder.rglob("*") if path.is_file()] == []
