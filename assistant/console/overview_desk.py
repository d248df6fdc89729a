"""What the first screen tells of the desk as a whole: what waits, what goes on, how it goes."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from assistant.catalogue.lines import lines_of
from assistant.console.wording import say
from assistant.conversation.figures import Figures, between
from assistant.conversation.tables import ConversationRow
from assistant.errors import Language
from assistant.inbox.service import Inbox
from assistant.storage.database import Database

_ALIVE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for a person, and the page where it is done."""

    text: str
    path: str


async def needs(state: Any, language: Language) -> list[Need]:
    """Questions to judge and facts to look at again."""
    found = []
    inbox: Inbox = state.inbox
    waiting = await inbox.waiting()
    if waiting.groups:
        text = "Hộp thư: {n} nhóm câu hỏi của {people} người đang chờ."
        told = say(language, text, n=waiting.groups, people=waiting.people)
        found.append(Need(told, "/inbox"))
    today = datetime.now(ZoneInfo(state.settings.timezone)).date()
    lines = await lines_of(state, state.database).all()
    overdue = sum(line.overdue(today) for line in lines)
    review = sum(line.needs_review for line in lines)
    if overdue:
        text = "{n} thủ tục đã quá hạn xem lại hoặc hết hiệu lực."
        found.append(Need(say(language, text, n=overdue), "/catalogue?status=overdue"))
    if review:
        text = "{n} thủ tục cần xem lại vì nguồn cũ hoặc các nguồn khác nhau."
        found.append(Need(say(language, text, n=review), "/catalogue?status=review"))
    return found


async def going_on(state: Any, language: Language) -> str:
    """Conversations of the last minutes and people in the queues, in a sentence."""
    database: Database = state.database
    since = datetime.now(ZoneInfo(state.settings.timezone)) - _ALIVE

    def count(connection: Connection) -> int:
        alive = select(func.count()).where(
            ConversationRow.last_at >= since, ConversationRow.closed_at.is_(None)
        )
        return int(connection.execute(alive).scalar() or 0)

    talking = await database.read(count)
    counters = state.centre.board()["counters"] if state.centre is not None else []
    waiting = sum(counter["waiting"] for counter in counters)
    text = "{n} cuộc trò chuyện trong 5 phút qua, {waiting} người đang chờ ở quầy."
    return say(language, text, n=talking, waiting=waiting)


async def compared(state: Any) -> tuple[Figures, Figures]:
    """Today, and the same weekday a week ago up to the same hour."""
    zone = ZoneInfo(state.settings.timezone)
    now = datetime.now(zone)
    found = []
    for end in (now, now - timedelta(days=7)):
        start = datetime.combine(end.date(), time(), tzinfo=zone)
        found.append(await between(state.database, zone, start, end + timedelta(seconds=1)))
    return found[0], found[1]


def how_it_goes(language: Language, today: Figures, before: Figures) -> list[dict[str, str]]:
    """Rows `{"name", "today", "before"}`."""
    rows = []
    for name, told in (
        ("Lượt khách", [str(len(each.total.conversations)) for each in (today, before)]),
        ("Câu hỏi", [str(each.total.turns) for each in (today, before)]),
        ("Hiểu được", [_share(each.total.understood) for each in (today, before)]),
        ("Đi nhầm quầy", [_wrong(each) for each in (today, before)]),
        ("Chờ ở quầy", [_minutes(language, each) for each in (today, before)]),
        ("Hài lòng", [_share(each.total.satisfied) for each in (today, before)]),
    ):
        rows.append({"name": say(language, name), "today": told[0], "before": told[1]})
    return rows


def sentence(language: Language, today: Figures, before: Figures) -> str:
    """The day in one line."""
    total = today.total
    if total.understood is None:
        return say(language, "Hôm nay chưa có câu hỏi nào.")
    told = say(
        language,
        "{conversations} lượt khách, {turns} câu hỏi, hiểu được {share} %.",
        conversations=len(total.conversations),
        turns=total.turns,
        share=round(total.understood * 100),
    )
    earlier = before.total.understood
    if earlier is None:
        return told
    return told + " " + say(language, "Tuần trước: {share} %.", share=round(earlier * 100))


def _wrong(found: Figures) -> str:
    told = _share(found.total.wrongly_sent_rate)
    return told if told == "–" else f"{found.total.wrongly_sent} ({told})"


def _minutes(language: Language, found: Figures) -> str:
    median = found.waiting.median
    return "–" if median is None else say(language, "{n} phút", n=round(median))


def _share(value: float | None) -> str:
    return "–" if value is None else f"{round(value * 100)} %"
