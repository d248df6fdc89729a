"""Turns of one conversation run one after another; a second one waits a little, then is busy."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from assistant.errors import LetanError

_WAIT_SECONDS = 8.0


class ConversationLocks:
    """A lock for every conversation that has a turn under way; nothing is kept afterwards."""

    def __init__(self, wait_seconds: float = _WAIT_SECONDS) -> None:
        self._wait = wait_seconds
        self._locks: dict[str, asyncio.Lock] = {}
        self._users: dict[str, int] = {}

    @asynccontextmanager
    async def hold(self, conversation: str) -> AsyncIterator[bool]:
        """Gives whether another turn was waited for. Raises LetanError `conversation_busy`."""
        lock = self._locks.setdefault(conversation, asyncio.Lock())
        self._users[conversation] = self._users.get(conversation, 0) + 1
        try:
            waited = lock.locked()
            if waited:
                await self._wait_for(lock)
            else:
                await lock.acquire()
            try:
                yield waited
            finally:
                lock.release()
        finally:
            self._users[conversation] -= 1
            if self._users[conversation] == 0:
                del self._users[conversation], self._locks[conversation]

    def __len__(self) -> int:
        return len(self._locks)

    async def _wait_for(self, lock: asyncio.Lock) -> None:
        try:
            async with asyncio.timeout(self._wait):
                await lock.acquire()
        except TimeoutError as error:
            raise LetanError(
                "conversation_busy",
                409,
                "Em đang trả lời câu trước của anh/chị. Anh/chị chờ một chút rồi gửi lại giúp em.",
                "The message before is still being answered. Wait a moment and send again.",
                retry_after=2,
            ) from error
