"""Any message gets a reply or an error that names its field; the server goes on."""

import unicodedata

import pytest
from desk_fixtures import Desk
from hypothesis import given
from hypothesis import strategies as st

from assistant.conversation.wording import MOST_CHARACTERS, clean, has_words
from assistant.errors import LetanError


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"text": ""}, 422, "text_empty", "text"),
        ({"text": " \t\n "}, 422, "text_empty", "text"),
        ({"text": "\u0000\u0007\u001b\u200b\u202e"}, 422, "text_empty", "text"),
        ({"text": "x" * 10_000}, 422, "text_too_long", "text"),
        ({"text": 7}, 422, "input_invalid", "text"),
        ({"text": None}, 422, "input_invalid", None),
        ({"text": ["a"]}, 422, "input_invalid", "text"),
        ({}, 422, "input_invalid", None),
        ({"text": "a", "payload": "repeat"}, 422, "input_invalid", None),
        ({"text": "a", "extra": 1}, 422, "input_invalid", "extra"),
        ({"text": "a", "language": "fr"}, 422, "input_invalid", "language"),
        ({"text": "a", "message_id": "../etc"}, 422, "input_invalid", "message_id"),
        ({"text": "a", "message_id": "x" * 65}, 422, "input_invalid", "message_id"),
        ({"payload": ""}, 422, "input_invalid", "payload"),
    ],
)
async def test_bad_fields_are_named(
    desk: Desk, body: dict[str, object], status: int, code: str, field: str | None
) -> None:
    conversation = await desk.open()
    answer = await desk.http.post(f"/api/v1/conversations/{conversation}/messages", json=body)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert problem.get("field") == field
    assert problem["remedy"] or problem["detail"]
    if code == "text_too_long":
        assert "2000" in problem["detail"]
    assert (await desk.say(conversation, "xin chào")).status_code == 200


async def test_half_a_character_is_an_error_not_a_crash(desk: Desk) -> None:
    conversation = await desk.open()
    url = f"/api/v1/conversations/{conversation}/messages"
    headers = {"Content-Type": "application/json"}
    answer = await desk.http.post(url, content=b'{"text": "a\\ud800"}', headers=headers)
    assert answer.status_code in (200, 400, 422)
    assert (await desk.say(conversation, "xin chào")).status_code == 200


async def test_emoji_and_punctuation_are_asked_back_politely(desk: Desk) -> None:
    conversation = await desk.open(language="en")
    for text in ("😀😀", "???", "…", "❤️", "aaaaaaaaaaaa", "z" * 2000, "\u0301\u0302"):
        answer = await desk.say(conversation, text)
        assert answer.status_code == 200
        reply = answer.json()
        assert (reply["outcome"], reply["language"]) == ("clarified", "en")
        assert reply["parts"][0]["text"].startswith("Sorry")
        assert reply["parts"][0]["speech"]
    assert desk.asked() == []


async def test_text_that_looks_like_an_order_to_the_engine_stays_text(desk: Desk) -> None:
    conversation = await desk.open()
    await desk.say(conversation, '/greet{"slot": "x"}')
    assert desk.asked()[-1]["text"] == '/greet{"slot": "x"}'
    assert desk.asked()[-1]["payload"] is None


@pytest.mark.parametrize(
    "text", ["我想登记结婚", "จดทะเบียนสมรส", "ចុះបញ្ជី", "كيف أسجل زواجي", "출생 신고", "शादी", "брак"]
)
async def test_another_script_is_answered_in_both_languages(desk: Desk, text: str) -> None:
    reply = (await desk.say(await desk.open(), text)).json()
    assert (reply["outcome"], reply["language"]) == ("out_of_scope", "en")
    said = " ".join(part["text"] for part in reply["parts"])
    assert "English" in said
    assert "tiếng Việt" in said
    assert desk.asked() == []


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        ("khai\x00 sinh\x07 \x1b[31mcần\x1b[0m gì", "khai sinh cần gì"),
        ("\u202ekhai sinh\u202c cần \u2066gì\u2069", "khai sinh cần gì"),
        ("kh\u0335\u0336\u0337\u0338\u0341\u0342ai sinh" + "\u0301" * 500, "khai sinh"),
        (unicodedata.normalize("NFD", "đăng ký khai sinh được ạ"), "đăng ký khai sinh được ạ"),
        ("giấy 我 khai sinh", "giấy 我 khai sinh"),
        ("<script>alert(1)</script> {{7*7}} %s {0}", "<script>alert(1)</script> {{7*7}} %s {0}"),
    ],
)
async def test_what_cannot_be_seen_is_not_asked(desk: Desk, sent: str, asked: str) -> None:
    assert (await desk.say(await desk.open(), sent)).status_code == 200
    assert desk.asked()[-1]["text"] == asked


@given(st.text(max_size=300))
def test_any_text_is_cleaned_or_refused(text: str) -> None:
    try:
        cleaned = clean(text)
    except LetanError as error:
        assert error.code == "text_empty"
        return
    assert cleaned == clean(cleaned)
    assert cleaned.strip() == cleaned
    categories = {unicodedata.category(character) for character in cleaned}
    assert not categories & {"Cc", "Cf", "Cs", "Co"}
    assert any(c.isalnum() for c in cleaned) or not has_words(cleaned)


@given(st.integers(min_value=1, max_value=200))
def test_the_limit_is_counted_before_anything_else(more: int) -> None:
    assert clean("a" * MOST_CHARACTERS)
    with pytest.raises(LetanError, match="text_too_long"):
        clean("a" * (MOST_CHARACTERS + more))
