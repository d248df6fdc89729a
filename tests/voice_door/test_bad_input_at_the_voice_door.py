"""Whatever is sent, the door says what is wrong and goes on listening."""

import asyncio
import json

import numpy as np
import pytest
import soxr
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from voice_client import SILENCE, Client, Speaker, conversation

from assistant.channels.voice_door import events
from assistant.channels.voice_door.outbox import MOST_AUDIO_BYTES, MOST_EVENTS, Outbox
from assistant.voice import audio_queue


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", None),
        ("nonsense", None),
        ("[]", "type"),
        ("null", "type"),
        ('{"type":"dance"}', "type"),
        ('{"type":null}', "type"),
        ('{"sample_rate":16000}', "type"),
        ('{"type":"start","sample_rate":5}', "sample_rate"),
        ('{"type":"start","sample_rate":0}', "sample_rate"),
        ('{"type":"start","sample_rate":-1}', "sample_rate"),
        ('{"type":"start","sample_rate":1000000000}', "sample_rate"),
        ('{"type":"start","sample_rate":true}', "sample_rate"),
        ('{"type":"start","sample_rate":null}', "sample_rate"),
        ('{"type":"start","sample_rate":[16000]}', "sample_rate"),
        ('{"type":"start","sample_rate":"16000"}', "sample_rate"),
        ('{"type":"start","sample_rate":16000.5}', "sample_rate"),
        ('{"type":"start","sample_rate":1e400}', None),
        ('{"type":"start","language":"fr"}', "language"),
        ('{"type":"start","mode":"loud"}', "mode"),
        ('{"type":"start","version":2}', "version"),
        ('{"type":"start","speak":"yes"}', "speak"),
        ('{"type":"start","resume":7}', "resume"),
        ('{"type":"start","channels":2}', "channels"),
        ('{"type":"stop","x":1}', "x"),
        ('{"type":"played"}', "sentence"),
        ('{"type":"played","sentence":-1}', "sentence"),
        ('{"type":"start","resume":"' + "a" * 5000 + '"}', None),
        ("[" * 4000, None),
    ],
)
def test_a_wrong_order_is_named_and_the_door_stays_open(
    app: TestClient, text: str, field: str | None
) -> None:
    with app.websocket_connect(f"/api/v1/voice/{conversation(app)}") as socket:
        client = Client(socket)
        socket.send_text(text)
        told = client.until("error")
        assert told["code"] == "voice_order_invalid"
        assert told["message"]
        assert field is None or told["field"] == field
        client.start()
        client.until("ready")


def test_wrong_audio_is_named_and_what_follows_is_heard(
    app: TestClient, spoken_recipe: Speaker
) -> None:
    with app.websocket_connect(f"/api/v1/voice/{conversation(app)}") as socket:
        client = Client(socket)
        socket.send_bytes(b"early")
        assert client.until("error")["code"] == "audio_odd_length"
        socket.send_bytes(b"even")
        assert client.until("error")["code"] == "voice_not_started"
        client.start()
        for size in (1024 * 1024 + 2, 10 * 1024 * 1024):
            socket.send_bytes(bytes(size))
            assert client.until("error")["code"] == "audio_too_large"
        socket.send_bytes(b"odd")
        assert client.until("error")["code"] == "audio_odd_length"
        socket.send_bytes(b"")
        client.stream(spoken_recipe("marriage registration"))
        assert "kết hôn" in client.until("final")["text"]


def test_a_second_start_changes_what_follows(app: TestClient, spoken_recipe: Speaker) -> None:
    """Also in the middle of a word, and to another rate."""
    pcm = np.frombuffer(spoken_recipe("marriage registration"), "<i2").astype(np.float32)
    other = np.clip(soxr.resample(pcm, 16_000, 48_000), -32768, 32767).astype("<i2").tobytes()
    with app.websocket_connect(f"/api/v1/voice/{conversation(app)}") as socket:
        client = Client(socket)
        client.start(speak=False)
        client.start(speak=False)
        client.stream(spoken_recipe("birth registration")[:32_000])
        client.until("speech_started")
        client.start(sample_rate=48_000, mode="hold", speak=False)
        client.order("stop")
        client.until("final", "rejected")
        client.start(sample_rate=48_000, speak=False)
        client.stream(other)
        assert "kết hôn" in client.until("final")["text"]
        assert client.kinds().count("ready") == 1
        assert "error" not in client.kinds()


