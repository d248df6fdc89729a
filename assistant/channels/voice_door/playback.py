"""Replies as speech at one client: sent, interrupted, taken up again, told apart from visitors."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Protocol

from assistant.channels.voice_door import events
from assistant.channels.voice_door.outbox import Outbox
from assistant.errors import Language, LetanError
from assistant.voice.barge_in import PEOPLE, Overheard, Overhearing, Verdict, repeats
from assistant.voice.service import Voice
from assistant.voice.speaker import Line, Speaker
from assistant.voice.timings import TurnClock
from speech.echo import EchoDetector
from speech.regions import REGIONS, Region
from speech.spoken_form import sentences

LINGERS_S = 3.0
"""So long after a reply its echo may still arrive: what a client has buffered, and the room."""
HALF_OF_IT, MOST_OF_IT = 0.5, 0.7
"""Which part of an utterance is like us when it is our own voice, and when it was taken for a
visitor's: whoever really interrupts is alone after the first second."""
LOWERED = 0.15
"""Loudness while somebody may be speaking over the reply."""
LOWERED_S = 1.5
"""So long at most: whoever says no two words in it is no visitor who interrupts."""
MOST_IN_VAIN = 2
"""So often in one reply; then there is a noise here that only sounds like a voice."""
SLOWER = 0.8
SLOWEST = 0.6


class Turns(Protocol):
    """Who is told how the speaking goes."""

    def speaking_began(self) -> None: ...
    def speaking_over(self) -> None: ...
    def fail(self, error: LetanError) -> None: ...


