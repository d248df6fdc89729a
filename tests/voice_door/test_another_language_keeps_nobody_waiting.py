"""A second hearing begins early, keeps an answer waiting a moment only, and may come later."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from fastapi.testclient import TestClient
from voice_client import SILENCE

from assistant.channels.voice_door.deciding import AskBack, Decider, Decision, Unclear
from assistant.channels.voice_door.other_language import OtherLanguage
from assistant.errors import Language
from assistant.voice.ear import Utterance
from assistant.voice.service import Voice
from speech.engines import Transcript

FIRST = Transcript("oai vù lai tu", 0.6)
ENGLISH = Transcript("I would like to marry", 0.9, language="en")


class Recogniser:
    """Of the other language: answers when it is told to."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.answer = asyncio.Event()

    async def __call__(self, voice: Voice, pcm: bytes, language: Language) -> Transcript:
        self.heard.append(pcm)
        await self.answer.wait()
        return ENGLISH


def run(app: TestClient, script: Callable[[Voice], Awaitable[None]]) -> None:
    assert app.portal is not None
    app.portal.call(script, app.app.state.voice)  # type: ignore[attr-defined]


def never(_: Transcript | None) -> None:
    raise AssertionError("nobody waits for it")


def test_what_was_begun_ahead_is_not_begun_twice(app: TestClient) -> None:
    async def script(voice: Voice) -> None:
        recogniser = Recogniser()
        other = OtherLanguage(voice, recogniser)
        other.begin(FIRST, SILENCE, "vi")
        recogniser.answer.set()
        assert await other.hear(FIRST, SILENCE + SILENCE, "vi", None, never) == (ENGLISH, True)
        assert recogniser.heard == [SILENCE]

    run(app, script)


def test_another_utterance_is_heard_by_itself(app: TestClient) -> None:
    async def script(voice: Voice) -> None:
        recogniser = Recogniser()
        recogniser.answer.set()
        other = OtherLanguage(voice, recogniser)
        await other.hear(FIRST, SILENCE, "vi", None, never)
        await other.hear(ENGLISH, SILENCE[:8000], "vi", None, never)
        assert recogniser.heard == [SILENCE, SILENCE[:8000]]

    run(app, script)


@pytest.mark.parametrize("spoken_again", [False, True])
def test_what_comes_late_is_told_unless_somebody_has_spoken_since(
    app: TestClient, spoken_again: bool
) -> None:
    async def script(voice: Voice) -> None:
        recogniser, told = Recogniser(), asyncio.Queue[Transcript | None]()
        other = OtherLanguage(voice, recogniser)
        assert await other.hear(FIRST, SILENCE, "en", 0.01, told.put_nowait) == (None, False)
        if spoken_again:
            other.forget()
        recogniser.answer.set()
        if spoken_again:
            assert await other.hear(ENGLISH, SILENCE, "en", None, never) == (ENGLISH, True)
            assert told.empty()
        else:
            assert await asyncio.wait_for(told.get(), 10) == ENGLISH

    run(app, script)


def test_a_recogniser_at_rest_is_not_woken_by_a_pause(app: TestClient) -> None:
    async def script(voice: Voice) -> None:
        recogniser = Recogniser()
        other = OtherLanguage(voice, recogniser)
        assert voice.english is not None
        assert voice.english.health.state == "resting"
        other.begin(FIRST, SILENCE, "en")
        assert recogniser.heard == []

    run(app, script)


NOTHING = Transcript("ờ", 0.1)


class Counting(OtherLanguage):
    """The second hearing, which hears nothing but an English sentence at the end."""

    def __init__(self, voice: Voice) -> None:
        super().__init__(voice, self.hear_again)
        self.heard = 0
        self.english = False

    async def hear_again(self, voice: Voice, pcm: bytes, language: Language) -> Transcript:
        self.heard += 1
        return ENGLISH if self.english else NOTHING


class NobodyAsks:
    async def parse(self, text: str, topic: str | None = None) -> dict[str, object]:
        raise AssertionError("these are no words")


def test_a_loud_hall_is_heard_twice_now_and_then_and_a_button_always(app: TestClient) -> None:
    async def script(voice: Voice) -> None:
        other = Counting(voice)
        decider = Decider(NobodyAsks(), voice, lambda: None, other)

        async def heard_now(*, hold: bool) -> Decision:
            found = Transcript("ờ", 0.1)
            return await decider.decide(Utterance(found, SILENCE, 1.0, 0.0, 0.0), "vi", hold=hold)

        heard = []
        for _ in range(12):
            before = other.heard
            assert await heard_now(hold=False) == Unclear("noise")
            heard.append(other.heard - before)
        assert heard[:3] == [1, 1, 1] and 1 <= sum(heard[3:]) <= 3, heard
        before = other.heard
        await heard_now(hold=True)
        assert other.heard == before + 1
        other.english = True
        found = [await heard_now(hold=False) for _ in range(4)]
        assert any(isinstance(one, AskBack) for one in found)

    run(app, script)
