"""Who comes on a simulated day, when, what for, and how they say it: all from one seed.

Questions are made from templates and the catalogue's own names and aliases; the sets that measure
the engine are never used here.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from assistant.catalogue.published import Procedure

Aspect = Literal["documents", "fee", "time", "place"]
Stray = Literal["", "rests", "wanders", "leaves"]
"""What somebody who is led does on the way: keeps up; stands to rest; turns aside to look at
something and comes back; goes away without a word."""

ELSEWHERE = 0.1
"""Share of visitors whose matter is served outside the hall, at most."""
FULL = 0.85
"""Of what a counter can serve in a day by its planned times, at most."""

_FIRST: dict[Aspect, tuple[str, ...]] = {
    "documents": (
        "Cho tôi hỏi {what} cần giấy tờ gì?",
        "{what} thì phải mang những giấy tờ gì vậy em?",
        "Bác muốn hỏi {what} cần chuẩn bị những gì",
        "hồ sơ {what} gồm những gì",
    ),
    "fee": ("{what} hết bao nhiêu tiền?", "lệ phí {what} là bao nhiêu vậy em"),
    "time": ("{what} mất bao lâu thì xong?", "làm {what} mấy ngày có kết quả"),
    "place": ("{what} làm ở quầy nào?", "em ơi {what} thì nộp ở đâu"),
}
_FIRST_EN: dict[Aspect, str] = {
    "documents": "What papers do I need for {what}?",
    "fee": "How much does {what} cost?",
    "time": "How long does {what} take?",
    "place": "Which counter is {what}?",
}
_NEXT: dict[Aspect, tuple[str, ...]] = {
    "documents": ("Còn giấy tờ thì cần gì?", "thế cần giấy tờ gì em"),
    "fee": ("Còn lệ phí thì sao?", "hết bao nhiêu tiền em"),
    "time": ("Bao lâu thì có kết quả?", "mấy ngày thì xong vậy"),
    "place": ("Nộp ở quầy nào vậy em?", "quầy đó ở đâu"),
}
_NEXT_EN: dict[Aspect, str] = {
    "documents": "What papers do I need?",
    "fee": "How much is it?",
    "time": "How long does it take?",
    "place": "Which counter is it?",
}


@dataclass(frozen=True, slots=True)
class Visitor:
    """One person's day, before it begins."""

    number: int
    minutes: float
    """Of opening time until they come in."""
    language: Literal["vi", "en"]
    elderly: bool
    code: str
    """The procedure that they come for."""
    counter: str | None
    """Which serves it; None: it is served outside the hall."""
    questions: tuple[str, ...]
    wants_robot: bool
    waits_for_robot: bool
    """Would rather wait than walk alone when the robot is busy."""
    pace: float
    """Metres a second."""
    strays: Stray


def arrivals(visitors: int, minutes: float, rng: Random) -> list[float]:
    """When they come, in minutes of opening time, in order.

    A Poisson process whose rate is high soon after opening, lower towards noon, has a smaller peak
    after the break and ends before closing; given their number, arrivals are drawn one by one from
    its density (Lewis and Shedler 1979: thinning).
    """
    most = max(_rate(step / 500) for step in range(501))
    found: list[float] = []
    while len(found) < visitors:
        at = rng.random()
        if rng.random() * most <= _rate(at):
            found.append(at * minutes)
    return sorted(found)


def _rate(share: float) -> float:
    """Arrivals per unit of time at a share 0 to 1 of the opening hours; only its form matters."""
    morning = 1.6 * math.exp(-(((share - 0.13) / 0.09) ** 2) / 2)
    afternoon = 0.9 * math.exp(-(((share - 0.60) / 0.08) ** 2) / 2)
    closing = 1 / (1 + math.exp((share - 0.93) / 0.012))
    noon = 1 - 0.7 * math.exp(-(((share - 0.49) / 0.02) ** 2) / 2)
    return (0.55 + morning + afternoon) * closing * noon


