"""How long each stage of a spoken turn took: for `/metrics` and for the console's last turns.

Nothing that was said is kept, and nothing of the visitor: only instants and an outcome.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from assistant.errors import Language
from assistant.metrics import Metrics

Stage = Literal[
    "vad_on",
    "first_partial",
    "speech_end",
    "final",
    "understood",
    "first_audio",
    "playback_end",
    "barge_in",
]
Interval = Literal[
    "first_words", "recognised", "understood", "synthesised", "answered", "spoken", "interrupted"
]

INTERVALS: dict[Interval, tuple[Stage, Stage]] = {
    "first_words": ("vad_on", "first_partial"),
    "recognised": ("speech_end", "final"),
    "understood": ("final", "understood"),
    "synthesised": ("understood", "first_audio"),
    "answered": ("speech_end", "first_audio"),
    "spoken": ("first_audio", "playback_end"),
    "interrupted": ("vad_on", "barge_in"),
}
"""What is told: seconds between two stages. ``answered`` is what a visitor waits; ``interrupted``
how long somebody had to speak over the reply before it was told to stop (in the turn of whoever
interrupts)."""

KEPT_TURNS = 20


@dataclass(frozen=True, slots=True)
class VoiceTurn:
    """One spoken turn that is over."""

    at: datetime
    """When it began (UTC)."""
    language: Language
    outcome: str
    """An outcome of a reply (`answered`, `clarified` …), ``rejected_`` and a reason, `cancelled`,
    or `error`."""
    stages: tuple[tuple[Stage, float], ...]
    """Seconds since the turn began, in the order in which they were marked."""

    def seconds(self, interval: Interval) -> float | None:
        """None when one of its two stages was not reached; never negative."""
        first, last = INTERVALS[interval]
        reached = dict(self.stages)
        if first not in reached or last not in reached:
            return None
        return max(0.0, reached[last] - reached[first])


@dataclass(slots=True)
class TurnClock:
    """The stages of a turn under way. Marking never fails and costs nothing to speak of."""

    language: Language
    _end: Callable[[VoiceTurn], None]
    _now: Callable[[], float]
    _at: datetime
    _began: float
    _stages: dict[Stage, float] = field(default_factory=dict)
    _over: bool = False

    def mark(self, stage: Stage, *, ago: float = 0.0) -> None:
        """Reached now, or ``ago`` seconds before. Only the first time counts."""
        if not self._over:
            self._stages.setdefault(stage, self._now() - self._began - ago)

    def end(self, outcome: str) -> None:
        """The turn is over; a second call does nothing."""
        if not self._over:
            self._over = True
            stages = tuple((name, round(at, 4)) for name, at in self._stages.items())
            self._end(VoiceTurn(self._at, self.language, outcome, stages))


class VoiceTimings:
    """On `app.state.voice_timings`. For one event loop."""

    def __init__(
        self, metrics: Metrics | None = None, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._metrics = metrics
        self._now = now
        self._turns: deque[VoiceTurn] = deque(maxlen=KEPT_TURNS)

    def begin(self, language: Language) -> TurnClock:
        """A turn begins: when the microphone is opened for it, or when the turn before is over."""
        return TurnClock(language, self._ended, self._now, datetime.now(UTC), self._now())

    def lost(self, seconds: float) -> None:
        """So much audio came faster than it could be heard, and was thrown away."""
        if self._metrics is not None:
            self._metrics.voice_lost.inc(seconds)

    def recent(self) -> tuple[VoiceTurn, ...]:
        """The last turns, newest first."""
        return tuple(reversed(self._turns))

    def _ended(self, turn: VoiceTurn) -> None:
        if turn.outcome == "cancelled" and not turn.stages:
            return  # somebody opened the microphone and said nothing
        self._turns.append(turn)
        if self._metrics is None:
            return
        self._metrics.voice_turns.labels(turn.outcome).inc()
        for interval in INTERVALS:
            seconds = turn.seconds(interval)
            if seconds is not None:
                self._metrics.voice_seconds.labels(interval).observe(seconds)
