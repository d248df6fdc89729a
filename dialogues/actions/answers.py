"""Answering about a procedure: the sentence that is said and the card that holds the rest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dialogues.actions.turn import Turn
from dialogues.release import Entry
from dialogues.sections import (
    Card,
    Section,
    amount,
    document_items,
    duration,
    fees,
    named_case,
    sections,
)
from dialogues.understanding import ASPECTS

SPOKEN_WORDS = 60
"""Words that a listing may take when spoken: with the rest of the sentence about 25 seconds of
speech."""


def answer_procedure(
    turn: Turn, code: str, aspects: Sequence[str] = (), case_id: str | None = None
) -> None:
    """Answer the aspects of a procedure; none means a summary. Opens the procedure as the topic."""
    entry = turn.release.procedure(code)
    if entry is None:
        raise KeyError(code)
    code = str(entry["code"])
    memory = turn.memory
    if memory.topic != code:
        memory.topic, memory.case, memory.checklist = code, None, None
    if case_id is not None:
        memory.case = case_id
    else:
        case = named_case(entry, turn.reading.text)
        memory.case = str(case["id"]) if case else memory.case
    memory.aspects, memory.place, memory.unsure = list(aspects), None, 0
    runners_up = (turn.release.canonical(c.code) for c in turn.reading.understanding.procedures)
    memory.candidates = [c for c in dict.fromkeys(runners_up) if c and c != code][:3]
    card = turn.card(entry)
    every = sections(card)
    turn.say(_spoken(turn, card, every, aspects))
    turn.parts.append(_part(turn, card, every, aspects))
    counter = turn.release.counter_for(entry)
    if "place" in aspects and counter is not None:
        turn.parts.append(route_part(turn, str(counter["place"]), counter))
    turn.answered = [(code, _confidence(turn, code))]
    turn.aspects = list(aspects)
    if memory.case is None and (not aspects or {"documents", "fee"} & set(aspects)):
        _offer_cases(turn, card)


def _confidence(turn: Turn, code: str) -> float:
    for candidate in turn.reading.understanding.procedures:
        if turn.release.canonical(candidate.code) == code:
            return candidate.confidence
    return 1.0


def _offer_cases(turn: Turn, card: Card) -> None:
    cases = card.entry.get("cases") or ()
    choices = [{"title": card.text(case["if"]), "payload": f"case:{case['id']}"} for case in cases]
    if choices:
        turn.offer(turn.translate("Trường hợp của anh/chị có gì khác không?"), choices)


def procedure_part(turn: Turn, entry: Entry, aspects: Sequence[str]) -> dict[str, Any]:
    """The card of an entry: everything that is known, and what was asked."""
    card = turn.card(entry)
    return _part(turn, card, sections(card), aspects)


def _part(
    turn: Turn, card: Card, every: dict[str, Section], aspects: Sequence[str]
) -> dict[str, Any]:
    entry = card.entry
    counter = turn.release.counter_for(entry)
    case = card.case
    return {
        "type": "procedure",
        "code": entry["code"],
        "name": turn.text_of(entry["name"]),
        "field": turn.text_of(entry.get("field")),
        "sections": every,
        "asked": list(aspects),
        "case": {
            "id": case["id"],
            "title": card.text(case["if"]),
            "note": card.field(case, "note") or None,
        }
        if case
        else None,
        "note": card.field(entry, "note") or None,
        "verified": bool(entry.get("verified")),
        "needs_review": bool(entry.get("needs_review")),
        "source": {"urls": list(entry.get("sources") or ()), "date": entry.get("source_date")},
        "verified_on": entry.get("verified_on") or entry.get("source_date"),
        "counter": str(counter["id"]) if counter else None,
    }


def _spoken(turn: Turn, card: Card, every: dict[str, Section], aspects: Sequence[str]) -> str:
    _ = turn.translate
    sentences = []
    if aspects:
        asked = [aspect for aspect in ASPECTS if aspect in aspects]
        known = [a for a in asked if every[a]["lines"]]
        sentences += [_sentence(turn, card, aspect, every[aspect]) for aspect in known]
        unknown = [every[a]["title"].lower() for a in asked if a not in known]
        if unknown:
            sentences.append(_unknown(turn, card, unknown))
    else:
        sentences += _summary(turn, card, every)
    opening = _("Dạ, về {name}:").format(name=lower_first(turn.name(card.entry)))
    sentences[0] = f"{opening} {lower_first(sentences[0])}"
    if card.case is not None and (not aspects or {"documents", "fee", "time"} & set(aspects)):
        sentences.append(_about_case(turn, card))
    sentences += _notices(turn, card.entry)
    if not card.entry.get("verified") or card.entry.get("needs_review"):
        sentences.append(_("Thông tin này chưa được kiểm chứng, xin hỏi lại tại quầy."))
    return " ".join(sentences)


def _about_case(turn: Turn, card: Card) -> str:
    _ = turn.translate
    case = card.case or {}
    condition, note = lower_first(card.text(case["if"])), card.field(case, "note")
    if note:
        return _("Trường hợp {case}: {note}").format(case=condition, note=_stop(note))
    return _("Em đã tính cho trường hợp: {case}.").format(case=condition)


def _unknown(turn: Turn, card: Card, titles: Sequence[str]) -> str:
    _ = turn.translate
    what = ", ".join(titles)
    if card.place:
        return _("Em chưa có dữ liệu về {what}; xin hỏi tại {place}.").format(
            what=what, place=card.place
        )
    return _("Em chưa có dữ liệu về {what}; xin hỏi cán bộ tại quầy hướng dẫn.").format(what=what)


def _summary(turn: Turn, card: Card, every: dict[str, Section]) -> list[str]:
    _ = turn.translate
    told: list[str] = []
    items = document_items(card)
    if items:
        told.append(_("cần {n} loại giấy tờ").format(n=len(items)))
    if every["fee"]["known"]:
        told.append(_fee_in_short(turn, card))
    if duration(card):
        told.append(_("thời gian: {time}").format(time=duration(card)))
    if card.place:
        told.append(_("nộp tại {place}").format(place=card.place))
    sentences = [_stop("; ".join(told))] if told else []
    if items is None:
        sentences.append(_unknown(turn, card, [every["documents"]["title"].lower()]))
    return sentences


def _fee_in_short(turn: Turn, card: Card) -> str:
    _ = turn.translate
    amounts = [row.get("amount_vnd") for row in fees(card)]
    known = [value for value in amounts if value is not None]
    if len(amounts) == 1 or (len(set(amounts)) == 1 and known):
        return (
            _("không mất lệ phí")
            if known[0] == 0
            else _("lệ phí {fee}").format(fee=amount(card, known[0]))
        )
    if len(known) == len(amounts):
        low, high = amount(card, min(known)), amount(card, max(known))
        return _("lệ phí tùy trường hợp, từ {low} đến {high}").format(
            low=lower_first(low), high=high
        )
    return _("lệ phí tùy trường hợp")


def _sentence(turn: Turn, card: Card, aspect: str, section: Section) -> str:
    _ = turn.translate
    lines = [str(line).rstrip(" .;") for line in section["lines"]]
    if aspect == "documents":
        if document_items(card) == []:
            return _stop(lines[0])
        return _("Cần {n} loại giấy tờ: {list}.").format(n=len(lines), list=_listing(turn, lines))
    if aspect == "place":
        return _("Nộp tại {place}.").format(place=card.place) + _counter_state(turn, card.entry)
    if aspect == "fee" and lines == [_("Miễn phí")]:
        return _("Không mất lệ phí.")
    if aspect == "online":
        return _stop(lines[0])
    return f"{section['title']}: {lower_first(_listing(turn, lines))}."


def _listing(turn: Turn, lines: Sequence[str]) -> str:
    """The lines that can be said in a breath; the card holds the rest."""
    kept: list[str] = []
    words = 0
    for line in lines:
        words += len(line.split())
        if kept and words > SPOKEN_WORDS:
            break
        kept.append(line)
    rest = len(lines) - len(kept)
    text = "; ".join(kept)
    if rest:
        text += turn.translate("; và {n} mục nữa ghi trên màn hình").format(n=rest)
    return text


def _counter_state(turn: Turn, entry: Entry) -> str:
    counter = turn.release.counter_for(entry)
    return "" if counter is None else counter_state(turn, str(counter["id"]))


def counter_state(turn: Turn, counter_id: str) -> str:
    """Open with so many waiting, or closed until when; "" when the context does not say."""
    _ = turn.translate
    live = turn.live_counter(counter_id)
    if live.get("open") is True:
        waiting = live.get("waiting")
        minutes = live.get("expected_wait_minutes")
        if waiting and minutes:
            return " " + _("Quầy đang mở, có {n} người đang chờ, khoảng {minutes} phút.").format(
                n=waiting, minutes=round(minutes)
            )
        if waiting:
            return " " + _("Quầy đang mở, có {n} người đang chờ.").format(n=waiting)
        return " " + _("Quầy đang mở.")
    if live.get("open") is False:
        opens = when(turn, live.get("opens_at"))
        if opens:
            return " " + _("Quầy đang đóng, mở lại lúc {time}.").format(time=opens)
        return " " + _("Quầy đang đóng.")
    return ""


def when(turn: Turn, instant: Any) -> str:
    """An ISO instant as people say it: the hour alone for today, with the date otherwise."""
    _ = turn.translate
    if not isinstance(instant, str):
        return ""
    try:
        at = datetime.fromisoformat(instant)
        now = datetime.fromisoformat(str(turn.context.get("now")))
    except ValueError:
        return ""
    hour = (
        f"{at.hour}:{at.minute:02d}"
        if turn.language == "en"
        else f"{at.hour} giờ" + (f" {at.minute:02d}" if at.minute else "")
    )
    if at.date() == now.date():
        return hour
    return _("{hour} ngày {day}/{month}").format(hour=hour, day=at.day, month=at.month)


def route_part(turn: Turn, place_id: str, counter: Entry | None = None) -> dict[str, Any]:
    """The way to a place; for a counter with its live state."""
    counter = counter if counter is not None else turn.release.counter_at(place_id)
    place = turn.release.places.get(place_id) or {}
    live = turn.live_counter(str(counter["id"])) if counter else {}
    turn.memory.place = place_id
    return {
        "type": "route",
        "to": place_id,
        "counter": str(counter["id"]) if counter else None,
        "title": turn.text_of((counter or place).get("name")),
        "open": live.get("open"),
        "waiting": live.get("waiting"),
        "expected_wait_minutes": live.get("expected_wait_minutes"),
    }


def _notices(turn: Turn, entry: Entry) -> list[str]:
    counter = turn.release.counter_for(entry)
    counter_id = str(counter["id"]) if counter else None
    found = []
    for notice in turn.context.get("notices") or ():
        about = notice.get("procedure")
        if (about and turn.release.canonical(about) == entry["code"]) or (
            counter_id and notice.get("counter") == counter_id
        ):
            found.append(_stop(turn.text_of(notice)))
    return found[:2]


def lower_first(text: str) -> str:
    """First letter small, unless the word is an abbreviation."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def _stop(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?")) else text + "."
