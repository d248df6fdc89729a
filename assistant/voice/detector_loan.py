"""A voice activity detector on loan to a microphone."""

from collections import deque
from contextlib import suppress

from speech.activity import Activities, SileroActivity
from speech.audio import StreamConverter
from speech.endpointing import Audio, EndpointEvent, EndpointSettings, TurnDetector


class DetectorLoan:
    """Given back by whichever thread is the last to use it.

    `load` and `detect` run in threads that nobody may be waiting for any more: a thread cannot be
    cancelled. `end` is the event loop's.
    """

    def __init__(self, activities: Activities) -> None:
        self._activities = activities
        self._held: deque[SileroActivity] = deque()
        """At most one; taking it out is what decides who gives it back."""
        self._over = False
        self.busy = False

    def load(self, settings: EndpointSettings) -> TurnDetector:
        """Raises SpeechError where there is none, or none left."""
        activity = self._activities.take()
        self._held.append(activity)
        detector = TurnDetector(activity, settings)
        if self._over:
            self._let_go()
        return detector

    def detect(
        self, detector: TurnDetector, converter: StreamConverter, pcm: bytes
    ) -> list[Audio | EndpointEvent]:
        self.busy = True
        try:
            return [] if self._over else list(detector.feed(converter.convert(pcm)))
        finally:
            self.busy = False
            if self._over:
                self._let_go()

    def end(self) -> None:
        self._over = True
        if not self.busy:
            self._let_go()

    def _let_go(self) -> None:
        with suppress(IndexError):
            self._activities.give_back(self._held.pop())
