"""What one conversation remembers between turns: Rasa slots, as one typed object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

HISTORY = 6
"""Topics that are remembered beside the open one."""
_OF_TOPIC = ("conditions", "checklist")


@dataclass(slots=True)
class Memory:
    language: str | None = None
    topic: str | None = None
    """Code of the procedure that is open."""
    conditions: dict[str, Any] = field(default_factory=dict)
    """What is known about the topic's cases: lists of ids `holds`, `denied`, `unsure` and `asked`
    (nobody is asked twice), `current` (ids of the last question), `answers` (how many questions
    were answered) and `aspects` (what the visitor had asked)."""
    told: str | None = None
    """The message that led to a choice of procedures: what it told holds for the one chosen."""
    aspects: list[str] = field(default_factory=list)
    """Aspects of the last question."""
    pending: dict[str, Any] | None = None
    """What the last reply asked: `{"kind": "choices", "choices": [{"title", "payload"}]}` (kind
    "chosen" once one was taken: another may still be picked),
    `{"kind": "offer", "payload": …}` (yes does it), `{"kind": "document"}` (the checklist's
    question) or `{"kind": "condition", "cases": [ids], "choices": […]}` (does a condition hold)."""
    checklist: dict[str, Any] | None = None
    """`{"code", "have": {document id: true | false | null}, "current": id | null}`; an id
    absent from `have` was not asked yet, null means that the visitor is not sure."""
    place: str | None = None
    """Place of the last route, for "dẫn tôi đến đó"."""
    candidates: list[str] = field(default_factory=list)
    """Runners-up of the last answer, for "không phải"."""
    unsure: int = 0
    """Turns in a row that were not understood."""

    aside: bool = False
    """The last reply was not about the topic (a toilet, the weather)."""
    history: list[dict[str, Any]] = field(default_factory=list)
    """Topics of before, the latest first: `{"code", "conditions", "checklist"}`, so that
    a visitor who comes back finds things as they were."""

    def open(self, code: str) -> None:
        """Make a procedure the topic; the one that was open is laid aside with what was told
        about it."""
        if self.topic == code:
            return
        found = next((left for left in self.history if left["code"] == code), {})
        kept = [left for left in self.history if left["code"] not in {self.topic, code}]
        if self.topic is not None:
            kept.insert(
                0, {"code": self.topic, **{name: getattr(self, name) for name in _OF_TOPIC}}
            )
        self.history = kept[:HISTORY]
        self.topic, self.place = code, None
        self.conditions = dict(found.get("conditions") or {})
        self.checklist = found.get("checklist")

    @property
    def cases(self) -> list[str]:
        """Ids of the topic's cases that hold."""
        return list(self.conditions.get("holds") or ())

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
