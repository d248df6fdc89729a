"""Training data of a release: the catalogue's own words, our examples, and slips people make; the
same each time.

`generate` writes `understanding.json` (for our components), `nlu.yml` (intents, for components of
Rasa's) and `few.yml` (the same with a few texts of each intent: Rasa reads, hashes and copies what
it is given a dozen times, and our components do not learn from it) into one folder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from nlu import conflicts
from nlu.aspect_examples import NONE, asked_of
from nlu.aspects import ASPECTS
from nlu.catalogue import Entry, canonical_codes, entries, load
from nlu.language import detect
from nlu.lexicon import Lexicon, read_folder
from nlu.material import LOOKUP, PREFIX, Material, write_material
from nlu.syllables import fold
from nlu.variation import Variation
from nlu.wording import Wording, share_of, wording

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SEED = 20261121
MUCH_ASKED = 70
"""Entries whose names appear in the errands of other intents."""
MOST_ASKED = 10_000
"""Texts that teach the intent classifier what a question about a procedure looks like."""
MOST_AUGMENTED = 11_000
FEW = 20
"""Texts of each intent in `few.yml`."""
LONGEST = 90
"""Letters of the longest wording that is put into sentences."""
_MARKUP = re.compile(r"[\[\]{}<>\\|`\"]+")
_CODE = re.compile(r"\d\.\d{6}|\bx-[a-z-]+")
_POINTER = re.compile(r"\b(?:thì|là|xem|theo)?\s*(?:(?:\d\.\d{6}|x-[a-z-]+)[/,\s]*)+")
_PARENTHESES = re.compile(r"\s*\([^)]*\)")


def generate(catalogue: Path, centre: Path, training: Path, content: Path) -> Path:
    """Write the training folder; returns the path of `nlu.yml`.

    `content` is `data/nlu`; the lexicon lies beside it. Raises ValueError or FileNotFoundError
    naming the file.
    """
    procedures = load(catalogue)
    answerable = entries(procedures)
    groups = canonical_codes(procedures)
    frames = _read(content / "frames.yaml")
    variation = Variation(frames, SEED)
    phrasings = _phrasings(
        answerable, _with_examples(_own_phrasings(content, groups), procedures, groups)
    )
    augmented = _augment([*phrasings, *_told_apart(procedures, groups)], variation)
    intents = _intents(content, variation)
    for name, texts in _named_in_other_intents(answerable, frames["intents"], variation).items():
        intents[name] = _unique([*intents.get(name, ()), *texts])
    for name, texts in _desk_errands(frames["desk"], variation).items():
        intents[name] = _unique([*intents.get(name, ()), *texts])
    intents["ask_aspect"] = _unique([*intents.get("ask_aspect", ()), *variation.leaning()])
    events = _life_events(content, groups)
    intents["life_event"] = _unique(
        [
            *intents.get("life_event", ()),
            *(s for e in events for s in _spoken(e["says"], variation)),
        ]
    )
    intents["ask_procedure"] = _unique(
        [
            *intents.get("ask_procedure", ()),
            *_as_told(variation.sample(phrasings, MOST_ASKED), variation),
            *(a["text"] for a in variation.sample(augmented, MOST_ASKED // 2)),
            *_asked_plainly(answerable, variation),
        ]
    )
    lists = read_folder(content.parent / "lexicon")
    material = Material(
        lexicon={**lists, "pairs": Lexicon(lists).pairs(row["text"] for row in phrasings)},
        phrasings=phrasings,
        augmented=augmented,
        outside=_elsewhere(intents),
        ranks={e.code: e.rank for e in answerable},
        groups=groups,
        documents={e.code: list(e.documents) for e in answerable if e.documents},
        life_events=events,
        centre=json.loads(centre.read_text(encoding="utf-8")),
        intents=_once(intents),
        aspects=_aspect_questions(content),
    )
    training.mkdir(parents=True, exist_ok=True)
    conflicts.find(answerable, phrasings).write(training)
    written = write_material(training, material)
    few = {name: texts[:FEW] for name, texts in material.intents.items()}
    _write_nlu(training / "few.yml", few, written)
    return _write_nlu(training / "nlu.yml", material.intents, written)


def _elsewhere(intents: Mapping[str, Sequence[str]]) -> list[str]:
    """Texts in which no procedure is meant: out of scope, courtesy, and questions that lean on a
    topic.
    """
    leaning = ("ask_aspect", "find_place", "centre_info", "feedback", "who_are_you", "goodbye")
    return [t for name in ("out_of_scope", *leaning) for t in intents.get(name, ())]


def _read(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8") as file:
        content = yaml.load(file, Loader=_LOADER)  # noqa: S506, a safe loader, the C one where there is one
    if not isinstance(content, dict):
        raise ValueError(f"{path}: expected a mapping")
    return content


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(t for t in texts if t and t.strip()))


def _own_phrasings(content: Path, groups: Mapping[str, str]) -> dict[str, list[str]]:
    """`procedures/*.yaml`: code → phrasings. A code that the catalogue lacks is left out."""
    own: dict[str, list[str]] = {}
    for path in sorted((content / "procedures").glob("*.yaml")):
        for code, texts in _read(path).items():
            if not isinstance(texts, list) or not all(isinstance(t, str) for t in texts):
                raise ValueError(f"{path}: {code}: expected a list of sentences")
            if str(code) in groups:
                own.setdefault(groups[str(code)], []).extend(texts)
    return own


def _with_examples(
    own: Mapping[str, Sequence[str]],
    procedures: Iterable[Mapping[str, Any]],
    groups: Mapping[str, str],
) -> dict[str, list[str]]:
    """And the questions that clerks keep with the procedures themselves."""
    both = {code: list(texts) for code, texts in own.items()}
    for procedure in procedures:
        if examples := procedure.get("examples"):
            both.setdefault(groups[procedure["code"]], []).extend(examples)
    return both


def _short_names(name: str) -> list[str]:
    """An official name whole, without brackets, and cut at its first clause when it is long."""
    bare = _PARENTHESES.sub("", name).strip()
    names = [name, bare]
    first = re.split(r"[;,:]", bare)[0].strip()
    if len(first.split()) >= 4:
        names.append(first)
    for prefix in ("Thủ tục ", "Thực hiện ", "Giải quyết ", "Cấp ", "Đăng ký "):
        if bare.startswith(prefix) and len(bare.split()) - len(prefix.split()) >= 3:
            names += [bare[len(prefix) :]]
    return _unique(names)


def _phrasings(
    answerable: Sequence[Entry], own: Mapping[str, Sequence[str]]
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    taken = {fold(t.lower()) for e in answerable for t in (*e.names, *e.aliases)}
    for entry in answerable:
        # A name cut short may be the whole name of another entry: it is left to that one.
        cut = (
            n for name in entry.names for n in _short_names(name) if fold(n.lower()) not in taken
        )
        names = [*entry.names, *cut]
        texts = _unique([*names, *entry.names_en, *entry.aliases, *own.get(entry.code, ())])
        rows += [{"code": entry.code, "text": t, "weight": 1.0} for t in texts]
    return rows


def _told_apart(
    procedures: Iterable[Mapping[str, Any]], groups: Mapping[str, str]
) -> list[dict[str, Any]]:
    """What clerks wrote to tell near twins apart, as wordings of the one each part speaks of.

    "Con của cha mẹ đã kết hôn; có người nước ngoài thì 2.000528" says something of the entry
    itself and, with the entry's name, something of 2.000528.
    """
    rows = []
    for procedure in procedures:
        own = groups[procedure["code"]]
        name = _short_names(procedure["name"]["vi"])[-1].lower()
        for part in re.split(r"[;.]\s", procedure.get("tells_apart") or ""):
            codes = _CODE.findall(part)
            told = " ".join(_POINTER.sub(" ", part).split()).strip(" .,;:").lower()
            meant = {groups[c] for c in codes if c in groups} if codes else {own}
            if len(meant) == 1 and 2 <= len(told.split()) <= 12:
                rows.append({"code": meant.pop(), "text": f"{name} {told}", "weight": 0.5})
    return rows


def _augment(rows: Sequence[Mapping[str, Any]], variation: Variation) -> list[dict[str, Any]]:
    """Each wording in sentences, with small talk, without accents, and otherwise; `of` is the
    wording it came from. At most `MOST_AUGMENTED`, so that training stays short.
    """
    made: list[dict[str, Any]] = []
    for row in rows:
        text = row["text"].lower()
        if len(text) > LONGEST:
            continue
        if text.isascii() and _looks_english(text):
            variants = [variation.framed(text, True), variation.chatty(text, True)]
        else:
            variants = [
                variation.framed(text),
                variation.chatty(text),
                variation.unaccented(text),
                variation.other(text),
            ]
        made += [
            {"code": row["code"], "text": v, "weight": 0.5, "of": row["text"]}
            for v in _unique(variants)
        ]
    return variation.sample(made, MOST_AUGMENTED)


_ENGLISH = re.compile(
    r"\b(the|of|for|my|a|an|i|to|in|with|certificate|register|registration|permit|licen[cs]e)\b"
)


def _looks_english(text: str) -> bool:
    return bool(_ENGLISH.search(text)) or detect(text.replace("{p}", "").split()) == "en"


def _spoken(texts: Sequence[str], variation: Variation) -> list[str]:
    """Each text as it is, without accents, and half of them with slips."""
    out: list[str] = []
    for text in texts:
        lowered = text.lower()
        out += [lowered, fold(lowered)]
        if variation.often(0.5):
            out.append(variation.slip(lowered))
    return out


def _intents(content: Path, variation: Variation) -> dict[str, list[str]]:
    """`intents/*.yaml`: `{intent, vi: [...], en: [...]}`, one intent a file."""
    intents: dict[str, list[str]] = {}
    for path in sorted((content / "intents").glob("*.yaml")):
        table = _read(path)
        name = table.get("intent")
        if not isinstance(name, str):
            raise ValueError(f"{path}: intent: missing")
        texts = [t for t in table.get("vi") or () if isinstance(t, str)]
        english = [t.lower() for t in table.get("en") or () if isinstance(t, str)]
        intents.setdefault(name, []).extend(_unique([*_spoken(texts, variation), *english]))
    return intents


def _named_in_other_intents(
    answerable: Sequence[Entry],
    frames: Mapping[str, Sequence[str]],
    variation: Variation,
    most: int = 150,
) -> dict[str, list[str]]:
    """Desk errands that name a procedure ("lấy số khai sinh"), so that the name alone decides
    nothing.
    """
    names = {english: _everyday_names(answerable, english) for english in (False, True)}
    found: dict[str, list[str]] = {}
    for intent, patterns in frames.items():
        for number in range(most):
            pattern = patterns[number % len(patterns)]
            known = names[_looks_english(pattern)]
            if not known:  # a catalogue without short names, or without English ones
                continue
            text = pattern.replace("{p}", variation.choice(known))
            variant = number % 4
            if variant == 1:
                text = fold(text)
            elif variant == 2:
                text = variation.slip(text)
            found.setdefault(intent, []).append(text)
    return found


def _everyday_names(answerable: Sequence[Entry], english: bool) -> list[str]:
    """Short names of much asked procedures."""
    asked = sorted(answerable, key=lambda e: (e.rank, e.code))[:MUCH_ASKED]
    return _unique(
        text.lower()
        for entry in asked
        for text in (entry.names_en if english else (*entry.aliases, *entry.names))
        if 2 <= len(text.split()) <= 5
    )


def _asked_plainly(answerable: Sequence[Entry], variation: Variation) -> list[str]:
    """The plainest questions about what is asked most: words that others' matters share with them
    ("ly hôn cần giấy tờ gì") must not refuse them.
    """
    texts = []
    for english in (False, True):
        for name in _everyday_names(answerable, english):
            texts += [variation.framed(name, english) for _ in range(2 if english else 4)]
    return [fold(t) if number % 3 == 0 else t for number, t in enumerate(texts)]


def _as_told(rows: Sequence[Mapping[str, Any]], variation: Variation) -> list[str]:
    """Each wording once as it is, a third of them without accents."""
    lowered = [row["text"].lower() for row in rows]
    return [fold(text) if variation.often(0.33) else text for text in lowered]


def _desk_errands(
    patterns: Mapping[str, Sequence[str]], variation: Variation, each: int = 8
) -> dict[str, list[str]]:
    """Errands of the desk itself, every pattern filled some times, every third without accents."""
    found: dict[str, list[str]] = {}
    for intent, frames in patterns.items():
        for number in range(each * len(frames)):
            text = variation.filled(frames[number % len(frames)])
            found.setdefault(intent, []).append(fold(text) if number % 3 == 0 else text)
    return found


def _life_events(content: Path, groups: Mapping[str, str]) -> list[dict[str, Any]]:
    """`life_events.yaml`, with codes led to the ones that answer and unknown codes left out."""
    path = content / "life_events.yaml"
    events = []
    for event in _read(path)["life_events"]:
        codes = _unique(groups.get(str(c), "") for c in event["procedures"])
        if codes:
            says = [*event.get("says_vi", ()), *event.get("says_en", ())]
            name = {"vi": event["name_vi"], "en": event["name_en"]}
            events.append({"id": event["id"], "name": name, "procedures": codes, "says": says})
    return events


def _aspect_questions(content: Path) -> dict[str, list[str]]:
    """`aspects/*.yaml`: aspects joined by commas, or `none` → questions; none of it is needed."""
    found: dict[str, list[str]] = {}
    for path in sorted((content / "aspects").glob("*.yaml")):
        for key, texts in _read(path).items():
            if not isinstance(texts, list) or not all(isinstance(t, str) for t in texts):
                raise ValueError(f"{path}: {key}: expected a list of sentences")
            try:
                asked = asked_of(str(key))
            except ValueError as error:
                raise ValueError(f"{path}: {key}: {error}") from error
            name = ", ".join(a for a in ASPECTS if a in asked) or NONE
            found[name] = _unique([*found.get(name, ()), *texts])
    return found


def _once(intents: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Every text under one intent. Brackets and braces would be markup to Rasa and are dropped."""
    found: dict[str, list[str]] = {}
    taken: set[str] = set()
    for name in sorted(intents, key=lambda n: (n == "ask_procedure", n)):
        texts = [" ".join(_MARKUP.sub(" ", t).split()) for t in intents[name]]
        found[name] = [t for t in _unique(texts) if t not in taken]
        taken.update(found[name])
    return found


