"""What does not come from Zalo changes nothing; what is genuine and odd is answered 200."""

import json

import pytest
from desk_fixtures import client_of
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from zalo_events import (
    APP_ID,
    BOT,
    OA,
    Zalo,
    bot_event,
    now_ms,
    oa_event,
    raw_of,
    said,
    signed,
    somebody,
    with_zalo,
)

from assistant.channels.zalo.signature import is_signed_by_oa, oa_mac
from assistant.main import create_app
from assistant.settings import Settings
from assistant.startup import Background

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def kept(zalo: Zalo) -> int:
    return int((await zalo.rows("SELECT count(*) FROM zalo_inbox"))[0][0])


def test_the_digest_is_that_of_the_platforms_own_library() -> None:
    """MacUtils.buildMac(appId, data, timeStamp, secretKey): a plain SHA-256 of the joined text."""
    import hashlib

    raw = '{"timestamp":"1758000000000","app_id":"41","message":{"text":"Xin chào"}}'.encode()
    joined = b"41" + raw + b"1758000000000" + b"key"
    mac = oa_mac("41", raw, "1758000000000", "key")
    assert mac == hashlib.sha256(joined).hexdigest()
    known = {"app_id": "41", "timestamp": "1758000000000", "secret": "key"}
    for header in (f"mac={mac}", mac, f"mac={mac.upper()}", f" mac={mac} "):
        assert is_signed_by_oa(header, raw, **known)
    for header in (None, "", "mac=", mac[:-1], f"{mac}0", f"mac=mac={mac}", f"sha={mac}", "ạ" * 64):
        assert not is_signed_by_oa(header, raw, **known)


async def test_forged_bodies_leave_no_trace(zalo: Zalo) -> None:
    before, forged = await kept(zalo), zalo.counted("forged")
    raw = raw_of(said("xin chào"))
    good = signed(raw)["X-ZEvent-Signature"]
    body = json.loads(raw)
    reserialised = json.dumps(body, indent=1).encode()
    other_app = raw_of({**body, "app_id": "999"})
    for sent, headers in (
        (raw, {}),
        (raw, {"X-ZEvent-Signature": "mac=" + "0" * 64}),
        (raw, {"X-Zalo-Signature": good}),
        (raw, signed(raw, key="the app's secret")),
        (raw + b" ", {"X-ZEvent-Signature": good}),
        (raw[:-2], {"X-ZEvent-Signature": good}),
        (reserialised, {"X-ZEvent-Signature": good}),
        (other_app, signed(other_app, app_id="999")),
        (other_app, signed(other_app, app_id=APP_ID)),
        (b"[]", signed(b"[]")),
        (b"\xff\xfe", signed(b"\xff\xfe")),
        (b"{" * 5000, signed(b"{" * 5000)),
        (b"null", signed(b"null")),
    ):
        answer = await zalo.http.post(OA, content=sent, headers=headers)
        assert answer.status_code == 403, sent
        assert answer.json()["code"] == "zalo_signature_wrong"
    assert await kept(zalo) == before
    assert zalo.counted("forged") - forged == 13
    ready = (await zalo.http.get("/readyz")).json()["parts"]["zalo_oa"]
    assert ready["ready"] is False and "oa_secret_key" in ready["detail"]
    assert (await zalo.oa(said("xin chào"))).status_code == 200
    assert (await zalo.http.get("/readyz")).json()["parts"]["zalo_oa"]["ready"] is True


async def test_the_bots_secret_is_needed(zalo: Zalo) -> None:
    before = await kept(zalo)
    for secret in ("", "wrong", "secret-of-the-bot"):
        assert (await zalo.bot(bot_event("xin chào"), secret)).status_code == 403
    answer = await zalo.http.post(BOT, content=raw_of(bot_event("xin chào")))
    assert answer.status_code == 403
    assert await kept(zalo) == before


async def test_a_probe_is_answered_and_nothing_follows(zalo: Zalo) -> None:
    before = await kept(zalo)
    for path in (OA, BOT):
        for body in (b"", b"{}", b" { } \n"):
            assert (await zalo.http.post(path, content=body)).status_code == 200
    assert await kept(zalo) == before


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "x"])
async def test_the_content_type_is_of_no_importance(zalo: Zalo, kind: str) -> None:
    event = said("xin chào", user=somebody())
    assert (await zalo.oa(event, **{"Content-Type": kind})).status_code == 200
    await zalo.settled()
    assert len(await zalo.told(event["sender"]["id"])) > 0


