"""A message in, a reply out: the engine behind the door, for one thread.

Order of a turn: known message id → the stored reply; otherwise parse, read in the light of what was
asked, let the rules choose an action, run it, store the events, and only then answer.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rasa.shared.core.events import BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from dialogues.actions import actions
from dialogues.actions.turn import ReplyAction
from dialogues.compound import requests
from dialogues.faq_reading import answering
from dialogues.framing import framing
from dialogues.masking import mask, without_masked
from dialogues.memory import Memory
from dialogues.neighbours import Ask, neighbour
from dialogues.processor import TurnProcessor
from dialogues.reading import Reading, asked_together, needs_parse, read
from dialogues.release import Release
from dialogues.several import several
from dialogues.tracker_store import ConversationStore
from dialogues.understanding import Understanding
from dialogues.wanted_now import wanted_now
from dialogues.wording import clean, corrected

log = logging.getLogger(__name__)
GREETED = 0.9
"""Confidence from which a whole message is a greeting, whatever it tells behind it."""
GUESSED = 0.4
"""Confidence below which a procedure behind a greeting was only guessed."""
KEPT_EVENTS = 60
"""Events of a live tracker kept in memory; the store has all of them."""
LIVE_TRACKERS = 4000


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """One message; exactly one of `text` and `payload` is set. Fields as in
    docs/architecture.md."""

    conversation: str
    message_id: str
    text: str | None
    payload: str | None
    language: str | None
    topic: str | None
    context: Mapping[str, Any]


class LocalActions:
    """Stands where Rasa expects an action server: runs `rasa_sdk` actions in this process."""

    def __init__(self, release: Release) -> None:
        self._actions: dict[str, ReplyAction] = {a.name(): a for a in actions(release)}

    def run(self, name: str, tracker: Tracker, domain: Mapping[str, Any]) -> list[Event]:
        """The action's replies and slot changes as events. Raises `KeyError` for an unknown
        action."""
        dispatcher = CollectingDispatcher()
        changes = self._actions[name].run(dispatcher, tracker, dict(domain))
        replies: list[Event] = [
            BotUttered(data={"custom": message["custom"]}) for message in dispatcher.messages
        ]
        return replies + [SlotSet(change["name"], change["value"]) for change in changes]


class Engine:
    """One release and its conversations."""

    def __init__(self, release: Release, store_url: str) -> None:
        """Load the model and open the store; raises what Rasa raises and `StorageError`."""
        self.release = release
        self.turns = 0
        self._processor = TurnProcessor(release.folder / "model.tar.gz")
        self._actions = LocalActions(release)
        self._store = ConversationStore(store_url, self._processor.domain)
        self._live: OrderedDict[str, DialogueStateTracker] = OrderedDict()

    def warm_up(self) -> None:
        """Run every kind of turn once, so that the first visitor does not wait for caches."""
        tracker = self._new_tracker("warm-up")
        messages = (
            "xin chào",
            "đăng ký khai sinh cần giấy tờ gì",
            "còn lệ phí bao nhiêu",
            "marriage",
        )
        for text in messages:
            request = TurnRequest("warm-up", "", text, None, None, None, {})
            self._answer(tracker, request)
        for intent in self._processor.domain.intents:
            event = UserUttered("", {"name": intent, "confidence": 1.0})
            self._processor.run(self._new_tracker("warm-up"), event, lambda name, _tracker: ())

    def turn(self, request: TurnRequest) -> dict[str, Any]:
        """Answer one message. Raises `StorageError` (nothing was kept, the message may be
        sent again)."""
        tracker = self._tracker(request.conversation)
        known = _known_reply(tracker, request.message_id)
        if known is None:
            try:
                events = self._answer(tracker, request)
                self._store.append(request.conversation, events)
            except BaseException:
                # half a turn is in the tracker: the next one starts again from the store
                self._live.pop(request.conversation, None)
                raise
            self.turns += 1
            known = _reply(events)
        return {"conversation": request.conversation, **known}

    def parse(self, text: str, topic: str | None) -> dict[str, Any]:
        return self._understand(mask(clean(text)), self.release.canonical(topic), None).as_parse()

    def forget(self, conversation: str) -> int:
        """Erase a conversation; returns the number of erased events. Raises `StorageError`."""
        self._live.pop(conversation, None)
        return self._store.forget(conversation)

    def forget_idle(self, minutes: float, prefix: str) -> int:
        """Erase conversations idle for longer; returns how many. Raises `StorageError`."""
        forgotten = self._store.forget_idle(minutes, prefix)
        for conversation in forgotten:
            self._live.pop(conversation, None)
        return len(forgotten)

    def close(self) -> None:
        self._store.close()

    def _understand(self, text: str, topic: str | None, language: str | None) -> Understanding:
        return Understanding.from_parse(
            self._processor.parse(text, {"topic": topic, "language": language})
        )

    def _answer(self, tracker: DialogueStateTracker, request: TurnRequest) -> list[Event]:
        text = None if request.text is None else mask(clean(request.text))
        payload = None if request.payload is None else mask(clean(request.payload))
        memory = Memory.from_slots(_slots(tracker))
        if request.topic:
            memory.topic = self.release.canonical(request.topic) or memory.topic
        understanding = together = None
        if needs_parse(text, payload, memory, self.release):
            said = text if text is not None else payload or ""
            frame = framing(said)
            asked = corrected(without_masked(frame.rest))
            understanding = self._understand(asked, memory.topic, request.language)
            if asked != said and _hardly(understanding):
                understanding = self._greeted(said, understanding, memory, request)
            ask = Ask(lambda part: self._understand(part, None, request.language), self.release)
            topic = self.release.procedure(memory.topic)
            understanding = neighbour(asked, frame, understanding, topic, ask)
            understanding = wanted_now(asked, understanding, ask.parse, self.release)
            together = several(said, asked, understanding, memory, ask)
        reading = read(text, payload, memory, self.release, understanding)
        if together is not None and understanding is not None and not reading.settles:
            reading = asked_together(reading.text, understanding, together)
        elif understanding is not None and reading.payload is None and not reading.fixed:
            faqs, context = self.release.faqs, request.context
            written = answering(reading, asked, memory.topic, faqs, context)
            reading = written or self._parted(reading, asked, understanding, memory, request)
        message = UserUttered(
            reading.text,
            {"name": reading.intent, "confidence": reading.confidence},
            input_channel=str(request.context.get("channel") or "engine"),
            message_id=request.message_id or None,
        )
        metadata = {
            "context": request.context,
            "language": request.language,
            "topic": request.topic,
            "payload": payload,
        }

        def act(name: str, current: DialogueStateTracker) -> list[Event]:
            shown = _sdk_tracker(current, reading, metadata)
            events = self._actions.run(name, shown, {})
            for event in events:
                if isinstance(event, BotUttered):
                    event.metadata = {"message_id": request.message_id, "release": self.release.id}
            return events

        return self._processor.run(tracker, message, act)

    def _greeted(
        self, said: str, found: Understanding, memory: Memory, request: TurnRequest
    ) -> Understanding:
        """What stands behind a greeting is no situation where the whole is surely a greeting."""
        whole = self._understand(without_masked(said), memory.topic, request.language)
        return whole if whole.intent == "greet" and whole.confidence >= GREETED else found

    def _parted(
        self,
        reading: Reading,
        asked: str,
        whole: Understanding,
        memory: Memory,
        request: TurnRequest,
    ) -> Reading:
        """The reading, or those of the several things that the message asks."""

        def parse(part: str) -> Understanding:
            return self._understand(part, memory.topic, request.language)

        parts = [
            read(part.said, None, memory, self.release, part.understanding)
            for part in requests(asked, whole, parse, self.release, memory.topic)
        ]
        return replace(parts[0], also=tuple(parts[1:])) if parts else reading

    def _tracker(self, conversation: str) -> DialogueStateTracker:
        tracker = self._live.get(conversation)
        if tracker is None:
            stored = self._store.load(conversation, KEPT_EVENTS)
            tracker = stored if stored is not None else self._new_tracker(conversation)
            self._live[conversation] = tracker
            if len(self._live) > LIVE_TRACKERS:
                self._live.popitem(last=False)
        else:
            self._live.move_to_end(conversation)
        return tracker

    def _new_tracker(self, conversation: str) -> DialogueStateTracker:
        return DialogueStateTracker(
            conversation, self._processor.domain.slots, max_event_history=KEPT_EVENTS
        )


def _hardly(found: Understanding) -> bool:
    """Whether a situation, or no procedure of which one could be sure, was understood."""
    if found.intent != "ask_procedure":
        return found.intent == "life_event"
    return found.ambiguous and found.procedures[0].confidence < GUESSED


def _slots(tracker: DialogueStateTracker) -> dict[str, Any]:
    return {name: slot.value for name, slot in tracker.slots.items()}


def _sdk_tracker(
    tracker: DialogueStateTracker, reading: Reading, metadata: Mapping[str, Any]
) -> Tracker:
    """The tracker as an action sees it: slots, this message, and the last reply instead of
    every event."""
    replies = [event for event in reversed(tracker.events) if isinstance(event, BotUttered)]
    told = (reply for reply in replies if not _only_of_voice(reply))
    last = next(told, replies[0] if replies else None)
    message = {"text": reading.text, "reading": reading, "metadata": dict(metadata)}
    return Tracker(
        tracker.sender_id,
        _slots(tracker),
        message,
        [] if last is None else [{"event": "bot", "data": last.data}],
        False,
        None,
        {},
        tracker.latest_action_name,
    )


def _only_of_voice(reply: BotUttered) -> bool:
    """ "I speak more slowly now": what is to be said again stands before it."""
    controls = {
        part.get("action")
        for part in (reply.data.get("custom") or {}).get("parts") or ()
        if part.get("type") == "control"
    }
    return bool(controls & {"slower", "louder"}) and "repeat" not in controls


def _known_reply(tracker: DialogueStateTracker, message_id: str) -> dict[str, Any] | None:
    """The stored reply when `message_id` is the last turn that was answered."""
    for event in reversed(tracker.events):
        if isinstance(event, BotUttered):
            if message_id and event.metadata.get("message_id") == message_id:
                return dict(event.data["custom"])
            return None
    return None


def _reply(events: Sequence[Event]) -> dict[str, Any]:
    for event in reversed(events):
        if isinstance(event, BotUttered):
            return dict(event.data["custom"])
    raise RuntimeError("the rules ended a turn without an answer")


def load(folder: Path, release_id: str, store_url: str) -> Engine:
    """Load a verified folder; raises `ReleaseRefusedError`, `StorageError`, or what Rasa raises."""
    return Engine(Release.load(folder, release_id), store_url)