class Playback:
    """The loudspeaker of one connection."""

    def __init__(
        self,
        voice: Voice,
        outbox: Outbox,
        turns: Turns,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._outbox = outbox
        self._turns = turns
        self._now = now
        self._echo = EchoDetector()
        self._overhearing = Overhearing()
        self._speaker = Speaker(voice, self, now)
        self._audio_rate = 0
        self._pace = 1.0
        self._region: Region | None = None
        """The region whose voice was wished for; None says what the service is set to."""
        self._turn: tuple[TurnClock, str] | None = None
        """Of the reply that is being said: its clock and its outcome."""
        self._quiet_since = 0.0
        self._lowered: asyncio.TimerHandle | None = None
        self._in_vain = 0
        self._hears_itself = False
        """Whether the last voice over a reply was our own: the microphone hears the loudspeaker."""

    @property
    def speaking(self) -> bool:
        return self._speaker.speaking

    @property
    def interrupted(self) -> bool:
        """Whether a reply could be taken up again."""
        return self._speaker.interrupted

    @property
    def lately(self) -> bool:
        """Whether an echo may still be heard."""
        return self.speaking or self.interrupted or self._now() - self._quiet_since < LINGERS_S

    async def say(self, reply: dict[str, Any], clock: TurnClock) -> bool:
        """Begin to say a reply; False when there is nothing to be said."""
        self._obey(reply)
        lines = await asyncio.to_thread(lines_of, reply)
        if not lines:
            return False
        self._turn, self._in_vain = (clock, str(reply["outcome"])), 0
        language: Language = "en" if reply["language"] == "en" else "vi"
        self._speaker.say(lines, language, self._pace, self._region)
        return True

    def interrupt(self) -> bool:
        """Be quiet and tell the client; `resume` is possible. Whether anything was being said."""
        number = self._speaker.interrupt()
        if number is None:
            return False
        self._quiet_since = self._now()
        self._end_lowered()
        self._outbox.put(events.Interrupted(sentence=number))
        return True

    def lower(self) -> None:
        """A voice begins: make room for it at once, before it can be known whose it is."""
        noisy = self._in_vain >= MOST_IN_VAIN or self._hears_itself
        if self.speaking and self._lowered is None and not noisy:
            self._lowered = asyncio.get_running_loop().call_later(LOWERED_S, self.restore)
            self._outbox.put(events.Volume(level=LOWERED))

    def restore(self) -> None:
        """It was no visitor: as loud as before."""
        if self._lowered is not None:
            self._end_lowered()
            self._in_vain += 1
            self._outbox.put(events.Volume(level=1.0))

    def pause(self) -> None:
        """Nobody listens for now; `resume` goes on with the sentence that was being heard."""
        self._speaker.interrupt()

    def resume(self) -> bool:
        """It was no interruption. Whether there was something to go on with."""
        self.restore()
        number = self._speaker.resume()
        if number is None:
            return False
        self._outbox.put(events.Resumed(sentence=number))
        return True

    def hush(self) -> None:
        """Be quiet for good; the turn that was being said is over."""
        self.interrupt()
        self._speaker.hush()
        self._end_turn()

    def forget(self) -> None:
        """Be quiet for good; the client has played its last, so no echo will come either."""
        self.hush()
        self._quiet_since = -LINGERS_S

    def played(self, sentence: int) -> None:
        self._speaker.played(sentence)

    async def overheard(self, text: str, speech_s: float, recent: bytes) -> Verdict:
        """Whose voice is heard while we speak."""
        likeness = await asyncio.to_thread(self._echo.likeness, recent)
        overheard = Overheard(text, speech_s, likeness)
        found = self._overhearing.judge(overheard, self._speaker.said_lately())
        self._hears_itself = found == "echo" or (self._hears_itself and found != "visitor")
        if found == "echo":
            self.restore()
        return found

    async def is_echo(self, text: str, pcm: bytes, *, visitor: bool) -> bool:
        """Whether a whole utterance was our own voice. ``visitor``: it was taken for somebody's,
        so that most of it has to be ours."""
        if not self.lately:
            return False
        # Whoever answers our question takes its words: after it only the sound tells.
        said = self._speaker.said_lately() if self.speaking or self.interrupted else ""
        share = await asyncio.to_thread(self._echo.share, pcm)
        if not visitor or share >= MOST_OF_IT:
            return share >= HALF_OF_IT or repeats(text, said)
        # Whoever interrupts may well take our words, but does not sound like us.
        return repeats(text, said) and (
            await asyncio.to_thread(self._echo.share, pcm, PEOPLE) >= HALF_OF_IT
        )

    async def close(self) -> None:
        self._end_lowered()
        await self._speaker.close()
        self._end_turn()

    def _obey(self, reply: dict[str, Any]) -> None:
        for part in reply["parts"]:
            if part.get("type") == "control" and part.get("action") == "slower":
                self._pace = max(SLOWEST, self._pace * SLOWER)
            elif part.get("type") == "control" and part.get("action") == "voice":
                self._region = next((r for r in REGIONS if r == part.get("value")), None)

    def _end_lowered(self) -> None:
        timer, self._lowered = self._lowered, None
        if timer is not None:
            timer.cancel()

    def _end_turn(self) -> None:
        turn, self._turn = self._turn, None
        if turn is not None:
            turn[0].end(turn[1])

    # What the speaker tells (assistant.voice.speaker.Listener):

    def sentence_begins(self, number: int, line: Line, rate: int) -> None:
        if self._turn is not None:
            self._turn[0].mark("first_audio")
        self._audio_rate = rate
        self._turns.speaking_began()
        self._outbox.put(
            events.Audio(rate=rate, sentence=number, text=line.text, part=line.part), of_audio=True
        )

    async def audio(self, pcm: bytes) -> None:
        await self._outbox.put_audio(pcm)
        await asyncio.to_thread(self._echo.said, pcm, self._audio_rate)

    def sentence_ends(self, number: int, *, last: bool) -> None:
        self._outbox.put(events.AudioEnd(sentence=number, last=last), of_audio=True)

    def take_back(self) -> None:
        self._outbox.take_back_audio()

    def speech_over(self) -> None:
        self._quiet_since = self._now()
        self._end_lowered()
        if self._turn is not None:
            self._turn[0].mark("playback_end")
        self._end_turn()
        self._turns.speaking_over()

    def speech_failed(self, error: LetanError) -> None:
        self._turns.fail(error)


def lines_of(reply: dict[str, Any]) -> list[Line]:
    """The sentences that are said of a reply."""
    texts = [part for part in reply["parts"] if part.get("type") == "text"]
    return [
        Line(sentence, at)
        for at, part in enumerate(texts)
        for sentence in sentences(str(part.get("speech") or part["text"]), str(reply["language"]))
    ]
