"""A reply's parts as messages to a citizen's phone.

What the desk says aloud before a card is left out where the card shows it: whoever reads on a bus
wants lines, not a paragraph read out. A question that follows is a message of its own, so that its
buttons stand under it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import structlog

from assistant.channels.zalo import welcome
from assistant.channels.zalo.appointments import (
    appointment_text,
    asks_for_appointment,
    counters_with_numbers,
)
from assistant.channels.zalo.cards import Card
from assistant.channels.zalo.checklists import checklist_text, progress
from assistant.channels.zalo.choices import (
    Choice,
    Composed,
    Offer,
    buttons,
    tag_of,
    with_numbers,
)
from assistant.channels.zalo.messages import Outgoing, OutgoingMap, OutgoingText
from assistant.channels.zalo.places import handoff_text, route_text, ticket_text
from assistant.channels.zalo.splitting import shortened, split
from assistant.channels.zalo.surroundings import Surroundings
from assistant.channels.zalo.wording import capital, language_of, say
from assistant.conversation.turns import Reply
from assistant.errors import Language

log = structlog.get_logger(__name__)

Part = dict[str, Any]

_ABOUT_SOMETHING = frozenset({"procedure", "ticket", "route", "choices", "checklist", "handoff"})
_SHORT_TITLE = 22
"""A longer title is cut on a small phone's button: then the text lists the choices."""
MOST_BUTTON_TITLE = 40


def render(
    reply: Reply,
    *,
    language: Language | None = None,
    first_contact: bool = False,
    around: Surroundings | None = None,
    heard: str | None = None,
) -> list[Outgoing]:
    """The messages of a reply, in order; never none. See `compose`."""
    composed = compose(
        reply, language=language, first_contact=first_contact, around=around, heard=heard
    )
    return list(composed.messages)


def compose(
    reply: Reply,
    *,
    language: Language | None = None,
    first_contact: bool = False,
    around: Surroundings | None = None,
    heard: str | None = None,
    said: str | None = None,
    pictures: bool = True,
) -> Composed:
    """``first_contact``: it also says who answers and how data are treated; ``heard``: what a
    voice note was understood as, which is shown back; ``said``: the citizen's words;
    ``pictures``: whether this way takes any."""
    data = reply.data()
    language = language_of(language or data.get("language"))
    around = around or Surroundings()
    letter = _Letter(data, language, around, pictures=pictures)
    if heard is not None:
        letter.say(say(language, "Em nghe là: “{text}”", text=shortened(heard, 600)))
    if said is not None and asks_for_appointment(said):
        letter.about_appointments()
    letter.write()
    messages, offer = letter.messages(), letter.offer()
    if not first_contact:
        return Composed(tuple(messages), offer)
    greets = (data.get("understanding") or {}).get("intent") == "greet" and heard is None
    if greets and offer is None:
        return welcome.first_words(language, around, tag_of(str(data.get("message_id"))))
    introduction = welcome.introduction(language, around, short=True)
    if letter.emergency:  # nothing stands before the number to call
        return Composed((*messages, *introduction), offer)
    return Composed((*introduction, *messages), offer)


