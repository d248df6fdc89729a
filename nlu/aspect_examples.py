"""Examples for `nlu.aspect_model`: questions of writers, names in which nothing is asked, and the
two put together.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from nlu.aspect_model import Example
from nlu.aspects import ASPECTS, AspectFinder
from nlu.lexicon import Lexicon
from nlu.text import Normalised
from nlu.wording import share_of, wording

NONE = "none"
SEED = 20261122
_NAMES = 600
_AFTER_A_NAME = 1_800
_TWO_QUESTIONS = 1_000
_WEIGHT_OF_NAMES, _WEIGHT_OF_MADE = 0.3, 0.4
_WITH_A_SIGN = 0.7
_WITHOUT_ACCENTS = 0.3
_SHORT = 9
"""Words of the longest question that is put behind something else."""
_ORDER = re.compile(
    r"\b(?:buoc|trinh tu|quy trinh|thu tu|khau|tiep|sau do|dau tien|truoc tien|nop xong"
    r"|steps?|order|next|first|afterwards|stages?|process)\b"
)
"""Who only wants to know how it is done asks for all of the answer; `steps` is asked by those who
ask for an order."""


def asked_of(key: str) -> frozenset[str]:
    """The aspects that a key of `data/nlu/aspects` names; raises ValueError for an unknown one."""
    named = frozenset() if key == NONE else frozenset(part.strip() for part in key.split(","))
    unknown = named - set(ASPECTS)
    if unknown:
        raise ValueError(f"unknown aspects: {sorted(unknown)}")
    return named


def examples_of(
    lexicon: Lexicon,
    find: AspectFinder,
    questions: Mapping[str, Sequence[str]],
    names: Sequence[str],
) -> list[Example]:
    """`questions`: aspects joined by commas (or `none`) → texts; `names`: ways to name a procedure.
    The same for the same input.
    """
    drawn = random.Random(SEED)
    asked = [_question(lexicon, find, asked_of(k), t) for k, ts in questions.items() for t in ts]
    unasked = []
    for text in drawn.sample(list(names), min(_NAMES, len(names))):
        message = lexicon.read(text).message
        if message.folded and not find(message):  # a phrasing may well ask something
            unasked.append(Example(message, frozenset(), frozenset(), _WEIGHT_OF_NAMES))
    return [*asked, *unasked, *_made(asked, unasked, drawn)]


def _question(lexicon: Lexicon, find: AspectFinder, asked: frozenset[str], text: str) -> Example:
    reading = lexicon.read(text)
    seen = frozenset(find(reading.message))
    if "steps" in asked - seen and not _ORDER.search(reading.message.plain):
        asked = asked - {"steps"}
    half = int(share_of(wording(reading)) * 2)
    return Example(reading.message, asked, seen, half=half)


def _made(
    asked: Sequence[Example], unasked: Sequence[Example], drawn: random.Random
) -> list[Example]:
    """Short questions behind a name or behind another question of the same half."""
    asking = [e for e in asked if e.asked]
    short = [e for e in asking if len(e.message.folded) <= _SHORT]
    if not short:
        return []
    made = []
    if unasked:
        pairs = [(drawn.choice(unasked), drawn.choice(short)) for _ in range(_AFTER_A_NAME)]
        made += [_joined(name, question, drawn) for name, question in pairs]
    pairs = [(drawn.choice(asking), drawn.choice(short)) for _ in range(_TWO_QUESTIONS)]
    for first, second in pairs:
        if first.asked != second.asked and first.half == second.half:
            made.append(_joined(first, second, drawn))
    return made


def _joined(first: Example, second: Example, drawn: random.Random) -> Example:
    message = join(first.message, second.message, stop=drawn.random() < _WITH_A_SIGN)
    if drawn.random() < _WITHOUT_ACCENTS:
        message = replace(message, tokens=message.folded, accented=False)
    return Example(
        message,
        first.asked | second.asked,
        first.seen | second.seen,
        _WEIGHT_OF_MADE,
        half=second.half,
        made=True,
    )


def join(first: Normalised, second: Normalised, stop: bool) -> Normalised:
    """One message of two; `stop`: with a sign between them."""
    at = len(first.folded)
    stops = {*first.stops, *(at + s for s in second.stops)} | ({at} if stop else set())
    return replace(
        second,
        clean=f"{first.clean} {second.clean}",
        tokens=first.tokens + second.tokens,
        folded=first.folded + second.folded,
        accented=first.accented or second.accented,
        stops=tuple(sorted(stops)),
    )
