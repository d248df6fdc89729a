"""`./letan evaluate --audio`: error rates, what is found, what is rejected, and clear errors."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import cli
from assistant.errors import LetanError
from assistant.releases.audio_evaluation import evaluate_audio, run_audio_evaluation
from assistant.releases.audio_files import read_audio_set
from assistant.releases.audio_report import audio_view
from assistant.releases.audio_scoring import comparable, letter_edits, nearest, word_edits
from assistant.settings import Settings
from speech.audio import read_wav, write_wav

SENTENCES = {
    "ket-hon": "tôi muốn đăng ký kết hôn",
    "khai-sinh": "tôi muốn đăng ký khai sinh cho con",
    "tam-tru": "tôi muốn đăng ký tạm trú ở phường",
}


def say(text: str, *options: str) -> bytes:
    argv = ["espeak-ng", *(options or ("-v", "vi", "-s", "120")), "--stdin", "--stdout"]
    done = subprocess.run(argv, input=text.encode(), capture_output=True, check=True)
    return write_wav(bytes(16_000) + read_wav(done.stdout).pcm + bytes(32_000), 16_000)


def noise() -> bytes:
    samples = np.random.default_rng(5).normal(0, 0.1, 4 * 16_000) * 32767
    return write_wav(samples.astype("<i2").tobytes(), 16_000)


def manifest(folder: Path, *rows: Mapping[str, Any]) -> None:
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / "manifest.jsonl").write_text("\n".join(lines), encoding="utf-8")


@pytest.mark.parametrize(
    ("said", "heard", "edits"),
    [
        ("đăng ký khai sinh", "đăng ký khai sinh", (3 + 1, 0, 0, 0)),
        ("đăng ký khai sinh", "đăng kí khai sinh", (4, 1, 0, 0)),
        ("đăng ký khai sinh", "khai sinh", (4, 0, 2, 0)),
        ("khai sinh", "à khai sinh ạ", (2, 0, 0, 2)),
        ("", "quầy ba", (0, 0, 0, 2)),
    ],
)
def test_words_are_counted_as_usual(said: str, heard: str, edits: tuple[int, ...]) -> None:
    found = word_edits(said, heard)
    assert (found.of, found.substituted, found.deleted, found.inserted) == edits
    assert found.rate == (found.wrong / found.of if found.of else None)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hoà Bình, huỷ hồ sơ?", "hòa bình hủy hồ sơ"),
        ("Lệ phí 8.000 đồng", "lệ phí tám nghìn đồng"),
        ("thu\u0309 tục", "thủ tục"),
        ("thuý quý", "thúy quý"),
    ],
)
def test_ways_of_writing_are_no_errors(one: str, other: str) -> None:
    assert comparable(one, "vi") == comparable(other, "vi")
    assert letter_edits(comparable(one, "vi"), comparable(other, "vi")).wrong == 0


@given(st.lists(st.sampled_from(["a", "b", "c"])), st.lists(st.sampled_from(["a", "b", "c"])))
def test_edits_turn_one_into_the_other(said: list[str], heard: list[str]) -> None:
    found = word_edits(" ".join(said), " ".join(heard))
    assert len(heard) == len(said) - found.deleted + found.inserted
    assert found.substituted + found.deleted <= len(said)
    assert (found.wrong == 0) == (said == heard)


def test_the_nearest_sentence_is_found_without_accents() -> None:
    known = list(SENTENCES.values())
    assert nearest("toi muon dang ky ket hon", known) == SENTENCES["ket-hon"]
    assert nearest("", known) is None


async def test_a_folder_with_texts_beside_needs_no_manifest(tmp_path: Path) -> None:
    for name, text in SENTENCES.items():
        (tmp_path / f"{name}.wav").write_bytes(say(text))
        (tmp_path / f"{name}.txt").write_text(text + "\n", encoding="utf-8")
    (tmp_path / "hall").mkdir()
    (tmp_path / "hall" / "noise.wav").write_bytes(noise())
    (tmp_path / "hall" / "noise.txt").write_text("")
    (tmp_path / "untold.wav").write_bytes(noise())
    found = read_audio_set(tmp_path)
    assert [problem.id for problem in found.left_out] == ["untold.wav"]
    report = await evaluate_audio(Settings(data_dir=tmp_path / "var"), found, "set")
    figures = report.as_dict()
    assert figures["engines"] == {"vi": "viet_asr"}
    assert figures["retrieval"] == {"n": 3, "right": 3}
    assert figures["no_speech"]["n"] == figures["no_speech"]["rejected"] == 1
    assert figures["no_speech"]["answers"] == 0
    assert 0 <= figures["speech"]["cer"] <= figures["speech"]["wer"]
    assert figures["groups"]["hall"]["speech"]["n"] == 0
    wrong = sum(row["wer"] * len(row["said"].split()) for row in figures["rows"] if row["said"])
    assert figures["speech"]["wer"] == pytest.approx(wrong / figures["speech"]["words"], abs=1e-3)
    assert audio_view(report)


def test_a_manifest_says_everything(tmp_path: Path) -> None:
    for name in ("a.wav", "b.wav", "c.wav"):
        (tmp_path / name).write_bytes(b"RIFF")
    questions = [{"id": "b", "text": "khai sinh cần gì", "procedure": "1.001193"}]
    (tmp_path / "questions.jsonl").write_text(json.dumps(questions[0]), encoding="utf-8")
    manifest(
        tmp_path,
        {"audio_filepath": "a.wav", "sentence": "xin chào", "language": "en", "group": "x"},
        {"file": "b.wav"},
        {"file": "c.wav", "speech": False},
        {"file": "gone.wav", "text": "không có"},
    )
    found = read_audio_set(tmp_path)
    a, b, c = found.recordings
    assert (a.text, a.language, a.group) == ("xin chào", "en", "x")
    assert (b.text, b.accept) == ("khai sinh cần gì", ("1.001193",))
    assert not c.speech
    assert found.known == ("khai sinh cần gì",)
    assert [problem.id for problem in found.left_out] == ["gone.wav"]


def test_a_table_is_a_manifest_too(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    (tmp_path / "n.wav").write_bytes(b"RIFF")
    table = "path\tsentence\tspeech\na.wav\txin chào\t\nn.wav\t\tfalse\n"
    (tmp_path / "manifest.tsv").write_text(table, encoding="utf-8-sig")
    found = read_audio_set(tmp_path)
    assert [(r.id, r.text) for r in found.recordings] == [("a.wav", "xin chào"), ("n.wav", "")]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"text": "x"}, "file"),
        ({"file": 5, "text": "x"}, "file"),
        ({"file": "a.wav", "text": ["x"]}, "text"),
        ({"file": "a.wav", "text": "x", "language": "fr"}, "language"),
        ({"file": "a.wav", "text": "x", "speech": False}, "speech"),
        ({"file": "a.wav", "text": "x", "accept": "1"}, None),
        ({"file": "a.wav", "text": "x", "accept": [1]}, "accept"),
        ({"file": "a.wav", "question": "nobody"}, "question"),
    ],
)
def test_wrong_rows_are_named(tmp_path: Path, row: dict[str, Any], field: str | None) -> None:
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    manifest(tmp_path, row)
    if field is None:
        assert read_audio_set(tmp_path).recordings[0].accept == ("1",)
        return
    with pytest.raises(LetanError) as caught:
        read_audio_set(tmp_path)
    assert caught.value.code == "audio_set_bad"
    assert f"manifest.jsonl:1: {field}" in caught.value.en


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "no such folder"), ({}, "no recordings"), ({"manifest.jsonl": "{"}, "no JSON")],
)
def test_a_folder_that_cannot_be_measured_says_why(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    content: dict[str, str] | None,
    told: str,
) -> None:
    folder = tmp_path / "set"
    if content is not None:
        folder.mkdir()
        for name, text in content.items():
            (folder / name).write_text(text)
    monkeypatch.setattr(sys, "argv", ["letan", "evaluate", "--audio", str(folder)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (1, "")
    assert told in err


async def test_the_understanding_of_a_release_is_asked(
    trained_data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    understood = ("-v", "vi+f2", "-s", "140", "-p", "65")  # as in tests/speech/recipes.json
    (folder / "a.wav").write_bytes(say("Tôi muốn đăng ký kết hôn", *understood))
    (folder / "b.wav").write_bytes(b"broken")
    manifest(
        folder,
        {"file": "a.wav", "text": "tôi muốn đăng ký kết hôn", "procedure": "1.000894"},
        {"file": "b.wav", "text": "x"},
    )
    settings = Settings(data_dir=trained_data_dir)
    assert await run_audio_evaluation(settings, folder, Path("-"), None) == 1
    out, err = capsys.readouterr()
    figures = json.loads(out)
    assert figures["procedures"] == {"n": 1, "right": 1}
    assert figures["release"]
    assert [error["id"] for error in figures["errors"]] == ["b.wav"]
    assert "procedure" in err
