"""Catalogues of every size and fault at the trainer's door: trained, or stopped with the reason."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from running_engine import DEADLINE, ROOT

pytestmark = pytest.mark.timeout(8 * DEADLINE)

PARSE = """
import json, sys
from pathlib import Path
from dialogues import lazy_tensorflow
lazy_tensorflow.install()
import dialogues.engine
from dialogues.processor import TurnProcessor
processor = TurnProcessor(Path(sys.argv[1]) / "model.tar.gz")
print(json.dumps([processor.parse(text, {}) for text in sys.argv[2:]], default=str))
"""


def _procedure(code: str, name: str, *aliases: str, en: str | None = None) -> dict[str, Any]:
    return {
        "code": code, "name": {"vi": name, "en": en}, "aliases": list(aliases), "rank": 5,
        "documents": [], "same_as": [], "replaced_by": None,
    }  # fmt: skip


def _train(folder: Path, procedures: list[dict[str, Any]]) -> tuple[int, dict[str, Any]]:
    """(exit code, last line of the progress)."""
    (folder / "catalogue.json").write_text(json.dumps({"procedures": procedures}))
    (folder / "centre.json").write_text(json.dumps({"counters": [], "places": []}))
    command = [sys.executable, "-W", "ignore", "-m", "dialogues.train", "--release", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=6 * DEADLINE, check=False)
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def _parsed(folder: Path, *texts: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-W", "ignore", "-c", PARSE, str(folder), *texts]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=DEADLINE, check=True)
    parsed: list[dict[str, Any]] = json.loads(said.stdout.splitlines()[-1])
    return parsed


def _codes(parsed: dict[str, Any]) -> list[str]:
    return [found["code"] for found in parsed["procedures"]]


@pytest.mark.slow
def test_one_procedure_without_english_is_a_catalogue(tmp_path: Path) -> None:
    code, last = _train(tmp_path, [_procedure("9.000001", "Đăng ký thả diều", "thả diều")])
    assert (code, last["step"]) == (0, "done")
    asked, foreign = _parsed(tmp_path, "thả diều cần giấy tờ gì", "thời tiết ngày mai thế nào")
    assert _codes(asked) == ["9.000001"]
    assert foreign["intent"]["name"] == "out_of_scope"


@pytest.mark.slow
def test_a_contradiction_is_named_with_both_codes_and_asked_back(tmp_path: Path) -> None:
    many = [_procedure(f"9.1000{n:02}", f"Cấp giấy phép loại {n}") for n in range(20)]
    code, last = _train(
        tmp_path,
        [
            _procedure(
                "9.000001", "Cấp giấy phép nuôi voi", "xin phép nuôi thú lớn", en="Elephant"
            ),
            _procedure("9.000002", "Cấp giấy phép nuôi gấu", "xin phép nuôi thú lớn"),
            _procedure("9.000003", "Đăng ký thả diều", "giấy phép"),
            *many,
        ],
    )
    assert (code, last["step"]) == (0, "done")
    report = json.loads((tmp_path / "training" / "conflicts.json").read_text(encoding="utf-8"))
    named = {c["kind"]: (c["phrase"], c["codes"]) for c in report["conflicts"]}
    assert named["shared_phrase"] == ("xin phép nuôi thú lớn", ["9.000001", "9.000002"])
    assert named["common_word"] == ("giấy phép", ["9.000003"])
    assert "9.000002" in report["without_english"]
    (asked,) = _parsed(tmp_path, "xin phép nuôi thú lớn")
    assert asked["ambiguous"]
    assert set(_codes(asked)[:2]) == {"9.000001", "9.000002"}


@pytest.mark.slow
def test_a_catalogue_without_a_word_stops_with_the_reason(tmp_path: Path) -> None:
    code, last = _train(tmp_path, [_procedure("9.000001", "…")])
    assert code == 1
    assert "names no procedure in words" in last["error"]
    assert not (tmp_path / "model.tar.gz").exists()


def test_an_empty_catalogue_stops_with_the_reason(tmp_path: Path) -> None:
    code, last = _train(tmp_path, [])
    assert code == 1
    assert "no procedures" in last["error"]


@pytest.mark.slow
def test_ten_thousand_procedures_are_trained_and_told_apart(tmp_path: Path) -> None:
    animals = ["bò", "dê", "cừu", "ngựa", "vịt", "gà", "ngan", "lợn", "thỏ", "cá"]
    colours = ["đỏ", "xanh", "vàng", "tím", "nâu", "đen", "trắng", "hồng", "xám", "cam"]
    places = ["đồng", "ruộng", "rừng", "biển", "sông", "hồ", "suối", "núi", "đồi", "vườn"]
    times = ["xuân", "hạ", "thu", "đông", "sáng", "trưa", "chiều", "tối", "khuya", "tết"]
    procedures = [
        _procedure(f"9.{number:06}", f"Đăng ký nuôi {a} {b} ở {c} mùa {d}")
        for number, (a, b, c, d) in enumerate(itertools.product(animals, colours, places, times))
    ]
    code, last = _train(tmp_path, procedures)
    assert (code, last["step"]) == (0, "done")
    wanted = procedures[::2500]
    found = _parsed(tmp_path, *(f"tôi muốn {p['name']['vi'].lower()}" for p in wanted))
    assert [_codes(parsed)[0] for parsed in found] == [p["code"] for p in wanted]
