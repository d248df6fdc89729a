"""The small lobby as a fixture, and a log that earlier tests have not set up."""

from collections.abc import AsyncIterator

import pytest
import structlog
from small_lobby import Lobby, open_lobby


@pytest.fixture(autouse=True)
def _log_of_its_own() -> None:
    """A level that another test has set would leave nothing to look at."""
    structlog.reset_defaults()


@pytest.fixture
async def lobby() -> AsyncIterator[Lobby]:
    made = await open_lobby()
    yield made
    await made.conductor.close()
