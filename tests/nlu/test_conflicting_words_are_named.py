"""Catalogues that are contradictory, tiny, huge, or lack a language: named, and trained all the
same.
"""

import json
from pathlib import Path

import pytest

from nlu import conflicts
from nlu.arbiter import decide
from nlu.catalogue import canonical_codes, entries
from nlu.lexicon import Lexicon
from nlu.linker import Linker
from nlu.material import Material, read_material
from nlu.training_data import generate

CONTENT = Path(__file__).resolve().parents[2] / "data" / "nlu"


def _procedure(code: str, name: str, *aliases: str, en: str | None = None) -> dict:
    return {
        "code": code, "name": {"vi": name, "en": en}, "aliases": list(aliases), "rank": 5,
        "documents": [], "same_as": [], "replaced_by": None,
    }  # fmt: skip


TWINS = [
    _procedure(
        "9.000001", "Cấp giấy phép nuôi voi", "xin phép nuôi thú lớn", en="Keep an elephant"
    ),
    _procedure("9.000002", "Cấp giấy phép nuôi gấu", "Xin phép nuôi thú lớn"),
    _procedure("9.000003", "Đăng ký thả diều", "thả diều ngoài đê"),
]


def _generate(folder: Path, procedures: list[dict]) -> Path:
    (folder / "catalogue.json").write_text(json.dumps({"procedures": procedures}))
    (folder / "centre.json").write_text(json.dumps({"counters": [], "places": []}))
    generate(folder / "catalogue.json", folder / "centre.json", folder / "training", CONTENT)
    return folder / "training"


def _report(training: Path) -> dict:
    return json.loads((training / conflicts.FILE_NAME).read_text(encoding="utf-8"))


def _material(procedures: list[dict], lists: dict, outside: list[str]) -> Material:
    known = entries(procedures)
    rows = [
        {"code": e.code, "text": t, "weight": 1.0} for e in known for t in (*e.names, *e.aliases)
    ]
    return Material(
        lexicon=lists,
        phrasings=rows,
        augmented=[{**r, "text": "tôi muốn " + r["text"], "weight": 0.5} for r in rows],
        outside=outside,
        groups=canonical_codes(procedures),
    )


def test_one_phrase_of_two_entries_is_named_with_both_codes(tmp_path: Path) -> None:
    found = _report(_generate(tmp_path, TWINS))["conflicts"]
    shared = [c for c in found if c["kind"] == conflicts.SHARED]
    assert [(c["phrase"], c["codes"]) for c in shared] == [
        ("xin phép nuôi thú lớn", ["9.000001", "9.000002"])
    ]


def test_a_contradictory_alias_is_asked_back_and_holds_both(lists: dict, lexicon: Lexicon) -> None:
    linker = Linker.build(_material(TWINS, lists, ["giá vàng hôm nay", "hát một bài"]))
    linked = linker.candidates(lexicon.read("xin phép nuôi thú lớn"))
    verdict = decide([("ask_procedure", 0.9)], linked, [], 5, False)
    assert verdict.ambiguous
    assert {c.code for c, _ in verdict.candidates[:2]} == {"9.000001", "9.000002"}


def test_an_alias_that_is_a_common_word_is_named(tmp_path: Path) -> None:
    many = [_procedure(f"9.1000{n:02}", f"Cấp giấy phép loại {n}") for n in range(20)]
    many.append(_procedure("9.200000", "Đăng ký thả diều", "giấy phép"))
    found = _report(_generate(tmp_path, many))["conflicts"]
    common = [c for c in found if c["kind"] == conflicts.COMMON]
    assert [(c["phrase"], c["codes"]) for c in common] == [("giấy phép", ["9.200000"])]
    assert common[0]["entries"] >= 20


def test_an_entry_without_words_and_a_missing_language_are_named(tmp_path: Path) -> None:
    report = _report(_generate(tmp_path, [*TWINS, _procedure("9.000004", "…")]))
    assert report["without_english"] == ["9.000002", "9.000003", "9.000004"]
    assert [c["codes"] for c in report["conflicts"] if c["kind"] == conflicts.WORDLESS] == [
        ["9.000004"]
    ]


def test_a_catalogue_of_one_procedure_answers_it_and_refuses_the_rest(
    tmp_path: Path, lexicon: Lexicon
) -> None:
    training = _generate(tmp_path, TWINS[2:])
    linker = Linker.build(read_material(training / "understanding.json"))
    asked = linker.candidates(lexicon.read("cho em hỏi đăng ký thả diều"))
    assert asked.candidates[0][0].code == "9.000003"
    other = linker.candidates(lexicon.read("thời tiết ngày mai thế nào"))
    assert other.nothing > asked.nothing


def test_a_catalogue_without_a_word_stops_with_the_reason(lists: dict) -> None:
    with pytest.raises(ValueError, match="names no procedure"):
        Linker.build(_material([_procedure("9.000001", "…")], lists, []))


def test_two_thousand_entries_are_found_without_the_dense_classifier(
    lists: dict, lexicon: Lexicon
) -> None:
    first = ["bò", "dê", "cừu", "ngựa", "vịt", "gà", "ngan", "lợn", "thỏ", "cá"]
    second = ["đỏ", "xanh", "vàng", "tím", "nâu", "đen", "trắng", "hồng", "xám", "cam"]
    third = ["đồng", "ruộng", "rừng", "biển", "sông", "hồ", "suối", "núi", "đồi", "vườn"]
    where = ["phường", "xã"]
    procedures = [
        _procedure(
            f"9.{i:02}{j:01}{k:01}{m:02}",
            f"Đăng ký nuôi {a} {b} ở {c} cấp {d}",
            f"nuôi {a} {b} {c} {d}",
        )
        for i, a in enumerate(first)
        for j, b in enumerate(second)
        for k, c in enumerate(third)
        for m, d in enumerate(where)
    ]
    linker = Linker.build(_material(procedures, lists, ["giá vàng hôm nay"]))
    for wanted in procedures[::400]:
        linked = linker.candidates(lexicon.read("tôi muốn " + wanted["aliases"][0]))
        assert linked.candidates[0][0].code == wanted["code"]
