"""Training data: the same each time, made from the catalogue alone, split by wording."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.lexicon import Lexicon
from nlu.material import read_material
from nlu.syllables import fold
from nlu.training_data import FEW, generate, split
from nlu.wording import wording

CONTENT = Path(__file__).resolve().parents[2] / "data" / "nlu"


def _procedure(code: str, name: str, **more: object) -> dict:
    empty = {"aliases": [], "documents": [], "same_as": [], "replaced_by": None, "rank": 1}
    return {"code": code, "name": {"vi": name, "en": None}, **empty, **more}


PROCEDURES = [
    _procedure(
        "9.900001",
        "Đăng ký nuôi rồng",
        aliases=["nuôi rồng tại nhà", "keep a dragon"],
        examples=["nhà em có con rồng thì khai ở đâu"],
        former_names=["Kê khai nuôi rồng"],
        tells_apart="Rồng nuôi để ngắm; rồng biết bay thì 9.900002.",
    ),
    _procedure("9.900002", "Cấp giấy phép cho rồng bay", aliases=["phép bay cho rồng"]),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    (folder / "catalogue.json").write_text(json.dumps({"procedures": PROCEDURES}), encoding="utf-8")
    (folder / "centre.json").write_text(json.dumps({"counters": [], "places": []}))
    return folder


def _generate(folder: Path, name: str) -> Path:
    generate(folder / "catalogue.json", folder / "centre.json", folder / name, CONTENT)
    return folder / name


def test_a_catalogue_nobody_described_gives_training_data(folder: Path) -> None:
    material = read_material(_generate(folder, "first") / "understanding.json")
    texts = {row["text"] for row in material.phrasings if row["code"] == "9.900001"}
    assert {"nuôi rồng tại nhà", "keep a dragon", "Kê khai nuôi rồng"} <= texts
    assert "nhà em có con rồng thì khai ở đâu" in texts
    made = [row for row in material.augmented if row["code"] == "9.900001"]
    assert any(fold(row["text"]) == row["text"] and "rong" in row["text"] for row in made)
    assert any("dragon" in row["text"] and row["text"] != "keep a dragon" for row in made)


def test_what_tells_twins_apart_speaks_of_the_right_one(folder: Path) -> None:
    material = read_material(_generate(folder, "twins") / "understanding.json")
    of = {row["code"] for row in material.augmented if "biết bay" in row["of"]}
    assert of == {"9.900002"}
    assert any("để ngắm" in row["of"] and row["code"] == "9.900001" for row in material.augmented)


def test_the_same_catalogue_gives_the_same_files(folder: Path) -> None:
    first, second = _generate(folder, "same"), _generate(folder, "same-again")
    for name in ("nlu.yml", "understanding.json"):
        one = (first / name).read_text(encoding="utf-8").replace(str(first), "")
        assert one == (second / name).read_text(encoding="utf-8").replace(str(second), "")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("đăng ký kết hôn", "dang ky ket hon"),
        ("đăng ký kết hôn", "dạ cho em hỏi đki kết hôn ạ"),
        ("khai sinh cho con", "cho con khai xinh"),
        ("giấy khai sinh", "gks"),
        ("làm giấy khai sinh", "mần giấy khai sanh"),
        ("tạm trú", "tạm chú"),
    ],
)
def test_spelling_and_courtesy_make_no_other_wording(
    lexicon: Lexicon, one: str, other: str
) -> None:
    assert wording(lexicon.read(one)) == wording(lexicon.read(other))


def test_other_words_are_another_wording(lexicon: Lexicon) -> None:
    assert wording(lexicon.read("kết hôn lại")) != wording(lexicon.read("kết hôn"))


def test_no_wording_is_on_both_sides(folder: Path) -> None:
    material = read_material(_generate(folder, "split") / "understanding.json")
    lexicon = Lexicon(material.lexicon)
    rows = [*material.phrasings, *material.augmented]
    kept, held = split(rows, lexicon, held_out=0.4)
    assert kept and held
    of = [{wording(lexicon.read(r["text"])) for r in side} for side in (kept, held)]
    assert of[0] & of[1] == set()
    sources = [{r.get("of", r["text"]) for r in side} for side in (kept, held)]
    assert sources[0] & sources[1] == set()


@given(
    st.lists(st.sampled_from(["đăng", "ký", "kết", "hôn", "khai", "tử", "bò"]), min_size=1),
    st.randoms(use_true_random=False),
)
@settings(max_examples=60, deadline=None)
def test_order_and_accents_never_change_sides(lists: dict, words: list[str], random_) -> None:
    lexicon = Lexicon({**lists, "teencode": {}, "regional": {}})
    shuffled = random_.sample(words, len(words))
    rows = [{"text": " ".join(words)}, {"text": " ".join(shuffled)}]
    rows.append({"text": fold(" ".join(words))})
    assert sorted(map(len, split(rows, lexicon, held_out=0.5))) == [0, 3]


def test_rasa_is_shown_a_few_texts_of_every_intent_and_our_components_get_all(folder: Path) -> None:
    training = _generate(folder, "few")
    shown = yaml.safe_load((training / "few.yml").read_text(encoding="utf-8"))["nlu"]
    few = {b["intent"]: b["examples"].count("\n") for b in shown if "intent" in b}
    material = read_material(training / "understanding.json")
    assert few.keys() == material.intents.keys()
    assert all(few[name] == min(FEW, len(texts)) for name, texts in material.intents.items())
    assert sum(few.values()) < sum(map(len, material.intents.values()))
    every = [text for texts in material.intents.values() for text in texts]
    assert len(every) == len(set(every))
