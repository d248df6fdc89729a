"""The part of a release's catalogue that understanding needs: codes, names, groups and ranks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

UNRANKED = 10_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One answerable procedure: a group of codes that are one thing answers as its first."""

    code: str
    names: tuple[str, ...]
    """Vietnamese names, the official one first, then those of codes that lead here."""
    names_en: tuple[str, ...]
    aliases: tuple[str, ...]
    """Everyday names, then official ones of earlier years."""
    rank: int
    """1 = asked most; `UNRANKED` when nobody knows."""
    documents: tuple[str, ...]
    """Vietnamese names of the papers asked for, cases included."""


def load(path: Path) -> list[dict[str, Any]]:
    """The procedures of a `catalogue.json`; raises ValueError naming the file when it has none."""
    with path.open(encoding="utf-8") as file:
        data = json.load(file)
    procedures = data.get("procedures") if isinstance(data, dict) else None
    if not isinstance(procedures, list) or not procedures:
        raise ValueError(f"{path}: no procedures")
    return procedures


def canonical_codes(procedures: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Code → the code that answers for it, over `replaced_by` and `same_as`, cycles cut."""
    by_code = {p["code"]: p for p in procedures}
    parent: dict[str, str] = {}

    def root(code: str) -> str:
        seen = {code}
        while code in parent and parent[code] not in seen:
            code = parent[code]
            seen.add(code)
        return code

    for code, entry in by_code.items():
        successor = entry.get("replaced_by")
        if successor in by_code and root(successor) != code:
            parent[code] = successor
    for code, entry in by_code.items():
        for other in entry.get("same_as") or ():
            if other not in by_code:
                continue
            a, b = root(code), root(other)
            if a != b:
                winner, loser = sorted((a, b), key=lambda c: _preference(by_code[c]))
                parent[loser] = winner
    result = {code: root(code) for code in by_code}
    for code, entry in by_code.items():
        for other in entry.get("same_as") or ():
            result.setdefault(other, root(code))
    return result


def _preference(entry: Mapping[str, Any]) -> tuple[bool, bool, int, str]:
    return (
        entry.get("documents") is None,
        bool(entry.get("needs_review")),
        entry.get("rank") or UNRANKED,
        entry["code"],
    )


def entries(procedures: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """Answerable entries in the order of their codes, each with the words of all codes that lead
    to it.
    """
    procedures = list(procedures)
    canonical = canonical_codes(procedures)
    members: dict[str, list[Mapping[str, Any]]] = {}
    for procedure in procedures:
        members.setdefault(canonical[procedure["code"]], []).append(procedure)
    result = []
    for code, group in sorted(members.items()):
        group.sort(key=lambda p: p["code"] != code)
        result.append(
            Entry(
                code=code,
                names=_unique(p["name"]["vi"] for p in group),
                names_en=_unique(p["name"].get("en") for p in group),
                aliases=_unique(
                    a
                    for p in group
                    for key in ("aliases", "former_names")
                    for a in p.get(key) or ()
                ),
                rank=min(p.get("rank") or UNRANKED for p in group),
                documents=_unique(d["vi"] for p in group[:1] for d in _documents(p)),
            )
        )
    return result


def _documents(procedure: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    yield from procedure.get("documents") or ()
    for case in procedure.get("cases") or ():
        for added in case.get("documents_add") or ():
            yield added if isinstance(added, Mapping) else {"vi": added}


def _unique(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(v for v in values if v))
