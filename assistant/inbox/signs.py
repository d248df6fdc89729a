"""Which turns somebody should look at, and why."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

Kind = Literal["unanswered", "doubt", "thumbs_down", "handed_over", "wrongly_sent"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

DOUBTFUL, HARDLY_GUESSED = 0.75, 0.5
"""Below these an answer, or an offer of choices, was doubtful; set from the calibration that
a release's evaluation prints, not yet from visitors."""
_DOWN = "payload:feedback:down"
_BUTTON = "payload:"
_NO_QUESTION = frozenset(
    {
        *("greet", "thank", "goodbye", "who_are_you", "repeat", "slower", "louder"),
        *("change_language", "stop", "affirm", "deny", "talk_to_staff", "feedback"),
        *("take_ticket", "lead_me", "choose"),
    }
)
"""What is said in these is nothing to learn a procedure from."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One stored turn, as far as it matters here."""

    id: int
    conversation: str
    message: str
    outcome: str
    intent: str | None
    confidence: float | None
    procedures: str
    release: str | None
    created_at: datetime

    @property
    def is_question(self) -> bool:
        return not self.message.startswith(_BUTTON) and self.intent not in _NO_QUESTION


@dataclass(frozen=True, slots=True)
class Sign:
    """That a question should be looked at."""

    question: Turn
    kind: Kind
    at: datetime
    comment: str | None = None


def signs(turns: Iterable[Turn], earlier: Mapping[str, Turn]) -> Iterator[Sign]:
    """What turns, in their order, tell; ``earlier``: the last question of a conversation before.

    A judgement and a call for staff speak of the question before them.
    """
    last = dict(earlier)
    for turn in turns:
        before = last.get(turn.conversation)
        if turn.message.startswith(_DOWN):
            if before is not None:
                comment = turn.message.removeprefix(_DOWN).strip() or None
                yield Sign(before, "thumbs_down", turn.created_at, comment)
        elif turn.outcome == "handed_over":
            asked = turn if turn.is_question else before
            if asked is not None:
                yield Sign(asked, "handed_over", turn.created_at)
        elif turn.is_question and (kind := _kind(turn)) is not None:
            yield Sign(turn, kind, turn.created_at)
        if turn.is_question:
            last[turn.conversation] = turn


def speaks_of_an_earlier_one(turn: Turn) -> bool:
    """Whether the question before it is needed to understand it."""
    return turn.message.startswith(_DOWN) or (
        turn.outcome == "handed_over" and not turn.is_question
    )


def _kind(turn: Turn) -> Kind | None:
    if turn.outcome == "out_of_scope":
        return "unanswered"
    sure = 1.0 if turn.confidence is None else turn.confidence
    if turn.outcome == "clarified" and not turn.procedures:
        return "unanswered" if turn.intent in (None, "ask_procedure", "ask_aspect") else None
    if not turn.procedures:
        return None
    if turn.outcome == "answered" and sure < DOUBTFUL:
        return "doubt"
    if turn.outcome == "clarified" and sure < HARDLY_GUESSED:
        return "doubt"
    return None
