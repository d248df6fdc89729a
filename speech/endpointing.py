"""When a person begins and ends speaking: a pure state machine whose clock is the audio itself.

Figures: docs/speech.md. Start 96 ms above 0.5; end 0.64 s below 0.35; nobody speaks 6 s; cap 15 s;
0.5 s before the start belong to the utterance, because recognisers lose a first word otherwise.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from speech.activity import FRAME_BYTES, FRAME_SAMPLES, level_dbfs
from speech.engines import SAMPLE_RATE, VoiceActivity

FRAME_S = FRAME_SAMPLES / SAMPLE_RATE

EndReason = Literal["silence", "cap", "stop"]
RejectReason = Literal["silence", "noise", "too_short"]


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    """Times in seconds, levels in decibels, probabilities 0..1."""

    start_probability: float = 0.5
    end_probability: float = 0.35
    start_s: float = 0.096
    end_s: float = 0.64
    preroll_s: float = 0.5
    no_speech_s: float = 6.0
    cap_s: float = 15.0
    min_speech_s: float = 0.16
    """Less speech than this is a cough or a click."""
    gate_db: float = 6.0
    """Speech starts only this far above the noise floor: voices far off are no visitor."""
    floor_window_s: float = 3.0
    quietest_dbfs: float = -58.0
    """Below this nothing counts as speech, whatever the detector thinks."""
    falling_db: float = 25.0
    """So far below the loudest speech of the turn, voices in the background count as silence."""
    slow_factor: float = 1.6
    slow_from_s: float = 0.4
    slowest_s: float = 1.3
    """Who went on after a pause of 0.4 s or more is waited for 1.6 times as long, 1.3 s at most."""
    until_stop: bool = False
    """Press-to-talk: only ``stop`` or the cap ends the turn."""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """``frame`` is the first frame of speech, counted from the start of the audio."""

    frame: int


@dataclass(frozen=True, slots=True)
class TurnEnded:
    reason: EndReason
    speech_s: float
    """Time judged to be speech."""
    silence_s: float
    """Silence at the end, between the last speech and this event."""


@dataclass(frozen=True, slots=True)
class TurnRejected:
    reason: RejectReason


EndpointEvent = SpeechStarted | TurnEnded | TurnRejected


class Endpointer:
    """Takes a probability and a level for every frame of 32 ms; gives at most one event each.

    After `TurnEnded` or `TurnRejected` it is `done` and gives nothing more.
    """

    def __init__(self, settings: EndpointSettings | None = None) -> None:
        self.settings = settings or EndpointSettings()
        self.done = False
        self.speaking = False
        self.patience_s = self.settings.end_s
        """Silence that ends the turn; may be changed while somebody speaks, by what they say."""
        self.frame = 0
        """Frames taken so far."""
        self._run = 0
        self._quiet = 0
        self._longest = 0
        """The longest pause of this turn after which the person went on."""
        self._speech = 0
        self._noisy = 0
        self._started_at = 0
        self._loudest = -100.0
        self._levels: deque[float] = deque(
            maxlen=max(1, round(self.settings.floor_window_s / FRAME_S))
        )

    def frame_in(self, probability: float, level: float) -> EndpointEvent | None:
        """The next frame: probability of speech, level in dBFS."""
        if self.done:
            return None
        self.frame += 1
        return (
            self._during(probability, level) if self.speaking else self._before(probability, level)
        )

    def stop(self) -> EndpointEvent | None:
        """The person let go of the button, or the audio is over."""
        if self.done:
            return None
        return self._end("stop") if self.speaking else self._reject_unheard()

    def again(self, settings: EndpointSettings) -> "Endpointer":
        """For the next turn in the same room: only the noise floor is taken along."""
        following = Endpointer(settings)
        following._levels.extend(self._levels)
        return following

    @property
    def speech_s(self) -> float:
        """Time judged to be speech in this turn."""
        return self._speech * FRAME_S

    @property
    def quiet_s(self) -> float:
        """Silence since the last speech of this turn."""
        return self._quiet * FRAME_S

    @property
    def _ends_after_s(self) -> float:
        """Whoever pauses long between words is waited for longer: old people tell a story so."""
        s, pause = self.settings, self._longest * FRAME_S
        slow = s.slow_factor * pause if pause >= s.slow_from_s else 0.0
        return max(self.patience_s, min(slow, s.slowest_s))

    @property
    def noise_floor(self) -> float | None:
        """The quiet tenth of the last seconds in dBFS; None before half a second is known."""
        if len(self._levels) * FRAME_S < 0.5:
            return None
        return sorted(self._levels)[len(self._levels) // 10]

    def _before(self, probability: float, level: float) -> EndpointEvent | None:
        s = self.settings
        floor = self.noise_floor
        self._levels.append(level)
        gate = s.quietest_dbfs if floor is None else max(s.quietest_dbfs, floor + s.gate_db)
        voiced = probability > s.start_probability
        self._noisy += level > s.quietest_dbfs
        self._run = self._run + 1 if voiced and level > gate else 0
        if self._run * FRAME_S >= s.start_s - 1e-9:
            self.speaking = True
            self._started_at = self.frame - self._run
            self._speech, self._loudest = self._run, level
            return SpeechStarted(self._started_at)
        if self.frame * FRAME_S >= (s.cap_s if s.until_stop else s.no_speech_s):
            return self._reject_unheard()
        return None

    def _during(self, probability: float, level: float) -> EndpointEvent | None:
        s = self.settings
        # Between the two thresholds nothing changes: what was speech stays speech.
        threshold = s.end_probability if self._quiet == 0 else s.start_probability
        voiced = probability >= threshold and level > max(
            s.quietest_dbfs, self._loudest - s.falling_db
        )
        if voiced:
            self._loudest = max(level, self._loudest - 0.05)
            self._speech += 1
            self._longest = max(self._longest, self._quiet)
            self._quiet = 0
        else:
            self._quiet += 1
        if (self.frame - self._started_at) * FRAME_S >= s.cap_s:
            return self._end("cap")
        if not s.until_stop and self._quiet * FRAME_S >= self._ends_after_s - 1e-9:
            return self._end("silence")
        return None

    def _end(self, reason: EndReason) -> EndpointEvent:
        self.done = True
        if self._speech * FRAME_S < self.settings.min_speech_s:
            return TurnRejected("too_short")
        return TurnEnded(reason, self._speech * FRAME_S, self._quiet * FRAME_S)

    def _reject_unheard(self) -> TurnRejected:
        self.done = True
        mostly = self._noisy > self.frame / 2
        return TurnRejected("noise" if mostly and self.frame else "silence")


@dataclass(frozen=True, slots=True)
class Audio:
    """PCM that belongs to the utterance: s16le mono 16 kHz."""

    pcm: bytes
    level: float
    """dBFS of its last frame."""


class TurnDetector:
    """Cuts one utterance out of a PCM stream: events and the audio between them.

    Memory is bounded by the pre-roll: what is not speech is dropped.
    """

    def __init__(self, activity: VoiceActivity, settings: EndpointSettings | None = None) -> None:
        self._activity = activity
        self.endpointer = Endpointer(settings)
        s = self.endpointer.settings
        self._preroll: deque[bytes] = deque(
            maxlen=max(1, round((s.preroll_s + s.start_s) / FRAME_S))
        )
        self._rest = b""
        self.level = -100.0
        """dBFS of the newest frame."""

    def feed(self, pcm: bytes) -> Iterator[Audio | EndpointEvent]:
        """Takes s16le mono at 16 kHz of any even length."""
        self._rest += pcm
        while len(self._rest) >= FRAME_BYTES and not self.endpointer.done:
            frame, self._rest = self._rest[:FRAME_BYTES], self._rest[FRAME_BYTES:]
            yield from self._frame(frame)

    def again(self, settings: EndpointSettings) -> None:
        """Waits for the next turn in the same stream; audio not yet looked at belongs to it."""
        self.endpointer = self.endpointer.again(settings)
        self._preroll.clear()

    def stop(self) -> Iterator[Audio | EndpointEvent]:
        """The audio is over: what is left of it and the last event."""
        if self.endpointer.speaking and self._rest:
            yield Audio(self._rest, self.level)
        self._rest = b""
        event = self.endpointer.stop()
        if event is not None:
            yield event

    def _frame(self, frame: bytes) -> Iterator[Audio | EndpointEvent]:
        self.level = level_dbfs(frame)
        was_speaking = self.endpointer.speaking
        event = self.endpointer.frame_in(self._activity.probability(frame), self.level)
        if was_speaking:
            yield Audio(frame, self.level)
        else:
            self._preroll.append(frame)
        if isinstance(event, SpeechStarted):
            yield event
            yield Audio(b"".join(self._preroll), self.level)
            self._preroll.clear()
        elif event is not None:
            yield event
