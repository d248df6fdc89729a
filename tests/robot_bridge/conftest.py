"""The small lobby as a fixture, and a log that earlier tests have not set up."""

from collections.abc import AsyncIterator

import pytest
import structlog
from hypothesis import HealthCheck, settings
from small_lobby import Lobby, open_lobby

# A machine that does other things as well is no fault of what is tested.
settings.register_profile(
    "robots",
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.load_profile("robots")


@pytest.fixture(autouse=True)
def _log_of_its_own() -> None:
    """A level that another test has set would leave nothing to look at."""
    structlog.reset_defaults()


@pytest.fixture
async def lobby() -> AsyncIterator[Lobby]:
    made = await open_lobby()
    yield made
    await made.conductor.close()