def visitors_of(
    count: int,
    minutes: float,
    seed: int,
    catalogue: Sequence[Procedure],
    counters: Sequence[Mapping[str, Any]],
) -> list[Visitor]:
    """Everybody who comes, in order; the same for the same seed and content."""
    rng = Random(f"letan {seed} arrivals")
    serves = {service: counter for counter in counters for service in counter["services"]}
    matters = [(procedure, serves.get(procedure.service)) for procedure in catalogue]
    weights = _weights(matters, count, minutes)
    times = arrivals(count, minutes, rng)
    return [
        _visitor(number, at, Random(f"letan {seed} visitor {number}"), matters, weights)
        for number, at in enumerate(times, start=1)
    ]


def _weights(
    matters: Sequence[tuple[Procedure, Mapping[str, Any] | None]], count: int, minutes: float
) -> list[float]:
    """How often each procedure is asked for: by its rank, and no counter beyond what it can do.

    What a counter cannot serve goes to those that can, as where more desks are opened for it.
    """
    often = [
        1 / (procedure.rank + 5) ** 0.7 if procedure.rank else 0.02 for procedure, _ in matters
    ]
    at = [str(counter["id"]) if counter is not None else "" for _, counter in matters]
    natural: dict[str, float] = defaultdict(float)
    for counter_id, weight in zip(at, often, strict=True):
        natural[counter_id] += weight
    total = sum(natural.values())
    limits = {"": ELSEWHERE}
    for _, counter in matters:
        if counter is not None:
            served = FULL * minutes / float(counter["service_minutes"])
            limits[str(counter["id"])] = served / count
    shares = {id_: min(natural[id_] / total, limits[id_]) for id_ in natural}
    room = {id_: limits[id_] - share for id_, share in shares.items() if id_}
    left, free = 1 - sum(shares.values()), sum(room.values())
    for id_, more in room.items():
        shares[id_] += left * (more / free if free > 1e-9 else 1 / len(room))
    return [
        weight * shares[counter_id] / natural[counter_id]
        for counter_id, weight in zip(at, often, strict=True)
    ]


def _visitor(
    number: int,
    at: float,
    rng: Random,
    matters: Sequence[tuple[Procedure, Mapping[str, Any] | None]],
    weights: Sequence[float],
) -> Visitor:
    procedure, counter = rng.choices(matters, weights)[0]
    elderly = rng.random() < 0.2
    language: Literal["vi", "en"] = "en" if rng.random() < 0.03 else "vi"
    return Visitor(
        number=number,
        minutes=at,
        language=language,
        elderly=elderly,
        code=procedure.code,
        counter=str(counter["id"]) if counter is not None else None,
        questions=_questions(procedure, language, rng),
        wants_robot=rng.random() < (0.85 if elderly else 0.45),
        waits_for_robot=rng.random() < (0.8 if elderly else 0.3),
        pace=rng.uniform(0.6, 0.8) if elderly else rng.uniform(0.9, 1.3),
        strays=_strays(elderly, rng),
    )


def _strays(elderly: bool, rng: Random) -> Stray:
    kinds: list[Stray] = ["rests", "wanders", "leaves", ""]
    return rng.choices(kinds, (12, 3, 2, 83) if elderly else (1, 4, 1, 94))[0]


def _questions(procedure: Procedure, language: str, rng: Random) -> tuple[str, ...]:
    """A first question, and none to two more about the same matter."""
    aspects: list[Aspect] = ["documents", "fee", "time", "place"]
    first: Aspect = rng.choices(aspects, (6, 2, 1, 1))[0]
    aspects.remove(first)
    more = rng.sample(aspects, rng.choices((0, 1, 2), (4, 4, 2))[0])
    if language == "en":
        name = procedure.name.en or procedure.name.vi
        return (_FIRST_EN[first].format(what=name), *(_NEXT_EN[aspect] for aspect in more))
    short = [alias for alias in procedure.aliases if _is_vietnamese(alias)]
    what = rng.choice(short) if short else procedure.name.vi
    question = rng.choice(_FIRST[first]).format(what=what)
    return (
        question[0].upper() + question[1:],
        *(rng.choice(_NEXT[aspect]) for aspect in more),
    )


def _is_vietnamese(alias: str) -> bool:
    """Whether it has Vietnamese letters and is no whole question by itself."""
    words = alias.split()
    asks = {"gì", "đâu", "nào", "sao", "bao", "mấy", "không"} & set(words)
    return len(words) <= 8 and not asks and any(ord(letter) > 127 for letter in alias)
