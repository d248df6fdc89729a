"""What recognisers expect comes from our sentences and from the release in force."""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.settings import ROOT, Settings
from assistant.voice.desk_phrases import patterns
from assistant.voice.phrases import phrases_path, write_phrases
from assistant.voice.service import Voice
from speech.patterns import MOST_OF_A_PATTERN

SENTENCES = ROOT / "data" / "nlu"


@pytest.fixture
def release(tmp_path: Path) -> Path:
    folder = tmp_path / "release"
    folder.mkdir()
    procedure = {
        "name": {"vi": "Cấp sổ vườn treo", "en": None},
        "aliases": ["sổ vườn treo 2025"],
        "former_names": [],
    }
    place = {"name": {"vi": "Vườn treo", "en": None}, "aliases": ["khu vườn"]}
    (folder / "catalogue.json").write_text(json.dumps({"procedures": [procedure]}))
    counter = {"name": {"vi": "Quầy số 2 – Chứng thực", "en": None}, "aliases": ["land counter"]}
    (folder / "centre.json").write_text(json.dumps({"places": [place, counter]}))
    return folder


@pytest.fixture
def sentences(tmp_path: Path) -> Path:
    """Few of ours, so that the tests are quick."""
    folder = tmp_path / "nlu"
    (folder / "procedures").mkdir(parents=True)
    (folder / "intents").mkdir()
    (folder / "procedures" / "a.yaml").write_text(
        '"1.0": [làm khai sinh cho con, birth certificate, sao y thẻ CCCD]\n'
    )
    (folder / "intents" / "greet.yaml").write_text("intent: greet\nvi: [chào em]\nen: [hello]\n")
    (folder / "frames.yaml").write_text('vi: ["{p}", "tôi muốn {p}"]\nasks: ["{p} cần gì"]\n')
    return folder


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_names_frames_and_places_are_as_they_sound(
    tmp_path: Path, sentences: Path, release: Path
) -> None:
    path = phrases_path(tmp_path)
    assert write_phrases(path, sentences, release) > 0
    found = read(path)
    assert found["phrases"][0] == "cấp sổ vườn treo"
    assert "sổ vườn treo hai nghìn không trăm hai mươi lăm" in found["phrases"]
    assert "làm khai sinh cho con" in found["phrases"]
    assert "sao y thẻ căn cước công dân" in found["phrases"]
    assert found["frames"] == ["tôi muốn {p}", "{p} cần gì"]
    assert found["alone"] == ["chào em"]
    assert found["places"] == ["vườn treo", "khu vườn", "quầy số hai chứng thực", "quầy số hai"]
    assert found["desk"] == [
        "greet",
        *["place: Vườn treo"] * 2,
        *["place: Quầy số 2 – Chứng thực"] * 2,
    ]
    every = " ".join([*found["phrases"], *found["alone"], *found["places"]])
    assert "birth" not in every
    assert "hello" not in every
    assert not any(letter.isdigit() for letter in every)


def test_the_file_changes_only_with_what_it_is_made_of(
    tmp_path: Path, sentences: Path, release: Path
) -> None:
    path = phrases_path(tmp_path)
    write_phrases(path, sentences, release)
    before = path.stat().st_ino
    assert write_phrases(path, sentences, release) == 0
    assert path.stat().st_ino == before
    (release / "centre.json").write_text('{"places": []}')
    assert write_phrases(path, sentences, release) > 0
    assert read(path)["places"] == []


def test_questions_that_name_nothing_are_known_with_what_they_ask(
    tmp_path: Path, sentences: Path, release: Path
) -> None:
    lexicon = sentences.parent / "lexicon"
    lexicon.mkdir()
    (lexicon / "heard_vi.yaml").write_text(
        "endings: [mất bao lâu, bao giờ xong, phí bao nhiêu, thế nào]\nthere: [quầy đó]\n"
    )
    (sentences / "intents" / "choose.yaml").write_text("vi: [cái thứ hai, cái thứ ba]\n")
    path = phrases_path(tmp_path)
    write_phrases(path, sentences, release)
    found = read(path)
    meant = dict(zip([*found["alone"], *found["places"]], found["desk"], strict=True))
    assert meant["mất bao lâu"] == meant["bao giờ xong"] != meant["phí bao nhiêu"]
    assert meant["cái thứ hai"] != meant["cái thứ ba"], "what names a number is no synonym"
    assert meant["quầy đó"] == "place: there"


def test_requests_of_many_wordings_are_written_out_with_what_they_ask(
    tmp_path: Path, sentences: Path, release: Path
) -> None:
    lexicon = sentences.parent / "lexicon"
    lexicon.mkdir()
    (lexicon / "heard_vi.yaml").write_text(
        "desk:\n  repeat: [(nói|đọc) lại (|lần nữa)]\n"
        "  choose: ['(chọn|lấy) cái [thứ hai|thứ ba]']\n"
        "  centre_info: ['mấy giờ (mở cửa|đóng cửa)', '[thứ bảy|chủ nhật] có (làm|nghỉ) không']\n"
        "  broken: 3\n"
    )
    (sentences / "intents" / "find_place.yaml").write_text("vi: [khu vườn ở đâu, uống gì đây]\n")
    path = phrases_path(tmp_path)
    write_phrases(path, sentences, release)
    found = read(path)
    meant = dict(zip([*found["alone"], *found["places"]], found["desk"], strict=True))
    assert meant["nói lại"] == meant["đọc lại lần nữa"] == "repeat"
    assert meant["chọn cái thứ hai"] == meant["lấy cái thứ hai"] != meant["chọn cái thứ ba"]
    assert meant["mấy giờ mở cửa"] == meant["mấy giờ đóng cửa"]
    assert meant["thứ bảy có làm không"] == meant["thứ bảy có nghỉ không"]
    assert meant["thứ bảy có làm không"] != meant["chủ nhật có làm không"]
    assert meant["khu vườn ở đâu"] == meant["khu vườn"] == "place: Vườn treo"
    assert meant["uống gì đây"] == "uống gì đây"


def test_a_pattern_is_written_out_within_bounds() -> None:
    many = "(a|b|c|d|e|f|g|h|i|j)" * 6
    assert len(list(patterns({"x": [many]}))) == MOST_OF_A_PATTERN
    assert list(patterns({"x": ["không ( ngoặc"]})) == [("x: 0 ", "không ( ngoặc")]


def test_unreadable_files_cost_their_phrases_only(
    tmp_path: Path, sentences: Path, release: Path
) -> None:
    (release / "catalogue.json").write_text("{")
    (sentences / "frames.yaml").write_text("{[")
    (sentences / "procedures" / "b.yaml").write_text("- no mapping\n")
    path = phrases_path(tmp_path)
    write_phrases(path, sentences, release)
    assert "sao y thẻ căn cước công dân" in read(path)["phrases"]
    assert read(path)["frames"] == []


async def test_a_release_in_force_is_expected(tmp_path: Path, release: Path) -> None:
    """With all of our sentences, as at a desk."""
    voice = Voice(Settings(data_dir=tmp_path))
    await voice.expect(release)
    found = read(phrases_path(tmp_path))
    assert "cấp sổ vườn treo" in found["phrases"]
    assert len(found["phrases"]) > 1_000
    assert len(found["alone"]) > 1_000
    (release / "catalogue.json").write_text('{"procedures": [{"name": 3}]}')
    await voice.expect(release)
    assert read(phrases_path(tmp_path)) == found
