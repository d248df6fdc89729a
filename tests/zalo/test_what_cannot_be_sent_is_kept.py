"""Every class of error of the platform's table: what is sent again, kept, or given up."""

import pytest
from outbound_fixtures import WayOut, until
from zalo_platform import Platform

from assistant.channels.zalo.answers import KIND_OF
from assistant.channels.zalo.messages import Button, OutgoingMap, OutgoingText

USER = "2468000000000000001"
MENU = OutgoingText("Anh/chị cần gì ạ?", (Button("Hộ tịch", payload="procedure:1.001193"),))


async def test_a_reply_arrives_in_order_and_once(way_out: WayOut, platform: Platform) -> None:
    await way_out.put(USER, "một", "hai", OutgoingMap("counter-3", "vi", "Đường đến quầy 3"), "bốn")
    await way_out.put("77", "khác")
    await way_out.work()
    assert platform.texts(USER) == ["một", "hai", "Đường đến quầy 3", "bốn"]
    assert platform.sent[USER][2]["picture"] in platform.state.attachments
    assert platform.texts("77") == ["khác"]
    assert {row.body for row in await way_out.rows()} == {None}, "texts stay after they were sent"
    ids = [message["message_id"] for message in platform.sent[USER]]
    assert [row.message_id for row in await way_out.rows(USER)] == ids


async def test_nothing_waits_for_a_lease_while_others_are_taken(
    way_out: WayOut, platform: Platform
) -> None:
    """What became of a message is written down however often others were taken meanwhile."""
    platform.fault("send", "hold", times=1)
    await way_out.put(USER, "một", "hai")
    await way_out.sender.step()
    await until(lambda: len(platform.requests("send")) == 1)
    for user in ("77", "78"):
        await way_out.put(user, "khác")
        await way_out.sender.step()
        await until(lambda user=user: platform.texts(user) == ["khác"])
    platform.release()
    await way_out.round()
    await way_out.round()
    assert set(await way_out.states()) == {"sent"}
    assert platform.texts(USER) == ["một", "hai"]


async def test_one_picture_is_uploaded_once_for_many(way_out: WayOut, platform: Platform) -> None:
    for user in ("1", "2", "3"):
        await way_out.put(user, OutgoingMap("counter-3", "vi", "Đường đi"))
        await way_out.work()
    assert len(platform.requests("upload")) == 1
    assert [platform.texts(user) for user in "123"] == [["Đường đi"]] * 3


async def test_a_way_without_a_picture_is_told(way_out: WayOut, platform: Platform) -> None:
    await way_out.put(USER, OutgoingMap("nowhere", "vi", "Quầy 3, tầng trệt"))
    await way_out.work()
    assert platform.sent[USER][0]["picture"] is None
    assert platform.texts(USER) == ["Quầy 3, tầng trệt"]


@pytest.mark.parametrize("kind", ["html", "html200", "empty", "drop", "error"])
@pytest.mark.parametrize("after", [False, True], ids=["not carried out", "carried out"])
async def test_nobody_knows_whether_it_was_sent(
    way_out: WayOut, platform: Platform, kind: str, after: bool
) -> None:
    """The conversation tells: nothing is lost and nothing comes twice."""
    platform.fault("send", kind, times=2, after=after, code=-200)
    platform.fault("conversation", "html", times=1)
    await way_out.put(USER, "một", "hai")
    await way_out.put("77", "ba")
    await way_out.work()
    assert platform.texts(USER) == ["một", "hai"]
    assert platform.texts("77") == ["ba"]
    assert set(await way_out.states()) == {"sent"}


async def test_the_same_words_twice_are_not_mistaken(way_out: WayOut, platform: Platform) -> None:
    await way_out.put(USER, "Dạ vâng ạ")
    await way_out.work()
    platform.fault("send", "html", times=1)
    await way_out.put(USER, "Dạ vâng ạ")
    await way_out.work()
    assert platform.texts(USER) == ["Dạ vâng ạ"] * 2


async def test_where_the_conversation_is_not_shown_a_reply_is_missing_rather_than_double(
    way_out: WayOut, platform: Platform
) -> None:
    platform.fault("conversation", "error", code=-209)
    platform.fault("send", "drop", times=1, after=True)
    await way_out.put(USER, "một")
    await way_out.work()
    assert platform.texts(USER) == ["một"]
    row = (await way_out.rows(USER))[0]
    assert (row.state, row.reason) == ("dropped", "perhaps sent")
    assert row.body is not None, "it is kept"
    platform.fault(
        "send", "html", times=2
    )  # an answer, though not one of the API: tried again, twice
    await way_out.put(USER, "hai")
    await way_out.work()
    assert platform.texts(USER) == ["một", "hai"]


