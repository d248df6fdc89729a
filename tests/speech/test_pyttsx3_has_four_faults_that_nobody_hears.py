"""Each of the faults of pyttsx3 2.99 that were measured, seen through our engine."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import ROOT

from speech.engines import CancelToken, SpeechSynthesizer, load_synthesiser
from speech.errors import EngineFailedError

LONG = "Dạ, em chào anh chị, anh chị cần làm thủ tục gì ạ. " * 10
FIRST_CALL = """
import sys
from speech.engines import CancelToken, load_synthesiser
engine = load_synthesiser("pyttsx3", {})
blocks = engine.synthesize(sys.argv[1], voice="vi", rate=1.0, cancel=CancelToken())
sys.stderr.write(f"PCM {sum(len(block.pcm) for block in blocks)}\\n")
"""


@pytest.fixture(scope="module")
def engine() -> SpeechSynthesizer:
    return load_synthesiser("pyttsx3", {})


def speak(engine: SpeechSynthesizer, text: str, rate: float = 1.0, voice: str = "vi") -> int:
    blocks = engine.synthesize(text, voice=voice, rate=rate, cancel=CancelToken())
    return sum(len(block.pcm) for block in blocks)


def test_the_first_long_text_of_a_process_is_whole_and_standard_output_clean(
    engine: SpeechSynthesizer,
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIRST_CALL, LONG],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout == ""
    said = int(done.stderr.split("PCM ")[1].split()[0])
    assert said == pytest.approx(speak(engine, LONG), rel=0.02)


def test_overlapping_calls_lose_no_file(engine: SpeechSynthesizer) -> None:
    texts = ["một", "một hai ba bốn năm", "xin chào anh chị " * 4, "dạ vâng ạ"]
    alone = [speak(engine, text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda text: speak(engine, text), texts))
    assert together == pytest.approx(alone, rel=0.02)


def test_an_unknown_voice_is_an_error_and_not_the_last_voice(engine: SpeechSynthesizer) -> None:
    with pytest.raises(EngineFailedError):
        speak(engine, "xin chào", voice="no-such-voice")
    assert speak(engine, "xin chào")


def test_no_change_of_pace_is_lost(engine: SpeechSynthesizer) -> None:
    slow, fast = speak(engine, "xin chào anh chị", 0.7), speak(engine, "xin chào anh chị", 1.6)
    assert slow > 1.5 * fast
    for _ in range(15):
        assert speak(engine, "xin chào anh chị", 0.7) == pytest.approx(slow, rel=0.02)
        assert speak(engine, "xin chào anh chị", 1.6) == pytest.approx(fast, rel=0.02)


def test_no_file_stays_behind(
    engine: SpeechSynthesizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    speak(engine, "xin chào")
    cancelled = CancelToken()
    cancelled.cancel()
    list(engine.synthesize(LONG, voice="vi", rate=1.0, cancel=cancelled))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_an_error_and_the_next_text_is_spoken(
    engine: SpeechSynthesizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    with pytest.raises(EngineFailedError):
        speak(engine, "xin chào")
    monkeypatch.undo()
    assert speak(engine, "xin chào")
