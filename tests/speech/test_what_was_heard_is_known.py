"""The model read out of the installed package: text, times, certainty, phrases, corrections."""

import ctypes
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import Speaker

from speech import lattice
from speech.engines import SpeechRecognizer, Transcript, load_recogniser
from speech.expected import Expectations
from speech.lattice import AcousticModel, Frames, load_acoustic_model
from speech.lattice_language import OTHER_WORDS, Hinted, LanguageModel, sentence_score
from speech.lattice_phrases import PhraseIndex, align
from speech.lattice_search import BeamSearch
from speech.lattice_text import BestPath, aligned
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


def test_the_right_phrase_of_many_is_the_best(model: AcousticModel, espeak: Speaker) -> None:
    index = PhraseIndex(model.vocabulary, QUESTIONS)
    for question in QUESTIONS:
        rows = rows_of(model, bytes(16_000) + espeak(question).pcm)
        best = BestPath(model.vocabulary)
        best.extend(rows)
        assert index.match(rows, best.score, len(question.split()), 3)[0].text == question


def test_names_are_found_within_frames(model: AcousticModel, espeak: Speaker) -> None:
    names, frames = ["khai sinh", "đăng ký kết hôn"], ["lệ phí {p} là bao nhiêu", "{p} ở đâu"]
    index = PhraseIndex(model.vocabulary, names, frames, ["nhà vệ sinh"])
    rows = rows_of(model, espeak("lệ phí đăng ký kết hôn là bao nhiêu", **RECIPE).pcm)
    best = BestPath(model.vocabulary)
    best.extend(rows)
    found = index.match(rows, best.score, 8, 5)
    assert found[0].text == "lệ phí đăng ký kết hôn là bao nhiêu"
    assert all("nhà vệ sinh ở" not in match.text for match in found)


def test_alignment_is_the_best_of_all_paths() -> None:
    """Against every path of a small case."""
    rows = np.log(np.random.default_rng(1).dirichlet(np.ones(4), 6)).astype(np.float32)
    for units in ([1], [1, 1], [1, 2], [2, 3, 2]):
        paths = np.indices((4,) * 6).reshape(6, -1).T
        best = max(
            sum(rows[at][unit] for at, unit in enumerate(path))
            for path in paths.tolist()
            if collapsed(path) == units
        )
        assert float(align(rows, [np.array(units)])[0]) == pytest.approx(best, abs=1e-4)


def collapsed(path: list[int]) -> list[int]:
    kept = [unit for at, unit in enumerate(path) if at == 0 or unit != path[at - 1]]
    return [unit for unit in kept if unit]


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
