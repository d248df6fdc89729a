"""A network drop costs no answer; one conversation has one voice connection."""

import pytest
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from voice_client import SILENCE, Client, Speaker, conversation

from assistant.channels.voice_door.connections import MOST_AWAY, Connections


def test_whoever_comes_back_hears_the_rest(
    app: TestClient, spoken_recipe: Speaker, long_reply: str
) -> None:
    path = f"/api/v1/voice/{conversation(app)}"
    with app.websocket_connect(path) as socket:
        client = Client(socket)
        client.start()
        voice = client.until("ready")["voice"]
        client.stream(spoken_recipe("marriage registration"))
        asked = client.until("reply")["message_id"]
        first = client.until("audio")["sentence"]
        client.until("audio_end")
        client.order("played", sentence=first)
        client.order("dance")
        client.until("error")
    with app.websocket_connect(path) as socket:
        client = Client(socket)
        client.start(resume=voice)
        ready = client.until("ready")
        assert (ready["voice"], ready["resumed"]) == (voice, True)
        assert client.until("reply")["message_id"] == asked
        assert client.until("resumed")["sentence"] == first + 1
        assert client.until("audio")["sentence"] == first + 1
        client.until("audio_end", last=True)
        client.stream(spoken_recipe("birth registration"))
        assert "khai sinh" in client.until("final")["text"]


def test_an_answer_made_meanwhile_is_said_afterwards(
    app: TestClient, spoken_recipe: Speaker, long_reply: str
) -> None:
    path = f"/api/v1/voice/{conversation(app)}"
    with app.websocket_connect(path) as socket:
        client = Client(socket)
        client.start()
        voice = client.until("ready")["voice"]
        client.stream(spoken_recipe("marriage registration"))
        client.until("final")
    with app.websocket_connect(path) as socket:
        client = Client(socket)
        client.start(resume=voice)
        assert client.until("reply")["parts"][0]["text"] == long_reply
        client.until("audio_end", last=True)


def test_a_name_of_another_conversation_or_none_begins_afresh(
    app: TestClient, spoken_recipe: Speaker
) -> None:
    with app.websocket_connect(f"/api/v1/voice/{conversation(app)}") as socket:
        client = Client(socket)
        client.start()
        voice = client.until("ready")["voice"]
    for name in (voice, "nobody"):
        with app.websocket_connect(f"/api/v1/voice/{conversation(app)}") as socket:
            client = Client(socket)
            client.start(resume=name)
            ready = client.until("ready")
            assert ready["resumed"] is False
            assert ready["voice"] != name


def test_the_newer_of_two_sockets_has_the_conversation(
    app: TestClient, spoken_recipe: Speaker
) -> None:
    path = f"/api/v1/voice/{conversation(app)}"
    with app.websocket_connect(path) as old, app.websocket_connect(path) as new:
        client = Client(new)
        client.start(speak=False)
        client.stream(spoken_recipe("marriage registration"))
        assert "kết hôn" in client.until("final")["text"]
        assert Client(old).until("error")["code"] == "voice_taken_over"
        with pytest.raises(WebSocketDisconnect) as caught:
            old.receive_text()
        assert caught.value.code == 1008


def test_leaving_at_any_moment_leaves_nothing_behind(
    app: TestClient, spoken_recipe: Speaker, long_reply: str
) -> None:
    application = app.app
    for upto in (None, "ready", "speech_started", "partial", "final", "reply", "audio"):
        with app.websocket_connect(f"/api/v1/voice/{conversation(app)}") as socket:
            if upto is not None:
                client = Client(socket)
                client.start()
                client.stream(spoken_recipe("marriage registration") + SILENCE)
                client.until(upto)
    with app.websocket_connect(f"/api/v1/voice/{conversation(app)}") as socket:
        client = Client(socket)
        client.start(speak=False)
        client.stream(spoken_recipe("birth registration"))
        assert "khai sinh" in client.until("final")["text"]
        assert application.state.voice._sessions == 0  # type: ignore[attr-defined]
        connections: Connections = application.state.voice_connections  # type: ignore[attr-defined]
        assert len(connections._open) == 1
        assert len(connections._away) <= MOST_AWAY
