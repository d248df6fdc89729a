"""Stop words act on what is only half heard; what was no interruption lets the reply go on.

The microphone is scripted here, because no synthetic voice says "dừng lại" so that it is
understood; the desk, its database, its voice and the door are the real ones.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from voice_client import LONG_REPLY, SILENCE, conversation, espeak

from assistant.channels.voice_door.dialogue import Desk, Dialogue
from assistant.channels.voice_door.outbox import Outbox
from assistant.channels.voice_door.playback import MOST_IN_VAIN
from assistant.voice import ear
from speech.engines import Transcript

Script = Callable[["Room"], Awaitable[None]]


class Room:
    """One connection: what is heard is put in, what is sent can be waited for."""

    def __init__(self, dialogue: Dialogue, outbox: Outbox) -> None:
        self.dialogue = dialogue
        self.outbox = outbox
        self.sent: list[dict[str, Any]] = []
        self.kinds: list[str] = []
        self.dropped = 0
        self._heard: asyncio.Queue[ear.EarEvent] = asyncio.Queue()
        self._changed = asyncio.Event()

    def hear(self, *events: ear.EarEvent) -> None:
        for event in events:
            self._heard.put_nowait(event)

    async def until(self, kind: str) -> dict[str, Any]:
        """The next event of a kind that was not taken yet."""
        async with asyncio.timeout(30):
            while True:
                while self.sent:
                    event = self.sent.pop(0)
                    if event["type"] == kind:
                        return event
                self._changed.clear()
                await self._changed.wait()

    async def events(self) -> AsyncIterator[ear.EarEvent]:
        while True:
            yield await self._heard.get()

    async def drop(self) -> None:
        self.dropped += 1

    def change_language(self, language: str) -> None:
        """Of the microphone: there is none."""

    def hurry(self, wanted: bool) -> None:
        """Words come here when the script says so."""

    def wait(self, seconds: float, foreheard: Transcript) -> None:
        """A pause lasts as long as the script says."""

    async def send_text(self, text: str) -> None:
        self.sent.append(json.loads(text))
        self.kinds.append(self.sent[-1]["type"])
        self._changed.set()

    async def send_bytes(self, _: bytes) -> None:
        """Audio is not looked at here."""


def act(app: TestClient, script: Script, **opened: Any) -> None:
    state = app.app.state  # type: ignore[attr-defined]
    known = conversation(app, **opened)

    async def run() -> None:
        outbox = Outbox()
        desk = Desk(
            state.conversations,
            state.voice,
            state.voice_timings,
            state.engine,
            lambda: state.catalogue,
        )
        dialogue = Dialogue(desk, await state.conversations.find(known), outbox, "vi")
        room = Room(dialogue, outbox)
        tasks = [
            asyncio.create_task(outbox.run(room)),  # type: ignore[arg-type]
            asyncio.create_task(dialogue.follow(room)),  # type: ignore[arg-type]
        ]
        try:
            await script(room)
        finally:
            await dialogue.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    assert app.portal is not None
    app.portal.call(run)


async def speaking(room: Room) -> int:
    """A long reply is being said; gives the number of its first sentence."""
    reply = {
        "language": "vi",
        "outcome": "answered",
        "parts": [{"type": "text", "text": " ".join(LONG_REPLY)}],
    }
    clock = room.dialogue._timings.begin("vi")
    assert await room.dialogue.playback.say(reply, clock)
    return int((await room.until("audio"))["sentence"])


def words(text: str, speech_s: float = 0.8) -> ear.Words:
    return ear.Words(text, speech_s, SILENCE)


def test_a_stop_word_stops_speech_before_the_utterance_is_over(app: TestClient) -> None:
    async def script(room: Room) -> None:
        number = await speaking(room)
        room.hear(ear.Began(), words("dừng lại", 0.2))
        assert await room.until("interrupted") == {"type": "interrupted", "sentence": number}
        assert (await room.until("stop"))["text"] == "dừng lại"
        reply = await room.until("reply")
        assert reply["outcome"] == "stopped"
        assert room.dropped == 1

    act(app, script)


@pytest.mark.parametrize("text", ["dừng", "dừng hoạt động hộ kinh doanh", "đúng lại"])
def test_the_beginning_of_a_question_stops_nothing(app: TestClient, text: str) -> None:
    async def script(room: Room) -> None:
        room.hear(ear.Began(), words(text), ear.Level(-40.0))
        await room.until("level")
        assert room.dropped == 0

    act(app, script)


@pytest.mark.parametrize("said", ["đứng lại ngay", "dừng lại", "thôi không đi nữa", "please stop"])
def test_the_robot_of_the_kiosk_stops_too(app: TestClient, said: str) -> None:
    state = app.app.state  # type: ignore[attr-defined]
    kiosk = state.settings.kiosks[0]

    async def script(room: Room) -> None:
        room.hear(ear.Began(), words(said))
        await room.until("stop")
        await room.until("reply")
        assert state.fleet.robot(kiosk.robot).stopped

    act(app, script, kiosk=kiosk.id)


@pytest.mark.parametrize("nothing", [ear.Unheard("noise"), ear.Unheard("too_short")])
def test_what_was_no_interruption_lets_the_reply_go_on(
    app: TestClient, nothing: ear.EarEvent
) -> None:
    async def script(room: Room) -> None:
        number = await speaking(room)
        room.hear(ear.Began(), words("ờ thì"))
        assert (await room.until("interrupted"))["sentence"] == number
        room.hear(nothing)
        await room.until("rejected")
        assert await room.until("resumed") == {"type": "resumed", "sentence": number}
        assert (await room.until("audio"))["sentence"] == number

    act(app, script)


def test_a_voice_over_the_reply_lowers_it_at_once_and_a_noise_only_for_a_moment(
    app: TestClient,
) -> None:
    async def script(room: Room) -> None:
        await speaking(room)
        for _ in range(MOST_IN_VAIN):
            room.hear(ear.Began())
            assert (await room.until("volume"))["level"] < 0.5
            room.hear(ear.Unheard("noise"))
            assert (await room.until("volume"))["level"] == 1
        room.hear(ear.Began(), words("ờ thì"))
        await room.until("interrupted")
        room.hear(ear.Unheard("noise"))
        await room.until("resumed")
        assert not [event for event in room.sent if event["type"] == "volume"]

    act(app, script)


def test_the_loudness_comes_back_by_itself(app: TestClient) -> None:
    async def script(room: Room) -> None:
        await speaking(room)
        room.hear(ear.Began())
        assert (await room.until("volume"))["level"] < 0.5
        assert (await room.until("volume"))["level"] == 1
        assert room.dialogue.playback.speaking

    act(app, script)


def test_a_microphone_that_hears_us_lowers_us_only_once(app: TestClient) -> None:
    async def script(room: Room) -> None:
        await speaking(room)
        await room.until("audio_end")
        own = espeak(LONG_REPLY[0], "vi", 160)[16_000:48_000]
        room.hear(ear.Began(), ear.Words("thủ tục này", 0.8, own))
        assert (await room.until("volume"))["level"] < 0.5
        assert (await room.until("volume"))["level"] == 1
        room.hear(ear.Unheard("noise"), ear.Began(), ear.Level(-30.0))
        await room.until("level")
        assert room.kinds.count("volume") == 2
        await speaking(room)
        room.hear(ear.Began(), ear.Level(-30.0))
        await room.until("level")
        assert room.kinds.count("volume") == 2
        room.hear(words("thế còn lệ phí"))
        await room.until("interrupted")
        await speaking(room)
        room.hear(ear.Began())
        await room.until("volume")

    act(app, script)


@pytest.mark.parametrize("voice", ["vi+f3", "vi"])
def test_whoever_interrupts_may_use_our_words(app: TestClient, voice: str) -> None:
    said = "giấy tờ tùy thân và sổ hộ khẩu cũ nếu còn giữ"

    async def script(room: Room) -> None:
        await speaking(room)
        await room.until("audio_end")
        ours = voice == "vi"
        pcm = espeak(LONG_REPLY[0], "vi", 160) if ours else espeak(said, voice, 110)
        heard = ear.Utterance(Transcript(said, 0.95), pcm, 2.0, 0.6, 0.05)
        room.hear(ear.Began(), words("thế còn"))
        await room.until("interrupted")
        room.hear(ear.Ended(), heard)
        if ours:
            assert (await room.until("rejected"))["reason"] == "echo"
        else:
            assert (await room.until("final"))["text"] == said
            await room.until("reply")

    act(app, script)


def test_a_single_word_over_the_reply_is_no_question(app: TestClient) -> None:
    async def script(room: Room) -> None:
        await speaking(room)
        heard = ear.Utterance(Transcript("ừ", 0.99), SILENCE, 0.3, 0.6, 0.05)
        room.hear(ear.Began(), words("ừ"), ear.Ended(), heard)
        assert (await room.until("rejected"))["reason"] == "too_short"
        assert room.dialogue.playback.speaking

    act(app, script)
