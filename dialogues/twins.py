"""Near twins of one procedure that a circumstance tells apart: with a foreigner, and without."""

from __future__ import annotations

from dialogues.circumstances import tell
from dialogues.conditions import circumstances_of
from dialogues.release import Entry, Release
from dialogues.wording import known_words

FOREIGN = "foreigner"
_FOREIGN_NAME = "yeu to nuoc ngoai"


def twin(entry: Entry, text: str, release: Release) -> Entry | None:
    """The procedure beside `entry` that the text means: the one for families with a foreigner, or
    the ordinary one where the text denies it. `None`: the entry itself is right."""
    name = _name(entry)
    is_foreign = _FOREIGN_NAME in name
    told = tell(text)
    if FOREIGN in told.holds and not is_foreign and not _asks_about_foreigners(entry):
        twins = [
            other
            for other in release.procedures.values()
            if _name(other).startswith(f"{name} co ")
            and _FOREIGN_NAME in _name(other)
            and not other.get("replaced_by")
        ]
        return min(twins, key=lambda other: len(_name(other)), default=None)
    if FOREIGN in told.denied and FOREIGN not in told.holds and is_foreign:
        base = name.split(" co yeu to")[0]
        ordinary = (o for o in release.procedures.values() if _name(o) == base)
        return next((o for o in ordinary if not o.get("replaced_by")), None)
    return None


def _name(entry: Entry) -> str:
    return known_words(str(entry["name"].get("vi") or ""))


def _asks_about_foreigners(entry: Entry) -> bool:
    return any(FOREIGN in circumstances_of(case) for case in entry.get("cases") or ())
