"""What the engine understands by words before their turn is over.

Understanding only: nothing is answered, stored or begun until the turn has really ended. Whoever
decides then finds the meaning ready.
"""

import asyncio
from contextlib import suppress
from typing import Any, Protocol

from assistant.errors import LetanError


class Understands(Protocol):
    """The engine's understanding."""

    async def parse(self, text: str, topic: str | None = None) -> dict[str, Any]:
        """Raises LetanError."""


class Foresight:
    """The understanding of one connection: the last look ahead is remembered."""

    def __init__(self, engine: Understands) -> None:
        self._engine = engine
        self._text = ""
        self._found: asyncio.Task[dict[str, Any]] | None = None

    async def look(self, text: str) -> dict[str, Any] | None:
        """The meaning of words that may be all; None when it cannot be had."""
        if self._found is None or text != self._text:
            self.forget()
            self._text = text
            self._found = asyncio.create_task(self._engine.parse(text), name="look ahead")
        with suppress(LetanError):
            return await asyncio.shield(self._found)
        return None

    async def parse(self, text: str, topic: str | None = None) -> dict[str, Any]:
        """As the engine's, at once where it was looked for. Raises LetanError."""
        if self._found is None or text != self._text or topic is not None:
            return await self._engine.parse(text, topic)
        return await asyncio.shield(self._found)

    def forget(self) -> None:
        found, self._found = self._found, None
        if found is not None:
            found.cancel()