async def test_stale_repeated_and_later_events_get_no_reply(zalo: Zalo) -> None:
    stale, repeated = zalo.counted("stale"), zalo.counted("repeated")
    for minutes, times in ((-121, 0), (11, 0), (-119, 1), (9, 1)):
        user = somebody()
        event = {**said("xin chào", user=user), "timestamp": now_ms(minutes)}
        assert (await zalo.oa(event)).status_code == 200
        assert (await zalo.oa(event)).status_code == 200  # replayed
        await zalo.settled()
        answered = "SELECT count(*) FROM zalo_inbox WHERE citizen = :citizen"
        found = await zalo.rows(answered, citizen=f"zalo_oa:{user}")
        assert found[0][0] == times, minutes
        assert (await zalo.told(user) != []) is (times == 1)
    assert (zalo.counted("stale") - stale, zalo.counted("repeated") - repeated) == (4, 2)


async def test_ids_may_be_numbers_and_stay_exact(zalo: Zalo) -> None:
    raw = (
        b'{"app_id":4100000000000000001,"sender":{"id":9007199254740993123},'
        b'"recipient":{"id":3886},"event_name":"user_send_text","message":{"msg_id":12,'
        b'"text":"hi"},"timestamp":' + now_ms().encode() + b"}"
    )
    assert (await zalo.oa(raw)).status_code == 200
    await zalo.settled()
    assert await zalo.told("9007199254740993123")


async def test_too_large_is_413(zalo: Zalo) -> None:
    event = said("a" * 5_000_000)
    assert (await zalo.oa(event)).status_code == 413
    assert (await zalo.bot(bot_event("a" * 5_000_000))).status_code == 413

    async def in_pieces():  # type: ignore[no-untyped-def]
        for _ in range(5):
            yield b"a" * 1_000_000

    assert (await zalo.http.post(OA, content=in_pieces())).status_code == 413


async def test_a_channel_without_secret_refuses_everything(settings: Settings) -> None:
    for more in ({"oa_secret_key": None, "bot_secret": None}, {"app_id": None, "bot_secret": None}):
        background = Background(create_app(with_zalo(settings, **more)))
        running = background.running(robots=False, speech=False)
        async with running, client_of(background.app) as http:
            raw = raw_of(said("xin chào"))
            for path in (OA, BOT):
                for body in (raw, b"{}", b""):
                    answer = await http.post(path, content=body, headers=signed(raw, key=""))
                    assert answer.status_code == 503
                    assert answer.json()["code"] == "zalo_not_configured"


ids = st.one_of(st.text(max_size=80), st.integers(), st.none(), st.floats(), st.just("2468"))
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=40)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)
names = st.one_of(
    st.sampled_from(
        [
            *("user_send_text", "user_send_image", "user_send_audio", "user_send_location"),
            *("user_send_link", "user_send_sticker", "user_send_business_card", "follow"),
            *("unfollow", "user_submit_info", "user_click_chatnow", "user_withdraw"),
            *("user_received_message", "user_seen_message", "oa_send_text", "oa_send_image"),
            *("anonymous_send_text", "user_reacted_message", "create_group", "user_click_button"),
        ]
    ),
    anything,
)
hostile_text = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            *("/restart", 'EXTERNAL: "', '/inform{"k":"v"}', "\u202eabc\u2066", "\x00\x01\x1b[2J"),
            *("😀" * 10_000, "a\u0301" * 500, "\ud83d", " ", "\u200b", "%s%n", "{0}", "x" * 2_001),
        ]
    ),
)
attachments = st.one_of(
    anything,
    st.lists(
        st.fixed_dictionaries(
            {
                "type": st.one_of(anything, st.just("location")),
                "payload": st.one_of(
                    anything,
                    st.fixed_dictionaries(
                        {
                            "url": st.one_of(anything, st.just("https://f1-voice-aac-dl.zdn.vn/a")),
                            "coordinates": st.one_of(
                                anything,
                                st.fixed_dictionaries({"latitude": ids, "longitude": ids}),
                            ),
                            "size": ids,
                            "description": anything,
                        }
                    ),
                ),
            }
        ),
        max_size=3,
    ),
)
messages = st.one_of(
    anything,
    st.fixed_dictionaries(
        {},
        optional={
            "text": st.one_of(hostile_text, anything),
            "msg_id": ids,
            "attachments": attachments,
            "conversation_id": ids,
        },
    ),
)
bodies = st.fixed_dictionaries(
    {"app_id": st.just(APP_ID), "event_name": names},
    optional={
        "sender": st.one_of(
            anything, st.fixed_dictionaries({"id": ids}, optional={"admin_id": ids})
        ),
        "recipient": st.one_of(anything, st.fixed_dictionaries({"id": ids})),
        "follower": st.one_of(anything, st.fixed_dictionaries({"id": ids})),
        "user_id": ids,
        "message": messages,
        "info": anything,
        "timestamp": st.one_of(anything, st.sampled_from(["0", "-1", "9" * 40, "1e9", "NaN"])),
    },
)


