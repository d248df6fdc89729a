"""Which of a few expected answers a short utterance was, by the sound, and what is none of them."""

from collections.abc import Callable

import numpy as np
import pytest
from conftest import Service, Speaker

from speech.client import Recognition
from speech.engines import AnsweredSession, SpeechRecognizer, Transcript, load_recogniser

ANSWERS = {
    "yes": ["(dạ|) (đúng|phải) (rồi|) (em|ạ|)", "(dạ|tôi|) (có|có rồi) (em|ạ|)"],
    "no": ["(dạ|) không (phải|có|) (em|ạ|)", "(dạ|) (chưa|chưa có) (em|ạ|)"],
    "2": ["(cái|) thứ hai", "số hai"],
    "3": ["(cái|) thứ ba", "số ba"],
}
SURE = 0.75
Answered = Callable[..., Transcript]


@pytest.fixture(scope="module")
def engine() -> SpeechRecognizer:
    return load_recogniser("viet_asr", {})


@pytest.fixture(scope="module")
def answered(engine: SpeechRecognizer) -> Answered:
    def hear(pcm: bytes, answers: dict[str, list[str]] = ANSWERS) -> Transcript:
        session = engine.session(language="vi")
        assert isinstance(session, AnsweredSession)
        session.expect(answers)
        session.accept(bytes(16_000) + pcm + bytes(16_000))
        return session.finish()

    return hear


@pytest.mark.parametrize(
    ("said", "voice", "name"),
    [
        ("dạ có rồi", "vi", "yes"),
        ("đúng rồi em", "vi", "yes"),
        ("chưa có", "vi", "no"),
        ("không phải em ạ", "vi", "no"),
        ("cái thứ hai", "vi", "2"),
        ("số ba", "vi", "3"),
    ],
)
def test_an_answer_is_known_by_its_sound(
    answered: Answered, espeak: Speaker, said: str, voice: str, name: str
) -> None:
    found = answered(espeak(said, voice, 125).pcm)
    assert (found.answer, found.answer_confidence >= SURE) == (name, True), found


def test_what_is_no_answer_is_none(answered: Answered, espeak: Speaker) -> None:
    for text in ("quầy số hai ở đâu", "bao lâu thì xong", "thế còn lệ phí", "cảm ơn em"):
        assert answered(espeak(text, "vi", 125).pcm).answer_confidence < SURE, text
    for text in ("where is the toilet please", "thank you very much"):
        assert answered(espeak(text, "en-us", 150).pcm).answer_confidence < SURE, text
    noise = (np.random.default_rng(1).normal(size=32_000) * 2_000).astype("<i2").tobytes()
    for pcm in (noise, bytes(32_000), b""):
        found = answered(pcm)
        assert (found.answer, found.answer_confidence) == ("", 0.0)


def test_odd_answers_are_no_answers(answered: Answered, espeak: Speaker) -> None:
    """None at all, no words, one wording of two, more than anybody may send."""
    pcm = espeak("dạ có rồi", "vi", 125).pcm
    many = ["(a|b|c|d|e|f|g|h|i|k)" * 4 for _ in range(40)]
    for answers in ({}, {"yes": ["", "123", "((("]}, {"yes": ["dạ có rồi"], "no": ["dạ có rồi"]}):
        assert answered(pcm, answers).answer == ""
    assert answered(pcm, {"x": many, "yes": ["dạ có rồi"]}).text is not None


async def test_a_service_is_told_and_tells(service: Service, espeak: Speaker) -> None:
    uri = await service("viet_asr")
    pcm = bytes(16_000) + espeak("chưa có", "vi", 125).pcm + bytes(16_000)
    for answers in (ANSWERS, None):
        async with Recognition(uri, "vi", answers=answers) as utterance:
            await utterance.feed(pcm)
            await utterance.end()
            found = [event async for event in utterance.hypotheses()][-1]
        assert isinstance(found, Transcript)
        assert found.answer == ("no" if answers else "")
        assert (found.answer_confidence >= SURE) is bool(answers)
