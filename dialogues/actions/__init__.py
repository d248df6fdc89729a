"""What the assistant says and does: one `rasa_sdk` action for each reading of a message.

`rasa run actions --actions dialogues.actions` serves the same classes (used by the benchmark only).
"""

from __future__ import annotations

from collections.abc import Iterator

from dialogues.actions import (
    checklist,
    choosing,
    desk,
    faq,
    life_events,
    places,
    procedures,
    speaking,
)
from dialogues.actions.turn import ReplyAction
from dialogues.release import Release

__all__ = [
    "checklist", "choosing", "desk", "faq", "life_events", "places", "procedures", "speaking",
]  # fmt: skip


def actions(release: Release) -> Iterator[ReplyAction]:
    """Every action of the modules above, answering from `release`."""
    for action in ReplyAction.__subclasses__():
        yield action(release)
