"""The voice door: from audio to a spoken reply, turn after turn on one socket."""

from fastapi.testclient import TestClient
from voice_client import SILENCE, Client, Speaker, conversation


def test_the_least_a_client_can_send_is_answered_in_speech(
    app: TestClient, spoken_recipe: Speaker
) -> None:
    with app.websocket_connect(f"/api/v1/voice/{conversation(app)}") as socket:
        client = Client(socket)
        client.start()
        ready = client.until("ready")
        assert (ready["version"], bool(ready["voice"])) == (1, True)
        for question in ("marriage registration", "birth registration"):
            client.events.clear()
            client.stream(spoken_recipe(question))
            client.until("audio_end", last=True)
            kinds = client.kinds()
            order = ["speech_started", "partial", "final", "reply", "audio", "audio_end"]
            assert [kinds.index(kind) for kind in order] == sorted(map(kinds.index, order))
            final = client.events[kinds.index("final")]
            assert "đăng ký" in final["text"]
            assert final["language"] == "vi"
            reply = client.events[kinds.index("reply")]
            assert reply["parts"][0]["text"] == final["text"]
            audio = client.events[kinds.index("audio")]
            assert audio["format"] == "s16le"
            assert len(client.audio[audio["sentence"]]) > audio["rate"]  # half a second at least
            client.stream(SILENCE)
