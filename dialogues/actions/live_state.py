"""What the live context says now: whether a counter is open, how many wait, when it opens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from babel.dates import format_date

from dialogues.actions.turn import Turn


def counter_state(turn: Turn, counter_id: str) -> str:
    """Open with so many waiting, or closed until when; "" when the context does not say."""
    _ = turn.translate
    live = turn.live_counter(counter_id)
    if live.get("open") is True:
        waiting = live.get("waiting")
        minutes = live.get("expected_wait_minutes")
        if waiting == 1 and minutes:
            return " " + _("Quầy đang mở, có 1 người đang chờ, khoảng {minutes} phút.").format(
                minutes=round(minutes)
            )
        if waiting and minutes:
            return " " + _("Quầy đang mở, có {n} người đang chờ, khoảng {minutes} phút.").format(
                n=waiting, minutes=round(minutes)
            )
        if waiting == 1:
            return " " + _("Quầy đang mở, có 1 người đang chờ.")
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
        f"{at.hour % 12 or 12}:{at.minute:02d} {'p' if at.hour > 11 else 'a'}.m."
        if turn.language == "en"
        else f"{at.hour} giờ" + (f" {at.minute:02d}" if at.minute else "")
    )
    if at.date() == now.date():
        return hour
    month = format_date(at, "LLLL", locale="en") if turn.language == "en" else str(at.month)
    return _("{hour} ngày {day}/{month}").format(hour=hour, day=at.day, month=month)
