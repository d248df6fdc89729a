"""A small catalogue linked for real: twins, retired codes, codes, and what is none of ours."""

from dataclasses import replace
from pathlib import Path

import pytest

from nlu.arbiter import Linked, decide
from nlu.catalogue import canonical_codes, entries
from nlu.lexicon import Lexicon
from nlu.linker import Linker
from nlu.material import Material
from nlu.procedure_index import Candidate


def _procedure(code: str, name: str, aliases: list[str], rank: int, **more: object) -> dict:
    return {
        "code": code,
        "name": {"vi": name, "en": None},
        "aliases": aliases,
        "rank": rank,
        "documents": [],
        "same_as": [],
        "replaced_by": None,
        **more,
    }


PROCEDURES = [
    _procedure("1.000001", "Đăng ký kết hôn", ["làm giấy cưới", "marriage registration"], 1),
    _procedure("1.000002", "Đăng ký lại kết hôn", ["mất sổ kết hôn đăng ký lại"], 40),
    _procedure("1.000003", "Đăng ký kết hôn có yếu tố nước ngoài", ["lấy chồng tây"], 20),
    _procedure("1.000004", "Đăng ký tạm trú", ["khai báo ở trọ", "register as a tenant"], 2),
    _procedure("1.000005", "Cấp thẻ căn cước (cũ)", [], 90, replaced_by="1.000006"),
    _procedure("1.000006", "Cấp đổi thẻ căn cước", ["đổi thẻ cccd", "renew id card"], 3),
]


@pytest.fixture(scope="module")
def linker(lists: dict) -> Linker:
    known = entries(PROCEDURES)
    rows = [
        {"code": e.code, "text": t, "weight": 1.0} for e in known for t in (*e.names, *e.aliases)
    ]
    outside = ["giá vàng hôm nay", "kể chuyện cười", "thời tiết thế nào", "tell me a joke"]
    return Linker.build(
        Material(
            lexicon=lists,
            phrasings=rows,
            augmented=[{**r, "text": "tôi muốn " + r["text"], "weight": 0.5} for r in rows],
            outside=outside,
            ranks={e.code: e.rank for e in known},
            groups=canonical_codes(PROCEDURES),
            life_events=[
                {"id": "wedding", "procedures": ["1.000001"], "says": ["chúng em sắp cưới"]},
                {"id": "moving", "procedures": ["1.000004"], "says": ["em mới dọn nhà tới"]},
            ],
        )
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("em muốn đăng ký kết hôn", "1.000001"),
        ("dang ky ket hon", "1.000001"),
        ("đăng ký lại kết hôn", "1.000002"),
        ("đăng ký kết hôn với người nước ngoài", "1.000003"),
        ("khai báo ở trọ cho sinh viên", "1.000004"),
        ("register as a tenant", "1.000004"),
        ("cấp thẻ căn cước", "1.000006"),
        ("mã 1.000005 còn dùng không", "1.000006"),
    ],
)
def test_the_procedure_meant_comes_first(
    linker: Linker, lexicon: Lexicon, text: str, code: str
) -> None:
    assert linker.candidates(lexicon.read(text)).candidates[0][0].code == code


def test_a_code_in_the_text_is_certain(linker: Linker, lexicon: Lexicon) -> None:
    linked = linker.candidates(lexicon.read("cho hỏi 1.000002"))
    assert linked.exact
    assert linked.best == 1.0


def test_what_is_saved_answers_alike(linker: Linker, lexicon: Lexicon, tmp_path: Path) -> None:
    linker.save(tmp_path)
    again = Linker.load(tmp_path)
    for text in ("làm giấy cưới", "đổi thẻ cccd", "thời tiết", "chúng em sắp cưới", "😀"):
        reading = lexicon.read(text)
        assert again.candidates(reading) == linker.candidates(reading)
    assert again.compare(lexicon.read("bọn em sắp cưới nhau"), "life_event").event == "wedding"


def test_matters_of_others_speak_against_every_entry(linker: Linker, lexicon: Lexicon) -> None:
    linked = linker.candidates(lexicon.read("giá vàng sáng nay"))
    verdict = decide([("ask_procedure", 0.9), ("out_of_scope", 0.1)], linked, [], 3, False)
    assert verdict.out_of_scope


def test_groups_cut_cycles_and_follow_successors() -> None:
    looped = [
        _procedure("a", "A", [], 1, replaced_by="b"),
        _procedure("b", "B", [], 2, replaced_by="a"),
        _procedure("c", "C", [], 3, same_as=["b"]),
    ]
    groups = canonical_codes(looped)
    assert len({groups["a"], groups["b"], groups["c"]}) == 1


