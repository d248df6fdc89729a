"""What is said about a procedure: whole sentences, short enough to be listened to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialogues.actions.live_state import counter_state
from dialogues.actions.turn import Turn
from dialogues.release import Entry
from dialogues.sections import Card, Section, amount, document_items, duration, fees
from dialogues.understanding import ASPECTS
from dialogues.wording import fold

SPOKEN_WORDS = {"vi": 60, "en": 42}
"""Words that the listings of one answer may take: with the rest about 25 seconds of speech."""
SIGN_WORDS = 14
"""Words in which the sign of a legal text is said ("66.7/2025/NQ-CP")."""
_SIGN = re.compile(r"\d+/\d{4}/")

_SAME_DAY = ("trong ngay", "tra ngay", "tra trong ngay", "same day", "at once", "given at once")


def spoken_answer(
    turn: Turn,
    card: Card,
    every: dict[str, Section],
    aspects: Sequence[str],
    *,
    named: bool,
    told: Sequence[str] = (),
) -> str:
    """The answer as it is said; the first sentence names the procedure when `named`; `told` are ids
    of cases that were spoken of before."""
    if aspects:
        asked = [aspect for aspect in ASPECTS if aspect in aspects]
        known = [a for a in asked if every[a]["lines"]]
        words = SPOKEN_WORDS[turn.language] // max(1, len(known))
        sentences = []
        for aspect in known:
            about = turn.within(card.entry) if named and not sentences else ""
            sentences.append(_sentence(turn, card, aspect, every[aspect], about=about, words=words))
        unknown = [a for a in asked if a not in known]
        if unknown:
            sentences.append(
                _unknown(turn, card, unknown, "" if known or not named else card.entry)
            )
    else:
        sentences = _summary(turn, card, every)
    if turn.language == "vi":
        sentences[0] = f"Dạ, {turn.lower_first(sentences[0])}"
    if not aspects or {"documents", "fee", "time"} & set(aspects):
        sentences += _about_cases(turn, card, told)
    sentences += _notices(turn, card.entry)
    told_facts = any(every[a]["lines"] for a in aspects or ("documents", "fee", "time"))
    if named and told_facts and _doubtful(card.entry):
        # once a topic: the card says it each time
        sentences.append(_unverified(turn, card.entry))
    return " ".join(sentence for sentence in sentences if sentence)


def _doubtful(entry: Entry) -> bool:
    return not entry.get("verified") or bool(entry.get("needs_review"))


def _unverified(turn: Turn, entry: Entry) -> str:
    _ = turn.translate
    if turn.release.counter_for(entry) is not None:
        return _("Thông tin này chưa được kiểm chứng, xin hỏi lại tại quầy.")
    return _("Thông tin này chưa được kiểm chứng, xin hỏi lại nơi nộp.")


def _about_cases(turn: Turn, card: Card, told: Sequence[str]) -> list[str]:
    """Which conditions were counted, each once: what was understood is said."""
    _ = turn.translate
    new = [case for case in card.cases if str(case["id"]) not in told]
    counted = "; ".join(turn.lower_first(card.text(case["if"])) for case in new)
    sentences = [_("Em đã tính cho trường hợp: {case}.").format(case=counted)] if new else []
    notes = [note for note in (card.field(case, "note") for case in new) if note]
    return sentences + [full_stop(note) for note in list(dict.fromkeys(notes))[:2]]


def _unknown(turn: Turn, card: Card, aspects: Sequence[str], entry: Entry | str) -> str:
    """What is not known, and where to ask; `entry` when the procedure was not named before."""
    _ = turn.translate
    what = _listed([aspect_words(turn, aspect) for aspect in aspects], _(" và "))
    if entry:
        what = _("{what} của thủ tục {name}").format(what=what, name=turn.within(card.entry))
    if card.place:
        return _("Em chưa có dữ liệu về {what}; xin hỏi tại {place}.").format(
            what=what, place=card.place
        )
    return _("Em chưa có dữ liệu về {what}; xin hỏi cán bộ tại quầy hướng dẫn.").format(what=what)


def aspect_words(turn: Turn, aspect: str) -> str:
    """An aspect as it stands inside a sentence."""
    _ = turn.translate
    return {
        "documents": _("giấy tờ cần có"),
        "fee": _("lệ phí"),
        "time": _("thời gian giải quyết"),
        "place": _("nơi nộp"),
        "online": _("cách nộp trực tuyến"),
        "eligibility": _("đối tượng, điều kiện"),
        "steps": _("các bước"),
        "result": _("kết quả"),
        "legal_basis": _("căn cứ pháp lý"),
        "form": _("mẫu đơn, tờ khai"),
    }[aspect]


def _listed(words: Sequence[str], conjunction: str) -> str:
    if len(words) < 2:
        return "".join(words)
    return ", ".join(words[:-1]) + conjunction + words[-1]


def _summary(turn: Turn, card: Card, every: dict[str, Section]) -> list[str]:
    """What most people want to know first: how many papers, the fee, how long, where."""
    _ = turn.translate
    told: list[str] = []
    items = document_items(card)
    if items and len(items) == 1:
        paper = turn.lower_first(str(items[0]["title"])).replace("; ", ", ")
        told.append(_("cần một loại giấy tờ là {paper}").format(paper=paper))
    elif items:
        told.append(_("cần {n} loại giấy tờ").format(n=len(items)))
    elif items is not None:
        told.append(_("không cần giấy tờ nào"))
    if every["fee"]["known"]:
        told.append(_fee_in_short(turn, card))
    if (card.entry.get("time") or {}).get("unit") == "same_day":
        told.append(_("có kết quả trong ngày làm việc"))
    elif duration(card):
        told.append(_("có kết quả sau {time}").format(time=duration(card)))
    if card.place:
        told.append(_("nộp tại {place}").format(place=card.place))
    name = turn.within(card.entry)
    sentences = []
    if told:
        sentences.append(_("Thủ tục {name}: {list}.").format(name=name, list="; ".join(told)))
    if items is None and told and card.place:
        sentences.append(_("Em chưa có dữ liệu về giấy tờ cần có, xin hỏi tại đó."))
    elif items is None:
        sentences.append(_unknown(turn, card, ["documents"], "" if told else card.entry))
    elif len(items) > 1:
        sentences.append(_("Anh/chị muốn em đọc từng loại giấy tờ thì nói “giấy tờ gì” ạ."))
    return sentences


def _fee_in_short(turn: Turn, card: Card) -> str:
    _ = turn.translate
    amounts = [row.get("amount_vnd") for row in fees(card)]
    known = [value for value in amounts if value is not None]
    if known and len(set(amounts)) == 1:
        return (
            _("không mất lệ phí")
            if known[0] == 0
            else _("lệ phí {fee}").format(fee=amount(card, known[0]))
        )
    if known and len(known) == len(amounts):
        high = amount(card, max(known))
        if min(known) == 0:
            return _("lệ phí tùy trường hợp, có trường hợp miễn phí, cao nhất {high}").format(
                high=high
            )
        return _("lệ phí tùy trường hợp, từ {low} đến {high}").format(
            low=amount(card, min(known)), high=high
        )
    return _("lệ phí tùy trường hợp")


def _sentence(
    turn: Turn, card: Card, aspect: str, section: Section, *, about: str, words: int
) -> str:
    """One aspect as a sentence, about the procedure of that name or, when "", the open one."""
    _ = turn.translate
    lines = [str(line).rstrip(" .;") for line in section["lines"]]
    if aspect == "documents":
        return _papers(turn, card, lines, about, words)
    if aspect == "fee":
        return _fee(turn, card, lines, about, words)
    if aspect == "time":
        return _time(turn, card, lines, about, words)
    if aspect == "place":
        sentence = (
            _("Thủ tục {name} nộp tại {place}.").format(name=about, place=card.place)
            if about
            else _("Nộp tại {place}.").format(place=card.place)
        )
        return sentence + _counter_state(turn, card.entry)
    if aspect == "online":
        if not about:
            return full_stop(lines[0])
        return _("Về thủ tục {name}: {answer}.").format(
            name=about, answer=turn.lower_first(lines[0])
        )
    return _other(turn, aspect, lines, about, words)


def _other(turn: Turn, aspect: str, lines: Sequence[str], about: str, words: int) -> str:
    _ = turn.translate
    listing = _listing(turn, lines, words)
    if about:
        opening = {
            "eligibility": _("Người được làm thủ tục {name}: {list}."),
            "steps": _("Các bước của thủ tục {name}: {list}."),
            "result": _("Kết quả của thủ tục {name}: {list}."),
            "legal_basis": _("Căn cứ pháp lý của thủ tục {name}: {list}."),
            "form": _("Mẫu đơn của thủ tục {name}: {list}."),
        }[aspect]
    else:
        opening = {
            "eligibility": _("Người được làm: {list}."),
            "steps": _("Các bước: {list}."),
            "result": _("Kết quả là: {list}."),
            "legal_basis": _("Căn cứ pháp lý: {list}."),
            "form": _("Mẫu đơn: {list}."),
        }[aspect]
    if aspect != "legal_basis":
        listing = turn.lower_first(listing)
    return opening.format(name=about, list=listing)


def _papers(turn: Turn, card: Card, lines: Sequence[str], about: str, words: int) -> str:
    _ = turn.translate
    if document_items(card) == []:
        if about:
            return _("Thủ tục {name} không cần giấy tờ nào.").format(name=about)
        return full_stop(lines[0])
    n = len(lines)
    if turn.reading.reads_out and n > 1:
        listing = "; ".join(
            _("{n}, {item}").format(n=i, item=line) for i, line in enumerate(lines, 1)
        )
    else:
        listing = _listing(turn, lines, words)
    if about and n == 1:
        return _("Thủ tục {name} cần một loại giấy tờ: {list}.").format(name=about, list=listing)
    if about:
        return _("Thủ tục {name} cần {n} loại giấy tờ: {list}.").format(
            name=about, n=n, list=listing
        )
    if n == 1:
        return _("Cần một loại giấy tờ: {list}.").format(list=listing)
    return _("Cần {n} loại giấy tờ: {list}.").format(n=n, list=listing)


def _fee(turn: Turn, card: Card, lines: Sequence[str], about: str, words: int) -> str:
    _ = turn.translate
    rows = fees(card)
    sure = [row for row in rows if row.get("amount_vnd") is not None]
    one = sure[0] if len(rows) == len(sure) == 1 and not card.text(rows[0].get("case")) else None
    if one is None:
        listing = _listing(turn, lines, words)
        if about:
            return _("Lệ phí thủ tục {name} như sau: {list}.").format(name=about, list=listing)
        return _("Lệ phí như sau: {list}.").format(list=listing)
    if one["amount_vnd"] == 0:
        sentence = (
            _("Thủ tục {name} không mất lệ phí.").format(name=about)
            if about
            else _("Không mất lệ phí.")
        )
    else:
        fee = amount(card, one["amount_vnd"])
        sentence = (
            _("Lệ phí thủ tục {name} là {fee}.").format(name=about, fee=fee)
            if about
            else _("Lệ phí là {fee}.").format(fee=fee)
        )
    rest = _listing(turn, lines[1:], words)
    return f"{sentence} {full_stop(rest)}" if rest else sentence


def _time(turn: Turn, card: Card, lines: Sequence[str], about: str, words: int) -> str:
    _ = turn.translate
    length = duration(card)
    if not length:
        listing = turn.lower_first(_listing(turn, lines, words))
        if about:
            return _("Thời gian giải quyết thủ tục {name}: {list}.").format(
                name=about, list=listing
            )
        return _("Thời gian giải quyết: {list}.").format(list=listing)
    same_day = (card.entry.get("time") or {}).get("unit") == "same_day"
    if same_day and len(lines) > 1 and fold(lines[1]).startswith(_SAME_DAY):
        # the note says it again, with its exceptions
        note = turn.lower_first(lines[1])
        if about:
            return _("Thời gian giải quyết thủ tục {name}: {list}.").format(name=about, list=note)
        return _("Thời gian giải quyết: {list}.").format(list=note)
    if same_day:
        sentence = (
            _("Thủ tục {name} được giải quyết trong ngày làm việc.").format(name=about)
            if about
            else _("Được giải quyết trong ngày làm việc.")
        )
    else:
        sentence = (
            _("Thời gian giải quyết thủ tục {name} là {time}.").format(name=about, time=length)
            if about
            else _("Thời gian giải quyết là {time}.").format(time=length)
        )
    rest = _listing(turn, lines[1:], words)
    return f"{sentence} {full_stop(rest)}" if rest else sentence


def _listing(turn: Turn, lines: Sequence[str], words: int) -> str:
    """The lines that can be said in `words`; the card holds the rest."""
    kept: list[str] = []
    taken = 0
    for line in lines:
        taken += len(line.split()) + SIGN_WORDS * len(_SIGN.findall(line))
        if kept and taken > words:
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


_BRACKETS = re.compile(r"\s*\([^()]*\)")
_OF_THE_PORTAL = re.compile(r"\s*\([^()]*(?:Cổng|portal)[^()]*\)")


def listened(turn: Turn, text: str, aspects: Sequence[str]) -> str:
    """An answer as it is said aloud: papers without what stands in brackets, which the card shows;
    whole when the list itself was asked to be read."""
    if turn.reading.reads_out or (aspects and "documents" not in aspects):
        return _OF_THE_PORTAL.sub("", text)
    return _BRACKETS.sub("", text)


def _notices(turn: Turn, entry: Entry) -> list[str]:
    counter = turn.release.counter_for(entry)
    counter_id = str(counter["id"]) if counter else None
    found = []
    for notice in turn.context.get("notices") or ():
        about = notice.get("procedure")
        if (about and turn.release.canonical(about) == entry["code"]) or (
            counter_id and notice.get("counter") == counter_id
        ):
            found.append(full_stop(turn.text_of(notice)))
    return found[:2]


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def full_stop(text: str) -> str:
    text = capital(text)
    return text if not text or text.endswith((".", "!", "?")) else text + "."
