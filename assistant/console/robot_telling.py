"""What was asked of a robot and what came of it, in the reader's words.

The log keeps short words and what the robot itself has said; whatever is not known here is shown as
it was written down.
"""

from collections.abc import Mapping

from assistant.console.robot_words import (
    ANSWERS,
    FAILURES,
    KINDS,
    PACES,
    REASONS,
    REFUSALS,
    RESULTS,
    STATES,
    WHO,
)
from assistant.console.wording import say
from assistant.errors import Language
from robot_bridge.journal import Command


class Telling:
    """``names``: of places, by id, in the reader's language."""

    def __init__(self, language: Language, names: Mapping[str, str]) -> None:
        self._language: Language = language
        self._names = names

    def place(self, id_: str) -> str:
        return self._names.get(id_, id_)

    def who(self, by: str) -> str:
        return self._word(WHO, by)

    def kind(self, kind: str) -> str:
        return self._word(KINDS, kind)

    def sent(self, one: Command) -> str:
        """What was asked, or told to the robot."""
        parts = one.sent.split()
        if one.command in ("mission", "wait") and len(parts) > 1:
            told = f"{self.kind(parts[0])} → {self.place(parts[1])}"
            return f"{told} ({self._word(PACES, parts[2])})" if parts[2:] == ["elderly"] else told
        if one.command == "go_to" and len(parts) == 3:
            x, y = parts[:2]
            return say(self._language, "đến x {x} m, y {y} m", x=x, y=y)
        if one.command == "pace":
            return self._word(PACES, one.sent)
        if one.command == "answer":
            return self._word(ANSWERS, one.sent)
        return self._word(REASONS, one.sent)

    def came_back(self, text: str) -> str:
        """In words of ours, with those of the robot behind them."""
        code, _, raw = text.partition(":")
        known = RESULTS.get(code) or FAILURES.get(code) or REFUSALS.get(code)
        if known is None:
            return text
        known = say(self._language, known)
        return f"{known} ({raw.strip()})" if raw.strip() else known

    def outcome(self, state: str, reason: str | None) -> str:
        """How a mission stands, or ended."""
        words = self._word(STATES, state)
        why = REASONS.get(reason or "") or FAILURES.get(reason or "")
        return f"{words}: {say(self._language, why)}" if why else words

    def _word(self, words: Mapping[str, str], key: str) -> str:
        return say(self._language, words[key]) if key in words else key
