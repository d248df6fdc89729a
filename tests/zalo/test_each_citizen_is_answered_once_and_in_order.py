"""What came in is answered once, each citizen's in order, whatever happens on the way."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from desk_fixtures import until
from sqlalchemy import text
from zalo_events import Zalo, bot_event, now_ms, oa_event, said, somebody

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def change(zalo: Zalo, statement: str, **values: object) -> None:
    async with zalo.app.state.database.session() as session:
        await session.execute(text(statement), values)


async def test_an_answer_is_put_out_and_the_question_is_not_kept(zalo: Zalo) -> None:
    user = await zalo.known()
    assert (await zalo.oa(said("giấy khai sinh", user))).status_code == 200
    await zalo.settled()
    assert (await zalo.told(user))[-1] == "giấy khai sinh"
    citizen = f"zalo_oa:{user}"
    row = await zalo.rows(
        "SELECT state, body, owner FROM zalo_inbox WHERE citizen = :citizen", citizen=citizen
    )
    assert {tuple(one) for one in row} == {("done", None, None)}


async def test_the_first_contact_is_greeted_once(zalo: Zalo) -> None:
    user = somebody()
    await zalo.oa(said("một", user))
    await zalo.settled()
    everything = "SELECT body FROM zalo_outbox WHERE citizen = :citizen ORDER BY id"
    first = await zalo.rows(everything, citizen=f"zalo_oa:{user}")
    assert "em là máy trả lời tự động" in first[0][0].lower()
    await zalo.oa(said("hai", user))
    await zalo.settled()
    assert (await zalo.told(user))[-1] == "hai"
    after = await zalo.rows(everything, citizen=f"zalo_oa:{user}")
    assert len(after) == len(first) + 1


async def test_the_same_event_many_times_at_once_is_answered_once(zalo: Zalo) -> None:
    user = await zalo.known()
    event = said("một lần thôi", user)
    answers = await asyncio.gather(*(zalo.oa(event) for _ in range(12)))
    assert {answer.status_code for answer in answers} == {200}
    await zalo.settled()
    assert (await zalo.told(user)).count("một lần thôi") == 1


async def test_events_without_an_id_are_told_apart_by_person_and_time(zalo: Zalo) -> None:
    user, at = somebody(), now_ms()
    follow = {**oa_event("follow", follower={"id": user}), "timestamp": at}
    repeated = zalo.counted("repeated")
    for _ in range(3):
        await zalo.oa(follow)
    await zalo.oa({**follow, "follower": {"id": somebody()}})
    assert zalo.counted("repeated") - repeated == 2


async def test_a_citizens_turns_run_one_after_another_and_others_go_on(zalo: Zalo) -> None:
    user, other = await zalo.known(), await zalo.known()
    go = zalo.slow()
    zalo.asked()
    await zalo.oa(said("slow", user))
    await until((zalo.fault / "slow.begun").exists)
    for word in ("hai", "ba", "bốn"):
        await zalo.oa(said(word, user))
    await zalo.oa(said("khác", other))

    async def other_is_answered() -> bool:
        return "khác" in await zalo.told(other)

    await until(other_is_answered)
    assert "hai" not in await zalo.told(user)
    go.write_text("go")
    await zalo.settled()
    assert (await zalo.told(user)) == ["slow", "hai", "ba", "bốn"]
    assert zalo.asked() == ["slow", "khác", "hai", "ba", "bốn"]


async def test_events_that_overtook_each_other_are_put_in_order(zalo: Zalo) -> None:
    """While the citizen's first one is being answered, two come in the wrong order."""
    go = zalo.slow()
    user = await zalo.known()
    await zalo.oa(said("slow", user))
    await until((zalo.fault / "slow.begun").exists)
    late = said("sau", user)
    early = {**said("trước", user), "timestamp": str(int(late["timestamp"]) - 400)}
    await zalo.oa(late)
    await zalo.oa(early)
    go.write_text("go")
    await zalo.settled()
    assert (await zalo.told(user)) == ["slow", "trước", "sau"]


async def test_an_engine_that_dies_in_the_turn_costs_nobody_the_answer(zalo: Zalo) -> None:
    user = await zalo.known()
    await zalo.oa(said("die", user))
    await zalo.oa(said("sau đó", user))
    await zalo.settled()
    assert (await zalo.told(user)) == ["die", "sau đó"]


async def test_who_cannot_be_answered_is_told_so_after_a_while(zalo: Zalo) -> None:
    user = await zalo.known()
    await zalo.oa(said("refuse", user))

    async def tried() -> bool:
        found = await zalo.rows(
            "SELECT attempts FROM zalo_inbox WHERE citizen = :citizen AND state = 'waiting'",
            citizen=f"zalo_oa:{user}",
        )
        return bool(found) and found[0][0] > 0

    await until(tried)
    assert await zalo.told(user) == []
    await change(
        zalo,
        "UPDATE zalo_inbox SET received_at = :then, lease_until = NULL WHERE citizen = :citizen",
        then=datetime.now(UTC) - timedelta(minutes=11),
        citizen=f"zalo_oa:{user}",
    )
    await zalo.settled()
    assert len(await zalo.told(user)) == 1
    assert "em xin lỗi" in (await zalo.told(user))[0]
    await zalo.oa(said("hỏi lại", user))
    await zalo.settled()
    assert (await zalo.told(user))[-1] == "hỏi lại"


