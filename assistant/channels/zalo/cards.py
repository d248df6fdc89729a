"""An entry of the catalogue as a message on a small phone: headings, papers as lines, the source.

Nothing is added to what the entry says; what it does not say is said to be unknown.
"""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from babel.dates import get_month_names

from assistant.channels.zalo.choices import Choice
from assistant.channels.zalo.surroundings import Surroundings, short_name
from assistant.channels.zalo.wording import capital, full_stop, say
from assistant.errors import Language

Part = dict[str, Any]

OTHERS = ("online", "eligibility", "steps", "result", "legal_basis", "form")
_FEW_FEES = 3
"""Shown beside the papers when there are more than one more."""
_ONE_LINE = 40
"""Characters of a line on a small phone."""
_MONTH = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")
_SAME_DAY = ("trong ngày", "trả ngày", "trả trong ngày", "same day", "at once", "given at once")
_SAME_DAY_ALONE = {
    "trong ngày làm việc",
    "the same working day",
    "within the working day",
    "same day",
}


class Card:
    """One `procedure` part."""

    def __init__(self, part: Part, language: Language, around: Surroundings) -> None:
        self._part = part
        self._language: Language = language
        self._around = around
        self.asked: Sequence[str] = part.get("asked") or ()
        self.counter: str | None = part.get("counter")

    @property
    def whole(self) -> bool:
        """Whether it is the answer to "what do I need", not to one question about it."""
        return not self.asked or "documents" in self.asked

    def shows(self, aspect: str) -> bool:
        if self.whole and aspect in ("documents", "fee", "time", "place"):
            return True
        return aspect in self.asked

    def text(self, *, with_route: bool = False) -> str:
        """What was asked; ``with_route``: the way to the counter follows."""
        blocks = [self._head(), *self._sections(with_route)]
        return "\n\n".join(block for block in blocks if block)

    def more(self) -> list[Choice]:
        """What can be asked next."""
        part, language = self._part, self._language
        code = str(part.get("code"))
        found = []
        if self._lines("documents"):
            found.append(
                Choice(say(language, "Tôi còn thiếu giấy gì?"), "checklist:start", about=code)
                if self.shows("documents")
                else Choice(say(language, "Giấy tờ cần có"), "aspect:documents", about=code)
            )
        if not self.shows("fee") and self._lines("fee"):
            found.append(Choice(say(language, "Lệ phí"), "aspect:fee", about=code))
        if self.counter is not None and "place" not in self.asked:
            title = say(language, "Đường đến quầy {id}", id=self.counter)
            found.append(Choice(title, f"lead:{self._place_of_counter()}"))
        if part.get("counter") and self._around.takes_tickets(part["counter"]):
            title = say(language, "Lấy số quầy {id}", id=part["counter"])
            found.append(Choice(title, f"ticket:{part['counter']}"))
        return found[:4]

    def _head(self) -> str:
        name, code = short_name(str(self._part["name"])), str(self._part["code"])
        title = name
        if code[:1].isdigit():
            title = say(self._language, "{name} (mã {code})", name=name, code=code)
        lines = [say(self._language, "Dạ, thủ tục {title}:", title=title)]
        for case in self._part.get("cases") or ():
            counted = say(self._language, "Tính cho trường hợp: {case}", case=case["title"])
            lines.append(full_stop(counted))
            if case.get("note"):
                lines.append(full_stop(str(case["note"])))
        return "\n".join(lines)

    def _sections(self, with_route: bool) -> list[str]:
        order = ("documents", "fee", "time", "place", *OTHERS)
        blocks = [self._section(aspect, with_route) for aspect in order if self.shows(aspect)]
        # Facts of one line stand together; what takes several is apart.
        groups: list[list[str]] = []
        for block in blocks:
            short = max(len(block), len(groups[-1][-1]) if groups else 0) <= _ONE_LINE
            if groups and short:
                groups[-1].append(block)
            else:
                groups.append([block])
        return ["\n".join(group) for group in groups]

    def _section(self, aspect: str, with_route: bool) -> str:
        lines = self._lines(aspect)
        heading = self._heading(aspect)
        if not lines:
            return f"{heading}: {self._unknown()}"
        if aspect == "documents":
            return self._papers(heading, lines)
        if aspect == "place":
            return self._where(heading, lines, with_route)
        if aspect == "time":
            return f"{heading}: {_time(lines)}"
        if len(lines) == 1:
            return f"{heading}: {capital(lines[0])}"
        few = lines
        if aspect == "fee" and "fee" not in self.asked and len(lines) > _FEW_FEES + 1:
            rest = len(lines) - _FEW_FEES
            more = say(self._language, "… và {n} mức khác, hỏi “lệ phí” để xem hết", n=rest)
            few = [*lines[:_FEW_FEES], more]
        return "\n".join([heading, *(f"• {capital(line)}" for line in few)])

    def _papers(self, heading: str, lines: Sequence[str]) -> str:
        items = (self._part["sections"]["documents"] or {}).get("items")
        if not items:  # known that none is needed
            return "\n".join([heading, *(f"• {capital(line)}" for line in lines)])
        return "\n".join([f"{heading} ({len(items)})", *map(self._paper, items)])

    def _paper(self, item: Part) -> str:
        copies = item.get("copies")
        how = {
            "submit": say(self._language, "nộp {n} bản", n=copies)
            if copies
            else say(self._language, "nộp"),
            "present": say(self._language, "cho cán bộ xem"),
            "form": say(self._language, "tờ khai"),
        }.get(str(item.get("kind")))
        line = f"• {capital(str(item['title']))}" + (f" – {how}" if how else "")
        return f"{line}\n   ({str(item['note']).rstrip('.')})" if item.get("note") else line

    def _where(self, heading: str, lines: Sequence[str], with_route: bool) -> str:
        text = f"{heading}: {'; '.join(map(str, lines))}"
        if with_route:
            return text
        language, around = self._language, self._around
        if self.counter is not None:
            found = [around.address(language), around.state("counters", self.counter, language)]
        else:
            office = around.office(lines[0])
            if office is None:
                return text
            found = [
                str((office.get("address") or {}).get(language) or ""),
                around.state("offices", office["id"], language),
            ]
        address, state = found
        return text + (f", {address}" if address else "") + (f" ({state})" if state else "")

    def foot(self) -> str:
        """What is to be minded, and where the facts come from: stands last."""
        part, language = self._part, self._language
        lines = []
        unsure = part.get("unsure") or ()
        if unsure:
            lines += [say(language, "CÒN TÙY TRƯỜNG HỢP"), *(f"• {line}" for line in unsure)]
        if part.get("note") and (self.whole or "online" in self.asked):
            lines.append(say(language, "Lưu ý: {note}", note=full_stop(str(part["note"]))))
        for notice in self._around.notices(str(part["code"]), self.counter, language):
            lines.append(say(language, "Thông báo: {note}", note=full_stop(notice)))
        if not part.get("verified", True) or part.get("needs_review"):
            lines.append(self._unverified())
        if self.whole and self._around.public_url:
            address = f"{self._around.public_url}/p/{part['code']}"
            lines.append(say(language, "Xem đầy đủ: {address}", address=address))
        return "\n\n".join(filter(None, ["\n".join(lines), self._source()]))

    def _unverified(self) -> str:
        if self.counter is not None:
            return say(self._language, "Thông tin này chưa được kiểm chứng, xin hỏi lại tại quầy.")
        return say(self._language, "Thông tin này chưa được kiểm chứng, xin hỏi lại nơi nộp.")

    def _source(self) -> str:
        source = self._part.get("source") or {}
        hosts = (_host(url) for url in source.get("urls") or ())
        host = next((host for host in hosts if host), None)
        day = shown_date(str(source.get("date") or ""), self._language)
        if host is None and not day:
            return say(self._language, "Nguồn: danh mục của Trung tâm, chưa ghi nơi và ngày.")
        if host is None:
            return say(self._language, "Nguồn: danh mục đã công bố, {date}.", date=day)
        if not day:
            return say(
                self._language, "Nguồn: danh mục đã công bố ({host}), chưa rõ ngày.", host=host
            )
        return say(
            self._language, "Nguồn: danh mục đã công bố ({host}), {date}.", host=host, date=day
        )

    def _unknown(self) -> str:
        return say(self._language, "em chưa có dữ liệu, xin hỏi tại nơi nộp")

    def _heading(self, aspect: str) -> str:
        titles = {
            "documents": "GIẤY TỜ CẦN CÓ",
            "fee": "LỆ PHÍ",
            "time": "THỜI GIAN",
            "place": "NƠI NỘP",
            "online": "NỘP QUA MẠNG",
            "eligibility": "AI ĐƯỢC LÀM",
            "steps": "CÁC BƯỚC",
            "result": "KẾT QUẢ",
            "legal_basis": "CĂN CỨ PHÁP LÝ",
            "form": "MẪU ĐƠN",
        }
        return say(self._language, titles[aspect])

    def _lines(self, aspect: str) -> list[str]:
        section = (self._part.get("sections") or {}).get(aspect) or {}
        return [str(line).strip().rstrip(".;") for line in section.get("lines") or () if line]

    def _place_of_counter(self) -> str:
        counters = self._around.static.get("counters") or ()
        places = (one.get("place") for one in counters if one.get("id") == self.counter)
        return str(next(places, None) or f"counter-{self.counter}")


def shown_date(told: str, language: Language) -> str:
    """ "08/2026" of a date or of a longer remark that holds one; "" of any other."""
    found = _MONTH.search(told)
    if found is None:
        return ""
    year, month, day = found.groups()
    if language == "vi":
        return "/".join(one for one in (day, month, year) if one)
    name = get_month_names("wide", locale="en").get(int(month), month)
    return " ".join(one for one in (day and str(int(day)), name, year) if one)


def _time(lines: Sequence[str]) -> str:
    """The note of a same-day entry says the time again, with its exceptions."""
    again = len(lines) > 1 and lines[1].lower().startswith(_SAME_DAY)
    if again and lines[0].lower() in _SAME_DAY_ALONE:
        lines = lines[1:]
    return "; ".join([capital(lines[0]), *map(_within, lines[1:])])


def _within(line: str) -> str:
    """After a semicolon: a capital stays only where it is one of several, as in "TP.HCM"."""
    return line[:1].lower() + line[1:] if line[1:2].islower() else line


def _host(url: object) -> str:
    try:
        return (urlsplit(str(url).split(" ")[0]).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
