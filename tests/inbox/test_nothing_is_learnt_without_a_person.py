"""Judging: into the draft, once, undone whole, kept as a question to measure with."""

import asyncio
from pathlib import Path

import httpx
from inbox_samples import Header, Store
from test_only_staff_with_the_right_gets_further import API, account, app_of, code_of
from test_what_was_not_answered_waits_for_a_person import INBOX, inbox

from assistant.catalogue.view import PublishedCatalogue
from assistant.conversation import repository
from assistant.inbox.judging import regression_rows
from assistant.releases.evaluation_files import read_questions

MARKUP = "<img src=x onerror=alert(1)> nuôi rồng {{7*7}} =1+1"


async def entry(http: httpx.AsyncClient, header: Header, **query: object) -> dict:
    return (await inbox(http, header, **query))["items"][0]


async def resolve(
    http: httpx.AsyncClient, header: Header, id_: int, **body: object
) -> httpx.Response:
    return await http.post(f"{INBOX}/{id_}/resolve", json=body, headers=header)


async def examples(http: httpx.AsyncClient, header: Header, code: str) -> list[str]:
    found = (await http.get(f"{API}/procedures/{code}", headers=header)).json()
    return list(found.get("examples") or ())


async def test_an_example_is_in_the_draft_and_out_again_after_undo(
    http: httpx.AsyncClient, clerk: Header, store: Store, catalogue: PublishedCatalogue
) -> None:
    code = catalogue.search()[0].code
    await store([("a", MARKUP, "out_of_scope")])
    id_ = (await entry(http, clerk))["id"]
    assert (await examples(http, clerk, code)) == [], "nothing is learnt by itself"
    done = await resolve(http, clerk, id_, action="example", code=code)
    assert done.status_code == 200, done.text
    assert (done.json()["state"], done.json()["judgement"]["who"]) == ("resolved", "lan")
    assert await examples(http, clerk, code) == [MARKUP], "as written: markup is text everywhere"
    assert (await inbox(http, clerk))["total"] == 0
    assert (await inbox(http, clerk, state="resolved"))["total"] == 1
    undone = await http.post(f"{INBOX}/{id_}/undo", headers=clerk)
    assert (undone.json()["state"], undone.json()["judgement"]["undone"]) == ("open", True)
    assert await examples(http, clerk, code) == []
    again = await http.post(f"{INBOX}/{id_}/undo", headers=clerk)
    assert code_of(again) == (409, "inbox_not_resolved")
    chief = await account(http, "chi", "administrator")
    log = (await http.get(f"{API}/audit", headers=chief)).json()["entries"]
    told = [(each["action"], each["who"]) for each in log[::-1] if each["action"][:5] != "staff"]
    assert told == [
        ("procedure.changed", "lan"),
        ("inbox.resolved", "lan"),
        ("inbox.undone", "lan"),
        ("procedure.changed", "lan"),
    ]


async def test_undo_leaves_an_example_that_was_there_before(
    http: httpx.AsyncClient, clerk: Header, store: Store, catalogue: PublishedCatalogue
) -> None:
    code = catalogue.search()[0].code
    await store([("a", "nuôi rồng ở nhà", "out_of_scope"), ("b", "bay cùng rồng", "out_of_scope")])
    first, second = (each["id"] for each in (await inbox(http, clerk))["items"])
    for id_ in (first, second):
        body = {"action": "example", "code": code, "text": "Nuôi rồng tại nhà"}
        assert (await resolve(http, clerk, id_, **body)).status_code == 200
    await http.post(f"{INBOX}/{second}/undo", headers=clerk)
    assert await examples(http, clerk, code) == ["Nuôi rồng tại nhà"]


