"""What differs between two releases: procedures, and answers to the regression set."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from assistant.releases.impact import of_regression
from assistant.settings import Settings

Change = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Changed:
    """A procedure that is not the same in both."""

    code: str
    name: str
    change: Change
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """A question and both answers to it."""

    text: str
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that differs."""

    procedures: tuple[Changed, ...]
    answers: tuple[Answers, ...]


async def compared(settings: Settings, before: Path, after: Path) -> Comparison:
    """Both folders have been verified."""
    return await asyncio.to_thread(_compared, settings, before, after)


def _compared(settings: Settings, before: Path, after: Path) -> Comparison:
    answers = tuple(
        Answers(each.text, each.before.as_dict(), each.after.as_dict())
        for each in of_regression(settings, before, after)
    )
    return Comparison(tuple(_changes(_procedures(before), _procedures(after))), answers)


def _procedures(folder: Path) -> dict[str, Mapping[str, Any]]:
    found = json.loads((folder / "catalogue.json").read_text(encoding="utf-8"))
    return {str(entry["code"]): entry for entry in found["procedures"]}


def _changes(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]
) -> list[Changed]:
    found = []
    for code in sorted(before.keys() | after.keys()):
        old, new = before.get(code), after.get(code)
        if old is None or new is None:
            there = old or new or {}
            found.append(Changed(code, _name(there), "removed" if new is None else "added"))
        else:
            keys = sorted(old.keys() | new.keys())
            # What is empty says as little as what is missing, in a release of an earlier program.
            fields = tuple(k for k in keys if (old.get(k) or None) != (new.get(k) or None))
            if fields:
                found.append(Changed(code, _name(new), "changed", fields))
    return found


def _name(entry: Mapping[str, Any]) -> str:
    name = entry.get("name")
    return str(name.get("vi", "")) if isinstance(name, Mapping) else str(name or "")