class Deaf:
    """A client that reads nothing: what is sent to it never arrives."""

    async def send_text(self, data: str) -> None:
        await asyncio.Event().wait()

    async def send_bytes(self, data: bytes) -> None:
        await asyncio.Event().wait()


async def test_who_reads_nothing_is_left_and_costs_little() -> None:
    outbox = Outbox()
    running = asyncio.create_task(outbox.run(Deaf()))
    for _ in range(2 * MOST_EVENTS):
        outbox.put(events.SpeechStarted())
    async with asyncio.timeout(10):
        await running
    assert len(outbox._waiting) <= MOST_EVENTS
    said = asyncio.create_task(outbox.put_audio(bytes(MOST_AUDIO_BYTES)))
    more = asyncio.create_task(outbox.put_audio(b"more"))
    await said
    assert not more.done()  # whoever speaks waits: a reply is not heaped up
    outbox.take_back_audio()
    async with asyncio.timeout(10):
        await more


def test_a_minute_at_once_is_heard_whole(app: TestClient, spoken_recipe: Speaker) -> None:
    """Faster than real time, and more than may wait."""
    with app.websocket_connect(f"/api/v1/voice/{conversation(app)}") as socket:
        client = Client(socket)
        client.start(speak=False)
        for _ in range(audio_queue.MOST_QUEUED_BYTES // len(SILENCE) // 16 + 1):
            socket.send_bytes(SILENCE * 16)
        client.stream(spoken_recipe("marriage registration"))
        assert "kết hôn" in client.until("final")["text"]


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
def test_any_usual_rate_is_heard(app: TestClient, spoken_recipe: Speaker, rate: int) -> None:
    pcm = np.frombuffer(spoken_recipe("marriage registration"), "<i2").astype(np.float32)
    other = np.clip(soxr.resample(pcm, 16_000, rate), -32768, 32767).astype("<i2").tobytes()
    with app.websocket_connect(f"/api/v1/voice/{conversation(app)}") as socket:
        client = Client(socket)
        client.start(sample_rate=rate, speak=False)
        client.stream(other)
        assert "kết hôn" in client.until("final")["text"]


def test_the_button_ends_the_turn_and_nothing_else_does(
    app: TestClient, spoken_recipe: Speaker
) -> None:
    with app.websocket_connect(f"/api/v1/voice/{conversation(app)}") as socket:
        client = Client(socket)
        client.start(mode="hold", speak=False)
        client.stream(spoken_recipe("birth registration") + SILENCE * 2)
        client.order("stop")
        assert "khai sinh" in client.until("final")["text"]
        client.until("state", state="idle")
        client.start(mode="hold", speak=False)
        client.stream(SILENCE)
        client.order("stop")
        assert client.until("rejected", "final")["reason"] == "silence"


def test_nothing_said_for_long_is_told_once(app: TestClient, spoken_recipe: Speaker) -> None:
    with app.websocket_connect(f"/api/v1/voice/{conversation(app)}") as socket:
        client = Client(socket)
        client.start(speak=False)
        client.stream(SILENCE * 20)
        assert client.until("rejected")["reason"] == "silence"
        client.stream(spoken_recipe("marriage registration"))
        client.until("final")
        assert client.kinds().count("rejected") == 1


def test_cancelling_forgets_what_was_said(app: TestClient, spoken_recipe: Speaker) -> None:
    with app.websocket_connect(f"/api/v1/voice/{conversation(app)}") as socket:
        client = Client(socket)
        client.start(mode="hold", speak=False)
        client.stream(spoken_recipe("birth registration"))
        client.until("speech_started")
        client.order("cancel")
        client.until("state", state="idle")
        client.start(mode="hold", speak=False)
        client.stream(spoken_recipe("marriage registration"))
        client.order("stop")
        heard = client.until("final", "rejected")
        assert "kết hôn" in heard["text"]
        assert "khai sinh" not in heard["text"]


def test_a_conversation_that_nobody_opened_is_refused(app: TestClient) -> None:
    with app.websocket_connect("/api/v1/voice/nobody") as socket:
        assert json.loads(socket.receive_text())["code"] == "conversation_unknown"
        with pytest.raises(WebSocketDisconnect) as caught:
            socket.receive_text()
    assert caught.value.code == 1008


def test_pages_of_other_sites_may_not_listen(app: TestClient) -> None:
    path = f"/api/v1/voice/{conversation(app)}"
    evil = {"origin": "https://evil.example"}
    with pytest.raises(WebSocketDisconnect), app.websocket_connect(path, headers=evil):
        pass