def _linked(*chances: float, nothing: float = 0.0, against: bool = False) -> Linked:
    found = [(Candidate(f"c{i}", c, 0.9, 0.8, "x"), c) for i, c in enumerate(chances)]
    return Linked(found, nothing, 1.0, False, against)


def test_near_equals_are_ambiguous_and_a_clear_winner_is_not() -> None:
    ranking = [("ask_procedure", 0.95)]
    assert decide(ranking, _linked(0.48, 0.46), [], 3, False).ambiguous
    assert decide(ranking, _linked(0.4, 0.02), [], 3, False).ambiguous
    assert not decide(ranking, _linked(0.9, 0.05), [], 3, False).ambiguous


def test_hopeless_candidates_are_not_offered_but_a_guess_never_stands_alone() -> None:
    ranking = [("ask_procedure", 0.95)]
    unsure = decide(ranking, _linked(0.5, 0.3, 0.003, 0.001, nothing=0.19), [], 3, False)
    assert [c.code for c, _ in unsure.candidates] == ["c0", "c1"]
    lonely = decide(ranking, _linked(0.4, 0.001, nothing=0.5), [], 3, False)
    assert len(lonely.candidates) == 2
    assert lonely.ambiguous


def test_a_sure_link_is_not_refused_for_its_intent_alone() -> None:
    ranking = [("out_of_scope", 0.4), ("ask_procedure", 0.3)]
    assert not decide(ranking, _linked(0.93, nothing=0.05), [], 4, False).out_of_scope
    assert decide(ranking, _linked(0.3, nothing=0.6), [], 4, False).out_of_scope


def test_an_all_but_certain_link_is_refused_only_beyond_doubt() -> None:
    def refused(outside: float, best: float) -> bool:
        ranking = [("out_of_scope", outside), ("ask_procedure", 1.0 - outside)]
        return decide(ranking, _linked(best, 0.005, nothing=0.02), [], 4, False).out_of_scope

    assert not refused(0.97, 0.97)
    assert refused(0.97, 0.9)
    assert refused(0.995, 0.97)


def test_a_listed_matter_of_others_tips_the_balance_but_not_against_certainty() -> None:
    ranking = [("ask_procedure", 0.9), ("out_of_scope", 0.05)]
    assert not decide(ranking, _linked(0.6, nothing=0.1), [], 4, False).out_of_scope
    assert decide(ranking, _linked(0.6, nothing=0.1, against=True), [], 4, False).out_of_scope
    assert not decide(ranking, _linked(0.97, nothing=0.01, against=True), [], 4, False).out_of_scope


def test_a_situation_told_in_passing_does_not_hide_the_procedure_asked_for() -> None:
    ranking = [("life_event", 0.55), ("ask_procedure", 0.45)]
    told = replace(_linked(0.52, 0.2), situation=0.5, steps=("elsewhere",))
    assert decide(ranking, told, [], 6, False).intent == "ask_procedure"
    surely = [("life_event", 0.95), ("ask_procedure", 0.05)]
    assert decide(surely, told, [], 6, False).intent == "life_event"
    named = replace(_linked(0.95, 0.02), situation=0.5, steps=("elsewhere",))
    assert decide(surely, named, [], 6, False).intent == "ask_procedure"
    assert decide(ranking, replace(told, steps=("c0",)), [], 6, False).intent == "life_event"
    vague = replace(_linked(0.2, 0.1, nothing=0.3), situation=0.5, steps=("elsewhere",))
    assert decide(ranking, vague, [], 6, False).intent == "life_event"
    hinted = replace(_linked(0.3, 0.1), situation=0.25, steps=("c0",))
    assert decide(ranking, hinted, [], 6, False).intent == "life_event"
    astray = replace(hinted, steps=("elsewhere",))
    assert decide(ranking, astray, [], 6, False).intent == "ask_procedure"


def test_what_is_nobodys_errand_here_is_refused_whatever_is_named_beside_it() -> None:
    ranking = [("ask_procedure", 0.8), ("out_of_scope", 0.2)]
    beside = replace(_linked(0.9, 0.02, nothing=0.05), against=True)
    assert decide(ranking, beside, [], 6, False).intent == "ask_procedure"
    assert decide(ranking, replace(beside, never=True), [], 6, False).intent == "out_of_scope"


def test_a_follow_up_names_no_procedure() -> None:
    nothing = Linked([], 1.0, 0.0, False)
    verdict = decide([("ask_aspect", 0.9)], nothing, ["fee"], 0, True)
    assert (verdict.intent, verdict.candidates) == ("ask_aspect", ())
