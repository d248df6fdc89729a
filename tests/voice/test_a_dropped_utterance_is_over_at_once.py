"""`cancel` right behind a block of audio: the ear forgets, and goes on listening."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from conftest import Speaker

from assistant.settings import Settings
from assistant.voice.ear import Began, Ear, Utterance
from assistant.voice.service import Voice

DEADLINE = 60.0


@pytest.fixture
async def voice(tmp_path: Path) -> AsyncIterator[Voice]:
    voice = Voice(Settings(data_dir=tmp_path), roles=("recogniser",))
    await voice.start()
    yield voice
    await voice.close()


async def test_audio_and_a_cancellation_in_the_same_moment(
    voice: Voice, spoken_recipe: Speaker
) -> None:
    """Neither may be lost: a lost cancellation would leave the door waiting for ever."""
    question = spoken_recipe("marriage registration")
    async with asyncio.timeout(DEADLINE), Ear(voice) as ear:
        events = ear.events()
        for _ in range(5):
            await ear.feed(question[:48_000])
            async for event in events:
                if isinstance(event, Began):
                    break
            # Until it waits for audio in the middle of the utterance.
            queue = ear._queue
            while not queue.empty or not queue._changed._waiters:  # type: ignore[attr-defined]
                await asyncio.to_thread(lambda: None)
            await ear.feed(question[48_000:51_200])
            await ear.drop()
        await ear.feed(question)
        async for event in events:
            if isinstance(event, Utterance):
                assert "kết hôn" in event.transcript.text
                break
