"""The conditions (`cases`) of a catalogue entry: which of them a text tells, and what is worth
asking.

A condition is a disjunction of clauses ("mất, hỏng"; "hộ nghèo, người khuyết tật"), a clause a
conjunction of circumstances (`circumstances.py`), an age or a span of time, and words. A clause
without any circumstance counts as told when four fifths of its telling words, at least two, stand
near one another in the text. Precise rather than eager: what is not told is asked or left.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dialogues.circumstances import Told, answer_about, lists, tell, written
from dialogues.wording import KNOWN_TEXTS, tokens

Case = Mapping[str, Any]
MOST_QUESTIONS = 4
MOST_READ_OUT = 2
"""Questions that read a condition out as it is written."""
MOST_RIVALS = 3
"""Alternatives of one question: with "none of these" four buttons."""
NEAR = 6
"""Words that may stand between the telling words of a condition."""

_COMMON = frozenset(
    [
        "toi", "muon", "la", "thi", "ma", "co", "khong", "bi", "duoc", "cho", "cua", "va", "hoac",
        "nguoi", "trong", "o", "tai", "de", "den", "da", "chua", "nhung", "cac", "mot", "khi",
        "vi", "the", "a", "an", "of", "or", "and", "is", "in", "to", "for", "with", "has", "been",
        "on", "at", "by", "cung", "con", "do", "that", "not", "no", "was", "are",
        "thuoc", "dien", "truong", "hop",
    ]
)  # fmt: skip
_DENIAL = frozenset({"khong", "chua", "no", "not", "without", "cannot", "never"})
_AGE = re.compile(
    r"(?:nguoi |tre |con )?(?:"
    r"tu (?:du )?(?P<from>\d+) den duoi (?P<below>\d+) tuoi"
    r"|duoi (?P<under>\d+)(?P<months> thang)? tuoi"
    r"|(?:tu )?(?:du )?(?P<least>\d+) tuoi(?: tro len)?"
    r"|(?P<minor>chua thanh nien)|(?P<adult>da thanh nien))"
)
_SPAN = re.compile(r"(?:khai muon )?qua (?P<days>\d+) ngay(?: moi di khai)?")
_EXAMPLES = re.compile(r"\([^)]*\)")
"""What stands in brackets explains and is no alternative."""


@dataclass(frozen=True, slots=True)
class Clause:
    circumstances: frozenset[str]
    refused: frozenset[str]
    """Circumstances that the clause denies ("không phải lần đầu")."""
    age: tuple[float, float] | None
    later_than: int | None
    """Days."""
    words: frozenset[str]
    denies: bool


@lru_cache(maxsize=KNOWN_TEXTS)
def clauses(condition: str, english: str) -> tuple[tuple[Clause, ...], tuple[Clause, ...]]:
    """Alternatives of a condition, from its Vietnamese and from its English wording."""
    _, rest = written(_EXAMPLES.sub(" ", condition))
    found: list[Clause] = []
    for part in re.split(r" ?, ?| hoac ", rest):
        clause = _clause(part)
        if clause is None:
            continue
        if "first_issue" in clause.circumstances and found:
            # "từ đủ 14 tuổi trở lên, cấp lần đầu": both must hold
            last = found.pop()
            clause = Clause(
                last.circumstances | clause.circumstances, last.refused, last.age,
                last.later_than, last.words, last.denies,
            )  # fmt: skip
        found.append(clause)
    in_english = [
        _clause(part) for part in re.split(r"[,;]| or ", _EXAMPLES.sub(" ", english.lower()))
    ]
    return tuple(found), tuple(c for c in in_english if c is not None and c.words)


def _clause(text: str) -> Clause | None:
    marks = frozenset(re.findall(r"§(\w+)", text))
    refused = frozenset(re.findall(r"(?:khong|chua)(?: phai| thuoc)? §(\w+)", text))
    rest = re.sub(r"§\w+", " ", text)
    age = later = None
    match = _AGE.search(rest)
    if match:
        age, rest = _interval(match), rest[: match.start()] + " " + rest[match.end() :]
    elif rest.strip() == "tre em":
        age, rest = (0.0, 15.99), ""
    match = _SPAN.search(rest)
    if match:
        later, rest = int(match["days"]), ""
    said = set(tokens(rest))
    words = frozenset(said - _COMMON)
    if not marks and age is None and later is None and len(words) < 2:
        return None
    return Clause(marks - refused, refused, age, later, words, bool(said & _DENIAL))


def _interval(match: re.Match[str]) -> tuple[float, float]:
    if match["minor"]:
        return (0.0, 17.99)
    if match["adult"]:
        return (18.0, 150.0)
    if match["under"]:
        return (0.0, int(match["under"]) / (12 if match["months"] else 1) - 0.01)
    if match["from"]:
        return (float(match["from"]), int(match["below"]) - 0.01)
    return (float(match["least"]), 150.0)


def _judge(clause: Clause, told: Told) -> bool | None:
    """Whether the clause holds, `None` when the text does not say."""
    verdicts: list[bool | None] = []
    for names, holds, denied in (
        (clause.circumstances, told.holds, told.denied),
        (clause.refused, told.denied, told.holds),
    ):
        verdicts += [True if n in holds else False if n in denied else None for n in names]
    if clause.age is not None:
        verdicts.append(_within(told.ages, clause.age))
    if clause.later_than is not None:
        late = [span > clause.later_than for span in told.spans]
        verdicts.append(True if any(late) else False if late else None)
    if False in verdicts:
        return False
    needed = 0.5 if verdicts else 0.8
    if clause.words and not _said_near(clause, told, needed, least=1 if verdicts else 2):
        return None
    return True if verdicts and None not in verdicts else None if verdicts else True


def _within(ages: Sequence[tuple[float, float]], wanted: tuple[float, float]) -> bool | None:
    if any(low >= wanted[0] and high <= wanted[1] for low, high in ages):
        return True
    apart = [high < wanted[0] or low > wanted[1] for low, high in ages]
    return False if apart and all(apart) else None


def _said_near(clause: Clause, told: Told, share: float, least: int) -> bool:
    """Whether enough of the clause's words stand near one another in one segment that denies as
    the clause does."""
    for segment, denies in zip(told.segments, told.negated, strict=True):
        if denies != clause.denies:
            continue
        places = [at for at, word in enumerate(segment) if word in clause.words]
        for first in range(len(places)):
            window = {
                segment[at]
                for at in places[first:]
                if at < places[first] + len(clause.words) + NEAR
            }
            if len(window) >= least and len(window) / len(clause.words) >= share:
                return True
    return False


@dataclass(frozen=True, slots=True)
class Named:
    holds: tuple[str, ...] = ()
    """Ids of cases that the text tells, in the entry's order."""
    denied: tuple[str, ...] = ()