def is_json(raw: bytes) -> bool:
    """Of the standard: Python also writes and reads NaN and Infinity."""
    strange: list[str] = []
    json.loads(raw, parse_constant=strange.append)
    return not strange


async def test_hostile_bodies_never_break_anything(zalo: Zalo) -> None:
    """Hundreds of genuine but odd bodies, and the same unsigned: never 5xx, never a reply to one
    that is not signed."""
    bodies_made: list[tuple[dict[str, object], bool]] = []

    @hypothesis_settings(
        max_examples=250, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(bodies, st.booleans())
    def make(body: dict[str, object], fresh: bool) -> None:
        bodies_made.append((body, fresh))

    make()
    assert len(bodies_made) >= 200
    forged = 0
    for body, fresh in bodies_made:
        event = {**body, "timestamp": now_ms()} if fresh else body
        raw = json.dumps(event).encode()
        before = await kept(zalo)
        unsigned = await zalo.http.post(OA, content=raw, headers={"X-ZEvent-Signature": "mac=ab"})
        assert unsigned.status_code == 403
        assert await kept(zalo) == before
        forged += 1
        answer = await zalo.oa(raw)
        assert answer.status_code in (200, 403), raw  # 403: no timestamp that could be signed
        if fresh:
            assert answer.status_code == (200 if is_json(raw) else 403)
    await zalo.settled()
    assert zalo.counted("forged") >= forged
    states = await zalo.rows("SELECT DISTINCT state FROM zalo_inbox")
    assert {row[0] for row in states} <= {"done"}
    assert (await zalo.http.get("/healthz")).status_code == 200


bot_bodies = st.fixed_dictionaries(
    {
        "event_name": st.one_of(
            anything,
            st.sampled_from(
                [
                    *("message.text.received", "message.voice.received", "message.image.received"),
                    *("message.unsupported.received", "message.reaction.received"),
                ]
            ),
        )
    },
    optional={
        "message": st.one_of(
            anything,
            st.fixed_dictionaries(
                {},
                optional={
                    "message_id": ids,
                    "date": ids,
                    "text": hostile_text,
                    "photo_url": anything,
                    "voice_url": anything,
                    "caption": hostile_text,
                    "chat": st.one_of(anything, st.fixed_dictionaries({"id": ids})),
                    "from": st.one_of(anything, st.fixed_dictionaries({"id": ids})),
                },
            ),
        ),
    },
)


async def test_hostile_bodies_of_a_bot_never_break_anything(zalo: Zalo) -> None:
    made: list[object] = []

    @hypothesis_settings(
        max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(
        st.one_of(
            bot_bodies,
            bot_bodies.map(lambda body: {"ok": True, "result": body}),
            st.lists(bot_bodies, max_size=3).map(lambda some: {"result": some}),
            anything,
        )
    )
    def make(body: object) -> None:
        made.append(body)

    make()
    for body in made:
        raw = json.dumps(body).encode()
        if raw != b"{}":
            assert (await zalo.bot(raw, "wrong")).status_code == 403
        assert (await zalo.bot(raw)).status_code == 200, raw
    await zalo.settled()
    states = await zalo.rows("SELECT DISTINCT state FROM zalo_inbox")
    assert {row[0] for row in states} <= {"done"}


async def test_what_is_none_of_our_business_is_ignored(zalo: Zalo) -> None:
    before, ignored = await kept(zalo), zalo.counted("ignored")
    zalo.asked()
    echo = {"sender": {"id": "3886"}, "recipient": {"id": "2468"}}
    for event in (
        oa_event("user_received_message", message={"msg_id": "r1"}, **echo),
        oa_event("user_seen_message", message={"msg_ids": ["r1", "r2"]}, **echo),
        oa_event("oa_send_text", message={"msg_id": "r3", "text": "chào"}, **echo),
        oa_event("user_reacted_message", message={"msg_id": "r4", "react_icon": "/-heart"}),
        oa_event("unfollow", follower={"id": "2468"}),
        oa_event("user_send_group_text", message={"msg_id": "r5", "text": "chào"}),
        oa_event(
            "anonymous_send_text", message={"msg_id": "r6", "text": "a", "conversation_id": "c"}
        ),
        oa_event("an_event_of_next_year", message={"msg_id": "r7", "text": "chào"}),
    ):
        assert (await zalo.oa(event)).status_code == 200
    await zalo.settled()
    assert await kept(zalo) == before
    assert zalo.asked() == []
    assert zalo.counted("ignored") - ignored == 8