async def test_two_who_decide_at_once_do_not_both(
    http: httpx.AsyncClient, clerk: Header, store: Store, catalogue: PublishedCatalogue
) -> None:
    one, other = (procedure.code for procedure in catalogue.search()[:2])
    second = await account(http, "mai", "clerk")
    await store([("a", "nuôi rồng ở nhà", "out_of_scope")])
    id_ = (await entry(http, clerk))["id"]
    answers = await asyncio.gather(
        resolve(http, clerk, id_, action="example", code=one),
        resolve(http, second, id_, action="example", code=other),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    learnt = [await examples(http, clerk, code) for code in (one, other)]
    assert sorted(map(len, learnt)) == [0, 1], "whoever was later has left nothing behind"


async def test_whoever_edits_the_procedure_meanwhile_loses_nothing(
    http: httpx.AsyncClient, clerk: Header, store: Store, catalogue: PublishedCatalogue
) -> None:
    code = catalogue.search()[0].code
    editor = await account(http, "ed", "editor")
    await store([("a", "nuôi rồng ở nhà", "out_of_scope")])
    id_ = (await entry(http, clerk))["id"]
    seen = (await http.get(f"{API}/procedures/{code}", headers=editor)).json()
    assert (await resolve(http, clerk, id_, action="example", code=code)).status_code == 200
    late = await http.put(f"{API}/procedures/{code}", json={**seen, "note": "mới"}, headers=editor)
    assert code_of(late) == (409, "procedure_changed")


WRONG: list[tuple[dict[str, object], int]] = [
    ({"action": "example"}, 422),
    ({"action": "example", "code": "9.999999"}, 404),
    ({"action": "ignore"}, 422),
    ({"action": "learn"}, 422),
    ({"action": "example", "code": 7}, 422),
    ({"action": "out_of_scope", "text": "x" * 301}, 422),
    ({"action": "out_of_scope", "text": "... ???"}, 422),
    ({}, 422),
]


async def test_what_is_missing_is_told_and_nothing_is_done(
    http: httpx.AsyncClient, clerk: Header, store: Store, catalogue: PublishedCatalogue
) -> None:
    await store([("a", "nuôi rồng ở nhà", "out_of_scope")])
    id_ = (await entry(http, clerk))["id"]
    for body, status in WRONG:
        answer = await resolve(http, clerk, id_, **body)
        assert answer.status_code == status, (body, answer.text)
        assert answer.json()["detail"]
    assert (await inbox(http, clerk))["total"] == 1
    assert code_of(await resolve(http, clerk, 4711, action="out_of_scope"))[0] == 404


async def test_what_staff_write_is_redacted_too(
    http: httpx.AsyncClient, clerk: Header, store: Store
) -> None:
    await store([("a", "nuôi rồng ở nhà", "out_of_scope")])
    id_ = (await entry(http, clerk))["id"]
    reason = "gọi cho chị Lan 0912345678"
    done = (await resolve(http, clerk, id_, action="ignore", reason=reason)).json()
    assert "0912345678" not in done["judgement"]["reason"]
    assert done["judgement"]["text"] is None


async def test_judged_questions_are_measured_with_and_erased_ones_are_not(
    http: httpx.AsyncClient,
    clerk: Header,
    store: Store,
    catalogue: PublishedCatalogue,
    tmp_path: Path,
) -> None:
    code = catalogue.search()[0].code
    texts = ["nuôi rồng ở nhà", "mua vé máy bay", "đi chơi đâu vui", "hát cho nghe đi"]
    await store([(f"c{n}", text, "out_of_scope") for n, text in enumerate(texts)])
    ids = {each["text"]: each["id"] for each in (await inbox(http, clerk))["items"]}
    await resolve(http, clerk, ids[texts[0]], action="example", code=code)
    await resolve(http, clerk, ids[texts[1]], action="out_of_scope")
    await resolve(http, clerk, ids[texts[2]], action="ignore", reason="đùa")
    await resolve(http, clerk, ids[texts[3]], action="out_of_scope")
    await http.post(f"{INBOX}/{ids[texts[3]]}/undo", headers=clerk)
    database = app_of(http).state.database
    rows = await regression_rows(database, 10)
    kept = {row["text"]: (row["slice"], row["procedure"]) for row in rows}
    assert kept == {texts[0]: ("judged", code), texts[1]: ("out_of_scope", None)}
    await database.write(lambda c: repository.erase(c, ["c1"]))
    assert [row["text"] for row in await regression_rows(database, 10)] == [texts[0]]


async def test_what_a_later_release_still_cannot_answer_comes_back(
    http: httpx.AsyncClient, clerk: Header, store: Store, catalogue: PublishedCatalogue
) -> None:
    from datetime import UTC, datetime, timedelta

    code = catalogue.search()[0].code
    await store([("a", "nuôi rồng ở nhà", "out_of_scope"), ("b", "thả diều", "out_of_scope")])
    first, second = (await inbox(http, clerk))["items"]
    app_of(http).state.judging._release = lambda: "first"
    await resolve(http, clerk, first["id"], action="example", code=code)
    await resolve(http, clerk, second["id"], action="out_of_scope")
    later = datetime.now(UTC) + timedelta(minutes=1)
    texts = [first["text"], second["text"]]
    await store([("c", text, "out_of_scope") for text in texts], at=later, release="first")
    assert (await inbox(http, clerk))["total"] == 0, "no release has learnt it yet"
    later += timedelta(minutes=1)
    await store([("d", text, "out_of_scope") for text in texts], at=later, release="second")
    assert [each["id"] for each in (await inbox(http, clerk))["items"]] == [first["id"]]


def test_the_rows_are_fit_to_be_played(tmp_path: Path) -> None:
    path = tmp_path / "judged.jsonl"
    path.write_text(
        '{"id": "inbox-1", "text": "nuôi rồng", "slice": "judged", '
        '"intent": "ask_procedure", "procedure": "1.000894"}\n'
    )
    found = read_questions(path, {"1.000894"})
    assert (len(found.rows), found.left_out) == (1, [])


async def test_a_new_question_and_answer_is_drafted_by_whoever_may_and_undone(
    http: httpx.AsyncClient, clerk: Header, store: Store, catalogue: PublishedCatalogue
) -> None:
    editor = await account(http, "ed", "editor")
    await store([("a", "phường có chỗ gửi xe không", "out_of_scope")])
    id_ = (await entry(http, clerk))["id"]
    body = {"action": "faq", "answer": "Bãi xe ở cổng sau, không mất tiền."}
    assert code_of(await resolve(http, clerk, id_, **body)) == (403, "right_missing")
    assert (await resolve(http, editor, id_, action="faq")).status_code == 422

    async def asked() -> list[str]:
        found = (await http.get(f"{API}/faqs", headers=editor)).json()
        return [each["question"]["vi"] for each in found["faqs"]]

    before = await asked()
    done = await resolve(http, editor, id_, **body)
    assert done.status_code == 200, done.text
    assert set(await asked()) - set(before) == {"phường có chỗ gửi xe không"}
    (row,) = await regression_rows(app_of(http).state.database, 10)
    assert row["faq"] == done.json()["judgement"]["code"]
    await http.post(f"{INBOX}/{id_}/undo", headers=editor)
    assert await asked() == before
