"""Where things are: counters, places of the hall, the way, leading, tickets."""

from __future__ import annotations

import re

from dialogues.actions.answers import answer_procedure, procedure_part, route_part
from dialogues.actions.live_state import counter_state, when
from dialogues.actions.procedures import answer_or_ask, named_surely
from dialogues.actions.turn import MAX_CHOICES, ReplyAction, Turn
from dialogues.asides import crowded
from dialogues.release import Entry
from dialogues.wording import known_words, tokens


def named_place(turn: Turn) -> str | None:
    """Id of the place or counter that the message names."""
    understanding = turn.reading.understanding
    counter = understanding.entity("counter")
    if counter in turn.release.counters:
        return str(turn.release.counters[counter]["place"])
    place = understanding.entity("place")
    if place in turn.release.places:
        return place
    return _place_by_name(turn, place or turn.reading.text)


def _place_by_name(turn: Turn, text: str) -> str | None:
    said = f" {' '.join(tokens(text))} "
    best: tuple[int, str] | None = None
    things = [(str(p["id"]), p) for p in turn.release.places.values()]
    things += [(str(c["place"]), c) for c in turn.release.counters.values()]
    for place_id, thing in things:
        for alias in (*thing["name"].values(), *(thing.get("aliases") or ())):
            wanted = known_words(alias or "")
            longer = best is None or len(wanted) > best[0]
            if wanted and f" {wanted} " in said and longer:
                best = (len(wanted), place_id)
    return None if best is None else best[1]


_ANY_PLACE = frozenset(
    [
        "cho",
        "ban",
        "quay",
        "phong",
        "khu",
        "nha",
        "cai",
        "may",
        "cay",
        "noi",
        "bai",
        "loi",
        "hang",
        "place",
        "to",
        "desk",
        "area",
        "room",
        "the",
        "a",
        "of",
        "for",
        "machine",
    ]
)


def _described_place(turn: Turn) -> str | None:
    """The one place whose telling words are all said, in whatever order ("máy bốc số")."""
    said = set(tokens(turn.reading.understanding.repaired or turn.reading.text))
    best: tuple[int, str] | None = None
    for place in turn.release.places.values():
        for alias in (*place["name"].values(), *(place.get("aliases") or ())):
            telling = set(known_words(alias or "").split()) - _ANY_PLACE
            longer = best is None or len(telling) > best[0]
            if telling and telling <= said and longer:
                best = (len(telling), str(place["id"]))
    return None if best is None else best[1]


_COUNTER_WORDS = frozenset(["quay", "cho", "ban", "phong", "so", "counter", "desk", "the"])


def _counter_for_words(turn: Turn) -> str | None:
    """The place of the one counter whose name's telling words are said ("số chứng thực")."""
    said = f" {' '.join(tokens(turn.reading.understanding.repaired or turn.reading.text))} "
    best: tuple[int, str] | None = None
    for counter in turn.release.counters.values():
        names = (name.partition(" – ")[2] for name in counter["name"].values())
        for name in (*names, *(counter.get("aliases") or ())):
            words = [w for w in known_words(name or "").split() if w not in _COUNTER_WORDS]
            wanted = " ".join(words)
            if wanted and f" {wanted} " in said and (best is None or len(wanted) > best[0]):
                best = (len(wanted), str(counter["place"]))
    return None if best is None else best[1]


def place_words(turn: Turn, place_id: str) -> str:
    """A place as it stands inside a sentence."""
    counter = turn.release.counter_at(place_id)
    name = turn.text_of((counter or turn.release.places[place_id])["name"])
    if turn.language == "en" and counter is None and name[:1].islower():
        return name if name.startswith(("the ", "a ")) else f"the {name}"
    return name


def asks_about_procedure(turn: Turn) -> bool:
    """A procedure and something else than the way to it were named ("which law covers …")."""
    understanding = turn.reading.understanding
    beyond = set(understanding.aspects) - {"place"}
    return bool(beyond) and turn.reading.payload is None and named_surely(turn) is not None


def topic_entry(turn: Turn) -> Entry | None:
    """The procedure that the message names, else the open one; a named one becomes the topic."""
    code = named_surely(turn)
    if code is not None:
        turn.memory.open(code)
    return turn.release.procedure(turn.memory.topic)


def tell_way(turn: Turn, place_id: str, offer: bool = True, crowd: bool = False) -> None:
    """Say where a place is, with its route; offers to lead when a robot can. `crowd`: only who
    waits there was asked."""
    _ = turn.translate
    counter = turn.release.counter_at(place_id)
    sentence = _("Dạ, {place}.") if crowd and counter else _("Dạ, mời anh/chị đến {place}.")
    text = sentence.format(place=place_words(turn, place_id))
    if counter is not None:
        text += counter_state(turn, str(counter["id"]))
    if offer and turn.context.get("can_move"):
        text += " " + _("Anh/chị có muốn em dẫn đi không ạ?")
        turn.memory.pending = {"kind": "offer", "payload": f"lead:{place_id}"}
    turn.say(text)
    turn.parts.append(route_part(turn, place_id, counter))


