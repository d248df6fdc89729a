"""What Home Assistant's Wyoming integration asks of a service, in the order in which it asks it."""

import io
import wave
from typing import Any

import pytest
from conftest import Service, Speaker
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncClient
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.tts import Synthesize, SynthesizeVoice

from speech.audio import read_wav
from speech.models import CAPABILITIES, Engine

RECIPE = {"voice": "vi+f2", "rate": 135, "pitch": 55, "gap": 0}


async def described(uri: str) -> Event:
    async with AsyncClient.from_uri(uri, read_timeout=60) as peer:
        await peer.write_event(Describe().event())
        event = await peer.read_event()
    assert event is not None
    assert Info.is_type(event.type)
    return event


def checked(program: Any, models: list[Any]) -> None:
    """The integration shows the names, and lists only what is installed."""
    assert program.installed
    assert program.attribution.name == "Lễ Tân"
    assert program.version
    assert models
    for model in models:
        assert model.installed
        assert model.attribution.name not in ("", "Lễ Tân")
        assert model.attribution.url.startswith("https://")
        assert model.languages
        assert all(2 <= len(language) <= 4 for language in model.languages)
    assert len({model.name for model in models}) == len(models)


@pytest.mark.parametrize("engine", ["viet_asr", "whisper"])
async def test_a_recogniser_is_found_and_hears(
    service: Service, espeak: Speaker, engine: Engine
) -> None:
    language, spoken, wanted = {
        "viet_asr": ("vi", espeak("Tôi muốn đăng ký kết hôn", **RECIPE), "kết hôn"),
        "whisper": ("en", espeak("Where is the toilet, please?", "en-us", 150), "toilet"),
    }[engine]
    uri = await service(engine)
    event = await described(uri)
    program = Info.from_event(event).asr[0]
    checked(program, program.models)
    assert language in program.models[0].languages
    told = event.data["asr"][0]["capabilities"]
    assert told == CAPABILITIES[engine]
    assert {"streaming", "grammar", "confidence", "word_times", "max_utterance_s"} <= set(told)
    async with AsyncClient.from_uri(uri, read_timeout=60) as peer:
        await peer.write_event(Transcribe(language=language).event())
        await peer.write_event(AudioStart(16_000, 2, 1).event())
        pcm = bytes(16_000) + spoken.pcm + bytes(32_000)
        for at in range(0, len(pcm), 2048):
            await peer.write_event(AudioChunk(16_000, 2, 1, pcm[at : at + 2048]).event())
        await peer.write_event(AudioStop().event())
        while True:
            answer = await peer.read_event()
            assert answer is not None, "connection lost"
            if Transcript.is_type(answer.type):
                break
    assert wanted in Transcript.from_event(answer).text.lower()


@pytest.mark.parametrize("engine", ["espeak", "pyttsx3"])
async def test_a_synthesiser_is_found_and_speaks_every_voice(
    service: Service, engine: Engine
) -> None:
    uri = await service(engine)
    event = await described(uri)
    program = Info.from_event(event).tts[0]
    checked(program, program.voices)
    told = event.data["tts"][0]["capabilities"]
    assert {**told, "rates": tuple(told["rates"])} == CAPABILITIES[engine]
    voices = [voice for voice in program.voices if {"vi", "en"} & set(voice.languages)]
    assert {language for voice in voices for language in voice.languages} == {"vi", "en"}
    for voice in voices:
        chunks = await synthesised(uri, voice.name)
        form = {(chunk.rate, chunk.width, chunk.channels) for chunk in chunks}
        assert len(form) == 1, voice.name
        wav = io.BytesIO()
        with wave.open(wav, "wb") as writer:
            writer.setframerate(chunks[0].rate)
            writer.setsampwidth(chunks[0].width)
            writer.setnchannels(chunks[0].channels)
            writer.writeframes(b"".join(chunk.audio for chunk in chunks))
        assert len(read_wav(wav.getvalue()).pcm) > 8_000, voice.name


async def synthesised(uri: str, voice: str) -> list[AudioChunk]:
    chunks: list[AudioChunk] = []
    async with AsyncClient.from_uri(uri, read_timeout=60) as peer:
        choice = SynthesizeVoice(name=voice, speaker=None)
        await peer.write_event(Synthesize(text="Xin chào", voice=choice).event())
        while True:
            answer = await peer.read_event()
            assert answer is not None, "connection lost"
            if AudioStop.is_type(answer.type):
                return chunks
            if AudioChunk.is_type(answer.type):
                chunks.append(AudioChunk.from_event(answer))


async def test_one_that_lacks_something_is_not_offered(service: Service) -> None:
    event = await described(await service("vosk", "--model", "/nowhere"))
    program = Info.from_event(event).asr[0]
    assert not program.installed
    assert program.models == []
