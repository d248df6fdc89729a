"""Whatever the platform answers: one of the known kinds, never an exception, never a guess."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from assistant.channels.zalo.answers import Answer, Kind, read_bot, read_oa
from assistant.channels.zalo.messages import Button, OutgoingText
from assistant.channels.zalo.oa_client import buttons_body
from assistant.channels.zalo.oauth import Pair, Refusal, challenge_of, new_verifier, read_answer
from assistant.channels.zalo.outbox import Claimed
from assistant.channels.zalo.sealing import Sealer
from assistant.channels.zalo.settling import Found, Settling
from assistant.errors import LetanError
from assistant.zalo_settings import ZaloSettings

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["error", "data", "ok", "result", "error_code", "access_token", "expires_in", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
BODIES = st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode())
STATUSES = st.integers(min_value=200, max_value=599)


@given(status=STATUSES, raw=BODIES)
def test_any_answer_is_of_one_kind(status: int, raw: bytes) -> None:
    for read in (read_oa, read_bot):
        answer = read(status, raw)
        assert answer.kind in get_args(Kind)
        assert len(answer.reason) < 60
        if answer.kind == "done":
            assert status < 400 and (b"error" in raw or b"ok" in raw)


@given(status=STATUSES, raw=BODIES)
def test_any_answer_to_a_refresh_is_a_pair_or_a_refusal(status: int, raw: bytes) -> None:
    answer = read_answer(status, raw, NOW)
    if isinstance(answer, Pair):
        assert status == 200 and answer.access.strip()
        assert NOW < answer.expires_at <= NOW + timedelta(days=366)
    else:
        assert answer.kind in ("final", "transient")
        assert (answer.kind == "final") is (
            answer.reason == "empty" or answer.reason.startswith("error -140")
        )


@pytest.mark.parametrize("code", [-14014, "-14014", " -14014 "])
def test_a_code_may_be_written_as_a_text(code: Any) -> None:
    raw = json.dumps({"error": code, "error_name": "Invalid refresh token."}).encode()
    assert read_answer(200, raw, NOW) == Refusal("final", "error -14014")
    assert read_oa(200, raw).reason == "error -14014"


@pytest.mark.parametrize(
    ("given_life", "seconds"),
    [("90000", 90000), (90000, 90000), ("1h", 3600), (None, 3600), (-5, 3600), (1e400, 3600)],
)
def test_the_life_of_a_token_is_what_is_told(given_life: Any, seconds: int) -> None:
    raw = json.dumps({"access_token": "A", "expires_in": given_life}).encode()
    answer = read_answer(200, raw, NOW)
    assert isinstance(answer, Pair)
    assert answer.expires_at - NOW == timedelta(seconds=seconds)


ANSWERS = st.builds(Answer, st.sampled_from(get_args(Kind)), st.sampled_from(["error -1", "empty"]))
REASONS = st.sampled_from([None, "unclear 2 http 502", "silent 0 timeout", "error -32", "x y z"])


@given(answer=ANSWERS, attempts=st.integers(0, 30), reason=REASONS, plain=st.booleans())
def test_what_becomes_of_a_message_is_always_decided(
    answer: Answer, attempts: int, reason: str | None, plain: bool
) -> None:
    """What is put off is put off to a time to come; tries that may be doubles come to an end."""
    settling = Settling(ZaloSettings(), lambda: NOW)
    row = Claimed(
        1, "zalo_oa", "zalo_oa:1", "{}", "waiting", attempts, reason, NOW, "vi", NOW, None
    )
    done = settling.after_sending(row, answer, ("{}",) if plain else None)
    assert done.state in ("sent", "dropped", "held", "waiting", "sending")
    assert done.not_before is None or done.not_before > NOW
    if answer.perhaps_sent:
        assert done.state == "sending", "looked for before anything else"
    for found in get_args(Found):
        after = settling.after_looking(row, found, "m1")
        assert after.not_before is None or after.not_before > NOW
        if found == "found":
            assert after.state == "sent"
        if attempts >= 10 and found in ("absent", "unknown"):
            assert after.state == "dropped"
        if found == "unknown" and "unclear" not in (reason or ""):
            assert after.state == "dropped", "rather missing than double"


@given(text=st.text(max_size=300), key=st.text(min_size=1, max_size=50))
def test_what_is_sealed_is_opened_with_its_key_only(text: str, key: str) -> None:
    sealed = Sealer(key).seal(text)
    assert Sealer(key).open(sealed) == text
    with pytest.raises(LetanError, match="zalo_key_wrong"):
        Sealer(key + "x").open(sealed)


def test_the_challenge_is_that_of_the_platforms_own_library() -> None:
    """Example of RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert len(new_verifier()) == 43


def test_buttons_travel_in_the_shape_of_the_settings() -> None:
    message = OutgoingText(
        "Chọn ạ",
        (
            Button("Hộ tịch", payload="procedure:1.001193"),
            Button("Cổng", url="https://dichvucong.gov.vn"),
            Button("Gọi", phone="842812345678"),
        ),
    )
    plain = buttons_body(ZaloSettings(), message)
    assert plain["text"] == "Chọn ạ"
    kinds = [button["type"] for button in plain["attachment"]["payload"]["buttons"]]
    assert kinds == ["oa.query.hide", "oa.open.url", "oa.open.phone"]
    template = buttons_body(ZaloSettings(buttons="template"), message)
    assert template["attachment"]["payload"]["template_type"] == "button"
    assert template["attachment"]["payload"]["text"] == "Chọn ạ"


def test_settings_and_pairs_do_not_print_their_secrets() -> None:
    settings = ZaloSettings(app_secret=SecretStr("hush"), bot_token=SecretStr("1:hush"))
    pair = Pair("hush", "hush", NOW, NOW)
    assert "hush" not in repr(settings) + str(settings) + repr(pair)
