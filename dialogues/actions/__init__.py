"""What the assistant says and does: one `rasa_sdk` action for each reading of a message.

`rasa run actions --actions dialogues.actions` serves the same classes (used by the benchmark only).
"""

from __future__ import annotations

from collections.abc import Iterator

from dialogues.actions import checklist, desk, places, procedures
from dialogues.actions.turn import ReplyAction
from dialogues.release import Release

_MODULES = (procedures, checklist, places, desk)


def actions(release: Release) -> Iterator[ReplyAction]:
    """Every action, answering from `release`."""
    for module in _MODULES:
        for thing in vars(module).values():
            if (
                isinstance(thing, type)
                and issubclass(thing, ReplyAction)
                and thing.__module__ == module.__name__
            ):
                yield thing(release)
