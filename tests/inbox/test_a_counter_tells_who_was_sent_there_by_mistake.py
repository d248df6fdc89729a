"""`POST /inbox/wrongly-sent`: by the ticket or the slip, also after the visitor was forgotten."""

from datetime import UTC, datetime

import httpx
from inbox_samples import Header, Store
from test_only_staff_with_the_right_gets_further import app_of, code_of
from test_what_was_not_answered_waits_for_a_person import INBOX, inbox

from assistant.catalogue.view import PublishedCatalogue
from assistant.centre.tables import Ticket
from assistant.web.service import Slips


async def ticket(http: httpx.AsyncClient, number: int, conversation: str | None) -> None:
    now = datetime.now(UTC)
    zone = app_of(http).state.inbox._zone
    async with app_of(http).state.database.session() as session:
        session.add(
            Ticket(
                day=now.astimezone(zone).date(),
                counter="3",
                sequence=number,
                number=number,
                state="waiting",
                conversation=conversation,
                issued_at=now,
            )
        )


async def report(http: httpx.AsyncClient, header: Header, **body: object) -> httpx.Response:
    return await http.post(f"{INBOX}/wrongly-sent", json=body, headers=header)


async def test_the_question_is_found_after_the_visitor_has_said_goodbye(
    http: httpx.AsyncClient, clerk: Header, store: Store
) -> None:
    await store([("a", "đất của tôi", "answered")], procedures="1.000894 1.001193")
    await store([("a", "cảm ơn em", "answered")], intent="thank")
    await ticket(http, 3001, "a")
    state = app_of(http).state
    state.engine.forget = _nothing
    await state.conversations.forget("a")
    async with state.database.reading() as session:
        assert (await session.get(Ticket, 1)).conversation is None
    done = await report(http, clerk, ticket=3001, comment="khách hỏi đất nông nghiệp")
    assert done.status_code == 201
    entry = (await inbox(http, clerk, kind="wrongly_sent"))["items"][0]
    assert entry["id"] == done.json()["group"]
    assert entry["text"] == "đất của tôi"
    assert entry["comments"] == ["khách hỏi đất nông nghiệp"]
    assert entry["questions"][0]["guessed"] == ["1.000894", "1.001193"]
    again = await report(http, clerk, ticket=3001)
    assert again.json() == done.json(), "a second press is the same report"
    url = f"{INBOX}/wrongly-sent/{done.json()['id']}"
    assert (await http.delete(url, headers=clerk)).status_code == 204
    assert code_of(await http.delete(url, headers=clerk)) == (404, "report_unknown")
    assert (await inbox(http, clerk))["total"] == 0


async def test_a_slip_and_a_clerks_own_words(
    http: httpx.AsyncClient, clerk: Header, catalogue: PublishedCatalogue
) -> None:
    code = catalogue.search()[0].code
    slip = await Slips(app_of(http).state.database).create(code, None, [])
    done = await report(http, clerk, slip=slip.short.lower(), counter="3")
    assert (done.status_code, done.json()["group"]) == (201, None)
    told = await report(http, clerk, said="anh Tuấn 0912345678 hỏi chuyện nuôi rồng", counter="3")
    entry = (await inbox(http, clerk))["items"][0]
    assert entry["id"] == told.json()["group"]
    assert "0912345678" not in entry["text"]


async def test_what_cannot_be_is_refused(http: httpx.AsyncClient, clerk: Header) -> None:
    assert code_of(await report(http, clerk)) == (422, "inbox_incomplete")
    both = await report(http, clerk, ticket=1, slip="ABCDE")
    assert code_of(both) == (422, "inbox_incomplete")
    assert code_of(await report(http, clerk, ticket=42)) == (404, "ticket_unknown")
    assert code_of(await report(http, clerk, slip="ABCDE")) == (404, "slip_unknown")
    nowhere = await report(http, clerk, said="nuôi rồng", counter="99")
    assert code_of(nowhere) == (404, "counter_unknown")
    for wrong in ({"ticket": "3001; DROP"}, {"ticket": -1}, {"ticket": True}, {"x": 1}):
        assert (await report(http, clerk, **wrong)).status_code == 422, wrong


async def test_whoever_is_erased_leaves_no_question_with_a_ticket(
    http: httpx.AsyncClient, clerk: Header, store: Store
) -> None:
    from assistant.conversation import repository

    await store([("a", "đất của tôi", "answered")], procedures="1.000894")
    await ticket(http, 3001, "a")
    state = app_of(http).state
    await state.database.write(lambda c: repository.erase(c, ["a"]))
    done = await report(http, clerk, ticket=3001)
    assert (done.status_code, done.json()["group"]) == (201, None)


async def _nothing(_: str) -> None:
    return None
