"""One turn as the actions see it, and the base of all actions.

An action is a pure function of release, tracker and context: it adds reply parts and changes the
memory. The same classes run inside our engine and behind stock `rasa run actions`.
"""

from __future__ import annotations

import os
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from inspect import isabstract
from pathlib import Path
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from dialogues.language import spoken_language
from dialogues.memory import Memory
from dialogues.phrases import Translate, localised, translator
from dialogues.reading import Reading, read
from dialogues.release import Entry, Release
from dialogues.sections import Card
from dialogues.understanding import Understanding
from dialogues.wording import lower_first

Part = dict[str, Any]
ACTION_OF_INTENT = {
    "ask_procedure": "action_answer_procedure",
    "ask_aspect": "action_answer_aspect",
    "find_counter": "action_find_counter",
    "find_place": "action_find_place",
    "lead_me": "action_lead",
    "take_ticket": "action_take_ticket",
    "centre_info": "action_centre_info",
    "check_documents": "action_check_documents",
    "dossier_status": "action_dossier_status",
    "talk_to_staff": "action_hand_over",
    "choose": "action_choose",
}
"""What a second request of one message leads to; the first goes through Rasa's rules."""
_BRACKETS = re.compile(r"\s*\([^)]*\)")
MAX_CHOICES = 4
MOST_TITLE_WORDS = 24


