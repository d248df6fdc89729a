"""The desk's figures through the staff's door, as JSON and for Excel."""

import csv
import io
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from openpyxl import load_workbook
from test_only_staff_with_the_right_gets_further import API, account, app_of

from assistant.catalogue.published import Snapshot
from assistant.catalogue.service import Catalogue
from assistant.catalogue.view import PublishedCatalogue
from assistant.centre.tables import Ticket
from assistant.conversation.figures import Counts, Figures, Waiting
from assistant.conversation.figures_files import as_csv, as_workbook
from assistant.conversation.tables import ConversationRow, TurnRow
from assistant.inbox.tables import WronglySentRow
from assistant.releases.content import ensure_content

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOON = datetime(2026, 11, 20, 12, tzinfo=ZONE)


async def store(http: httpx.AsyncClient, turns: list[tuple[str, datetime, str, str, str]]) -> None:
    """Turns as (conversation, when, outcome, message, codes)."""
    async with app_of(http).state.database.session() as session:
        for name in dict.fromkeys(turn[0] for turn in turns):
            channel = "kiosk" if name.startswith("k") else "rest"
            session.add(
                ConversationRow(
                    id=name, channel=channel, language="vi", opened_at=NOON, last_at=NOON
                )
            )
        await session.flush()
        for number, (name, at, outcome, message, codes) in enumerate(turns):
            session.add(
                TurnRow(
                    conversation=name,
                    message_id=str(number),
                    message=message,
                    outcome=outcome,
                    procedures=codes,
                    engine_ms=1.0,
                    total_ms=2.0,
                    created_at=at.astimezone(UTC),
                )
            )


async def test_turns_are_counted_by_local_day_channel_and_procedure(
    http: httpx.AsyncClient,
) -> None:
    viewer = await account(http, "hoa", "viewer")
    midnight = NOON.replace(hour=0)
    await store(
        http,
        [
            ("k1", NOON, "answered", "khai sinh", "1.001193 1.000894"),
            ("k1", NOON, "out_of_scope", "thời tiết", ""),
            ("k1", NOON, "answered", "payload:feedback:down", ""),
            ("r1", midnight - timedelta(seconds=1), "answered", "kết hôn", "1.000894"),
            ("r1", midnight, "clarified", "sao y", "1.001193"),
        ],
    )
    app = app_of(http)
    await ensure_content(app.state.settings, app.state.database)
    procedures = await Catalogue(app.state.database).all()
    app.state.catalogue = PublishedCatalogue(
        Snapshot(procedures=procedures, generated_at=NOON.isoformat())
    )
    query = {"first": "2026-11-19", "last": "2026-11-20"}
    found = (await http.get(f"{API}/figures", params=query, headers=viewer)).json()
    assert found["total"]["turns"] == 4
    assert found["total"]["conversations"] == 2
    assert (found["total"]["up"], found["total"]["down"]) == (0, 1)
    assert found["total"]["understood"] == 0.75
    assert {day: counts["turns"] for day, counts in found["days"].items()} == {
        "2026-11-19": 1,
        "2026-11-20": 3,
    }
    assert found["channels"]["kiosk"]["outcomes"] == {"answered": 1, "out_of_scope": 1}
    assert [(each["code"], each["turns"]) for each in found["procedures"]] == [
        ("1.001193", 2),
        ("1.000894", 1),
    ]
    answer = await http.get(f"{API}/figures", params={**query, "format": "csv"}, headers=viewer)
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(row["day"], row["turns"], row["clarified"]) for row in rows] == [
        ("2026-11-19", "1", "0"),
        ("2026-11-20", "3", "1"),
    ]


@pytest.mark.parametrize(
    "query",
    [
        {"first": "2026-11-20", "last": "2026-11-19"},
        {"first": "2020-01-01", "last": "2026-11-19"},
        {"first": "gestern"},
        {"format": "pdf"},
    ],
)
async def test_a_range_that_is_none_is_refused(
    http: httpx.AsyncClient, query: dict[str, str]
) -> None:
    viewer = await account(http, "hoa", "viewer")
    answer = await http.get(f"{API}/figures", params=query, headers=viewer)
    assert answer.status_code == 422
    assert answer.json()["field"] in query


async def test_wrong_counters_waiting_and_thumbs_are_counted(http: httpx.AsyncClient) -> None:
    viewer = await account(http, "hoa", "viewer")
    await store(
        http,
        [
            ("k1", NOON, "answered", "khai sinh", "1.001193"),
            ("k1", NOON, "answered", "payload:feedback:down", ""),
            ("k1", NOON, "answered", "payload:feedback:down sai quầy", ""),
            ("k2", NOON, "chosen", "payload:choose:1.001193", "1.001193"),
            ("k2", NOON, "answered", "payload:feedback:up", ""),
            ("r1", NOON, "out_of_scope", "=cmd|'/c calc'!A1", ""),
        ],
    )
    day = NOON.date()
    async with app_of(http).state.database.session() as session:
        for number, minutes in enumerate((4, 10, None)):
            called = None if minutes is None else NOON + timedelta(minutes=minutes)
            session.add(
                Ticket(
                    day=day,
                    counter="3",
                    sequence=number,
                    number=number,
                    state="closed",
                    issued_at=NOON,
                    called_at=called,
                )
            )
        session.add(
            WronglySentRow(
                day=day, ticket=1, counter="3", channel="kiosk", language="vi", who="lan", at=NOON
            )
        )
    query = {"first": "2026-11-19", "last": "2026-11-20"}
    found = (await http.get(f"{API}/figures", params=query, headers=viewer)).json()
    total = found["total"]
    assert (total["up"], total["down"], total["satisfied"]) == (1, 1, 0.5)
    assert (total["sent"], total["wrongly_sent"], total["wrongly_sent_rate"]) == (2, 1, 0.5)
    assert found["channels"]["kiosk"]["wrongly_sent_rate"] == 0.5
    assert found["languages"]["vi"]["wrongly_sent"] == 1
    assert found["waiting"] == {"tickets": 3, "median": 7.0, "longest": 10.0}
    assert found["waiting_days"]["2026-11-19"] == {"tickets": 0, "median": None, "longest": None}
    answer = await http.get(f"{API}/figures", params={**query, "format": "xlsx"}, headers=viewer)
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Theo ngày", "Theo kênh", "Theo ngôn ngữ", "Thủ tục"]
    rows = list(book["Theo kênh"].iter_rows(values_only=True))
    assert dict(zip(rows[0], rows[1], strict=True))["Chỉ nhầm quầy"] == 1


def test_names_that_look_like_formulas_are_text_in_files() -> None:
    evil = '=HYPERLINK("http://x","y")'
    counts = Counts(outcomes=Counter({evil: 1}), turns=1)
    found = Figures(counts, {}, {evil: counts}, {}, [("1.1", 3)], Waiting(0, None, None), {})
    head = next(csv.reader(io.StringIO(as_csv(found).removeprefix("\ufeff"))))
    assert all(not cell.startswith(("=", "+", "-", "@")) for cell in head)
    book = load_workbook(io.BytesIO(as_workbook(found, {"1.1": evil})))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell for cell in cells if cell.data_type == "f"] == []
    assert book["Thủ tục"]["B2"].value == evil