class _Letter:
    """One reply, bubble by bubble."""

    def __init__(
        self, data: Part, language: Language, around: Surroundings, *, pictures: bool
    ) -> None:
        self._parts: Sequence[Part] = [
            part for part in data.get("parts") or () if part.get("type") != "control"
        ]
        self.emergency = any(part.get("reason") == "emergency" for part in self._parts)
        self._tag = tag_of(str(data.get("message_id")))
        self._language: Language = language
        self._around = around
        self._pictures = pictures
        self._bubbles: list[list[str] | OutgoingMap] = [[]]
        self._choices: list[Choice] = []
        self._more: list[Choice] = []
        self._left_out = ""
        """A text that a card says in its own way."""
        self._foot = ""
        """Of a card that the way to its counter is told below."""
        self._numbered = False

    def say(self, text: str) -> None:
        """One more paragraph of the bubble."""
        bubble = self._bubbles[-1]
        if isinstance(bubble, OutgoingMap):
            bubble = []
            self._bubbles.append(bubble)
        if text and text not in bubble:
            bubble.append(text)

    def write(self) -> None:
        for at, part in enumerate(self._parts):
            try:
                self._write(at, part)
            except Exception as error:  # the border of a part: the words must reach their reader
                log.error("part not rendered", part=part.get("type"), kind=type(error).__name__)
                self.say(str(part.get("text") or self._left_out or ""))

    def _write(self, at: int, part: Part) -> None:
        match part.get("type"):
            case "text":
                self._text(at, str(part.get("text") or ""))
            case "procedure":
                self._card(at, part)
            case "checklist":
                self._checklist(at, part)
            case "choices":
                self._question(at, part)
            case "route":
                self._route(part)
            case "ticket":
                self.say(ticket_text(part, self._language, self._around))
            case "handoff" if not self.emergency:
                self._handoff(part)
            case _:
                self.say(str(part.get("text") or ""))

    def about_appointments(self) -> None:
        """Before an answer that is about something; instead of one that is not."""
        self.say(appointment_text(self._language, self._around))
        if any(part.get("type") in _ABOUT_SOMETHING for part in self._parts):
            self._bubbles.append([])
            return
        self._parts = []
        self._choices = counters_with_numbers(self._language, self._around)
        if self._choices:
            self.say("\n".join(with_numbers(self._choices, [None] * len(self._choices))))
            self._numbered = True

    def messages(self) -> list[Outgoing]:
        """In order; the buttons are on the last text."""
        made: list[Outgoing] = []
        for bubble in self._bubbles:
            if isinstance(bubble, OutgoingMap):
                made.append(bubble)
            else:
                made += [OutgoingText(piece) for piece in split("\n\n".join(bubble))]
        if not any(isinstance(one, OutgoingText) for one in made):
            made.insert(0, OutgoingText(say(self._language, "Dạ, em nhận được rồi ạ.")))
        offer = self.offer()
        pressed = buttons(_for_buttons(offer), numbered=self._numbered) if offer else ()
        last = max(at for at, one in enumerate(made) if isinstance(one, OutgoingText))
        message = made[last]
        if pressed and isinstance(message, OutgoingText):
            made[last] = OutgoingText(message.text, pressed)
        return made

    def offer(self) -> Offer | None:
        if not self._choices and not self._more:
            return None
        more = self._more
        if self._choices:  # beside a question only a person: others would look like answers to it
            offered = {one.payload for one in self._choices}
            more = [one for one in more if one.payload == "staff" and "staff" not in offered]
        return Offer(self._tag, tuple(self._choices), tuple(more))

    def _next(self, at: int) -> Part:
        return self._parts[at + 1] if at + 1 < len(self._parts) else {}

    def _text(self, at: int, text: str) -> None:
        follows = self._next(at)
        kind = follows.get("type")
        if kind == "procedure" and not _answers_alone(follows):
            self._left_out = text  # the card shows what this says aloud
            return
        if any(_is_prompt(text, one) for one in self._parts[at:]):
            return  # asked below
        if kind == "handoff" and follows.get("reason") == "asked":
            self.say(say(self._language, "Dạ, anh/chị gặp cán bộ của Trung tâm như sau ạ:"))
            return
        if kind == "ticket" and str(follows.get("number")) in text:
            return
        lists = next((one for one in self._parts[at:] if one.get("type") == "checklist"), None)
        if lists is not None and _is_listed(text, lists):
            return
        self.say(text)

    def _card(self, at: int, part: Part) -> None:
        card = Card(part, self._language, self._around)
        rest = self._parts[at + 1 :]
        if _answers_alone(part):
            self.say(card.foot())
        elif any(one.get("type") == "route" for one in rest):
            self.say(card.text(with_route=True))
            self._foot = card.foot()
        else:
            self.say(card.text())
            self.say(card.foot())
        self._more += card.more()

    def _checklist(self, at: int, part: Part) -> None:
        offered = [str(one.get("payload")) for one in self._next(at).get("choices") or ()]
        self.say(checklist_text(part, self._language, offered))
        if part.get("of") == "documents" and part.get("done"):
            staff = Choice(say(self._language, "Gặp cán bộ"), "staff")
            self._more.append(staff)

    def _question(self, at: int, part: Part) -> None:
        choices = [
            Choice(capital(str(one["title"])), str(one["payload"]))
            for one in part.get("choices") or ()
        ]
        details = [one.get("detail") for one in part.get("choices") or ()]
        prompt = str(part.get("prompt") or "")
        checklist = self._next(at)
        if checklist.get("type") == "checklist" and checklist.get("of") == "documents":
            prompt = progress(checklist, self._language)
        elif self._bubbles[-1] and not self._says(prompt):
            self._bubbles.append([])
        if not self._says(prompt):
            self.say(prompt)
        wide = any(details) or any(len(one.title) > _SHORT_TITLE for one in choices)
        before = self._parts[at - 1] if at else {}
        if wide and choices and before.get("of") != "procedures":
            self.say("\n".join(with_numbers(choices, details)))
        self._choices, self._numbered = choices, wide

    def _route(self, part: Part) -> None:
        after_card = any(one.get("type") == "procedure" for one in self._parts)
        self.say(route_text(part, self._language, self._around, state=after_card))
        foot, self._foot = self._foot, ""
        self.say(foot)
        if part.get("path") and self._pictures:
            title = str(part.get("title") or "")
            self._bubbles.append(OutgoingMap(str(part["to"]), self._language, title))
            self._bubbles.append([])
        counter = part.get("counter")
        if counter and self._around.takes_tickets(counter):
            title = say(self._language, "Lấy số quầy {id}", id=counter)
            self._more.append(Choice(title, f"ticket:{counter}"))

    def _handoff(self, part: Part) -> None:
        self.say(handoff_text(part, self._language, self._around))

    def _says(self, prompt: str) -> bool:
        bubble = self._bubbles[-1]
        return not isinstance(bubble, OutgoingMap) and any(
            prompt.casefold() in text.casefold() for text in bubble
        )


def _for_buttons(offer: Offer) -> Offer:
    """Titles that a button can show; the text has them in full."""

    def fit(choices: Sequence[Choice]) -> tuple[Choice, ...]:
        return tuple(replace(one, title=shortened(one.title, MOST_BUTTON_TITLE)) for one in choices)

    return Offer(offer.tag, fit(offer.choices), fit(offer.more))


def _is_prompt(text: str, question: Part) -> bool:
    prompt = str(question.get("prompt") or "") if question.get("type") == "choices" else ""
    return bool(prompt) and " ".join(text.split()) == " ".join(prompt.split())


def _answers_alone(card: Part) -> bool:
    """Another authority's errand: the sentence tells the way there, which no card has."""
    return card.get("asked") == ["place"] and card.get("counter") is None


def _is_listed(text: str, checklist: Part) -> bool:
    """Whether a list says the same in lines."""
    if checklist.get("of") == "procedures":
        same = {checklist.get("note")}
        first: Part = next(iter(checklist.get("items") or ()), {})
        title = str(first.get("title") or "").casefold()
        named = any(one in text.casefold() for one in (title, title.replace(":", "")))
        return text in same or (checklist.get("event") is not None and named)
    titles = [
        str(item["title"]) for item in checklist.get("items") or () if item.get("have") is not True
    ]
    return bool(checklist.get("done") and titles and all(title in text for title in titles))
