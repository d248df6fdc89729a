"""What comes into the inbox, in which groups, and what stays out."""

from datetime import UTC, datetime, timedelta

import httpx
from inbox_samples import Header, Store
from test_only_staff_with_the_right_gets_further import API, account, app_of, code_of

from assistant.catalogue.view import PublishedCatalogue

INBOX = f"{API}/inbox"


async def inbox(http: httpx.AsyncClient, header: Header, **query: object) -> dict:
    await app_of(http).state.inbox.collect()  # a busy machine takes longer than a page waits
    answer = await http.get(INBOX, params=query, headers=header)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_near_same_questions_are_one_entry_with_people_and_trend(
    http: httpx.AsyncClient, clerk: Header, store: Store
) -> None:
    now = datetime.now(UTC)
    await store(
        [
            ("a", "Dạ cho hỏi nuôi rồng cần giấy gì ạ?", "out_of_scope"),
            ("b", "nuoi rong can giay gi", "out_of_scope"),
            ("b", "nuôi rồng cần giấy gì?", "out_of_scope"),
            ("c", "nuôi rồngg cần giấy gì", "out_of_scope"),
            ("d", "phường có chỗ gửi xe không", "out_of_scope"),
        ]
    )
    await store([("old", "nuôi rồng cần giấy gì", "out_of_scope")], at=now - timedelta(days=9))
    found = await inbox(http, clerk)
    assert found["total"] == 2
    first = found["items"][0]
    assert first["people"] == 4
    assert first["times"] == 5
    assert (first["this_week"], first["last_week"]) == (3, 1)
    assert first["kinds"] == {"unanswered": 5}
    assert found["kinds"] == {"unanswered": 2}
    again = await inbox(http, clerk)
    assert again == found, "looking twice takes nothing in twice"


async def test_numbers_and_denials_keep_questions_apart(
    http: httpx.AsyncClient, clerk: Header, store: Store
) -> None:
    await store(
        [
            ("a", "đổi giấy phép lái xe hạng 1 cần gì", "out_of_scope"),
            ("b", "đổi giấy phép lái xe hạng 2 cần gì", "out_of_scope"),
            ("c", "nhà tôi chưa có sổ đỏ thì làm sao", "out_of_scope"),
            ("d", "nhà tôi đã có sổ đỏ thì làm sao", "out_of_scope"),
        ]
    )
    assert (await inbox(http, clerk))["total"] == 4


async def test_each_kind_comes_by_its_own_sign(
    http: httpx.AsyncClient, clerk: Header, store: Store
) -> None:
    await store([("sure", "hôn nhân gia đình cần gì", "answered")], procedures="1.000894")
    await store(
        [("doubt", "giấy xác nhận ấy mà", "answered")], procedures="1.000894", confidence=0.6
    )
    await store([("down", "kết hôn với người nước ngoài", "answered")], procedures="1.000894")
    await store([("down", "payload:feedback:down chờ <b>lâu</b> quá", "answered")], intent=None)
    await store([("staff", "xin giấy cho cháu đi xa", "answered")], procedures="1.000894")
    await store([("staff", "cho tôi gặp cán bộ", "handed_over")], intent="talk_to_staff")
    await store([("impatient", "cho tôi gặp cán bộ", "handed_over")], intent="talk_to_staff")
    await store([("talk", "chào em", "answered"), ("talk", "???", "out_of_scope")], intent="greet")
    found = (await inbox(http, clerk, order="newest"))["items"]
    assert {(each["text"], *each["kinds"]) for each in found} == {
        ("giấy xác nhận ấy mà", "doubt"),
        ("kết hôn với người nước ngoài", "thumbs_down"),
        ("xin giấy cho cháu đi xa", "handed_over"),
    }
    down = await inbox(http, clerk, kind="thumbs_down")
    assert [each["comments"] for each in down["items"]] == [["chờ <b>lâu</b> quá"]]


