"""What happens without a lease is asked about what is open, though leases are a procedure too; and
a matter of others is refused wherever it hides."""

from dataclasses import replace

import pytest

from nlu.arbiter import Linked, decide
from nlu.lexicon import Lexicon
from nlu.procedure_index import Candidate
from nlu.supposing import supposes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("không có giấy chứng sinh thì có được không", True),
        ("e ko co hop dong thue tro thi dc ko", True),
        ("mất giấy kết hôn thì sao", True),
        ("quên mang căn cước thì làm được không chị", True),
        ("what if I don't have the lease", True),
        ("without my husband is it possible", True),
        ("hợp đồng thuê nhà", False),
        ("mất căn cước thì làm lại ở đâu", False),
        ("không biết làm giấy khai sinh ở quầy nào", False),
        ("I don't have a birth certificate yet", False),
    ],
)
def test_what_happens_without_a_paper_is_told_from_an_errand(
    lexicon: Lexicon, text: str, expected: bool
) -> None:
    assert supposes(lexicon.read(text).message) is expected


def _linked(best: float, nothing: float) -> Linked:
    return Linked([(Candidate("c0", best, 0.9, 0.8, "x"), best)], nothing, 1.0, False)


def test_only_while_a_topic_is_open() -> None:
    ranking = [("ask_aspect", 0.7), ("ask_procedure", 0.3)]
    lacking = replace(_linked(0.97, 0.02), supposes=True)
    assert decide(ranking, lacking, [], 4, True).intent == "ask_aspect"
    assert decide(ranking, lacking, [], 4, False).intent == "ask_procedure"
    named = replace(lacking, supposes=False)
    assert decide(ranking, named, [], 4, True).intent == "ask_procedure"


def test_an_errand_of_others_is_no_place_and_no_follow_up() -> None:
    bill = replace(_linked(0.01, 0.95), named_of_others=True)
    asks_where = [("find_place", 0.85), ("out_of_scope", 0.12)]
    assert decide(asks_where, bill, ["place"], 3, False).out_of_scope
    assert not decide(asks_where, replace(bill, named_of_others=False), [], 3, False).out_of_scope
    asks_what = [("ask_aspect", 0.5), ("out_of_scope", 0.3)]
    assert decide(asks_what, bill, ["documents"], 3, False).out_of_scope
    assert not decide(asks_what, bill, ["documents"], 3, True).out_of_scope
