"""The small lobby as a fixture."""

from collections.abc import AsyncIterator

import pytest
from small_lobby import Lobby, open_lobby


@pytest.fixture
async def lobby() -> AsyncIterator[Lobby]:
    made = await open_lobby()
    yield made
    await made.conductor.close()
