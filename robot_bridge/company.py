"""Keeping the visitor company: a question on the way, its answer, and giving up politely."""

import asyncio
from collections.abc import Callable
from uuid import uuid4

from robot_bridge.clock import Clock, wait_for_event
from robot_bridge.missions import About, Policy, Question
from robot_bridge.sentences import Sentence


class GivenUp(Exception):  # noqa: N818 - an outcome that missions handle
    """The mission ends without fault: a word for its reason, and the sentence to say (or "")."""

    def __init__(self, reason: str, source: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.source = source


class Company:
    """Asks the one visitor whom a robot leads; an answer counts for the question that is open."""

    def __init__(self, policy: Policy, clock: Clock) -> None:
        self._policy = policy
        self._clock = clock
        self._answered = asyncio.Event()
        self._answer = False
        self._open: str | None = None

    def answer(self, following: bool, question_id: str | None = None) -> bool:
        """Take an answer; whether there was such a question. None: the one that is open."""
        if self._open is None or question_id not in (None, self._open):
            return False
        self._answer, self._open = following, None
        self._answered.set()
        return True

    async def ask(
        self, about: About, said: Sentence, tell: Callable[[Question], None]
    ) -> bool | None:
        """Ask until there is an answer; None when there is none after the last time."""
        id_ = f"q-{uuid4().hex[:12]}"
        self._answered.clear()
        self._open = id_
        try:
            for times in range(1, self._policy.ask_times + 1):
                now = self._clock.now()
                tell(Question(id_, about, said.vi, said.en, now, times))
                if await wait_for_event(self._answered, self._clock, self._policy.ask_seconds):
                    return self._answer
            return None
        finally:
            self._open = None
