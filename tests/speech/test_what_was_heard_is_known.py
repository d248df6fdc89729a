"""The model read out of the installed package: text, times, certainty, phrases, corrections."""

import ctypes
import json
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from conftest import Speaker
from numpy.typing import NDArray

from speech import lattice
from speech.engines import SpeechRecognizer, Transcript, load_recogniser
from speech.expected import Expectations
from speech.lattice import AcousticModel, Frames, load_acoustic_model
from speech.lattice_chains import Heard, best, blocks, ends
from speech.lattice_language import OTHER_WORDS, Hinted, LanguageModel, sentence_score
from speech.lattice_phrases import Match, PhraseIndex
from speech.lattice_search import BeamSearch
from speech.lattice_text import BestPath, aligned
from speech.misheard import Event, Misheard, Sounds, counted, parts
from speech.recognisers.viet_asr_library import LibraryVietAsr

RECIPE = {"voice": "vi+f2", "rate": 140, "pitch": 45}
SENTENCE = "Tôi muốn đăng ký kết hôn"
QUESTIONS = [
    "đăng ký khai sinh cần giấy tờ gì",
    "tôi muốn đăng ký kết hôn với người nước ngoài",
    "lệ phí chứng thực bản sao là bao nhiêu",
    "mấy giờ thì trung tâm đóng cửa",
    "thành lập hộ kinh doanh cần những gì",
    "dẫn tôi đến quầy số ba",
    "lấy số thứ tự ở đâu",
    "chứng thực sơ yếu lý lịch",
]
ENGLISH = [
    "Where is the toilet please",
    "What time do you close today",
    "I would like to register the birth of my child",
    "Thank you very much goodbye",
]

Hear = Callable[..., Transcript]


@pytest.fixture(scope="module")
def model() -> AcousticModel:
    return load_acoustic_model()


@pytest.fixture(scope="module")
def engine() -> SpeechRecognizer:
    return load_recogniser("viet_asr", {})


@pytest.fixture(scope="module")
def hear(engine: SpeechRecognizer, espeak: Speaker) -> Hear:
    def recognise(text: str, hints: tuple[str, ...] = (), **how: object) -> Transcript:
        session = engine.session(language="vi", hints=hints)
        session.accept(bytes(16_000) + espeak(text, **how).pcm + bytes(16_000))
        return session.finish()

    return recognise


def rows_of(model: AcousticModel, pcm: bytes, block: int = 6_400) -> Frames:
    stream = model.stream()
    found = [stream.accept(pcm[at : at + block]) for at in range(0, len(pcm), block)]
    return np.concatenate([rows for rows in (*found, stream.finish()) if rows.size])


def test_rows_are_probabilities_and_blocks_of_any_size_give_the_same(
    model: AcousticModel, espeak: Speaker
) -> None:
    pcm = espeak(SENTENCE, **RECIPE).pcm
    rows = rows_of(model, pcm)
    assert rows.shape[1] <= len(model.vocabulary)
    assert np.exp(rows).sum(axis=1) == pytest.approx(1.0, abs=1e-3)
    seconds = len(pcm) / 32_000 + lattice.LEAD_S + lattice.TAIL_S
    assert seconds <= len(rows) * lattice.FRAME_S + 0.1 <= seconds + 0.9
    assert np.allclose(rows, rows_of(model, pcm, 322), atol=1e-3)


def test_words_have_times_in_order_within_the_utterance(hear: Hear) -> None:
    found = hear(SENTENCE, **RECIPE)
    assert "đăng ký kết hôn" in found.text
    assert [word.text for word in found.words] == found.text.split()
    times = [moment for word in found.words for moment in (word.start, word.end)]
    assert times == sorted(times)
    assert times[0] >= 0.3
    assert times[-1] <= found.audio_s
    assert all(0 <= (word.confidence or 0) <= 1 for word in found.words)


def test_silence_and_noise_have_no_words(engine: SpeechRecognizer) -> None:
    random = np.random.default_rng(3)
    for pcm in (bytes(64_000), (random.normal(0, 4_000, 48_000)).astype("<i2").tobytes(), b""):
        session = engine.session(language="vi")
        session.accept(pcm)
        found = session.finish()
        assert (found.text, found.confidence, found.words) == ("", None, ())


def test_english_is_less_certain_than_vietnamese(hear: Hear) -> None:
    foreign = [hear(text, voice="en-us", rate=150).confidence or 0.0 for text in ENGLISH]
    assert max(foreign) < 0.8
    assert (hear(SENTENCE, **RECIPE).confidence or 0.0) > max(foreign)