def named_cases(entry: Mapping[str, Any], text: str) -> Named:
    """The cases of an entry that a text tells, and those it rules out."""
    cases: Sequence[Case] = entry.get("cases") or ()
    if not cases or not text.strip():
        return Named()
    told = tell(text)
    name_words = frozenset(tokens(str((entry.get("name") or {}).get("vi") or "")))
    holds, denied = [], []
    for case in cases:
        verdict = _verdict(case, told, name_words)
        if verdict is True:
            holds.append(str(case["id"]))
        elif verdict is False:
            denied.append(str(case["id"]))
    return Named(tuple(_without_rivals(entry, holds)), tuple(denied))


def _verdict(case: Case, told: Told, name_words: frozenset[str]) -> bool | None:
    vietnamese, english = clauses(str(case["if"].get("vi") or ""), str(case["if"].get("en") or ""))
    judged = [_judge(c, told) for c in vietnamese if _tells(c, name_words)]
    if True in judged or any(_judge(c, told) for c in english):
        return True
    return False if judged and all(v is False for v in judged) else None


def _tells(clause: Clause, name_words: frozenset[str]) -> bool:
    """Words that are the procedure's own name tell nothing ("trường tiểu học")."""
    if clause.circumstances or clause.refused or clause.age or clause.later_than:
        return True
    return len(clause.words - name_words) >= 2


def _without_rivals(entry: Mapping[str, Any], holds: Sequence[str]) -> list[str]:
    """Of cases that exclude each other only the one that needs most papers is kept."""
    kept = list(holds)
    by_id = {str(case["id"]): case for case in entry.get("cases") or ()}
    for one in holds:
        for other in holds:
            if (
                one in kept
                and other in kept
                and one != other
                and exclusive(by_id[one], by_id[other])
                and _weight(by_id[one]) >= _weight(by_id[other])
            ):
                kept.remove(other)
    return kept


def _weight(case: Case) -> int:
    return len(case.get("documents_add") or ()) + len(case.get("documents_drop") or ())


def group_of(case: Case) -> str | None:
    """The group of circumstances to which a case belongs as a whole."""
    vietnamese, _ = clauses(str(case["if"].get("vi") or ""), "")
    groups = {
        lists().circumstances[name].group for clause in vietnamese for name in clause.circumstances
    }
    found = groups - {None}
    return str(found.pop()) if len(found) == 1 else None