def _write_nlu(path: Path, intents: Mapping[str, Sequence[str]], material: Path) -> Path:
    """Rasa's YAML."""
    lines = ['version: "3.1"', "nlu:"]
    for name, texts in intents.items():
        lines += [f"  - intent: {name}", "    examples: |", *(f"      - {t}" for t in texts)]
    lines += [f"  - lookup: {LOOKUP}", "    examples: |", f"      - {PREFIX}{material.resolve()}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def split(
    rows: Sequence[Mapping[str, Any]], lexicon: Lexicon, held_out: float = 0.2
) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """(rows to train on, rows held out), by wording and never by row.

    Rows are those of `Material.phrasings` and `Material.augmented`; a row made from another
    wording (`of`) goes where that one goes, and is left out where it happens to be a wording of
    the other side. `held_out` is a share of wordings from 0 to 1. The same wording falls on the
    same side in every catalogue.
    """
    key = {text: wording(lexicon.read(text)) for text in _texts(rows)}
    sides: tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]] = ([], [])
    fixed: tuple[set[Wording], set[Wording]] = (set(), set())
    for row in rows:
        fixed[share_of(key[_source(row)]) < held_out].add(key[_source(row)])
    for row in rows:
        held = share_of(key[_source(row)]) < held_out
        if key[row["text"]] not in fixed[not held]:
            sides[held].append(row)
    return sides


def _source(row: Mapping[str, Any]) -> str:
    return str(row.get("of") or row["text"])


def _texts(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    return {text for row in rows for text in (row["text"], _source(row))}