def test_a_hint_corrects_what_was_said_and_nothing_else(hear: Hear) -> None:
    found = [hear(text, tuple(QUESTIONS)).text for text in QUESTIONS]
    right = sum(one == other for one, other in zip(found, QUESTIONS, strict=True))
    assert right >= len(QUESTIONS) - 1, found
    for text in ENGLISH:
        assert hear(text, tuple(QUESTIONS), voice="en-us", rate=150).text not in QUESTIONS


def matches(index: PhraseIndex, rows: Frames, vocabulary: tuple[str, ...]) -> list[Match]:
    best = BestPath(vocabulary)
    best.extend(rows)
    return index.match(rows, best.timed(), 3)


def test_the_right_phrase_of_many_is_the_best(model: AcousticModel, espeak: Speaker) -> None:
    index = PhraseIndex(model.vocabulary, QUESTIONS)
    for question in QUESTIONS:
        rows = rows_of(model, bytes(16_000) + espeak(question).pcm)
        found = matches(index, rows, model.vocabulary)
        assert found[0].text == question
        assert found[0].score > found[0].rival


def test_names_are_found_between_their_surroundings(model: AcousticModel, espeak: Speaker) -> None:
    names = ["khai sinh", "đăng ký kết hôn", "làm giấy kết hôn"]
    index = PhraseIndex(
        model.vocabulary,
        names,
        ["lệ phí {p} là bao nhiêu"],
        alone=["nhà vệ sinh"],
        around={"greetings": ["em ơi"], "endings": ["ở đâu"], "particles": ["ạ"]},
        meanings=dict(zip(names, ("1", "2", "2"), strict=True)),
    )
    rows = rows_of(model, espeak("em ơi lệ phí đăng ký kết hôn là bao nhiêu ạ").pcm)
    found = matches(index, rows, model.vocabulary)
    assert found[0].text == "em ơi lệ phí đăng ký kết hôn là bao nhiêu ạ"
    assert (found[0].name, found[0].unknown) == ("đăng ký kết hôn", 0)
    assert found[0].rival < found[1].score, "what means the same is no rival"
    assert all("nhà vệ sinh ở" not in match.text for match in found)


DESK = {
    "em ơi dẫn bác ra quầy số hai nhé": "quầy số hai",
    "nhà vệ sinh nằm ở chỗ nào": "nhà vệ sinh",
    "thế còn mất bao lâu": "mất bao lâu",
}


def test_what_is_said_at_a_desk_is_found_between_its_surroundings(
    model: AcousticModel, espeak: Speaker
) -> None:
    index = PhraseIndex(
        model.vocabulary,
        ["thế chấp", "đăng ký kết hôn"],
        ["{p} mất bao lâu"],
        alone=["mất bao lâu", "cần giấy tờ gì"],
        places=["quầy số hai", "quầy số ba", "nhà vệ sinh"],
        around={
            "greetings": ["em ơi"],
            "leads": ["dẫn bác ra", "đưa tôi tới"],
            "wheres": ["ở đâu", "nằm ở chỗ nào"],
            "turns": ["thế còn"],
            "particles": ["nhé"],
        },
    )
    for said, name in DESK.items():
        rows = rows_of(model, bytes(16_000) + espeak(said).pcm)
        found = matches(index, rows, model.vocabulary)
        assert (found[0].text, found[0].name) == (said, name)
        assert found[0].score > found[0].rival


def test_unknown_words_around_a_name_stay_as_they_were_heard(
    model: AcousticModel, espeak: Speaker
) -> None:
    index = PhraseIndex(model.vocabulary, ["đăng ký kết hôn"])
    text = "chị tôi ở xa về đăng ký kết hôn"
    found = matches(index, rows_of(model, espeak(text, "vi+f2", 140).pcm), model.vocabulary)
    assert found[0].text.endswith("đăng ký kết hôn")
    assert found[0].unknown >= 3
    assert found[0].alone > found[0].score


def test_nothing_is_found_in_nothing(model: AcousticModel) -> None:
    silence = rows_of(model, bytes(64_000))
    assert matches(PhraseIndex(model.vocabulary, ["khai sinh"]), silence, model.vocabulary) == []
    assert matches(PhraseIndex(model.vocabulary, []), silence, model.vocabulary) == []


def test_a_chain_scores_as_its_best_way_does() -> None:
    """Against every way of a small case: which word was heard where, which was missing."""
    chance = np.random.default_rng(4)
    evidence = chance.normal(0, 3, (5, 4)).astype(np.float32)
    passed = chance.uniform(-3, 0, 5).astype(np.float32)
    first = np.concatenate([np.zeros(1, np.float32), passed.cumsum(dtype=np.float32)])
    last = np.full(6, -1e9, np.float32)
    last[5] = 0.0
    for chain in ([0], [1, 2], [3, 3, 1]):
        (block,) = blocks([chain])
        found = float(best(block, Heard(evidence, passed), first, last)[0])
        ended, begun = ends(block, Heard(evidence, passed), first)
        begins = int(begun[5, 0])
        assert found == pytest.approx(slow(chain, evidence, passed), abs=1e-4)
        assert float(ended[5, 0]) == pytest.approx(found)
        assert 0 <= begins <= 5


