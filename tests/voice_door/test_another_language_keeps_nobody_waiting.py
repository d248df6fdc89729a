"""A second hearing begins early, keeps an answer waiting a moment only, and may come later."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from fastapi.testclient import TestClient
from voice_client import SILENCE

from assistant.channels.voice_door.other_language import OtherLanguage
from assistant.errors import Language
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
