"""Vosk crashes on a malformed grammar and drops unknown words in silence: neither gets that far."""

import json
import os
from pathlib import Path

import pytest
from conftest import Service, Speaker
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speech import client
from speech.engines import load_recogniser
from speech.phrase_file import PhraseFile
from speech.recognisers.vosk import Vosk

PASSPORT = "여권 신청"


@pytest.fixture(scope="module")
def vosk(korean_model: Path) -> Vosk:
    engine = load_recogniser("vosk", {"model": korean_model, "language": "ko"})
    assert isinstance(engine, Vosk)
    return engine


def test_only_phrases_whose_every_word_is_known(vosk: Vosk) -> None:
    hints = [PASSPORT, f"{PASSPORT} khai sinh", "khai sinh", '["', "", "  여권   신청 ", '여권"]']
    assert vosk.grammar(hints) == [PASSPORT]


@given(st.lists(st.text(max_size=12), max_size=8))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_hint_harms_a_session(vosk: Vosk, hints: list[str]) -> None:
    session = vosk.session(language="ko", hints=[*hints, PASSPORT])
    session.accept(bytes(6400))
    assert session.finish().text == ""


def test_speech_is_heard_within_the_grammar(vosk: Vosk, espeak: Speaker) -> None:
    clip = espeak(PASSPORT, "ko")
    free, limited = vosk.session(language="ko"), vosk.session(language="ko", hints=[PASSPORT])
    free.accept(clip.pcm)
    limited.accept(clip.pcm)
    assert PASSPORT not in free.finish().text  # too hard for this artificial voice
    found = limited.finish()
    assert PASSPORT in found.text
    assert {word.text for word in found.words} == set(PASSPORT.split())


async def test_a_service_takes_its_grammar_from_a_file(
    service: Service, korean_model: Path, espeak: Speaker, tmp_path: Path
) -> None:
    file = tmp_path / "phrases.json"
    file.write_text(json.dumps({"phrases": [PASSPORT]}), encoding="utf-8")
    options = ["--model", str(korean_model), "--language", "ko", "--phrases", str(file)]
    uri = await service("vosk", *options)
    async with client.Recognition(uri, "ko") as utterance:
        await utterance.feed(bytes(16_000) + espeak(PASSPORT, "ko").pcm + bytes(16_000))
        await utterance.end()
        found = [event async for event in utterance.hypotheses()][-1]
    assert PASSPORT in found.text
    assert set(found.text.split()) == set(PASSPORT.split())


def test_the_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "phrases.json"
    found = PhraseFile(path)
    assert found.phrases == ()

    def write(content: str, stamp: int) -> None:
        path.write_text(content, encoding="utf-8")
        os.utime(path, ns=(stamp, stamp))

    write('{"phrases": ["một", " hai  ba ", 4, "", "một"]}', 1)
    assert found.phrases == ("một", "hai ba")
    write('{"phrases": ["bốn"]}', 2)
    assert found.phrases == ("bốn",)
    for stamp, broken in enumerate(["", "[]", '{"phrases": "x"}', "\0", '{"phr'], 3):
        write(broken, stamp)
        assert found.phrases == ("bốn",)
    path.unlink()
    assert found.phrases == ("bốn",)
    assert PhraseFile(None).phrases == ()