async def test_a_platform_that_is_away_for_long_loses_nothing(
    way_out: WayOut, platform: Platform
) -> None:
    way_out.settings.zalo.api_url, there = "http://127.0.0.1:9", way_out.settings.zalo.api_url
    await way_out.put(USER, "một", "hai")
    await way_out.work(6, seconds=400)
    assert await way_out.states(USER) == ["waiting", "waiting"]
    way_out.settings.zalo.api_url = there
    way_out.clock.forward(minutes=10)
    await way_out.work()
    assert platform.texts(USER) == ["một", "hai"]


@pytest.mark.parametrize("code", [-216, -220])
async def test_a_token_that_is_refused_is_renewed_and_the_message_sent_again(
    way_out: WayOut, platform: Platform, code: int
) -> None:
    platform.fault("send", "error", times=1, code=code)
    await way_out.put(USER, "một")
    await way_out.round()
    assert platform.texts(USER) == ["một"]
    assert len(platform.requests("refresh")) == 1
    assert len(platform.requests("send")) == 2


async def test_a_new_token_that_is_refused_as_well_stops(
    way_out: WayOut, platform: Platform
) -> None:
    platform.fault("send", "error", code=-216)
    await way_out.put(USER, "một")
    await way_out.work(5)
    assert len(platform.requests("refresh")) == 1
    assert len(platform.requests("send")) == 2
    assert await way_out.states() == ["waiting"]
    assert (await way_out.token_row()).state == "stopped"


async def test_the_rate_limit_makes_the_channel_rest(way_out: WayOut, platform: Platform) -> None:
    platform.fault("send", "error", times=2, code=-32)
    await way_out.put(USER, "một", "hai")
    await way_out.put("77", "ba")
    await way_out.round()
    asked = len(platform.requests("send"))
    await way_out.round()  # no time has gone by
    assert len(platform.requests("send")) == asked
    await way_out.work()
    assert (platform.texts(USER), platform.texts("77")) == (["một", "hai"], ["ba"])


ACCOUNT = [code for code, kind in KIND_OF.items() if kind == "account"]


@pytest.mark.parametrize("code", ACCOUNT)
async def test_what_a_person_has_to_mend_holds_everything_and_tells(
    way_out: WayOut, platform: Platform, code: int
) -> None:
    fault = platform.fault("send", "error", code=code)
    await way_out.put(USER, "một", "hai")
    await way_out.round()
    await way_out.put("77", "ba")
    await way_out.work(3, seconds=60)
    assert len(platform.requests("send")) == 1, "no retry loop"
    assert await way_out.states() == ["held", "waiting", "waiting"]
    await way_out.alarms.look(at_once=True)
    part = way_out.health.part("zalo_sending")
    assert part is not None and not part.ready
    assert "letan zalo check" in part.vi and "letan zalo check" in part.en
    assert b'letan_zalo_outbox{channel="zalo_oa",state="held"} 1.0' in way_out.metrics.render()
    way_out.clock.forward(hours=2)  # one is tried every hour
    hold = platform.fault("send", "hold", times=1, code=code)
    platform._faults.insert(0, platform._faults.pop())
    await way_out.sender.step()
    await until(lambda: hold.times == 0)
    await way_out.sender.step()  # while it is under way, no other one
    platform.release()
    await way_out.round()
    await way_out.work(2, seconds=1)
    assert len(platform.requests("send")) == 2
    fault.times = 0
    way_out.clock.forward(hours=2)
    await way_out.work()
    assert (platform.texts(USER), platform.texts("77")) == (["một", "hai"], ["ba"])
    await way_out.alarms.look(at_once=True)
    part = way_out.health.part("zalo_sending")
    assert part is not None and part.ready


@pytest.mark.parametrize("code", [-201, -210, -233])
async def test_refused_buttons_become_numbers(
    way_out: WayOut, platform: Platform, code: int
) -> None:
    platform.state.refuse_buttons = code
    await way_out.put(USER, MENU, "hai")
    await way_out.work()
    first, second = platform.sent[USER]
    assert first["buttons"] == []
    assert "1. Hộ tịch" in first["text"] and first["text"].startswith(MENU.text)
    assert second["text"] == "hai"


@pytest.mark.parametrize("code", [-201, -210, -233])
async def test_a_plain_text_that_is_refused_is_not_tried_again(
    way_out: WayOut, platform: Platform, code: int
) -> None:
    platform.fault("send", "error", times=1, code=code)
    await way_out.put(USER, "một", "hai")
    await way_out.work()
    assert [row.state for row in await way_out.rows()] == ["dropped", "sent"]
    assert platform.texts(USER) == ["hai"]


@pytest.mark.parametrize("code", [-230, -232, -213, -217, -218, -227, -244])
async def test_a_citizen_who_cannot_be_reached_is_left_alone(
    way_out: WayOut, platform: Platform, code: int
) -> None:
    platform.state.user_errors[USER] = code
    await way_out.put(USER, "một", "hai", "ba")
    await way_out.put("77", "bốn")
    await way_out.work()
    assert await way_out.states(USER) == ["dropped"] * 3
    assert len([entry for entry in platform.requests("send") if entry.get("user") == USER]) == 1
    assert platform.texts("77") == ["bốn"]
    platform.state.user_errors.clear()
    await way_out.put(USER, "năm")  # they have written again
    await way_out.work()
    assert platform.texts(USER) == ["năm"]