@dataclass(slots=True)
class Turn:
    """What is known when an action starts, and the reply as it grows."""

    conversation: str
    release: Release
    memory: Memory
    reading: Reading
    context: Mapping[str, Any]
    language: str
    last_parts: Sequence[Part] = ()
    """Parts of the last reply, for "repeat"."""
    last_language: str | None = None
    first: bool = False
    """Nothing was said before in this conversation."""
    parts: list[Part] = field(default_factory=list)
    outcome: str = "answered"
    answered: list[tuple[str, float]] = field(default_factory=list)
    """Procedures that the reply is about; by default those of the understanding."""
    aspects: list[str] | None = None
    pending_before: dict[str, Any] | None = None
    topic_before: str | None = None
    """The topic of the last reply; None when this is the first."""

    @property
    def translate(self) -> Translate:
        return translator(self.language)

    def text_of(self, value: Any) -> str:
        """A `{"vi", "en"}` fact in the visitor's language."""
        return localised(value, self.language)

    def lower_first(self, text: str) -> str:
        """As it is written inside a sentence: names and abbreviations keep their capital."""
        return lower_first(text, self.release.ordinary_words.get(self.language, frozenset()))

    def say(self, text: str, speech: str | None = None) -> None:
        """Add a text part; a second call in a turn adds a second part."""
        # An English time of day ends in a point of its own.
        part: Part = {"type": "text", "text": text.replace(".m..", ".m.")}
        if speech is not None and speech != text:
            part["speech"] = speech
        self.parts.append(part)

    def offer(self, prompt: str, choices: Sequence[Mapping[str, str]]) -> None:
        """Add a choices part and remember it, so that its titles and numbers can be said."""
        shown = [dict(choice) for choice in choices[:MAX_CHOICES]]
        self.parts.append({"type": "choices", "prompt": prompt, "choices": shown})
        kept = [{"title": c["title"], "payload": c["payload"]} for c in shown]
        self.memory.pending = {"kind": "choices", "choices": kept}

    def read_out(self, titles: Sequence[str], most: int) -> None:
        """Say the titles, numbered, after the text said last; who only listens cannot see them.
        Not when the whole reply would take more than `most` words."""
        said = [str(p.get("speech") or p["text"]) for p in self.parts if p["type"] == "text"]
        words = sum(len(text.split()) for text in [*said, *titles])
        if self.parts and self.parts[-1]["type"] == "text" and words <= most:
            numbered = " ".join(f"{n}, {title}." for n, title in enumerate(titles, 1))
            self.parts[-1]["speech"] = f"{said[-1]} {numbered}"

    def control(self, action: str, value: str | None = None) -> None:
        self.parts.append({"type": "control", "action": action, "value": value})

    def card(self, entry: Entry) -> Card:
        """The entry in this turn's language, with what is known about its cases."""
        known = self.memory.conditions
        if self.release.canonical(entry["code"]) != self.memory.topic:
            known = {}
        cases, unsure = (
            tuple(c for c in entry.get("cases") or () if str(c["id"]) in (known.get(name) or ()))
            for name in ("holds", "unsure")
        )
        return Card(entry, self.language, self.translate, self.where(entry), cases, unsure)

    def name(self, entry: Entry) -> str:
        """The entry's name, short enough to be said: official names run to sixty words."""
        name = _BRACKETS.sub("", self.text_of(entry["name"])).strip()
        for mark in (";", ",", " do cơ quan ", " thuộc thẩm quyền ", " theo quy định "):
            head = name.split(mark)[0].strip()
            if len(name) > 70 and len(head.split()) >= 4:
                name = head
        words = name.split()
        return name if len(words) <= MOST_TITLE_WORDS else " ".join(words[:MOST_TITLE_WORDS]) + "…"

    def within(self, entry: Entry) -> str:
        """The entry's name inside a sentence, after the word "thủ tục"; English sentences quote
        it, because half of the English names are orders ("Certify a will")."""
        name = self.name(entry)
        if self.language == "en":
            return name
        name = (name.removeprefix("Thủ tục ") or name).replace(": ", " ")
        first = name.split(maxsplit=1)[0].strip(",") if name.strip() else ""
        # what a procedure is called begins with a deed ("Cấp Giấy …"), never with a name
        if first[1:].islower() and first.lower() in self.release.ordinary_words.get("vi", ()):
            return name[:1].lower() + name[1:]
        return name

    def titles(self, entries: Sequence[Entry]) -> list[str]:
        """Names side by side; where two are alike, what stands in brackets tells them apart."""
        names = [self.name(entry) for entry in entries]
        whole = [self.text_of(entry["name"]) for entry in entries]
        return [
            full if names.count(name) > 1 and len(full.split()) <= MOST_TITLE_WORDS else name
            for name, full in zip(names, whole, strict=True)
        ]

    def where(self, entry: Entry) -> str:
        """Where the procedure is handed in, as a phrase; "" when the entry does not say."""
        counter = self.release.counter_for(entry)
        if counter is not None:
            return self.text_of(counter["name"])
        office = self.release.office_for(entry)
        if office is not None:
            return self.text_of(office["name"])
        written = (self.language == "en" and entry.get("where_en")) or entry.get("where")
        return str(written or "")

    def live_counter(self, counter_id: str) -> Mapping[str, Any]:
        return (self.context.get("counters") or {}).get(counter_id) or {}

    def reply(self) -> dict[str, Any]:
        """The turn's answer as the engine's door gives it, without the conversation's id."""
        understanding = self.reading.understanding
        procedures = [{"code": c, "confidence": round(p, 4)} for c, p in self.answered] or [
            {"code": c.code, "confidence": round(c.confidence, 4)} for c in understanding.procedures
        ]
        aspects = list(understanding.aspects) if self.aspects is None else self.aspects
        return {
            "language": self.language,
            "outcome": self.outcome,
            "understanding": {
                "intent": self.reading.intent,
                "confidence": round(self.reading.confidence, 4),
                "procedures": procedures,
                "aspects": aspects,
                "out_of_scope": self.outcome == "out_of_scope",
                "language": self.language,
            },
            "parts": self.parts,
            "topic": self.memory.topic,
        }