def slow(chain: list[int], evidence: Frames, passed: NDArray[np.float32]) -> float:
    every = [np.float32(-np.inf)]
    for heard in product([None, *range(len(passed))], repeat=len(chain)):
        places = [place for place in heard if place is not None]
        if places == sorted(set(places)):
            score = sum(
                np.float32(-4.0) if place is None else evidence[place][word]
                for word, place in zip(chain, heard, strict=True)
            )
            every.append(score + sum(p for at, p in enumerate(passed) if at not in places))
    return float(max(every))


def test_a_syllable_is_taken_for_its_neighbours(model: AcousticModel) -> None:
    assert parts("nghiêng") == ("ng", "iêng", "-")
    assert parts("giấy")[::2] == parts("dấy")[::2]  # type: ignore[index]
    assert parts("quý") == ("c", "uy", "\u0301")
    assert parts("permit") is None
    heard = {unit: at for at, unit in enumerate(model.vocabulary)}["▁lấy"]
    words = ["lấy", "nấy", "giấy", "phường"]
    event = Event(0, 1e-4, (heard,), (1.0,))
    same, close, other, far = (
        Sounds(Misheard(counted(), model.vocabulary), words).evidence([event])[0].tolist()
    )
    assert same > close > far
    assert other > 0 > far


def test_what_people_say_decides_between_equal_sounds() -> None:
    vocabulary = ["<blank>", "▁khai", "▁sinh", "▁xinh"]
    rows = np.log(np.array([
        [0.01, 0.97, 0.01, 0.01], [0.97, 0.01, 0.01, 0.01],
        [0.02, 0.02, 0.47, 0.49], [0.97, 0.01, 0.01, 0.01],
    ], np.float32))  # fmt: skip

    def text(language: LanguageModel | Hinted) -> str:
        search = BeamSearch(vocabulary, language)
        search.extend(rows)
        return search.best()[0].text

    assert text(LanguageModel([])) == "khai xinh"
    assert text(LanguageModel(["đăng ký khai sinh"])) == "khai sinh"
    assert text(Hinted(LanguageModel([]), ["khai sinh"])) == "khai sinh"
    words = aligned(rows, [1, 2], vocabulary)
    assert [word.text for word in words] == ["khai", "sinh"]
    assert words[1].confidence == pytest.approx(0.47, abs=0.01)


def test_a_language_model_shares_out_exactly_one() -> None:
    language = LanguageModel(["đăng ký khai sinh", "đăng ký kết hôn", "khai sinh"])
    known = ["đăng", "ký", "khai", "sinh", "kết", "hôn", "</s>"]
    for context in (language.start(), ("đăng", "ký"), ("lạ", "ký"), ("lạ", "lạ")):
        shares = [np.exp(language.score(context, word)) for word in known]
        unseen = np.exp(language.score(context, "lạ"))
        assert sum(shares) + (OTHER_WORDS - len(known)) * unseen == pytest.approx(1.0)
    assert sentence_score(language, "đăng ký khai sinh") > sentence_score(language, "sinh khai ký")


def test_a_changed_file_of_phrases_is_read_again(model: AcousticModel, tmp_path: Path) -> None:
    path = tmp_path / "phrases.json"
    found = Expectations(path, model.vocabulary)
    assert len(found.current.index) == 0
    path.write_text(json.dumps({"phrases": ["đăng ký khai sinh"], "alone": ["chào em"]}))
    size_after = _when_made(found)
    assert size_after == 2
    for wrong in ("not json", "[]", '{"phrases": 3}', '{"phrases": [1], "frames": 5}'):
        path.write_text(wrong)
        assert _when_made(found) == 2


def _when_made(expectations: Expectations) -> int:
    """The number of phrases after what is being made is made."""
    expectations.current  # noqa: B018 - asking starts it
    making = expectations._making
    if making is not None:
        making.join(30)
    return len(expectations.current.index)


def test_without_its_symbols_the_library_decodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lattice, "MODEL_SYMBOL", "no_such_symbol")
    assert isinstance(load_recogniser("viet_asr", {}), LibraryVietAsr)
    monkeypatch.undo()
    monkeypatch.setattr(lattice, "_library", lambda: ctypes.CDLL(None))
    with pytest.raises(lattice.LatticeUnavailableError, match="vietasr_asr_vocab"):
        load_acoustic_model()