async def test_an_upload_that_has_expired_is_made_again(
    way_out: WayOut, platform: Platform
) -> None:
    way = OutgoingMap("counter-3", "vi", "Đường đi")
    await way_out.put(USER, way)
    await way_out.work()
    platform.state.attachments.clear()
    await way_out.put(USER, way)
    await way_out.work()
    assert platform.texts(USER) == ["Đường đi"] * 2
    assert len(platform.requests("upload")) == 2
    assert platform.sent[USER][1]["picture"] in platform.state.attachments


@pytest.mark.parametrize(
    ("kind", "how"), [("html", {}), ("status", {"status": 404}), ("error", {"code": -224})]
)
async def test_an_upload_that_never_works_sends_the_words(
    way_out: WayOut, platform: Platform, kind: str, how: dict[str, int]
) -> None:
    platform.fault("upload", kind, **how)
    await way_out.put(USER, OutgoingMap("counter-3", "vi", "Đường đi"), "hai")
    await way_out.work()
    assert platform.texts(USER) == ["Đường đi", "hai"]
    assert set(await way_out.states()) == {"sent"}


async def test_a_code_that_nobody_knows_is_tried_three_times(
    way_out: WayOut, platform: Platform
) -> None:
    platform.fault("send", "error", code=-99999)
    await way_out.put(USER, "một")
    await way_out.work()
    assert len(platform.requests("send")) == 3
    assert await way_out.states() == ["dropped"]


@pytest.mark.parametrize(
    ("hours", "paid", "arrives"),
    [(47, False, True), (49, False, False), (49, True, True), (168, True, False)],
)
async def test_the_windows_of_the_platform_are_kept(
    way_out: WayOut, platform: Platform, hours: int, paid: bool, arrives: bool
) -> None:
    way_out.settings.zalo.paid_sends = paid
    await way_out.citizen(USER)
    way_out.clock.forward(hours=hours)
    await way_out.put(USER, "một")
    await way_out.work()
    assert bool(platform.texts(USER)) is arrives
    assert len(platform.requests("send")) == int(arrives)


async def test_a_message_that_cost_something_is_counted(
    way_out: WayOut, platform: Platform
) -> None:
    platform.state.charged = True
    await way_out.put(USER, "một")
    await way_out.work()
    told = way_out.metrics.render().decode()
    assert 'letan_zalo_messages_total{channel="zalo_oa",outcome="charged"} 1.0' in told


async def test_a_guest_without_an_account_is_answered_in_their_conversation(
    way_out: WayOut, platform: Platform
) -> None:
    await way_out.citizen("g1", anonymous_conversation="c9")
    await way_out.put("g1", "một", OutgoingMap("counter-3", "vi", "Đường đi"))
    await way_out.work()
    assert platform.texts("g1/c9") == ["một", "Đường đi"]


class TestBot:
    """The Bot API: no buttons, no look at the conversation."""

    async def test_buttons_and_ways_become_texts(self, way_out: WayOut, platform: Platform) -> None:
        way = OutgoingMap("counter-3", "vi", "Đường đi")
        await way_out.put("b7", MENU, way, channel="zalo_bot")
        await way_out.work()
        first, second = platform.texts("b7")
        assert "1. Hộ tịch" in first
        assert second == "Đường đi"

    async def test_an_error_is_tried_again_silence_is_not(
        self, way_out: WayOut, platform: Platform
    ) -> None:
        platform.fault("bot", "html", times=2)
        await way_out.put("b7", "một", channel="zalo_bot")
        await way_out.work()
        assert platform.texts("b7") == ["một"]
        platform.fault("bot", "drop", times=1, after=True)
        await way_out.put("b7", "hai", channel="zalo_bot")
        await way_out.work()
        assert platform.texts("b7") == ["một", "hai"]
        assert await way_out.states() == ["sent", "dropped"]

    async def test_a_wrong_token_holds_and_tells(self, way_out: WayOut, platform: Platform) -> None:
        platform.state.bot_token = "another:one"
        await way_out.put("b7", "một", channel="zalo_bot")
        await way_out.round()
        assert await way_out.states() == ["held"]
        await way_out.alarms.look(at_once=True)
        part = way_out.health.part("zalo_sending")
        assert part is not None and "LETAN_ZALO_BOT_TOKEN" in part.en

    @pytest.mark.parametrize("code", [400, 403])
    async def test_a_refused_message_is_not_tried_again(
        self, way_out: WayOut, platform: Platform, code: int
    ) -> None:
        platform.state.user_errors["b7"] = code
        await way_out.put("b7", "một", channel="zalo_bot")
        await way_out.work()
        assert await way_out.states() == ["dropped"]
        assert len(platform.requests("bot")) == 1