def exclusive(one: Case, other: Case) -> bool:
    """Whether two cases cannot both hold: one group of circumstances, two ages, or two fees."""
    group = group_of(one)
    if group is not None and group == group_of(other):
        return True
    first, second = _age_of(one), _age_of(other)
    return (
        first is not None and second is not None and (first[1] < second[0] or second[1] < first[0])
    )


def _age_of(case: Case) -> tuple[float, float] | None:
    vietnamese, _ = clauses(str(case["if"].get("vi") or ""), "")
    ages = [clause.age for clause in vietnamese if clause.age]
    return ages[0] if len(ages) == 1 else None


def changes(case: Case, aspects: Sequence[str]) -> bool:
    """Whether a case changes the papers or the fee, as far as they were asked; without aspects
    both were."""
    papers = bool(case.get("documents_add")) or any(
        paper.get("id") is not None for paper in case.get("documents_drop") or ()
    )
    if papers and (not aspects or "documents" in aspects):
        return True
    fee = case.get("fee_vnd") is not None or case.get("fees") is not None
    return fee and (not aspects or "fee" in aspects)


@dataclass(frozen=True, slots=True)
class Question:
    cases: tuple[str, ...]
    """Ids; several are alternatives of one question."""
    circumstances: tuple[str, ...]
    group: str | None


def questions(
    entry: Mapping[str, Any], settled: frozenset[str], aspects: Sequence[str]
) -> list[Question]:
    """What is worth asking, in the catalogue's order: cases that change what was asked and are not
    settled; cases that exclude each other together."""
    open_cases = [
        case
        for case in entry.get("cases") or ()
        if str(case["id"]) not in settled and changes(case, aspects)
    ]
    found: list[Question] = []
    taken: set[str] = set()
    for case in open_cases:
        if str(case["id"]) in taken:
            continue
        rivals = [
            c for c in open_cases if str(c["id"]) not in taken and (c is case or exclusive(c, case))
        ][:MOST_RIVALS]
        taken |= {str(c["id"]) for c in rivals}
        groups = {group_of(c) for c in rivals}
        found.append(
            Question(
                tuple(str(c["id"]) for c in rivals),
                tuple(dict.fromkeys(name for c in rivals for name in circumstances_of(c))),
                _name_of(rivals, groups),
            )
        )
    # what has words of its own is asked first: a condition that must be read out is seldom telling
    found.sort(key=lambda question: not has_words(question))
    likely = [question for question in found if not _is_rare(question)]
    read_out = [question for question in likely if not has_words(question)][MOST_READ_OUT:]
    likely = [question for question in likely if question not in read_out]
    return likely if settled or len(likely) >= 2 else found


def _name_of(rivals: Sequence[Case], groups: set[str | None]) -> str | None:
    """The group whose question asks about these cases."""
    if len(rivals) == 1:
        return "minor" if _age_of(rivals[0]) == (0.0, 17.99) else None
    if all(_age_of(case) for case in rivals):
        return "age"
    return groups.pop() if len(groups) == 1 else None


def has_words(question: Question) -> bool:
    """Whether the question can be asked in plain words of `circumstances.yml`."""
    if question.group is not None:
        return True
    known = lists().circumstances
    return bool(question.circumstances) and known[question.circumstances[0]].question is not None


def _is_rare(question: Question) -> bool:
    known = lists().circumstances
    names = question.circumstances
    return len(question.cases) == 1 and bool(names) and all(known[name].rare for name in names)


def circumstances_of(case: Case) -> tuple[str, ...]:
    """Circumstances each of which alone makes the case hold."""
    vietnamese, _ = clauses(str(case["if"].get("vi") or ""), "")
    return tuple(
        name
        for clause in vietnamese
        if len(clause.circumstances) == 1 and clause.age is None and len(clause.words) <= 2
        for name in clause.circumstances
    )


def answered_case(question: Sequence[Case], text: str) -> tuple[str | None, bool | None]:
    """(case, yes or no) that a free answer to a question means; `(None, False)` rules out all."""
    for case in question:
        verdict = answer_about(circumstances_of(case), text)
        if verdict is True:
            return str(case["id"]), True
    told = tell(text)
    for case in question:
        verdict = _verdict(case, told, frozenset())
        if verdict is True:
            return str(case["id"]), True
    for case in question:
        denied = answer_about(circumstances_of(case), text) is False
        if denied or _verdict(case, told, frozenset()) is False:
            # of alternatives, what denies one ("sinh ở viện") without naming another denies all
            return str(case["id"]), False
    return None, None
