"""The real server as a process, spoken to with Wyoming's own client as Home Assistant does."""

import asyncio
import stat
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import soxr
from conftest import ROOT, Service, Speaker
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncClient
from wyoming.error import Error
from wyoming.event import Event
from wyoming.tts import Synthesize, SynthesizeVoice

from speech import client
from speech.audio import StreamConverter
from speech.errors import EngineUnavailableError, ServiceUnreachableError, SpeechError
from speech.recognisers import viet_asr_library

SENTENCE = "Tôi muốn đăng ký kết hôn"
RECIPE = {"voice": "vi+f2", "rate": 135, "pitch": 55, "gap": 0}


async def transcript(uri: str, pcm: bytes, rate: int = 16_000, channels: int = 1) -> Event:
    """As Home Assistant: only standard events, everything but the transcript ignored."""
    async with AsyncClient.from_uri(uri, read_timeout=60) as peer:
        await peer.write_event(Transcribe(language="vi-VN").event())
        await peer.write_event(AudioStart(rate, 2, channels).event())
        for at in range(0, len(pcm), 8000):
            await peer.write_event(AudioChunk(rate, 2, channels, pcm[at : at + 8000]).event())
        await peer.write_event(AudioStop().event())
        while (event := await peer.read_event()) is not None:
            if Transcript.is_type(event.type):
                return event
    raise AssertionError("closed without a transcript")


async def test_a_sentence_in_any_format(service: Service, espeak: Speaker) -> None:
    uri = await service("viet_asr")
    info = await client.describe(uri)
    assert info.asr[0].installed
    assert info.asr[0].models[0].languages == ["vi"]
    pcm = bytes(16_000) + espeak(SENTENCE, **RECIPE).pcm + bytes(16_000)
    for rate, channels in ((16_000, 1), (48_000, 2), (44_100, 1), (8_000, 1)):
        samples = np.frombuffer(pcm, "<i2").astype(np.float32)
        resampled = soxr.resample(samples, 16_000, rate).clip(-32768, 32767).astype("<i2")
        sent = np.repeat(resampled, channels).tobytes()
        event = await transcript(uri, sent, rate, channels)
        assert event.data["text"], (rate, channels)
        # Half of the band is missing at 8 kHz, too much for this artificial voice.
        assert rate == 8_000 or "kết hôn" in event.data["text"], (rate, channels)
    assert event.data["speech"] is True


async def test_noise_and_silence_are_no_words(service: Service, korean_model: Path) -> None:
    noise = (np.random.default_rng(1).normal(0, 0.2, 48_000) * 32767).clip(-32768, 32767)
    for uri in (
        await service("viet_asr"),
        await service("vosk", "--model", str(korean_model), "--language", "vi"),
    ):
        for pcm in (bytes(64_000), noise.astype("<i2").tobytes(), b""):
            event = await transcript(uri, pcm)
            assert event.data["text"] == ""
            assert event.data["speech"] is False


async def test_hypotheses_come_before_the_transcript(service: Service, espeak: Speaker) -> None:
    uri = await service("viet_asr")
    async with client.Recognition(uri, "vi") as utterance:
        await utterance.feed(bytes(16_000) + espeak(SENTENCE, **RECIPE).pcm)
        await utterance.end()
        texts = [found.text async for found in utterance.hypotheses()]
    assert len(texts) > 3
    assert "kết hôn" in texts[-1]


@pytest.mark.parametrize("engine", ["espeak", "pyttsx3"])
async def test_a_text_becomes_audio(service: Service, engine: str) -> None:
    uri = await service(engine)
    info = await client.describe(uri)
    assert {"vi", "en-us"} <= {voice.name for voice in info.tts[0].voices}
    async with AsyncClient.from_uri(uri, read_timeout=30) as peer:
        voice = SynthesizeVoice(language="vi")
        await peer.write_event(Synthesize("Lệ phí 8.000 đồng. Dạ.", voice).event())
        events = []
        while not events or not AudioStop.is_type(events[-1].type):
            event = await peer.read_event()
            assert event is not None
            events.append(event)
    assert AudioStart.is_type(events[0].type)
    assert sum(len(event.payload or b"") for event in events) > 40_000
    slow, fast = [await client.speak(uri, "xin chào anh chị", rate=rate) for rate in (0.7, 1.6)]
    assert len(slow.pcm) > 1.5 * len(fast.pcm)
    assert (await client.speak(uri, "😀")).pcm == b""
    for wrong in ({"voice": "no-such"}, {"rate": 9.0}):
        with pytest.raises(SpeechError):
            await client.speak(uri, "xin chào", **wrong)
    with pytest.raises(SpeechError) as caught:
        await client.speak(uri, "a" * 5001)
    assert caught.value.code == "text_too_long"
    assert (await client.speak(uri, "xin chào")).pcm


async def test_spoken_text_loops_back(service: Service) -> None:
    hearing, speaking = await service("viet_asr"), await service("espeak", "--voice-vi", "vi+f2")
    speech = await client.speak(speaking, SENTENCE, rate=0.85)
    converter = StreamConverter(speech.rate)
    pcm = converter.convert(speech.pcm) + converter.convert(b"", last=True)
    event = await transcript(hearing, bytes(16_000) + pcm)
    assert event.data["text"]


