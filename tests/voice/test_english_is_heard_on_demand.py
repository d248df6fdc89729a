"""The recogniser for English is a process only while somebody needs it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assistant.errors import LetanError
from assistant.settings import Settings, SpeechSettings
from assistant.voice.service import Voice
from assistant.voice.services import SpeechService, roles_of
from speech.client import Recognition, describe
from speech.engines import Transcript
from speech.errors import ServiceUnreachableError

DEADLINE = 60.0


@pytest.fixture
async def english(tmp_path: Path) -> AsyncIterator[SpeechService]:
    service = SpeechService.build("recogniser_en", SpeechSettings(), tmp_path)
    yield service
    await service.close()


async def _until(service: SpeechService, state: str) -> None:
    async with asyncio.timeout(DEADLINE):
        while service.health.state != state:
            await asyncio.to_thread(lambda: None)


async def test_it_rests_until_needed_and_rests_again(english: SpeechService) -> None:
    english.resting_seconds = 0.0
    await english.start()
    assert english.health.state == "resting"
    with pytest.raises(ServiceUnreachableError):
        await describe(english.uri)
    for _ in range(2):
        async with english.in_use(DEADLINE) as uri, Recognition(uri, "en") as utterance:
            assert english.health.state == "ready"
            await utterance.end()
            found = [event async for event in utterance.hypotheses()]
            assert isinstance(found[-1], Transcript)
            assert found[-1].text == ""
        await _until(english, "resting")
    with pytest.raises(ServiceUnreachableError):
        await describe(english.uri)


async def test_two_visitors_share_it_and_the_last_one_lets_it_go(english: SpeechService) -> None:
    english.resting_seconds = 0.0
    await english.start()
    async with english.in_use(DEADLINE) as first:
        async with english.in_use(DEADLINE) as second:
            assert first == second
        await describe(first)
        assert english.health.state == "ready"
        assert english.health.restarts == 0
    await _until(english, "resting")


async def test_what_it_lacks_is_told_and_nothing_stays(tmp_path: Path) -> None:
    settings = SpeechSettings(whisper_model=tmp_path / "none")
    service = SpeechService.build("recogniser_en", settings, tmp_path)
    with pytest.raises(LetanError) as caught:
        async with service.in_use(DEADLINE):
            pass
    assert caught.value.code == "speech_unavailable"
    assert "speech.whisper_model" in caught.value.en
    await service.close()
    assert service.health.state in ("resting", "stopped")


async def test_a_desk_is_ready_while_english_rests(tmp_path: Path) -> None:
    voice = Voice(Settings(data_dir=tmp_path))
    try:
        await voice.start()
        states = {health.role: health.state for health in voice.health()}
        assert states == {"recogniser": "ready", "synthesiser": "ready", "recogniser_en": "resting"}
        assert voice.english is not None
    finally:
        await voice.close()


def test_none_means_no_second_recogniser() -> None:
    assert "recogniser_en" not in roles_of(SpeechSettings(recogniser_en="none"))
    uri = "tcp://127.0.0.1:10300"
    assert "recogniser_en" in roles_of(SpeechSettings(recogniser_en="none", recogniser_en_uri=uri))
