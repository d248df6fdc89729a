"""What one conversation remembers between turns: Rasa slots, as one typed object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(slots=True)
class Memory:
    language: str | None = None
    topic: str | None = None
    """Code of the procedure that is open."""
    case: str | None = None
    """Id of the topic's case that the visitor named or chose."""
    cases_offered: list[str] = field(default_factory=list)
    """Ids of the topic's cases that were offered: nobody is asked twice."""
    aspects: list[str] = field(default_factory=list)
    """Aspects of the last question."""
    pending: dict[str, Any] | None = None
    """What the last reply asked: `{"kind": "choices", "choices": [{"title", "payload"}]}` (kind
    "chosen" once one was taken: another may still be picked),
    `{"kind": "offer", "payload": …}` (yes does it) or `{"kind": "document"}` (the checklist's
    question)."""
    checklist: dict[str, Any] | None = None
    """`{"code", "case", "have": {document id: true | false | null}, "current": id | null}`; an id
    absent from `have` was not asked yet, null means that the visitor is not sure."""
    place: str | None = None
    """Place of the last route, for "dẫn tôi đến đó"."""
    candidates: list[str] = field(default_factory=list)
    """Runners-up of the last answer, for "không phải"."""
    unsure: int = 0
    """Turns in a row that were not understood."""

    def open(self, code: str) -> None:
        """Make a procedure the topic; what belonged to another one is forgotten."""
        if self.topic != code:
            self.topic, self.case, self.checklist = code, None, None
            self.cases_offered, self.place = [], None

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any]) -> Memory:
        """Slots that are missing or unset take their defaults; the values are copied."""
        values = {name: slots.get(name) for name in _NAMES}
        return cls(**{name: _copied(v) for name, v in values.items() if v is not None})

    def copied(self) -> Memory:
        return Memory.from_slots({name: getattr(self, name) for name in _NAMES})

    def changes(self, before: Memory) -> dict[str, Any]:
        """Slots that differ from `before`."""
        return {
            name: getattr(self, name)
            for name in _NAMES
            if getattr(self, name) != getattr(before, name)
        }


_NAMES = tuple(f.name for f in fields(Memory))


def _copied(value: Any) -> Any:
    """A deep copy of JSON data, which is all that slots hold; `copy.deepcopy` takes ten times as
    long."""
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_copied(inner) for inner in value]
    return value
