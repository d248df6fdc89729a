"""A life event as a plan: procedures in order, one list of papers, counters in walking order.

Which procedures belong to an event, when each is needed and what is said about the whole is content
(`life_events.json` of the release, from `data/nlu/life_events.yaml` and
`data/nlu/life_event_conditions.yaml`); papers and counters are the catalogue's and the centre's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from math import hypot
from pathlib import Path
from typing import Any

import yaml

from dialogues.release import Entry, Release
from dialogues.wording import known_words

FILE = "life_events.json"
SHORTEST_BY_TRYING = 7
"""Counters up to which every order is tried; above, always to the nearest."""
_BRACKETS = re.compile(r"\s*\([^)]*\)")
_IDENTITY = re.compile(
    r"(?:giay to tuy than|(?:the )?can cuoc(?: cong dan)?|cccd|ho chieu)\b"
    r"(?!.*(?:nguoi mat|cha me|con))"
)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Step:
    entry: Entry
    when: Mapping[str, str] | None
    """Under which condition it is needed, by language; `None`: not said."""
    always: bool


@dataclass(frozen=True, slots=True)
class Paper:
    document: Entry
    codes: tuple[str, ...]
    """Procedures of the plan that need it."""


@dataclass(frozen=True, slots=True)
class Plan:
    id: str
    name: Mapping[str, str]
    note: Mapping[str, str] | None
    steps: tuple[Step, ...]
    papers: tuple[Paper, ...]
    counted: tuple[str, ...]
    """Procedures whose papers are in `papers`."""
    unknown: tuple[str, ...]
    """Of these, procedures whose papers the catalogue does not know."""
    counters: tuple[tuple[Entry, tuple[str, ...]], ...]
    """(counter, procedures) in walking order."""
    offices: tuple[tuple[Entry, tuple[str, ...]], ...]


def write_events(content: Path, release: Path) -> None:
    """Put the events of `content` (`data/nlu`) into a release. Raises `ValueError` naming what a
    condition names and no event has."""
    events = _read(content / "life_events.yaml").get("life_events") or []
    conditions = _read(content / "life_event_conditions.yaml")
    unknown = set(conditions) - {event["id"] for event in events}
    if unknown:
        raise ValueError(f"life_event_conditions.yaml: no such life event: {sorted(unknown)}")
    written = []
    for event in events:
        more = conditions.get(event["id"]) or {}
        written.append(
            {
                "id": event["id"],
                "name": {"vi": event["name_vi"], "en": event["name_en"]},
                "procedures": [str(code) for code in event["procedures"]],
                "always": [str(code) for code in more.get("always") or ()],
                "when": {
                    str(code): {"vi": vi, "en": en}
                    for code, (vi, en) in (more.get("when") or {}).items()
                },
                "note": more.get("note"),
            }
        )
    text = json.dumps({"life_events": written}, ensure_ascii=False, indent=1)
    (release / FILE).write_text(text + "\n", encoding="utf-8")


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8") as file:
        return yaml.load(file, Loader=_LOADER) or {}  # noqa: S506, a safe loader


def plan(event_id: str | None, codes: Sequence[str], release: Release) -> Plan:
    """The plan of an event; of an unknown one (an older release), of the codes that were found."""
    event = release.events.get(event_id or "") or {}
    when = event.get("when") or {}
    always = {release.canonical(code) for code in event.get("always") or ()}
    steps = []
    listed = [*codes[:1], *(event.get("procedures") or codes)]
    for code in dict.fromkeys(release.canonical(c) for c in listed):
        if code is None:
            continue
        written = next((c for c in when if release.canonical(c) == code), "")
        steps.append(Step(release.procedures[code], when.get(written), code in always))
    # an event that begins with something else than everybody's bundle is about that alone
    everybody = [s for s in steps if s.always] if steps and steps[0].always else []
    counted = everybody or steps[:1]
    counters, offices = _places(steps, release)
    return Plan(
        id=str(event.get("id") or ""),
        name=event.get("name") or {},
        note=event.get("note"),
        steps=tuple(steps),
        papers=tuple(_papers([s.entry for s in counted])),
        counted=tuple(str(s.entry["code"]) for s in counted),
        unknown=tuple(str(s.entry["code"]) for s in counted if s.entry.get("documents") is None),
        counters=tuple(counters),
        offices=tuple(offices),
    )


def _papers(entries: Sequence[Entry]) -> list[Paper]:
    """Each paper once, with the procedures that need it, in the order of the procedures."""
    found: dict[str, Paper] = {}
    for entry in entries:
        for document in entry.get("documents") or ():
            key = _same(str(document.get("vi") or ""))
            before = found.get(key)
            codes = (*(before.codes if before else ()), str(entry["code"]))
            found[key] = Paper(before.document if before else document, tuple(dict.fromkeys(codes)))
    return list(found.values())


def _same(title: str) -> str:
    """What two wordings of one paper have in common."""
    words = known_words(_BRACKETS.sub("", title))
    return "identity" if _IDENTITY.match(words) else words


def _places(
    steps: Sequence[Step], release: Release
) -> tuple[list[tuple[Entry, tuple[str, ...]]], list[tuple[Entry, tuple[str, ...]]]]:
    """Counters of the hall as one walks past them, then offices outside, each with its
    procedures."""
    at: dict[str, list[str]] = {}
    outside: dict[str, list[str]] = {}
    offices = {str(office["id"]): office for office in release.offices}
    for step in steps:
        counter = release.counter_for(step.entry)
        office = None if counter is not None else release.office_for(step.entry)
        if counter is not None:
            at.setdefault(str(counter["id"]), []).append(str(step.entry["code"]))
        elif office is not None:
            outside.setdefault(str(office["id"]), []).append(str(step.entry["code"]))
    order = walking_order(list(at), release)
    return (
        [(release.counters[i], tuple(at[i])) for i in order],
        [(offices[i], tuple(codes)) for i, codes in outside.items()],
    )


def walking_order(counters: Sequence[str], release: Release) -> list[str]:
    """Counters in the order of the shortest walk from where visitors stand (the robot's place, else
    the door); those without a place in the hall come last, as they were."""
    poses = {i: _pose(release, release.counters[i].get("place")) for i in counters}
    placed = [i for i in counters if poses[i] is not None]
    others = [i for i in counters if poses[i] is None]
    start = _start(release)
    if len(placed) < 2 or start is None:
        return [*placed, *others]
    if len(placed) <= SHORTEST_BY_TRYING:
        best = min(permutations(placed), key=lambda order: _length(start, order, poses))
        return [*best, *others]
    walk: list[str] = []
    here = start
    while len(walk) < len(placed):
        left = [i for i in placed if i not in walk]
        walk.append(min(left, key=lambda i: _distance(here, poses[i])))
        here = poses[walk[-1]] or here
    return [*walk, *others]


def _start(release: Release) -> tuple[float, float] | None:
    for kind in ("home", "dock"):
        for place in release.places.values():
            if place.get("kind") == kind:
                return _pose(release, str(place["id"]))
    return None


def _pose(release: Release, place: str | None) -> tuple[float, float] | None:
    pose = (release.places.get(str(place)) or {}).get("pose")
    return None if not pose else (float(pose["x"]), float(pose["y"]))


def _distance(one: tuple[float, float], other: tuple[float, float] | None) -> float:
    return 0.0 if other is None else hypot(one[0] - other[0], one[1] - other[1])


def _length(
    start: tuple[float, float],
    order: Sequence[str],
    poses: Mapping[str, tuple[float, float] | None],
) -> float:
    total, here = 0.0, start
    for counter in order:
        total += _distance(here, poses[counter])
        here = poses[counter] or here
    return total
