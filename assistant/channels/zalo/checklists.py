"""Checklists as lines: what is still missing, and what a situation in life brings with it."""

from collections.abc import Iterable, Sequence
from typing import Any

from assistant.channels.zalo.wording import capital, full_stop, say
from assistant.errors import Language

Part = dict[str, Any]

_FEW = 6


def checklist_text(part: Part, language: Language, offered: Sequence[str] = ()) -> str:
    """ "" while papers are still being asked for: the question stands alone. ``offered``: payloads
    of the choices that follow; what a situation brings with it has their numbers."""
    if part.get("of") == "procedures":
        return _situation(part, language, offered)
    return _papers(part, language) if part.get("done") else ""


def progress(part: Part, language: Language) -> str:
    """Which paper of how many is asked about."""
    items = part.get("items") or ()
    at = next((n for n, item in enumerate(items, 1) if item["id"] == part.get("current")), None)
    if at is None:
        return ""
    return say(language, "(Giấy {n} trong {total})", n=at, total=len(items))


def _papers(part: Part, language: Language) -> str:
    items = part.get("items") or ()
    missing = [item for item in items if item.get("have") is False]
    unsure = [item for item in items if item.get("have") is None]
    owned = [item for item in items if item.get("have") is True]
    blocks = []
    if missing:
        heading = say(language, "CÒN THIẾU ({n})", n=len(missing))
        blocks.append(_lines(heading, "✗", (_noted(item) for item in missing)))
    if unsure:
        heading = say(language, "CHƯA CHẮC, XIN HỎI LẠI TẠI QUẦY")
        blocks.append(_lines(heading, "?", (str(item["title"]) for item in unsure)))
    if owned:
        heading = say(language, "ĐÃ CÓ")
        blocks.append(_lines(heading, "✓", (str(item["title"]) for item in owned)))
    if not missing and not unsure:  # the sentence before it says so
        return "\n\n".join(blocks)
    return "\n\n".join([say(language, "Dạ, theo lời anh/chị thì:"), *blocks])


def _situation(part: Part, language: Language, offered: Sequence[str]) -> str:
    event = part.get("event") or {}
    items = part.get("items") or ()
    heading = say(language, "VIỆC CẦN LÀM")
    if event.get("name"):
        heading = say(language, "Dạ, {event}, các việc cần làm:", event=_within(event["name"]))
    marks = {item["id"]: "•" for item in items}
    for number, payload in enumerate(offered, 1):
        marks[payload.removeprefix("procedure:")] = f"{number}."
    surely = [item for item in items if item.get("always")]
    maybe = [item for item in items if not item.get("always")]
    blocks = ["\n".join([heading, *(f"{marks[one['id']]} {_noted(one)}" for one in surely)])]
    if maybe:
        rest = len(maybe) - _FEW
        listed = [f"{marks[one['id']]} {_noted(one)}" for one in maybe[:_FEW]]
        if rest > 0:
            listed.append(say(language, "… và {n} việc khác tùy trường hợp", n=rest))
        blocks.append("\n".join([say(language, "TÙY TRƯỜNG HỢP"), *listed]))
    papers = [capital(str(paper["title"])) for paper in part.get("documents") or ()]
    if papers:
        blocks.append(_lines(say(language, "GIẤY TỜ CHO VIỆC ĐẦU TIÊN"), "•", papers))
    where = [str(one["title"]) for one in (part.get("counters") or ())]
    where += [str(one["title"]) for one in (part.get("offices") or ())]
    if where:
        blocks.append(_lines(say(language, "NƠI LÀM"), "•", where))
    if part.get("note"):
        blocks.append(say(language, "Lưu ý: {note}", note=full_stop(str(part["note"]))))
    return "\n\n".join(blocks)


def _noted(item: Part) -> str:
    title = capital(str(item["title"]))
    return f"{title}\n   ({str(item['note']).rstrip('.')})" if item.get("note") else title


def _lines(heading: str, mark: str, lines: Iterable[str]) -> str:
    return "\n".join([heading, *(f"{mark} {line}" for line in lines)])


def _within(name: str) -> str:
    return name[:1].lower() + name[1:]
