"""The microphone's WebSocket, from audio to events, with the real recogniser behind it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Speaker
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from assistant.voice import service as voice_service

BLOCK = 3200


def conversation(client: TestClient) -> str:
    answer = client.post("/api/v1/conversations", json={})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def stream(socket: WebSocketTestSession, pcm: bytes) -> None:
    for at in range(0, len(pcm), BLOCK):
        socket.send_bytes(pcm[at : at + BLOCK])


def until(socket: WebSocketTestSession, *kinds: str) -> list[dict[str, Any]]:
    """Events up to and including the first of these kinds."""
    events = []
    while not events or events[-1]["type"] not in kinds:
        events.append(json.loads(socket.receive_text()))
    return events


def test_a_question_is_written_down_while_it_is_spoken(
    client: TestClient, spoken_recipe: Speaker
) -> None:
    with client.websocket_connect(f"/api/v1/conversations/{conversation(client)}/voice") as socket:
        socket.send_json({"type": "start", "rate": 16_000, "language": "vi"})
        stream(socket, spoken_recipe("marriage registration"))
        events = until(socket, "final", "rejected")
        kinds = [event["type"] for event in events]
        assert kinds[0] == "listening"
        assert {"level", "partial"} <= set(kinds)
        assert "đăng ký kết hôn" in events[-1]["text"]
        assert all(0 <= event["rms"] <= 1 for event in events if event["type"] == "level")
        # No dialogue engine runs here: the visitor is told, and the socket stays open.
        assert until(socket, "error", "reply")[-1]["code"].startswith("engine")
        socket.send_json({"type": "start"})
        stream(socket, spoken_recipe("marriage registration")[:64_000])
        socket.send_json({"type": "stop"})
        assert until(socket, "final", "rejected")[-1]["type"] == "final"


def test_holding_the_button_waits_for_it(client: TestClient, spoken_recipe: Speaker) -> None:
    pcm = spoken_recipe("birth registration")
    with client.websocket_connect(f"/api/v1/conversations/{conversation(client)}/voice") as socket:
        socket.send_json({"type": "start", "mode": "hold"})
        stream(socket, pcm + bytes(64_000))
        socket.send_json({"type": "stop"})
        assert "khai sinh" in until(socket, "final", "rejected")[-1]["text"]


@pytest.mark.parametrize(
    ("pcm", "reason"),
    [
        (bytes(7 * 32_000), "silence"),
        (
            (np.random.default_rng(3).normal(0, 0.1, 7 * 16_000) * 32767).astype("<i2").tobytes(),
            "noise",
        ),
    ],
)
def test_nothing_said_is_answered_politely(client: TestClient, pcm: bytes, reason: str) -> None:
    for language, word in (("vi", "Dạ"), ("en", "Please")):
        path = f"/api/v1/conversations/{conversation(client)}/voice"
        with client.websocket_connect(path) as socket:
            socket.send_json({"type": "start", "language": language})
            stream(socket, pcm)
            told = until(socket, "rejected", "final", "error")[-1]
            assert told["type"] == "rejected"
            assert told["reason"] == reason
            assert word.lower() in told["text"].lower()


def test_a_language_that_nobody_understands_is_told(
    client: TestClient, spoken_recipe: Speaker
) -> None:
    with client.websocket_connect(f"/api/v1/conversations/{conversation(client)}/voice") as socket:
        socket.send_json({"type": "start", "language": "en"})
        stream(socket, spoken_recipe("marriage registration"))
        told = until(socket, "error", "final", "rejected")[-1]
        assert told["code"] == "language_unsupported"
        assert "Type the question" in told["detail"]


def test_wrong_orders_and_audio_leave_the_socket_open(client: TestClient) -> None:
    wrong = ["", "nonsense", "[]", '{"type":"dance"}', '{"type":"start","rate":5}',
             '{"type":"start","rate":"16000"}', '{"type":"start","language":"fr"}',
             '{"type":"stop","x":1}']  # fmt: skip
    with client.websocket_connect(f"/api/v1/conversations/{conversation(client)}/voice") as socket:
        for text in wrong:
            socket.send_text(text)
            assert until(socket, "error")[-1]["code"] == "voice_order_invalid", text
        socket.send_bytes(b"early")  # before any start: ignored
        socket.send_json({"type": "stop"})
        socket.send_bytes(bytes(2 * 1024 * 1024))
        assert until(socket, "error")[-1]["code"] == "audio_too_large"
        socket.send_json({"type": "start"})
        socket.send_bytes(b"odd")
        assert until(socket, "error")[-1]["code"] == "audio_odd_length"
        socket.send_json({"type": "start"})
        socket.send_json({"type": "cancel"})
        socket.send_json({"type": "start"})
        assert until(socket, "listening")


def test_an_unknown_conversation_is_refused(client: TestClient) -> None:
    with client.websocket_connect("/api/v1/conversations/nobody/voice") as socket:
        assert until(socket, "error")[-1]["code"] == "conversation_unknown"
        with pytest.raises(WebSocketDisconnect) as caught:
            socket.receive_text()
    assert caught.value.code == 1008


def test_pages_of_other_sites_may_not_listen(client: TestClient) -> None:
    path = f"/api/v1/conversations/{conversation(client)}/voice"
    evil = {"origin": "https://evil.example"}
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(path, headers=evil):
        pass


def test_too_many_at_once_are_told_busy_and_leaving_makes_room(client: TestClient) -> None:
    path = f"/api/v1/conversations/{conversation(client)}/voice"
    for _ in range(2):  # whoever left in the middle takes no place any more
        with client.websocket_connect(path) as extra:
            opened = [client.websocket_connect(path) for _ in range(voice_service.MOST_SESSIONS)]
            sockets = [one.__enter__() for one in opened]
            for socket in sockets:
                socket.send_json({"type": "start"})
                until(socket, "listening")
            extra.send_json({"type": "start"})
            assert until(extra, "error", "listening")[-1]["code"] == "voice_busy"
            for one in opened:
                one.__exit__(None, None, None)
    with client.websocket_connect(path) as socket:
        socket.send_json({"type": "start"})
        assert until(socket, "listening", "error")[-1]["type"] == "listening"


def test_no_audio_reaches_the_disk(client: TestClient, spoken_recipe: Speaker) -> None:
    folder: Path = client.app.state.settings.data_dir  # type: ignore[attr-defined]
    test_holding_the_button_waits_for_it(client, spoken_recipe)
    assert not [path for path in folder.rglob("*") if path.suffix in (".wav", ".pcm", ".raw")]
