"""`./letan speech serve` and `./letan speech models`, as somebody types them."""

import asyncio
import json
import os
import signal
import socket
import sys
from pathlib import Path

import pytest
from wyoming.client import AsyncClient
from wyoming.info import Describe, Info

from assistant.settings import ROOT, SpeechSettings
from assistant.voice.services import Role, engine_options
from speech.recognisers.whisper import joined

DEADLINE = 60.0


async def letan(*words: str, data_dir: Path) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "assistant.cli", *words, cwd=ROOT,
        env={**os.environ, "LETAN_DATA_DIR": str(data_dir)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), DEADLINE)
    return process.returncode or 0, out.decode(), err.decode()


def contents(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_models_are_listed_for_people_and_for_programs(tmp_path: Path) -> None:
    code, said, _ = await letan("speech", "models", data_dir=tmp_path)
    assert code == 0
    assert "unproven" in said
    assert "streaming, partials revised, grammar, no confidence, word_times" in said
    code, lines, _ = await letan("speech", "models", "--json", data_dir=tmp_path)
    found = {item["name"]: item for item in map(json.loads, lines.splitlines())}
    assert code == 0
    assert found["Whisper base"]["installed"]
    assert found["Whisper base"]["licence"] == "MIT"
    assert not found["vosk-model-vn-0.4"]["installed"]
    assert found["vosk-model-vn-0.4"]["capabilities"]["grammar"]
    assert found["Whisper base"]["capabilities"]["max_utterance_s"] == 15.0
    assert found["eSpeak NG"]["capabilities"]["streaming"]
    assert contents(tmp_path) == []  # asking downloads nothing


async def test_a_model_is_loaded_before_it_is_installed(tmp_path: Path) -> None:
    broken, whole, data = tmp_path / "broken", tmp_path / "whisper-mine", tmp_path / "data"
    (broken / "am").mkdir(parents=True)
    (broken / "am" / "final.mdl").write_bytes(b"cut off")
    code, _, said = await letan("speech", "models", "--install", str(broken), data_dir=data)
    assert code == 1
    assert "model_wrong" in said or "cannot be loaded" in said
    assert "Traceback" not in said
    assert contents(data / "models") == []
    whole.mkdir()
    joined(whole)
    install = ("speech", "models", "--install", str(whole), "--language", "en")
    code, said, _ = await letan(*install, data_dir=data)
    assert code == 0
    assert f'whisper_model = "{data / "models" / "whisper-mine"}"' in said
    code, lines, _ = await letan("speech", "models", "--json", data_dir=data)
    assert any(json.loads(line)["path"] for line in lines.splitlines())


async def test_an_engine_serves_home_assistant_until_it_is_told_to_end(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    uri = f"tcp://127.0.0.1:{port}"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "assistant.cli", "speech", "serve", "--uri", uri,
        "--engine", "espeak", cwd=ROOT, env={**os.environ, "LETAN_DATA_DIR": str(tmp_path)},
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        assert b"listening" in await asyncio.wait_for(process.stderr.readline(), DEADLINE)
        async with AsyncClient.from_uri(uri, read_timeout=DEADLINE) as peer:
            await peer.write_event(Describe().event())
            event = await peer.read_event()
            assert event is not None
            assert Info.from_event(event).tts[0].name == "espeak"
        process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(process.wait(), DEADLINE) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_an_engine_that_nobody_knows_is_named(tmp_path: Path) -> None:
    code, _, said = await letan(
        "speech", "serve", "--uri", "tcp://127.0.0.1:1", "--engine", "nonesuch", data_dir=tmp_path
    )
    assert code == 1
    assert "viet_asr" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("role", "engine", "expected"),
    [
        ("recogniser", "viet_asr", []),
        ("recogniser", "vosk", ["--language", "vi", "--model", "/m/vi"]),
        ("recogniser_en", "vosk", ["--language", "en", "--model", "/m/en"]),
        ("synthesiser", "espeak", ["--voice-vi", "vi", "--voice-en", "en-us"]),
    ],
)
def test_each_language_has_its_model(role: Role, engine: str, expected: list[str]) -> None:
    settings = SpeechSettings(vosk_models={"en": Path("/m/en")}, vosk_model=Path("/m/vi"))
    assert engine_options(role, engine, settings) == expected


def test_only_a_limited_vosk_is_told_phrases() -> None:
    phrases = Path("/p.json")
    free = SpeechSettings(vosk_model=Path("/m/vi"))
    limited = free.model_copy(update={"vosk_grammar": True})
    assert "--phrases" not in engine_options("recogniser", "vosk", free, phrases)
    assert "--phrases" in engine_options("recogniser", "vosk", limited, phrases)
    assert "--phrases" in engine_options("recogniser", "viet_asr", free, phrases)
    english = engine_options("recogniser_en", "whisper", free, phrases)
    assert Path(english[english.index("--phrases") + 1]).is_file()
