"""`POST /api/v1/speech` and the commands of the terminal."""

import json
from pathlib import Path

import pytest
from conftest import Speaker
from fastapi.testclient import TestClient

from assistant.errors import LetanError
from assistant.settings import Settings
from assistant.voice import commands
from assistant.voice.transcription import transcribe
from assistant.voice.wording import REJECTED, decent, rejection
from speech.audio import read_wav, write_wav


def test_a_text_becomes_a_wav(client: TestClient) -> None:
    said = client.post("/api/v1/speech", json={"text": "Lệ phí là 8.000 đồng."})
    assert said.status_code == 200
    assert said.headers["content-type"] == "audio/wav"
    words = client.post("/api/v1/speech", json={"text": "Lệ phí là tám nghìn đồng."})
    assert words.content == said.content
    assert 1.0 < read_wav(said.content).seconds < 4.0
    slow = client.post("/api/v1/speech", json={"text": "Lệ phí là 8.000 đồng.", "rate": 0.6})
    assert len(slow.content) > 1.3 * len(said.content)
    voices = {
        region: client.post("/api/v1/speech", json={"text": "Lệ phí.", "voice": region}).content
        for region in ("north", "central", "south")
    }
    assert len(set(voices.values())) == 3
    assert client.post("/api/v1/speech", json={"text": "Lệ phí."}).content == voices["north"]
    english = client.post("/api/v1/speech", json={"text": "Counter 3", "language": "en"})
    assert english.status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "😀😀"}, "text"),
        ({"text": "a" * 2001}, "text"),
        ({"text": 5}, "text"),
        ({"text": "a", "rate": 9}, "rate"),
        ({"text": "a", "language": "fr"}, "language"),
        ({"text": "a", "voice": "x"}, "voice"),
        ({}, "text"),
    ],
)
def test_wrong_requests_name_their_field(
    client: TestClient, body: dict[str, object], field: str
) -> None:
    answer = client.post("/api/v1/speech", json=body)
    assert answer.status_code == 422
    assert answer.json()["field"] == field


async def test_terminal_commands(
    tmp_path: Path, spoken_recipe: Speaker, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(data_dir=tmp_path / "var")
    source = tmp_path / "question.wav"
    source.write_bytes(write_wav(spoken_recipe("marriage registration"), 16_000))
    assert await transcribe(settings, [source], as_json=True) == 0
    found = json.loads(capsys.readouterr().out)
    assert "kết hôn" in found["text"]
    assert set(found) >= {
        "file", "text", "language", "confidence", "audio_s", "decode_ms", "rtf", "engine",
    }  # fmt: skip
    source.write_bytes(write_wav(bytes(32_000), 16_000))
    assert await transcribe(settings, [source], as_json=True) == 0
    silent = json.loads(capsys.readouterr().out)
    assert (silent["text"], silent["reason"]) == ("", "silence")
    spoken = tmp_path / "out.wav"
    assert await commands.say(settings, "Dạ, mời anh/chị", spoken) == 0
    assert read_wav(spoken).seconds > 0.5
    with pytest.raises(LetanError) as caught:
        await commands.say(settings, "Dạ", tmp_path / "none" / "out.wav")
    assert caught.value.code == "file_unwritable"


def test_indecent_mishearings_are_never_shown() -> None:
    assert decent("lồn bùi em quầy số ba") == "… bùi em quầy số ba"
    assert decent("địt") == ""
    assert decent("đăng ký khai sinh") == "đăng ký khai sinh"


def test_requests_to_repeat_exist_in_both_languages() -> None:
    for reason in REJECTED:
        assert rejection(reason, "vi") != rejection(reason, "en")
        assert rejection(reason, "en").isascii()
