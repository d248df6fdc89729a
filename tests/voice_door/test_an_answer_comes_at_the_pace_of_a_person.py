"""What can be known before a turn is over is known then; what a turn was is decided by its end."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from voice_client import SILENCE, Client, Speaker, conversation

from assistant.channels.voice_door.foresight import Foresight
from assistant.errors import LetanError
from assistant.voice.end_of_turn import (
    BARE_S,
    COMPLETE_S,
    NAMED_S,
    OPEN_S,
    STORY_S,
    USUAL_S,
    WHOLE_S,
    patience,
    patience_of_meaning,
)
from assistant.voice.recognising import Pace, Recognising
from speech.engines import Transcript

PAUSE = SILENCE[: 2 * 4_800]
"""0.3 s: longer than it takes to ask ahead, shorter than the end of any turn."""


def halves(pcm: bytes) -> tuple[bytes, bytes]:
    """Cut where it is quietest in the middle third: between two words."""
    samples = np.abs(np.frombuffer(pcm, "<i2").astype(np.float64))
    loud = np.flatnonzero(samples > 300)
    first, last = int(loud[0]), int(loud[-1])
    middle = np.convolve(samples, np.ones(480), "same")[
        first + (last - first) // 3 : last - (last - first) // 3
    ]
    cut = first + (last - first) // 3 + int(np.argmin(middle))
    return pcm[: 2 * cut], pcm[2 * cut :]


async def heard(state: Any, parts: list[bytes], *, ask: bool) -> tuple[str, list[str]]:
    """The text of an utterance of several parts, and what was told ahead after each of them."""
    ahead: list[str] = []
    async with (
        state.voice.recogniser("vi") as uri,
        Recognising(
            uri,
            "vi",
            60.0,
            Pace(),
            on_words=lambda _: None,
            on_whole=lambda transcript: ahead.append(transcript.text),
        ) as recognising,
    ):
        for number, part in enumerate(parts):
            if number and ask:
                await recognising.ask()
                await recognising.go_on()
            for at in range(0, len(part), 6_400):
                await recognising.feed(part[at : at + 6_400])
        if ask:
            await recognising.ask()
        transcript: Transcript = await recognising.transcript()
    return transcript.text, ahead


def test_who_goes_on_after_being_asked_ahead_is_heard_from_the_beginning(
    app: TestClient, spoken_recipe: Speaker
) -> None:
    state = app.app.state  # type: ignore[attr-defined]
    parts = [*halves(spoken_recipe("marriage registration"))]
    assert app.portal is not None
    plain, nothing = app.portal.call(lambda: heard(state, parts, ask=False))
    text, ahead = app.portal.call(lambda: heard(state, parts, ask=True))
    assert "kết hôn" in plain
    assert (text, nothing) == (plain, [])
    assert ahead in ([], [plain])  # told at the latest while the turn's end is being taken


def test_a_pause_in_the_middle_brings_one_final_and_one_answer(
    app: TestClient, spoken_recipe: Speaker
) -> None:
    begun, rest = halves(spoken_recipe("marriage registration"))
    with app.websocket_connect(f"/api/v1/voice/{conversation(app)}") as socket:
        client = Client(socket)
        client.start(speak=False)
        client.stream(begun + PAUSE + rest)
        client.until("reply")
        client.stream(spoken_recipe("birth registration"))
        client.until("final")
        client.until("reply")
        finals = [event["text"] for event in client.events if event["type"] == "final"]
        assert "kết hôn" in finals[0]
        assert "khai sinh" in finals[1]
        assert (len(finals), client.kinds().count("reply")) == (2, 2)


class Counting:
    """An engine that understands, and counts how often it had to."""

    def __init__(self, *, fails: bool = False) -> None:
        self.asked: list[str] = []
        self._fails = fails

    async def parse(self, text: str, topic: str | None = None) -> dict[str, Any]:
        self.asked.append(text)
        if self._fails:
            raise LetanError("engine_unavailable", 503, "vi", "en")
        return {"text": text}


def test_what_was_understood_ahead_is_not_understood_twice(app: TestClient) -> None:
    async def run() -> None:
        engine = Counting()
        foresight = Foresight(engine)
        assert await foresight.look("đăng ký") == {"text": "đăng ký"}
        assert await foresight.look("đăng ký kết hôn") == {"text": "đăng ký kết hôn"}
        assert await foresight.parse("đăng ký kết hôn") == {"text": "đăng ký kết hôn"}
        assert engine.asked == ["đăng ký", "đăng ký kết hôn"]
        assert await foresight.parse("khai sinh") == {"text": "khai sinh"}
        assert engine.asked[-1] == "khai sinh"

    assert app.portal is not None
    app.portal.call(run)


def test_an_engine_that_is_away_is_told_when_the_turn_is_over(app: TestClient) -> None:
    async def run() -> None:
        foresight = Foresight(Counting(fails=True))
        assert await foresight.look("đăng ký") is None
        with pytest.raises(LetanError):
            await foresight.parse("đăng ký")

    assert app.portal is not None
    app.portal.call(run)


def test_a_slow_machine_is_not_asked_in_vain_for_a_while() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    pace.in_vain()
    assert pace.quick
    pace.slow = True
    assert pace.quick  # one who does not go on costs nothing
    pace.in_vain()
    assert not pace.quick
    now[0] = 60.0
    assert pace.quick


@pytest.mark.parametrize(
    ("text", "parsed", "seconds"),
    [
        ("đăng ký khai sinh cần giấy tờ gì", {}, WHOLE_S),
        ("tôi nghe nói phải nộp bản sao", {"aspects": ["documents"]}, WHOLE_S),
        ("tôi muốn đăng ký khai sinh cho con", {}, NAMED_S),
        ("tôi muốn đăng ký khai sinh cho", {}, OPEN_S),
        ("khai sinh", {}, BARE_S),
        ("chào em hôm nay", {"procedures": []}, USUAL_S),
        ("tôi muốn đăng ký khai sinh cho con", {"ambiguous": True}, STORY_S),
        ("nhà tui có cái sổ đỏ ông già để lại", {"ambiguous": True}, STORY_S),
        ("hổm rày tui đi lên đi xuống ờ", {"ambiguous": True}, OPEN_S),
        ("làm vầy có được hông", {"ambiguous": True}, WHOLE_S),
        ("cần đem theo giấy chi", {"ambiguous": True}, WHOLE_S),
    ],
)
def test_what_is_plainly_meant_ends_a_turn_sooner(
    text: str, parsed: dict[str, Any], seconds: float
) -> None:
    known = {
        "intent": {"name": "ask_procedure", "confidence": 0.97},
        "procedures": [{"code": "1.001193", "confidence": 0.97}],
        **parsed,
    }
    assert patience_of_meaning(known, text, "vi") == seconds


def test_many_words_without_a_question_are_a_story() -> None:
    story = "tui năm nay tám mươi mốt tuổi mắt kém tay run con cháu đi làm xa hết"
    assert patience(story, "vi") == STORY_S
    assert patience(f"{story} giờ làm sao", "vi") == COMPLETE_S


def test_a_story_with_long_pauses_is_heard_to_its_end_and_answered_once(
    app: TestClient, spoken_recipe: Speaker, meaning: Callable[..., None]
) -> None:
    """Somebody of eighty-one: pauses of up to a second between the parts, 14 s in all."""
    meaning(0.5)
    parts = [bare(spoken_recipe(name)) for name in ("marriage registration", "birth registration")]
    told = parts[0] + silence(0.55) + parts[1] + silence(0.75) + parts[0] + silence(0.95)
    story = told + parts[1]
    while len(story) < 13 * 32_000:
        story += silence(0.7) + parts[1]
    story = story[: 14 * 32_000]
    with app.websocket_connect(f"/api/v1/voice/{conversation(app)}") as socket:
        client = Client(socket)
        client.start(speak=False)
        client.stream(SILENCE[:16_000] + story + 2 * SILENCE)
        client.until("reply")
        meaning(0.97)
        client.stream(spoken_recipe("marriage registration"))
        client.until("final")
        finals = [event["text"] for event in client.events if event["type"] == "final"]
        assert len(finals) == 2, "the story is one utterance"
        assert "kết hôn" in finals[0]
        assert "khai sinh" in finals[0]
        assert client.kinds().count("reply") == 1


def bare(pcm: bytes) -> bytes:
    """Without the silence around it."""
    loud = np.flatnonzero(np.abs(np.frombuffer(pcm, "<i2").astype(np.int32)) > 300)
    return pcm[2 * int(loud[0]) : 2 * int(loud[-1])]


def silence(seconds: float) -> bytes:
    return bytes(2 * round(16_000 * seconds))
