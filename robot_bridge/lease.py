"""Which process drives a robot: at most one at a time, whoever else has it in its settings."""

import asyncio
from typing import Protocol


class Lease(Protocol):
    """One process' right to drive one robot."""

    def held(self) -> bool:
        """Whether anything may be sent to the robot now. From any thread, at any time; no more
        from the instant on from which another process may have it."""

    def other(self) -> str:
        """Who drives it instead, in words."""

    async def gained(self) -> None:
        """Wait until this process has the right."""

    async def lost(self) -> None:
        """Wait until it is about to lose it: what drives can still be told to stand."""


class Sole:
    """The only process there is: tests, evaluations, a check from the command line."""

    def held(self) -> bool:
        return True

    def other(self) -> str:
        return ""

    async def gained(self) -> None:
        return

    async def lost(self) -> None:
        await asyncio.Event().wait()


class OfAnotherProcess(Exception):  # noqa: N818 - not a fault: somebody else drives
    """Nothing is sent: another process drives the robot."""
