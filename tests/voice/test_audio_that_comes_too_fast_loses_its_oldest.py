"""Who sends faster than we hear is slowed down; then the oldest is lost, and counted."""

import asyncio
import threading
from pathlib import Path

import pytest
from conftest import Speaker

from assistant.metrics import Metrics
from assistant.settings import Settings
from assistant.voice import audio_queue
from assistant.voice.audio_queue import MOST_QUEUED_BYTES, AudioQueue, Setup
from assistant.voice.ear import Ear, Utterance
from assistant.voice.service import Voice
from assistant.voice.timings import VoiceTimings
from speech.activity import SileroActivity

SECOND = 2 * 16_000


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio_queue, "WAIT_FOR_ROOM_SECONDS", 0.01)


async def test_the_oldest_is_lost_and_what_was_ordered_stays() -> None:
    lost: list[float] = []
    queue = AudioQueue(lost.append)
    queue.set_up(Setup(48_000, mode="hold"))
    for second in range(100):
        await queue.feed(bytes([second, 0]) * 48_000)
    queue.end()
    assert await queue.next(None) == Setup(48_000, mode="hold")
    kept = []
    while (piece := await queue.next(0.01)) is not None:
        assert isinstance(piece, bytes)
        kept.append(piece)
    assert sum(map(len, kept)) <= MOST_QUEUED_BYTES
    assert [piece[0] for piece in kept] == sorted(piece[0] for piece in kept)
    assert kept[-1][0] == 99
    assert sum(lost) + sum(map(len, kept)) / 2 / 48_000 == pytest.approx(100)


async def test_who_takes_in_time_loses_nothing() -> None:
    lost: list[float] = []
    queue = AudioQueue(lost.append)
    feeding = asyncio.create_task(queue.hear_out(bytes(3 * MOST_QUEUED_BYTES)))
    size = 0
    while not queue.over:
        piece = await queue.next(None)
        size += len(piece) if isinstance(piece, bytes) else 0
    await feeding
    assert (size, lost) == (3 * MOST_QUEUED_BYTES, [])


async def test_what_is_forgotten_is_not_counted_as_lost() -> None:
    lost: list[float] = []
    queue = AudioQueue(lost.append)
    await queue.feed(bytes(SECOND))
    queue.set_up(Setup(8_000))
    queue.end()
    queue.forget()
    assert await queue.next(None) == Setup(8_000)
    assert queue.empty
    assert lost == []


async def test_a_machine_that_hangs_for_a_while_hears_the_last_question(
    tmp_path: Path, spoken_recipe: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs = threading.Event()
    real = SileroActivity.probability

    def slow(activity: SileroActivity, block: bytes) -> float:
        assert hangs.wait(60)
        return real(activity, block)

    monkeypatch.setattr(SileroActivity, "probability", slow)
    metrics = Metrics()
    voice = Voice(Settings(data_dir=tmp_path), roles=("recogniser",))
    await voice.start()
    try:
        async with asyncio.timeout(90), Ear(voice, lost=VoiceTimings(metrics).lost) as ear:
            for _ in range(90):
                await ear.feed(bytes(SECOND))
            await ear.feed(spoken_recipe("marriage registration"))
            found = metrics.registry.get_sample_value("letan_voice_lost_seconds_total")
            assert found is not None
            assert 20 < found < 40
            hangs.set()
            async for event in ear.events():
                if isinstance(event, Utterance):
                    assert "kết hôn" in event.transcript.text
                    break
    finally:
        hangs.set()
        await voice.close()
