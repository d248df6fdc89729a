"""One release folder, read once and never changed: the facts that answers may use.

Sources: `docs/architecture.md`, *A release folder*.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dialogues.faq import Faqs
from dialogues.wording import known_words

Entry = Mapping[str, Any]
_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?!\w)")


class ReleaseRefusedError(Exception):
    """The folder is incomplete, was changed after it was built, or has no manifest."""


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def verify(folder: Path) -> str:
    """Compare every file with `manifest.json` and return the release id.

    Raises `ReleaseRefusedError`, naming the file that differs or is missing.
    """
    manifest_path = folder / "manifest.json"
    if not manifest_path.is_file():
        raise ReleaseRefusedError(
            f"{folder} has no manifest.json: build it with `letan train`, or pass --unverified"
        )
    try:
        manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
        files = dict(manifest["files"])
        release_id = str(manifest["id"])
    except (ValueError, KeyError, TypeError) as error:
        raise ReleaseRefusedError(f"{manifest_path} cannot be read: {error}") from error
    for name in ("catalogue.json", "centre.json", "model.tar.gz"):
        if name not in files:
            raise ReleaseRefusedError(f"{manifest_path} does not list {name}")
    for name, expected in files.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
            raise ReleaseRefusedError(f"{folder} lacks {name}, which its manifest lists")
        if sha256(path) != expected:
            raise ReleaseRefusedError(f"{path} was changed after the release was built")
    return release_id


@dataclass(frozen=True, slots=True)
class Release:
    """The catalogue and the centre of one release."""

    id: str
    folder: Path
    procedures: Mapping[str, Entry]
    """Every entry by its own code."""
    synonyms: Mapping[str, str]
    """Old and alternative codes to the code that answers."""
    centre: Entry
    counters: Mapping[str, Entry]
    places: Mapping[str, Entry]
    offices: tuple[Entry, ...]
    """Offices outside the centre that serve procedures (police, land registry)."""
    ordinary_words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By language, the words that the catalogue writes in small letters: all others are names."""
    events: Mapping[str, Entry] = field(default_factory=dict)
    """Life events by id: `{"id", "name", "procedures", "always", "when", "note"}`; empty for a
    release that was built before they were kept."""
    called: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Folded name or everyday name of two words or more to the codes of those called so."""
    faqs: Faqs = field(default_factory=Faqs)
    """Questions that are no procedure, and their answers."""

    @classmethod
    def load(cls, folder: Path, release_id: str) -> Release:
        """Read `catalogue.json` and `centre.json`; raises `ReleaseRefusedError`."""
        try:
            catalogue = json.loads((folder / "catalogue.json").read_text(encoding="utf-8"))
            static = json.loads((folder / "centre.json").read_text(encoding="utf-8"))
            procedures = {entry["code"]: entry for entry in catalogue["procedures"]}
            return cls(
                id=release_id,
                folder=folder,
                procedures=procedures,
                synonyms=_synonyms(procedures),
                centre=static["centre"],
                counters={str(counter["id"]): counter for counter in static["counters"]},
                places={str(place["id"]): place for place in static["places"]},
                offices=tuple(static.get("offices") or ()),
                ordinary_words=_ordinary_words(catalogue["procedures"]),
                called=_called(catalogue["procedures"]),
                events=_events(folder / "life_events.json"),
                faqs=Faqs.load(folder, _names(catalogue["procedures"])),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ReleaseRefusedError(f"{folder} cannot be read: {error!r}") from error

    def canonical(self, code: str | None) -> str | None:
        """The code that answers for `code`; `None` when the catalogue does not know it."""
        if code is None:
            return None
        code = self.synonyms.get(code, code)
        return code if code in self.procedures else None

    def procedure(self, code: str | None) -> Entry | None:
        found = self.canonical(code)
        return None if found is None else self.procedures[found]

    def counter_for(self, procedure: Entry) -> Entry | None:
        """The first counter that serves the procedure; `None` when it is served outside."""
        service = procedure.get("service")
        for counter in self.counters.values():
            if service is not None and service in counter.get("services", ()):
                return counter
        return None

    def office_for(self, procedure: Entry) -> Entry | None:
        service = procedure.get("service")
        for office in self.offices:
            if service is not None and service in office.get("services", ()):
                return office
        return None

    def counter_at(self, place_id: str) -> Entry | None:
        for counter in self.counters.values():
            if counter.get("place") == place_id:
                return counter
        return None


def _names(procedures: Sequence[Entry]) -> list[str]:
    return [
        str(name)
        for entry in procedures
        for name in (*entry["name"].values(), *(entry.get("aliases") or ()))
        if name
    ]


def _called(procedures: Sequence[Entry]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for entry in procedures:
        if entry.get("replaced_by"):
            continue
        for name in (*entry["name"].values(), *(entry.get("aliases") or ())):
            folded = known_words(name or "")
            short = folded.removeprefix("dang ky ")
            if " " in short and short != folded and entry["code"] not in found.get(short, ()):
                found.setdefault(short, []).append(entry["code"])
            if " " in folded and entry["code"] not in found.setdefault(folded, []):
                found[folded].append(entry["code"])
    return {name: tuple(codes) for name, codes in found.items()}


def _events(path: Path) -> dict[str, Entry]:
    if not path.is_file():
        return {}
    content = json.loads(path.read_text(encoding="utf-8"))
    return {str(event["id"]): event for event in content["life_events"]}


def _ordinary_words(procedures: Sequence[Entry]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {"vi": set(), "en": set()}
    for language, text in _texts(procedures, "vi"):
        found[language].update(w for w in _WORD.findall(text) if w.islower())
    return {language: frozenset(words) for language, words in found.items()}


def _texts(value: Any, language: str) -> Iterator[tuple[str, str]]:
    """Every text below `value` with its language (docs/architecture.md, *Catalogue entry*)."""
    if isinstance(value, str):
        yield language, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            english = key == "en" or key.endswith("_en")
            yield from _texts(inner, "en" if english else language)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, language)


def _synonyms(procedures: Mapping[str, Entry]) -> dict[str, str]:
    """Retired codes to their successor, and the codes of one procedure to its first entry."""
    synonyms: dict[str, str] = {}
    for code, entry in procedures.items():
        for other in entry.get("same_as") or ():
            # the first entry answers for all: two entries that name each other must not swap places
            if synonyms.get(code) != other and other not in synonyms:
                synonyms[other] = code
    for code in procedures:
        successor = _last_successor(procedures, code)
        if successor != code:
            synonyms[code] = successor
    return synonyms


def _last_successor(procedures: Mapping[str, Entry], code: str) -> str:
    seen = {code}
    for following in _successors(procedures, code):
        if following in seen:
            break
        seen.add(following)
        code = following
    return code


def _successors(procedures: Mapping[str, Entry], code: str) -> Iterator[str]:
    while True:
        following = (procedures.get(code) or {}).get("replaced_by")
        if not following or following not in procedures:
            return
        code = following
        yield code