async def test_a_word_more_may_come_after_the_thumb(
    http: httpx.AsyncClient, clerk: Header, store: Store
) -> None:
    await store([("a", "nuôi mèo", "answered")], procedures="1.000894")
    await store([("a", "payload:feedback:down", "answered")], intent=None)
    assert (await inbox(http, clerk))["items"][0]["comments"] == []
    await store([("a", "payload:feedback:down sai quầy", "answered")], intent=None)
    entry = (await inbox(http, clerk))["items"][0]
    assert (entry["comments"], entry["times"]) == (["sai quầy"], 1)


async def test_a_suggestion_is_the_procedure_that_shares_rare_words(
    http: httpx.AsyncClient, clerk: Header, store: Store, catalogue: PublishedCatalogue
) -> None:
    wanted = catalogue.search()[0]
    await store([("a", f"em ơi {wanted.name.vi.lower()} thì sao", "out_of_scope")])
    first = (await inbox(http, clerk))["items"][0]["suggestions"][0]
    assert (first["code"], first["name"]) == (wanted.code, wanted.name.vi)
    assert 0.5 < first["score"] <= 1


async def test_search_page_and_order(http: httpx.AsyncClient, clerk: Header, store: Store) -> None:
    texts = [f"câu hỏi riêng {'abcdefghij'[n] * 5}" for n in range(10)]
    await store([(f"c{n}", text, "out_of_scope") for n, text in enumerate(texts)])
    page = await inbox(http, clerk, limit=3, offset=3, order="newest")
    assert page["total"] == 10
    assert [each["text"] for each in page["items"]] == texts[6:3:-1]
    assert [e["text"] for e in (await inbox(http, clerk, q="RIÊNG ddddd"))["items"]] == [texts[3]]
    assert (await inbox(http, clerk, q="100% _"))["total"] == 0
    assert (await inbox(http, clerk, days=1))["total"] == 10
    for wrong in ({"kind": "x"}, {"limit": 0}, {"state": "gone"}, {"days": -1}):
        assert (await http.get(INBOX, params=wrong, headers=clerk)).status_code == 422


async def test_what_is_past_its_retention_or_erased_is_gone(
    http: httpx.AsyncClient, clerk: Header, store: Store
) -> None:
    await store([("a", "nuôi rồng", "out_of_scope"), ("b", "nuôi rồng", "out_of_scope")])
    await store([("c", "thả diều", "out_of_scope")])
    id_ = (await inbox(http, clerk, q="dieu"))["items"][0]["id"]
    state = app_of(http).state
    from assistant.conversation import repository

    await state.database.write(lambda c: repository.erase(c, ["a", "c"]))
    found = await inbox(http, clerk)
    assert [(each["text"], each["people"]) for each in found["items"]] == [("nuôi rồng", 1)]
    assert code_of(await http.get(f"{INBOX}/{id_}", headers=clerk)) == (404, "inbox_unknown")
    await state.inbox.sweep()
    await store([("d", "thả diều", "out_of_scope")])
    assert (await inbox(http, clerk, q="dieu"))["items"][0]["people"] == 1


async def test_newer_turns_are_seen_when_the_newest_were_erased(
    http: httpx.AsyncClient, clerk: Header, store: Store
) -> None:
    await store([(f"x{n}", "nuôi rồng", "out_of_scope") for n in range(5)])
    assert (await inbox(http, clerk))["total"] == 1
    from assistant.conversation import repository

    gone = [f"x{n}" for n in range(5)]
    await app_of(http).state.database.write(lambda c: repository.erase(c, gone))
    await store([("y", "thả diều ở đâu", "out_of_scope")])
    assert [e["text"] for e in (await inbox(http, clerk))["items"]] == ["thả diều ở đâu"]


async def test_whoever_may_only_look_decides_nothing(
    http: httpx.AsyncClient, clerk: Header, store: Store
) -> None:
    viewer = await account(http, "hoa", "viewer")
    await store([("a", "nuôi rồng", "out_of_scope")])
    id_ = (await inbox(http, viewer))["items"][0]["id"]
    for header, status in ((viewer, 403), (clerk, 200)):
        body = {"action": "out_of_scope"}
        answer = await http.post(f"{INBOX}/{id_}/resolve", json=body, headers=header)
        assert answer.status_code == status
        answer = await http.post(f"{INBOX}/wrongly-sent", json={"said": "x y"}, headers=header)
        assert answer.status_code == (403 if status == 403 else 201)
