"""What every recogniser and every synthesiser promises; a new engine is one more parameter."""

import threading
from pathlib import Path

import pytest
from conftest import Speaker

from speech.engines import (
    CancelToken,
    SpeechRecognizer,
    SpeechSynthesizer,
    load_recogniser,
    load_synthesiser,
)
from speech.errors import EngineUnavailableError
from speech.recognisers.viet_asr_library import agreement

BLOCK = 6400
SAID = {
    "vi": "Tôi muốn đăng ký khai sinh cho con",
    "ko": "여권 신청",
    "en": "I would like to register the birth of my child",
}


@pytest.fixture(scope="module", params=["viet_asr", "vosk", "whisper"])
def recogniser(request: pytest.FixtureRequest, korean_model: Path) -> SpeechRecognizer:
    options = {"model": korean_model, "language": "ko"} if request.param == "vosk" else {}
    return load_recogniser(request.param, options)


@pytest.fixture(scope="module", params=["espeak", "pyttsx3"])
def synthesiser(request: pytest.FixtureRequest) -> SpeechSynthesizer:
    return load_synthesiser(request.param, {})


def test_a_session_takes_speech_and_gives_one_transcript(
    recogniser: SpeechRecognizer, espeak: Speaker
) -> None:
    language = recogniser.languages[0]
    clip = espeak(SAID[language], language)
    session = recogniser.session(language=language)
    partials = [
        partial.text
        for at in range(0, len(clip.pcm), BLOCK)
        if (partial := session.accept(clip.pcm[at : at + BLOCK])) is not None
    ]
    found = session.finish()
    assert found.text == " ".join(found.text.split()) != ""
    assert partials or recogniser.name == "whisper"  # whose hypotheses only come in real time
    assert found.confidence is None or 0 <= found.confidence <= 1
    assert found.audio_s == pytest.approx(clip.seconds, abs=0.01)
    assert found.decode_ms > 0
    if recogniser.capabilities.word_times:
        assert all(0 <= word.start <= word.end <= clip.seconds + 0.5 for word in found.words)
    session.close()
    session.close()
    assert session.accept(clip.pcm) is None


def test_an_utterance_without_end_is_capped(recogniser: SpeechRecognizer) -> None:
    session = recogniser.session(language=recogniser.languages[0])
    for _ in range(100):
        session.accept(bytes(BLOCK))
    assert session.finish().audio_s == recogniser.capabilities.max_utterance_s


def test_sessions_do_not_mix(recogniser: SpeechRecognizer, espeak: Speaker) -> None:
    language = recogniser.languages[0]
    clip = espeak(SAID[language], language)

    def alone() -> str:
        session = recogniser.session(language=language)
        session.accept(clip.pcm)
        return session.finish().text

    speaking, silent = (recogniser.session(language=language) for _ in range(2))
    for at in range(0, len(clip.pcm), BLOCK):
        speaking.accept(clip.pcm[at : at + BLOCK])
        silent.accept(bytes(BLOCK))
    assert silent.finish().text == ""
    assert speaking.finish().text != ""
    assert alone() == alone()


def test_hints_that_a_model_does_not_know_are_left_out(korean_model: Path) -> None:
    engine = load_recogniser("vosk", {"model": korean_model, "language": "ko"})
    session = engine.session(language="ko", hints=["여권 신청", "không có từ này", '["', ""])
    session.accept(bytes(BLOCK))
    assert session.finish().text == ""


def test_a_synthesiser_speaks_mono_and_repeats_itself(synthesiser: SpeechSynthesizer) -> None:
    def speak(text: str, rate: float = 1.0) -> bytes:
        blocks = list(synthesiser.synthesize(text, voice="vi", rate=rate, cancel=CancelToken()))
        assert {block.rate for block in blocks} == {22_050}
        return b"".join(block.pcm for block in blocks)

    said = speak("Dạ, em chào anh chị")
    assert len(said) % 2 == 0
    assert 1.0 < len(said) / 2 / 22_050 < 4.0
    if synthesiser.name == "espeak":
        assert speak("Dạ, em chào anh chị") == said
        assert len(speak("Dạ, em chào anh chị", 0.6)) > 1.2 * len(said)
    assert len(speak("Dạ, em chào anh chị. " * 10)) > 8 * len(said)


def test_a_cancelled_sentence_ends(synthesiser: SpeechSynthesizer) -> None:
    cancel = CancelToken()
    cancel.cancel()
    text = "Dạ, em chào anh chị. " * 50
    assert len(list(synthesiser.synthesize(text, voice="vi", rate=1.0, cancel=cancel))) < 3


def test_a_running_espeak_is_killed_by_cancelling() -> None:
    engine = load_synthesiser("espeak", {})
    cancel = CancelToken()
    speech = engine.synthesize("một hai ba bốn " * 2000, voice="vi", rate=1.0, cancel=cancel)
    next(speech)
    threading.Thread(target=cancel.cancel).start()
    total = sum(len(block.pcm) for block in speech)
    assert cancel.cancelled
    assert total / 2 / 22_050 < 1500


@pytest.mark.parametrize("text", ["", "\ud800", "\x00", "😀", "-v en", "<break/>"])
def test_odd_texts_do_no_harm(synthesiser: SpeechSynthesizer, text: str) -> None:
    list(synthesiser.synthesize(text, voice="vi", rate=1.0, cancel=CancelToken()))
    again = list(synthesiser.synthesize("chào", voice="vi", rate=1.0, cancel=CancelToken()))
    assert again


def test_what_is_missing_is_named_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for options in ({}, {"model": tmp_path / "none"}, {"model": tmp_path}):
        with pytest.raises(EngineUnavailableError) as caught:
            load_recogniser("vosk", options)
        assert "speech.vosk_model" in caught.value.en
    (tmp_path / "am").mkdir()
    (tmp_path / "am" / "final.mdl").write_bytes(b"cut off")
    with pytest.raises(EngineUnavailableError):
        load_recogniser("vosk", {"model": tmp_path})
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineUnavailableError) as caught:
        load_synthesiser("espeak", {})
    assert "apt-get install espeak-ng" in caught.value.vi
    with pytest.raises(EngineUnavailableError) as caught:
        load_recogniser("wishper", {})
    assert "viet_asr" in caught.value.en


def test_agreement_is_between_no_and_full() -> None:
    assert agreement("đăng ký", "dang ky") == 1.0
    assert agreement("anh zalo", "thảo ơi giờ em") < 0.5
    assert agreement("", "") == 1.0
