"""What changes while people wait: the context of a turn and the board, from memory alone."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from vn_numberwords import number_to_words

from assistant.centre.hours import Schedule, Status
from assistant.centre.model import Content, Notice
from assistant.centre.phrases import say
from assistant.centre.queues import Call, Queue, expected_wait, takes_tickets

NEXT_SHOWN = 5
_DIGITS_EN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

Queues = Callable[[str], Queue]
"""The queue of a counter by its id."""


class Schedules:
    """The hours of the centre, its counters and the offices."""

    def __init__(self, content: Content) -> None:
        rules = content.hours
        self.centre = Schedule(rules)
        self.counters: Mapping[str, Schedule] = {
            id_: Schedule(rules, id_) for id_ in content.counters
        }
        self.offices: Mapping[str, Schedule] = {
            id_: Schedule(rules, week=office.week) for id_, office in content.offices.items()
        }


class LiveView:
    """Builds JSON-ready views; hours are worked out once a minute, queues every time."""

    def __init__(self, content: Content, schedules: Schedules) -> None:
        self._content = content
        self._schedules = schedules
        self._zone = content.hours.timezone
        self._usual = schedules.centre.text().as_dict()
        self.put_up: tuple[Notice, ...] = ()
        """Notices that staff put up, beside those of the content."""
        self._minute: tuple[int, Status, dict[str, Status], dict[str, Status]] | None = None

    def local_day(self, now: datetime) -> date:
        return now.astimezone(self._zone).date()

    def context(self, now: datetime, queues: Queues) -> dict[str, Any]:
        """The centre's share of the live context of a turn (docs/architecture.md)."""
        centre, counters, offices = self._statuses(now)
        return {
            "now": now.astimezone(self._zone).isoformat(timespec="seconds"),
            "centre": {
                "open_now": centre.open,
                "opens_at": _iso(centre.opens_at),
                "closes_at": _iso(centre.closes_at),
                "reason": centre.reason.as_dict() if centre.reason else None,
                "hours": dict(self._usual),
            },
            "counters": {
                id_: {
                    "open": status.open,
                    "opens_at": _iso(status.opens_at),
                    "tickets": takes_tickets(self._content.tickets, status, now, self._zone),
                    "waiting": len(queues(id_).waiting),
                    "expected_wait_minutes": self._wait(id_, queues(id_), now),
                }
                for id_, status in counters.items()
            },
            "offices": {
                id_: {"open": status.open, "opens_at": _iso(status.opens_at)}
                for id_, status in offices.items()
            },
            "notices": self.notices(now),
        }

    def notices(self, now: datetime) -> list[dict[str, Any]]:
        return [
            {
                "vi": notice.text.vi,
                "en": notice.text.en,
                "counter": notice.counter,
                "procedure": notice.procedure,
            }
            for notice in (*self._content.notices, *self.put_up)
            if _shows(notice, now)
        ]

    def board(self, now: datetime, queues: Queues) -> dict[str, Any]:
        """The display board: numbers and counters, never a name."""
        centre, counters, _ = self._statuses(now)
        called = [queue.current for id_ in counters if (queue := queues(id_)).current]
        calls = sorted((c for c in called if c), key=lambda call: call.announced_at, reverse=True)
        return {
            "now_calling": [self._call(call) for call in calls],
            "counters": [
                {
                    "id": id_,
                    "name": self._content.counters[id_].name.as_dict(),
                    "open": status.open,
                    "opens_at": _iso(status.opens_at),
                    "current": queue.current.number if queue.current else None,
                    "next": list(queue.waiting[:NEXT_SHOWN]),
                    "waiting": len(queue.waiting),
                    "expected_wait_minutes": self._wait(id_, queue, now),
                }
                for id_, status in counters.items()
                if (queue := queues(id_)) is not None
            ],
            "notices": self.notices(now),
            "hours": dict(self._usual),
            "open_now": centre.open,
            "opens_at": _iso(centre.opens_at),
            "closes_at": _iso(centre.closes_at),
            "reason": centre.reason.as_dict() if centre.reason else None,
        }

    def _call(self, call: Call) -> dict[str, Any]:
        return {
            "number": call.number,
            "counter": call.counter,
            "called_at": _iso(call.called_at.astimezone(self._zone)),
            "announced_at": _iso(call.announced_at.astimezone(self._zone)),
            "spoken": spoken_call(call.number, call.counter),
        }

    def _wait(self, counter: str, queue: Queue, now: datetime) -> int:
        schedule = self._schedules.counters[counter]
        breaks = not self._content.tickets.outside_hours
        return expected_wait(queue, len(queue.waiting), schedule, now, breaks_count=breaks)

    def _statuses(self, now: datetime) -> tuple[Status, dict[str, Status], dict[str, Status]]:
        # Hours begin and end at whole minutes, so that within a minute nothing changes.
        minute = int(now.timestamp() // 60)
        if self._minute is None or self._minute[0] != minute:
            schedules = self._schedules
            self._minute = (
                minute,
                schedules.centre.status(now),
                {id_: schedule.status(now) for id_, schedule in schedules.counters.items()},
                {id_: schedule.status(now) for id_, schedule in schedules.offices.items()},
            )
        return self._minute[1:]


def spoken_call(number: int, counter: str) -> dict[str, str]:
    """The call as a voice says it, numbers in words: never read as a telephone number."""
    counter_vi = str(number_to_words(int(counter))) if counter.isdigit() else counter
    counter_en = _digits_en(counter) if len(counter) == 1 and counter.isdigit() else counter
    number_vi = str(number_to_words(number))
    return {
        "vi": say(
            "vi", "Mời số {number} đến quầy số {counter}.", number=number_vi, counter=counter_vi
        ),
        "en": say(
            "en",
            "Mời số {number} đến quầy số {counter}.",
            number=_digits_en(str(number)),
            counter=counter_en,
        ),
    }


def _digits_en(number: str) -> str:
    return " ".join(_DIGITS_EN[int(digit)] for digit in number)


def _shows(notice: Notice, now: datetime) -> bool:
    return (notice.start is None or notice.start <= now) and (
        notice.end is None or now < notice.end
    )


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