async def test_bad_input_gets_an_error_and_the_service_goes_on(
    service: Service, espeak: Speaker
) -> None:
    uri = await service("viet_asr")
    start, audio = AudioStart(16_000, 2, 1), bytes(3200)
    wrong: list[tuple[str, list[Event]]] = [
        ("audio_rate", [AudioStart(0, 2, 1).event()]),
        ("audio_width", [AudioStart(16_000, 4, 1).event()]),
        ("audio_channels", [AudioStart(16_000, 2, 0).event()]),
        ("audio_odd_length", [start.event(), AudioChunk(16_000, 2, 1, b"abc").event()]),
        ("audio_rate", [start.event(), AudioChunk(-1, 2, 1, audio).event()]),
        ("protocol_error", [AudioStop().event()]),
        ("audio_width", [Event("audio-chunk", {"rate": 16_000})]),
        ("protocol_error", [Event("transcribe", {"language": 5})]),
        ("protocol_error", [Event("transcribe", {"transcript_terms": "x"})]),
        ("protocol_error", [Event("transcribe", {"answers": ["có"]})]),
        ("protocol_error", [Event("transcribe", {"answers": {"yes": [1]}})]),
        ("language_unsupported", [Transcribe(language="en").event(), start.event()]),
    ]
    for code, events in wrong:
        async with AsyncClient.from_uri(uri, read_timeout=30) as peer:
            for event in events:
                await peer.write_event(event)
            answer = await peer.read_event()
            assert answer is not None
            assert Error.is_type(answer.type), code
            assert answer.data["code"] == code
    event = await transcript(uri, bytes(16_000) + espeak(SENTENCE, **RECIPE).pcm)
    assert event.data["text"]


@pytest.mark.parametrize(
    "raw",
    [
        b"not json\n",
        b"[]\n",
        b'{"type": 5}\n',
        b'{"type": "audio-chunk", "payload_length": 99999999999}\n',
        b'{"type": "audio-chunk", "payload_length": -5}\n',
        b'{"type": "audio-chunk", "data_length": "x"}\n',
        b'{"type": "describe", "data_length": 4}\nnull',
        b"x" * 200_000 + b"\n",
        b"[" * 60_000 + b"\n",
    ],
)
async def test_what_is_no_wyoming_is_told_so_and_cut_off(service: Service, raw: bytes) -> None:
    uri = await service("espeak")
    reader, writer = await asyncio.open_unix_connection(uri.removeprefix("unix://"))
    writer.write(raw)
    answer = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    assert b"protocol_error" in answer
    assert (await client.speak(uri, "xin chào")).pcm


async def test_clients_that_leave_in_the_middle_leave_nothing(service: Service) -> None:
    uri = await service("viet_asr")
    for _ in range(20):
        with suppress(ConnectionError):
            async with AsyncClient.from_uri(uri) as peer:
                await peer.write_event(Transcribe().event())
                await peer.write_event(AudioStart(16_000, 2, 1).event())
                await peer.write_event(AudioChunk(16_000, 2, 1, bytes(8000)).event())
    assert (await transcript(uri, bytes(8000))).data["text"] == ""


async def test_a_missing_model_is_told_and_the_server_runs(service: Service) -> None:
    uri = await service("vosk", "--model", "/nowhere")
    info = await client.describe(uri)
    assert not info.asr[0].installed
    assert "speech.vosk_model" in (info.asr[0].description or "")
    with pytest.raises(EngineUnavailableError) as caught:
        async with client.Recognition(uri, "vi") as utterance:
            await utterance.end()
            async for _ in utterance.hypotheses():
                pass
    assert "speech.vosk_model" in caught.value.vi


async def test_it_ends_with_its_parent_and_when_told(tmp_path: Path) -> None:
    socket = tmp_path / "s.sock"
    argv = ["-m", "speech.server", "--uri", f"unix://{socket}", "--engine", "espeak"]
    for close_input in (True, False):
        process = await asyncio.create_subprocess_exec(
            sys.executable, *argv, "--watch-stdin", cwd=ROOT,
            stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stderr is not None
        assert process.stdin is not None
        assert b"listening" in await asyncio.wait_for(process.stderr.readline(), 30)
        assert stat.S_IMODE(socket.stat().st_mode) == 0o600
        if close_input:
            process.stdin.close()
        else:
            process.terminate()
        assert await asyncio.wait_for(process.wait(), 5) == 0
        assert not socket.exists()


@pytest.mark.parametrize(
    ("uri", "engine"),
    [
        ("http://x", "espeak"),
        ("tcp://127.0.0.1", "espeak"),
        ("unix:///tmp/" + "x" * 120, "espeak"),
        ("unix:///proc/none/s.sock", "espeak"),
        (f"unix://{__file__}", "espeak"),
        ("unix:///tmp/letan-test.sock", "nonesuch"),
    ],
)
async def test_a_wrong_command_line_is_a_sentence(uri: str, engine: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "speech.server", "--uri", uri, "--engine", engine, cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 2
    assert said.strip()
    assert b"Traceback" not in said


async def test_nobody_at_the_address_is_a_typed_error(tmp_path: Path) -> None:
    for uri in (f"unix://{tmp_path}/none.sock", "tcp://127.0.0.1:9"):
        with pytest.raises(ServiceUnreachableError):
            await client.describe(uri)
    with pytest.raises(SpeechError):
        await client.describe("ftp://x")


def test_other_languages_have_less_confidence(
    espeak: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viet_asr_library, "LAGGING", float("inf"))
    engine = viet_asr_library.load({})

    def confidence(text: str, **how: object) -> float:
        session = engine.session(language="vi")
        session.accept(bytes(16_000) + espeak(text, **how).pcm)
        found = session.finish().confidence
        assert found is not None
        return found

    english = ["Where is the toilet please", "What time do you close today",
               "I would like to register the birth of my child"]  # fmt: skip
    foreign = [confidence(text, voice="en-us", rate=150) for text in english]
    assert confidence(SENTENCE, **RECIPE) > max(foreign)
    assert max(foreign) < 0.85