def tell_office(turn: Turn, entry: Entry) -> None:
    """A procedure handled elsewhere: which office, its address and hours. No route, no mission."""
    _ = turn.translate
    office = turn.release.office_for(entry)
    name = turn.name(entry)
    place = turn.where(entry)
    if office is not None:
        address = turn.text_of(office.get("address"))
        place = f"{place}, {address}" if address else place
    if place:
        sentences = [_("Dạ, {name} không làm tại quầy của Trung tâm mà tại {place}.")]
    else:
        sentences = [_("Dạ, em chưa có dữ liệu {name} nộp ở đâu; xin hỏi bàn hướng dẫn.")]
    for field, sentence in (("way", "{value}."), ("hours", _("Giờ làm việc: {value}."))):
        value = turn.text_of((office or {}).get(field)).rstrip(".")
        if value:
            sentences.append(sentence.format(value=value))
    turn.say(" ".join(sentences).format(name=name, place=place))
    turn.parts.append(procedure_part(turn, entry, ["place"]))
    turn.answered, turn.aspects = [(str(entry["code"]), 1.0)], ["place"]


class FindCounter(ReplyAction):
    action_name = "action_find_counter"

    def answer(self, turn: Turn) -> None:
        _ = turn.translate
        place = named_place(turn)
        entry = topic_entry(turn)
        if place is not None and (turn.reading.understanding.entities or entry is None):
            tell_way(turn, place, crowd=crowded(turn.reading.text))
            return
        if entry is None:
            _ask_counter(turn, "lead")
            return
        turn.answered = [(str(entry["code"]), 1.0)]
        turn.aspects = ["place"]
        turn.memory.aspects = ["place"]
        asked = set(turn.reading.understanding.aspects)
        if {"place"} < asked and turn.reading.payload is None:
            # "nộp ở quầy nào, giá bao nhiêu": both are answered
            answer_procedure(turn, str(entry["code"]), turn.reading.understanding.aspects)
            return
        counter = turn.release.counter_for(entry)
        if counter is not None:
            tell_way(turn, str(counter["place"]), crowd=crowded(turn.reading.text))
        else:
            tell_office(turn, entry)


_THAT_PLACE = re.compile(
    r"\b(?:quay|cho|ban|phong|cua|noi|ben|khu) (?:do|nay|ay|kia|day|nop|lam)\b"
    r"|\b(?:that|this|the) (?:counter|desk|window|office|place)\b|\bover there\b"
)


def _means_told_place(turn: Turn) -> bool:
    """ "Quầy đó nằm chỗ nào": the place of what was just spoken of."""
    spoken = turn.memory.topic is not None or turn.memory.place is not None
    return spoken and _THAT_PLACE.search(" ".join(tokens(turn.reading.text))) is not None


class FindPlace(ReplyAction):
    action_name = "action_find_place"

    def answer(self, turn: Turn) -> None:
        place = named_place(turn) or _described_place(turn)
        if place is None and _means_told_place(turn):
            if turn.memory.topic is None:
                place = turn.memory.place
            else:
                FindCounter(turn.release).answer(turn)
                return
        if place is not None:
            tell_way(turn, place)
            return
        asked = turn.reading.understanding.aspects
        if "place" in asked and turn.release.procedure(turn.memory.topic) is not None:
            # "gửi đơn ở đâu": of what is open
            answer_procedure(turn, str(turn.memory.topic), asked)
            return
        _ = turn.translate
        turn.say(_("Dạ, em chưa biết chỗ đó. Đây là những nơi em chỉ đường được ạ."))
        _offer_places(turn)


def _offer_places(turn: Turn) -> None:
    places = [p for p in turn.release.places.values() if p.get("kind") == "poi"]
    turn.offer(
        turn.translate("Anh/chị cần đến đâu ạ?"),
        [{"title": turn.text_of(p["name"]), "payload": f"lead:{p['id']}"} for p in places],
    )
    turn.outcome = "clarified"


def _ask_counter(turn: Turn, kind: str) -> None:
    """Choices of counters, those that are open now first."""
    _ = turn.translate
    choices = _counter_choices(turn, kind)
    asked = _("Dạ, anh/chị cần làm việc gì, hoặc cần đến quầy nào ạ?")
    if len(choices) > MAX_CHOICES:
        # four buttons at most: every counter is named, and its number is understood
        named = "; ".join(turn.text_of(c["name"]) for c in turn.release.counters.values())
        turn.say(asked + " " + _("Trung tâm có: {list}.").format(list=named), speech=asked)
    else:
        turn.say(asked)
    turn.offer(_("Anh/chị chọn quầy giúp em ạ"), choices)
    turn.outcome = "clarified"


def _counter_choices(turn: Turn, kind: str) -> list[dict[str, str]]:
    asked_for = _most_asked(turn)
    counters = sorted(
        turn.release.counters.values(),
        key=lambda c: (
            turn.live_counter(str(c["id"])).get("open") is False,
            asked_for.get(str(c["id"]), NEVER),
        ),
    )
    return [
        {
            "title": turn.text_of(c["name"]),
            "payload": f"ticket:{c['id']}" if kind == "ticket" else f"lead:{c['place']}",
        }
        for c in counters
    ]


