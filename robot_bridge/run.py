"""One mission as its errand sees it; after its end nothing is changed or said any more."""

from collections.abc import Callable
from datetime import datetime

from robot_bridge.company import Company
from robot_bridge.missions import About, Mission, MissionState, Question
from robot_bridge.places import Place
from robot_bridge.record import Record
from robot_bridge.sentences import Sentence, sentence


class MissionRun:
    """What an errand may do to the mission that it carries out (`robot_bridge.errands.Run`)."""

    def __init__(
        self,
        mission: Mission,
        record: Record,
        company: Company,
        speak: Callable[[Sentence], None],
        gate: Callable[[Mission], None],
    ) -> None:
        self._last = mission
        self._record = record
        self._company = company
        self._speak = speak
        self._gate = gate

    def current(self) -> Mission:
        mission = self._record.mission
        if mission is not None and mission.id == self._last.id:
            self._last = mission
        return self._last

    def show(self, state: MissionState) -> None:
        fetching = state == "moving" and self.current().fetch is not None
        self._record.set(self._last, "fetching" if fetching else state)

    def say(self, source: str, place: Place | None = None) -> None:
        self._speak(sentence(source, place))

    def aim(self, target: Place) -> None:
        self._record.change(self._last, target=target)

    def fetched(self) -> None:
        self._record.change(self._last, fetch=None, state="announcing")

    async def ask(self, about: About, said: Sentence) -> bool | None:
        def tell(question: Question) -> None:
            self._record.change(self._last, state="waiting", question=question)
            self._speak(said)

        try:
            return await self._company.ask(about, said, tell)
        finally:
            self._record.change(self._last, question=None)

    def gate(self) -> None:
        self._gate(self.current())

    def note(self, command: str, sent: str, came_back: str, at: datetime) -> None:
        self._record.note(command, sent, came_back, self._last.requested_by, at)
