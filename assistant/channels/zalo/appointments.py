"""Who asks for an appointment gets what the centre offers: a number of the day, no more."""

import re

from assistant.channels.zalo.choices import Choice, folded
from assistant.channels.zalo.surroundings import Surroundings
from assistant.channels.zalo.wording import say, told
from assistant.errors import Language

_ASKED = re.compile(
    r"\b(?:dat|xin|lay|len|book|make) (?:truoc )?(?:lich|hen|cuoc hen)\b|\blich hen\b"
    r"|\bhen (?:truoc|gio|ngay|lich)\b|\bdat cho truoc\b|\bappointments?\b"
)
_MOST = 4


def asks_for_appointment(text: str) -> bool:
    return _ASKED.search(folded(text)) is not None


def appointment_text(language: Language, around: Surroundings) -> str:
    """What there is instead, and whether the centre is open."""
    lines = [
        say(
            language,
            "Dạ, em chưa đặt lịch hẹn được ạ. Em lấy được số thứ tự dùng trong ngày, "
            "khi quầy đang mở: anh/chị nhắn “lấy số”.",
        )
    ]
    state = around.centre_state(language)
    if state:
        lines.append(say(language, "Trung tâm {state}.", state=state))
    return "\n".join(lines)


def counters_with_numbers(language: Language, around: Surroundings) -> list[Choice]:
    """Counters whose numbers can be taken now."""
    found = [
        Choice(told(counter.get("name"), language), f"ticket:{counter['id']}")
        for counter in around.static.get("counters") or ()
        if around.takes_tickets(counter["id"])
    ]
    return found[:_MOST]
