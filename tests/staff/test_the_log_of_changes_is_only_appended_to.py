"""Who changed what: in the transaction of the change, chained, never altered."""

from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from test_only_staff_with_the_right_gets_further import API, account, app_of

from assistant.staff import audit
from assistant.staff.audit import Who
from assistant.storage.database import Database

WHO = Who("lan", "editor")


async def entries(database: Database, number: int) -> None:
    for index in range(number):
        async with database.session() as session:
            now = datetime.now(UTC)
            await audit.append(session, WHO, "x.changed", str(index), after=index, now=now)


async def test_changes_are_read_newest_first_and_the_chain_is_whole(
    http: httpx.AsyncClient,
) -> None:
    header = await account(http, "chi", "administrator")
    body = {"name": "lan", "password": "ba con mèo đen", "role": "clerk"}
    await http.post(f"{API}/accounts", json=body, headers=header)
    found = (await http.get(f"{API}/audit", headers=header)).json()["entries"]
    assert [(each["who"], each["action"], each["thing"]) for each in found] == [
        ("chi", "staff.created", "lan"),
        ("chi", "staff.logged_in", "chi"),
        ("server", "staff.created", "chi"),
    ]
    assert found[0]["after"] == {"role": "clerk"}
    check = (await http.get(f"{API}/audit/check", headers=header)).json()
    assert check["whole"] is True
    assert check["first_broken"] is None
    shown = (await http.get(f"{API}/audit?limit=2", headers=header)).json()
    rest = await http.get(f"{API}/audit?limit=2&before={shown['next']}", headers=header)
    assert len(rest.json()["entries"]) == 1
    assert "ba con mèo đen" not in str(found)


@pytest.mark.parametrize("change", ["UPDATE audit_log SET who = 'x'", "DELETE FROM audit_log"])
async def test_rows_cannot_be_altered_or_removed(http: httpx.AsyncClient, change: str) -> None:
    database: Database = app_of(http).state.database
    await entries(database, 2)
    with pytest.raises(DBAPIError, match="only appended"):
        async with database.session() as session:
            await session.execute(text(change))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_log SET after = '7' WHERE id = 2",
        "DELETE FROM audit_log WHERE id = 2",
        "UPDATE audit_log SET hash = 'x' WHERE id = 2",
    ],
)
async def test_whoever_gets_round_that_breaks_the_chain(
    http: httpx.AsyncClient, change: str
) -> None:
    database: Database = app_of(http).state.database
    await entries(database, 4)
    async with database.session() as session:
        await session.execute(text("DROP TRIGGER audit_log_no_update"))
        await session.execute(text("DROP TRIGGER audit_log_no_delete"))
        await session.execute(text(change))
    async with database.reading() as session:
        assert await audit.verify(session) in (2, 3)


async def test_a_change_that_fails_leaves_no_entry(http: httpx.AsyncClient) -> None:
    database: Database = app_of(http).state.database
    with pytest.raises(RuntimeError):
        async with database.session() as session:
            await audit.append(session, WHO, "x.changed", "1", now=datetime.now(UTC))
            raise RuntimeError
    async with database.reading() as session:
        assert await audit.newest(session, thing=None, before_id=None, limit=5) == []