def _offer_ticket(turn: Turn) -> None:
    """What numbers can be had here, where that of the open procedure cannot."""
    _ = turn.translate
    prompt = _("Anh/chị cần làm việc khác ở Trung tâm thì chọn quầy, em lấy số ạ.")
    turn.say(prompt)
    turn.offer(prompt, _counter_choices(turn, "ticket"))


NEVER = 10_000
"""Rank of a counter that serves no procedure with a rank."""


def _most_asked(turn: Turn) -> dict[str, int]:
    """Counter to the rank of the procedure that is asked for most at it."""
    ranks: dict[str, int] = {}
    for entry in turn.release.procedures.values():
        counter = turn.release.counter_for(entry)
        if counter is not None and entry.get("rank") is not None:
            key = str(counter["id"])
            ranks[key] = min(ranks.get(key, NEVER), int(entry["rank"]))
    return ranks


def lead_to(turn: Turn, place_id: str) -> None:
    """Go with the visitor where a robot may, otherwise describe the way."""
    _ = turn.translate
    counter = turn.release.counter_at(place_id)
    if not turn.context.get("can_move"):
        text = _("Dạ, em không đi cùng anh/chị được, em chỉ đường đến {place} ạ.").format(
            place=place_words(turn, place_id)
        )
        if counter is not None:
            text += counter_state(turn, str(counter["id"]))
        turn.say(text)
        turn.parts.append(route_part(turn, place_id))
        return
    text = _("Dạ, mời anh/chị đi theo em đến {place}.").format(place=place_words(turn, place_id))
    if counter is not None and turn.live_counter(str(counter["id"])).get("open") is False:
        text += counter_state(turn, str(counter["id"]))
    turn.say(text)
    turn.parts.append({"type": "mission", "kind": "lead", "to": place_id})
    turn.parts.append(route_part(turn, place_id, counter))


class Lead(ReplyAction):
    action_name = "action_lead"

    def answer(self, turn: Turn) -> None:
        payload = turn.reading.payload
        if payload is not None and payload.value is not None:
            lead_to(turn, payload.value)
            return
        place = named_place(turn)
        if place is None and asks_about_procedure(turn):
            answer_or_ask(turn)
            return
        entry = topic_entry(turn)
        place = place or turn.memory.place
        if place is None and entry is not None:
            counter = turn.release.counter_for(entry)
            if counter is None:
                tell_office(turn, entry)
                return
            place = str(counter["place"])
        if place is None:
            _ask_counter(turn, "lead")
            return
        lead_to(turn, place)


_TICKET_WORDS = frozenset(
    ["so", "thu", "tu", "lay", "xin", "cho", "cai", "phieu", "ve", "boc", "bam", "in", "cap", "a"]
)


class TakeTicket(ReplyAction):
    action_name = "action_take_ticket"

    def answer(self, turn: Turn) -> None:
        counter = self._counter(turn)
        if counter is None:
            entry = turn.release.procedure(turn.memory.topic)
            if entry is not None:
                tell_office(turn, entry)
                _offer_ticket(turn)
                return
            _ask_counter(turn, "ticket")
            return
        issue_ticket(turn, counter)

    @staticmethod
    def _counter(turn: Turn) -> Entry | None:
        payload = turn.reading.payload
        if payload is not None and payload.value is not None:
            return turn.release.counters[payload.value]
        place = named_place(turn)
        matched = (turn.reading.understanding.procedures or (None,))[0]
        alias = set(tokens((matched and matched.matched) or ""))
        if alias and not (alias & set(tokens(turn.reading.text))) - _TICKET_WORDS:
            # "cho xin cái số" names no procedure, though house numbers are one
            entry = turn.release.procedure(turn.memory.topic)
        else:
            entry = topic_entry(turn)
        for candidate in (place, _counter_for_words(turn), turn.memory.place):
            counter = turn.release.counter_at(candidate) if candidate else None
            if counter is not None:
                return counter
        return turn.release.counter_for(entry) if entry is not None else None


def issue_ticket(turn: Turn, counter: Entry) -> None:
    _ = turn.translate
    name = turn.text_of(counter["name"])
    live = turn.live_counter(str(counter["id"]))
    opens = when(turn, live.get("opens_at"))
    closed = live.get("open") is False
    if live.get("tickets", live.get("open")) is False:
        turn.say(
            _(
                "Dạ, {counter} đang đóng, mở lại lúc {time}. Lúc đó anh/chị lấy số giúp em ạ."
            ).format(counter=name, time=opens)
            if closed and opens
            else _("Dạ, {counter} bây giờ chưa lấy số được ạ.").format(counter=name)
        )
        return
    text = _("Dạ, em lấy số cho anh/chị ở {counter}.").format(counter=name)
    if closed:
        text += counter_state(turn, str(counter["id"]))
    turn.say(text)
    turn.parts.append({"type": "ticket", "counter": str(counter["id"])})
    turn.memory.place = str(counter["place"])