async def test_what_a_dead_process_left_is_answered_by_another(zalo: Zalo) -> None:
    user = await zalo.known()
    go = zalo.slow()
    await zalo.oa(said("slow", user))
    await until((zalo.fault / "slow.begun").exists)
    await change(  # as if the process that works on it had died and another one had taken it
        zalo,
        "UPDATE zalo_inbox SET owner = 'another' WHERE citizen = :citizen",
        citizen=f"zalo_oa:{user}",
    )
    go.write_text("go")
    await until(lambda: not zalo.app.state.zalo.desk._working)
    assert await zalo.told(user) == []  # whoever lost the lease writes nothing
    await change(
        zalo,
        "UPDATE zalo_inbox SET lease_until = :then WHERE citizen = :citizen",
        then=datetime.now(UTC) - timedelta(seconds=1),
        citizen=f"zalo_oa:{user}",
    )
    zalo.asked()
    await zalo.settled()
    assert (await zalo.told(user)) == ["slow"]
    assert zalo.asked() == []  # the stored reply, not a second turn


@pytest.mark.parametrize("channel", ["zalo_oa", "zalo_bot"])
async def test_long_and_empty_texts_get_a_kind_word(zalo: Zalo, channel: str) -> None:
    for words in ("😀" * 10_000, "a" * 2_001, "\u202e\u2066\u200b", "\x00\x01"):
        user = somebody()
        if channel == "zalo_oa":
            assert (await zalo.oa(said(words, user))).status_code == 200
        else:
            assert (await zalo.bot(bot_event(words, user))).status_code == 200
        await zalo.settled()
        told = await zalo.told(user, channel)
        assert told and all(len(one) <= 2000 for one in told), words[:10]
        assert "'text'" not in told[-1]


async def test_commands_of_the_engine_are_plain_text(zalo: Zalo) -> None:
    user = await zalo.known()
    zalo.asked()
    for words in ("/restart", "EXTERNAL: x", '/inform{"k":"v"}'):
        await zalo.oa(said(words, user))
    await zalo.settled()
    assert zalo.asked() == ["/restart", "EXTERNAL: x", '/inform{"k":"v"}']


async def test_every_kind_of_message_gets_an_answer(zalo: Zalo) -> None:
    place = {"coordinates": {"latitude": "10.7769", "longitude": "106.7009"}}
    url = {"url": "https://f1-photo.zdn.vn/a.jpg", "thumbnail": "https://f1-photo.zdn.vn/a.jpg"}
    card = {"description": '{"phone":"84912345678"}', "url": "https://zalo.me"}
    for name, payload in (
        *(("image", url), ("gif", url), ("video", url), ("sticker", {"id": "1"})),
        *(("file", {**url, "name": "don.pdf", "size": "233947"}), ("link", url)),
        *(("location", place), ("location", {}), ("business_card", card)),
    ):
        user = somebody()
        attached = [{"type": name, "payload": payload}]
        message = {"msg_id": f"k-{user}", "attachments": attached}
        await zalo.oa(oa_event(f"user_send_{name}", user, message=message))
        await zalo.settled()
        assert await zalo.told(user), name
    user = await zalo.known()
    message = {"msg_id": f"k-{user}", "text": "giấy này là gì", "attachments": []}
    await zalo.oa(oa_event("user_send_image", user, message=message))
    await zalo.settled()
    assert (await zalo.told(user))[-1] == "giấy này là gì"


async def test_an_officer_who_writes_silences_the_assistant(zalo: Zalo) -> None:
    user = await zalo.known()
    await zalo.oa(said("một", user))
    await zalo.settled()
    echo = oa_event("oa_send_text", message={"msg_id": f"e-{user}", "text": "Tôi là cán bộ đây"})
    echo |= {"sender": {"id": "3886", "admin_id": "4267"}, "recipient": {"id": user}}
    assert (await zalo.oa(echo)).status_code == 200
    await zalo.oa(said("hai", user))
    await zalo.settled()
    assert (await zalo.told(user))[-1] == "một"
    await change(
        zalo,
        "UPDATE zalo_citizens SET paused_until = :then WHERE id = :citizen",
        then=datetime.now(UTC) - timedelta(seconds=1),
        citizen=f"zalo_oa:{user}",
    )
    await zalo.oa(said("ba", user))
    await zalo.settled()
    assert (await zalo.told(user))[-1] == "ba"
    body = "SELECT count(*) FROM zalo_inbox WHERE kind = 'takeover'"
    assert (await zalo.rows(body))[0][0] == 0  # nothing of what the officer wrote is kept


async def test_after_a_day_of_silence_another_conversation_begins_without_a_greeting(
    zalo: Zalo,
) -> None:
    user = await zalo.known()
    await zalo.oa(said("một", user))
    await zalo.settled()
    current = "SELECT conversation FROM zalo_citizens WHERE id = :citizen"
    before = (await zalo.rows(current, citizen=f"zalo_oa:{user}"))[0][0]
    for hours, same in ((23, True), (25, False)):
        await change(
            zalo,
            "UPDATE conversations SET last_at = :then WHERE id = :id",
            then=datetime.now(UTC) - timedelta(hours=hours),
            id=before,
        )
        zalo.app.state.conversations._recent.clear()
        told = len(await zalo.told(user))
        await zalo.oa(said(f"sau {hours} giờ", user))
        await zalo.settled()
        assert (await zalo.told(user))[told:] == [f"sau {hours} giờ"]
        after = (await zalo.rows(current, citizen=f"zalo_oa:{user}"))[0][0]
        assert (after == before) is same
