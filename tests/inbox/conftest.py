"""The application on a fresh data folder, with turns written as conversations leave them."""

import sys
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

TESTS = Path(__file__).resolve().parents[1]
for folder in ("app", "staff"):
    sys.path.insert(0, str(TESTS / folder))

from desk_fixtures import content, desk, fault, http, settings  # noqa: E402, F401
from inbox_samples import Header, Store  # noqa: E402
from test_only_staff_with_the_right_gets_further import account, app_of  # noqa: E402

from assistant.catalogue.published import Snapshot  # noqa: E402
from assistant.catalogue.service import Catalogue  # noqa: E402
from assistant.catalogue.view import PublishedCatalogue  # noqa: E402
from assistant.conversation.tables import ConversationRow, TurnRow  # noqa: E402
from assistant.releases.content import ensure_content  # noqa: E402


@pytest.fixture
async def clerk(http: httpx.AsyncClient) -> Header:  # noqa: F811
    return await account(http, "lan", "clerk")


@pytest.fixture
async def catalogue(http: httpx.AsyncClient) -> AsyncIterator[PublishedCatalogue]:  # noqa: F811
    """The shipped procedures of two fields, as published."""
    app = app_of(http)
    await ensure_content(app.state.settings, app.state.database)
    procedures = await Catalogue(app.state.database).all()
    stamp = datetime.now(UTC).isoformat()
    app.state.catalogue = PublishedCatalogue(Snapshot(procedures=procedures, generated_at=stamp))
    yield app.state.catalogue


@pytest.fixture
def store(http: httpx.AsyncClient) -> Store:  # noqa: F811
    """Writes turns `(conversation, message, outcome)`; more columns by name, for all of them."""

    async def write(turns: Sequence[tuple[str, str, str]], **more: Any) -> None:
        at = more.pop("at", datetime.now(UTC) - timedelta(minutes=5))
        channel = more.pop("channel", "kiosk")
        async with app_of(http).state.database.session() as session:
            for name in dict.fromkeys(turn[0] for turn in turns):
                if await session.get(ConversationRow, name) is None:
                    session.add(
                        ConversationRow(
                            id=name, channel=channel, language="vi", opened_at=at, last_at=at
                        )
                    )
            await session.flush()
            for number, (name, message, outcome) in enumerate(turns):
                columns: dict[str, Any] = {
                    "intent": "ask_procedure",
                    "confidence": 0.9,
                    "procedures": "",
                    "release": "first",
                    **more,
                }
                session.add(
                    TurnRow(
                        conversation=name,
                        message_id=f"{at.timestamp()}-{number}",
                        message=message,
                        outcome=outcome,
                        engine_ms=1.0,
                        total_ms=2.0,
                        created_at=at + timedelta(seconds=number),
                        **columns,
                    )
                )
                await session.flush()

    return write
