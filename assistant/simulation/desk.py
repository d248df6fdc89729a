"""The turn door as a simulated visitor uses it: what is said, and what comes back."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from assistant.conversation.service import Conversations
from assistant.conversation.turns import Message
from assistant.errors import Language, LetanError
from assistant.security import Principal
from assistant.simulation.clock import DayClock
from assistant.simulation.record import Record, Turn

Part = dict[str, Any]

SPEAKING = 14.0
"""Characters of a reply that are heard or read in a second."""
_OPERATOR = Principal("operator")


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply, as far as visitors act on it."""

    outcome: str
    parts: list[Part]
    code: str | None
    """The procedure that was understood."""

    def part(self, kind: str) -> Part | None:
        return next((part for part in self.parts if part.get("type") == kind), None)

    @property
    def seconds(self) -> float:
        """How long it takes to take it in."""
        texts = [str(p.get("speech") or p.get("text") or "") for p in self.parts]
        return min(2.0 + sum(map(len, texts)) / SPEAKING, 15.0)


class Desk:
    """Conversations of the day, through the door that the API uses."""

    def __init__(
        self,
        conversations: Conversations,
        clock: DayClock,
        record: Record,
        on_ticket: Callable[[int, str], None],
    ) -> None:
        self._conversations = conversations
        self._on_ticket = on_ticket
        self._tickets: dict[str, tuple[int, str]] = {}
        self._clock = clock
        self._record = record

    async def open(self, kiosk: str, language: Language) -> str:
        async with self._clock.standing_still():
            opened = await self._conversations.open("kiosk", kiosk, language, _OPERATOR)
        return opened.id

    async def close(self, conversation: str) -> None:
        async with self._clock.standing_still():
            await self._conversations.close(conversation)

    def ticket(self, conversation: str) -> tuple[int, str] | None:
        """The last number that somebody was given here, and its counter."""
        return self._tickets.get(conversation)

    async def ask(
        self,
        conversation: str,
        text: str | None = None,
        payload: str | None = None,
        *,
        meant: str | None = None,
    ) -> Answer:
        """One turn; ``meant``: the procedure of a first question. Time passes while it is heard.

        A turn that fails is written down with its code and is an empty answer.
        """
        async with self._clock.standing_still():
            began = time.perf_counter()
            try:
                reply = await self._conversations.handle(conversation, Message(text, payload))
                data = reply.data()
            except LetanError as error:
                data = {"outcome": f"error_{error.code}", "parts": [], "understanding": {}}
            milliseconds = (time.perf_counter() - began) * 1000
        found = data["understanding"].get("procedures") or []
        code = str(found[0]["code"]) if found else None
        right = None if meant is None else code == meant
        turn = Turn(data["outcome"], meant is not None, right, milliseconds)
        self._record.turns.append(turn)
        answer = Answer(data["outcome"], data["parts"], code)
        ticket = answer.part("ticket")
        if ticket is not None and "number" in ticket:
            self._tickets[conversation] = int(ticket["number"]), str(ticket["counter"])
            self._on_ticket(*self._tickets[conversation])
        saying = 1.5 + len(text or "") / 12
        hearing = answer.seconds if answer.part("mission") is None else 0.0
        await self._clock.sleep(saying + hearing)  # whoever is led listens on the way
        return answer
