"""`./letan listen --url`: a microphone at one machine, the desk at another."""

import json
from pathlib import Path

import pytest
from conftest import Hall, spoken

from assistant.channels.microphone import listen
from assistant.errors import LetanError
from assistant.settings import Settings
from speech.audio import read_wav, write_wav


async def test_it_hears_and_is_answered(
    hall: Hall, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wav, out = tmp_path / "question.wav", tmp_path / "answer.wav"
    wav.write_bytes(write_wav(spoken("đăng ký kết hôn"), 16_000))
    settings = Settings(data_dir=tmp_path / "var")
    capsys.readouterr()
    assert await listen(settings, wav, as_json=True, url=hall.url, out=out) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith('{"type"')]
    told = [json.loads(line) for line in lines]
    reply = next(event for event in told if event["type"] == "reply")
    assert "kết hôn" in reply["parts"][0]["text"]
    assert told[-1] == {"type": "state", "state": "listening"}
    assert read_wav(out.read_bytes()).seconds > 0.5


async def test_a_desk_that_is_away_is_named(tmp_path: Path) -> None:
    wav = tmp_path / "silence.wav"
    wav.write_bytes(write_wav(bytes(32_000), 16_000))
    with pytest.raises(LetanError) as caught:
        await listen(Settings(data_dir=tmp_path / "var"), wav, url="http://127.0.0.1:9")
    assert caught.value.code == "server_unreachable"