class ReplyAction(Action, ABC):
    """Base of every action: builds the turn, lets the subclass answer, stores what changed."""

    action_name: ClassVar[str]
    keeps_question: ClassVar[bool] = False
    """The question asked by the last reply stays open (repeat, slower, louder)."""

    def __init__(self, release: Release | None = None) -> None:
        # `rasa run actions` makes actions without arguments: the release is then named by
        # the environment
        self._release = release if release is not None else _release_of_environment()

    def name(self) -> str:
        return self.action_name

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        turn = begin(tracker, self._release)
        before = turn.memory.copied()
        turn.pending_before = turn.memory.pending
        turn.topic_before = None if turn.first else tracker.get_slot("topic")
        if not self.keeps_question:
            turn.memory.pending = None
        turn.memory.language = turn.language
        self.answer(turn)
        if turn.reading.also:
            self._answer_the_rest(turn)
        _greet_once(turn.parts)
        _keep_order(turn)
        turn.memory.aside = not any(p["type"] in {"procedure", "checklist"} for p in turn.parts)
        dispatcher.utter_message(json_message=turn.reply())
        before.language, before.topic = tracker.get_slot("language"), tracker.get_slot("topic")
        return [SlotSet(name, value) for name, value in turn.memory.changes(before).items()]

    def _answer_the_rest(self, turn: Turn) -> None:
        """What the message asks besides, in its order; the reply stays that of the first."""
        first, by_name = turn.reading, {kind.action_name: kind for kind in _kinds(ReplyAction)}
        for reading in first.also:
            kind = by_name.get(ACTION_OF_INTENT.get(reading.intent, ""))
            if kind is None:
                continue
            before, aspects = list(turn.answered), list(turn.aspects or ())
            turn.reading, pending = reading, turn.pending_before
            turn.pending_before = None
            kind(self._release).answer(turn)
            turn.pending_before = pending
            turn.answered = [*before, *(a for a in turn.answered if a not in before)]
            turn.aspects = list(dict.fromkeys([*aspects, *(turn.aspects or ())]))
        turn.reading = first

    @abstractmethod
    def answer(self, turn: Turn) -> None:
        """Add parts to the turn and change its memory."""


def _keep_order(turn: Turn) -> None:
    """The procedures that one message asked about, in their order, as long as one of them is
    spoken of: "cái thứ hai"."""
    memory = turn.memory
    order = (turn.pending_before or {}).get("plan") or ()
    if turn.reading.also:
        parts = (p for p in turn.parts if p["type"] == "procedure")
        order = list(dict.fromkeys(str(part["code"]) for part in parts))
    if len(order) < 2 or memory.topic not in order or (memory.pending or {}).get("plan"):
        return
    memory.pending = {**(memory.pending or {"kind": "several"}), "plan": list(order)}


def _greet_once(parts: list[Part]) -> None:
    """One "Dạ" a reply: the later texts begin without it."""
    for part in [part for part in parts if part["type"] == "text"][1:]:
        for key in ("text", "speech"):
            if str(part.get(key) or "").startswith("Dạ, "):
                rest = str(part[key]).removeprefix("Dạ, ")
                part[key] = rest[:1].upper() + rest[1:]


def _kinds(base: type[ReplyAction]) -> Iterator[type[ReplyAction]]:
    for kind in base.__subclasses__():
        if not isabstract(kind):
            yield kind
        yield from _kinds(kind)


def begin(tracker: Tracker, release: Release) -> Turn:
    """The turn of the tracker's latest message."""
    message = tracker.latest_message
    metadata = message.get("metadata") or {}
    memory = Memory.from_slots(tracker.slots)
    if metadata.get("topic"):
        memory.topic = release.canonical(metadata["topic"]) or memory.topic
    reading = message.get("reading")
    if reading is None:
        reading = read(
            message.get("text"),
            metadata.get("payload"),
            memory,
            release,
            Understanding.from_parse(message),
        )
    last = next((e for e in reversed(tracker.events) if e.get("event") == "bot"), None)
    said_before = ((last or {}).get("data") or {}).get("custom") or {}
    return Turn(
        conversation=tracker.sender_id,
        release=release,
        memory=memory,
        reading=reading,
        context=metadata.get("context") or {},
        language=spoken_language(metadata.get("language"), memory, reading),
        last_parts=said_before.get("parts") or (),
        last_language=said_before.get("language"),
        first=last is None,
    )


@lru_cache(maxsize=1)
def _release_of_environment() -> Release:
    return Release.load(Path(os.environ["LETAN_RELEASE_DIR"]), "environment")
