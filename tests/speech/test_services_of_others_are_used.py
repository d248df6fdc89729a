"""Wyoming programs that others wrote hear and speak for us, and we hear and speak for them."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from conftest import READY_SECONDS, Service, Speaker
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event
from wyoming.info import Attribution, Describe, Info, TtsProgram, TtsVoice
from wyoming.server import AsyncEventHandler, AsyncServer
from wyoming.tts import Synthesize

from assistant.errors import LetanError
from assistant.processes import ChildProcess
from assistant.settings import SpeechSettings
from assistant.voice.services import SpeechService
from speech import client
from speech.engines import Transcript
from speech.errors import SpeechError
from speech.recognisers.whisper import joined


@asynccontextmanager
async def stranger(folder: Path) -> AsyncIterator[str]:
    """`wyoming-faster-whisper`, as Home Assistant's users run it."""
    uri = f"unix://{folder}/stranger.sock"
    model = folder / "model"
    model.mkdir()
    joined(model)
    argv = [sys.executable, "-m", "wyoming_faster_whisper", "--uri", uri, "--model", str(model)]
    argv += ["--data-dir", str(folder), "--local-files-only", "--language", "en"]
    argv += ["--stt-library", "faster-whisper", "--beam-size", "1", "--cpu-threads", "1"]

    async def ready() -> bool:
        try:
            await client.describe(uri)
        except SpeechError:
            return False
        return True

    child = ChildProcess("stranger", argv, cwd=folder, ready=ready)
    child.start()
    try:
        assert await child.wait_ready(READY_SECONDS), child.last_lines
        yield uri
    finally:
        await child.stop()


async def test_a_recogniser_of_others_hears_for_us(tmp_path: Path, espeak: Speaker) -> None:
    async with stranger(tmp_path) as uri:
        service = SpeechService.build(
            "recogniser_en", SpeechSettings(recogniser_en_uri=uri), tmp_path
        )
        await service.start()
        assert service.health.state == "ready"
        async with service.in_use() as found, client.Recognition(found, "en") as utterance:
            await utterance.feed(bytes(16_000))
            await utterance.feed(espeak("Where is the toilet, please?", "en-us", 150).pcm)
            await utterance.feed(bytes(16_000))
            await utterance.end()
            heard = [event async for event in utterance.hypotheses()][-1]
        await service.close()
    assert isinstance(heard, Transcript)
    assert "toilet" in heard.text.lower()
    assert heard.confidence is None


async def test_their_own_check_of_a_service_accepts_ours(service: Service) -> None:
    uri = await service("viet_asr")
    check = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "wyoming_faster_whisper.health_check", "--uri", uri
    )
    assert await asyncio.wait_for(check.wait(), READY_SECONDS) == 0


class Tone(AsyncEventHandler):
    """A synthesiser with nothing but standard events, in stereo at an unusual rate."""

    async def handle_event(self, event: Event) -> bool:
        if Describe.is_type(event.type):
            by = Attribution("others", "")
            voice = TtsVoice("tone", by, True, None, None, languages=["vi"])
            program = TtsProgram("tone", by, True, None, None, voices=[voice])
            await self.write_event(Info(tts=[program]).event())
        elif Synthesize.is_type(event.type):
            await self.write_event(AudioStart(32_000, 2, 2).event())
            for _ in Synthesize.from_event(event).text.split():
                await self.write_event(AudioChunk(32_000, 2, 2, bytes([0, 1, 0, 1] * 320)).event())
            await self.write_event(AudioStop().event())
        return True


async def test_a_synthesiser_of_others_speaks_for_us(tmp_path: Path) -> None:
    uri = f"unix://{tmp_path}/tone.sock"
    server = AsyncServer.from_uri(uri)
    await server.start(partial(Tone))
    try:
        settings = SpeechSettings(synthesiser_uri=uri)
        service = SpeechService.build("synthesiser", settings, tmp_path)
        await service.start()
        assert service.health.state == "ready"
        said = await client.speak(service.uri, "một hai ba", rate=0.8)
    finally:
        await server.stop()
    assert (said.rate, len(said.pcm)) == (32_000, 3 * 640)


async def test_a_stranger_that_is_away_is_unavailable_not_fatal(tmp_path: Path) -> None:
    settings = SpeechSettings(synthesiser_uri=f"unix://{tmp_path}/none.sock")
    service = SpeechService.build("synthesiser", settings, tmp_path)
    await service.start()
    assert service.health.state == "unavailable"
    with pytest.raises(LetanError) as caught:
        async with service.in_use():
            pass
    assert caught.value.code == "speech_unavailable"
