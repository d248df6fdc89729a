"""What a reply is written with: the centre as it is now, and what is asked most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from assistant.catalogue.view import PublishedCatalogue
from assistant.centre.hours import moment_text
from assistant.channels.zalo.choices import Choice
from assistant.channels.zalo.splitting import shortened
from assistant.channels.zalo.wording import say, told
from assistant.errors import Language, LetanError

MENU = 10
"""Procedures of the menu."""
_SHORT_CLAUSE, _MOST_NAME = 20, 110


class Centre(Protocol):
    """What is needed of `assistant.centre.service.Centre`."""

    def static(self) -> dict[str, Any]: ...

    def context(self, now: datetime | None = None) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Static names and live state, as in docs/architecture.md."""

    static: Mapping[str, Any] = field(default_factory=dict)
    live: Mapping[str, Any] = field(default_factory=dict)
    menu: Mapping[Language, Sequence[Choice]] = field(default_factory=dict)
    public_url: str | None = None

    @property
    def centre(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.static.get("centre") or {}
        return found

    def name(self, language: Language) -> str:
        return told(self.centre.get("name"), language)

    def address(self, language: Language) -> str:
        return told(self.centre.get("address"), language)

    def hours(self, language: Language) -> str:
        usual = (self.live.get("centre") or {}).get("hours") or self.centre.get("hours")
        return told(usual, language)

    def place(self, id_: object) -> Mapping[str, Any] | None:
        return _by_id(self.static.get("places"), id_)

    def office(self, id_or_name: object) -> Mapping[str, Any] | None:
        """By its id, or by its name in either language."""
        for office in self.static.get("offices") or ():
            if id_or_name in (office["id"], *office["name"].values()):
                found: Mapping[str, Any] = office
                return found
        return None

    def state(self, kind: str, id_: object, language: Language) -> str:
        """Whether a counter (``counters``) or an office is open, in words; "" when unknown."""
        live = (self.live.get(kind) or {}).get(id_) or {}
        return self._state(live.get("open"), live.get("opens_at"), None, language)

    def centre_state(self, language: Language) -> str:
        live = self.live.get("centre") or {}
        reason = told(live.get("reason"), language)
        times = (live.get("opens_at"), live.get("closes_at"))
        text = self._state(live.get("open_now"), *times, language)
        return f"{text} ({reason})" if text and reason and not live.get("open_now") else text

    def takes_tickets(self, counter: object) -> bool:
        live = (self.live.get("counters") or {}).get(counter) or {}
        return bool(live.get("open") and live.get("tickets"))

    def closed_today(self, counter: object) -> bool:
        """Whether a counter is closed and does not open again before tomorrow."""
        live = (self.live.get("counters") or {}).get(counter) or {}
        today = str(self.live.get("now"))[:10]
        return live.get("open") is False and str(live.get("opens_at"))[:10] != today

    def notices(self, code: str, counter: object, language: Language) -> list[str]:
        """What is announced about a procedure or its counter."""
        return [
            told(notice, language)
            for notice in self.live.get("notices") or ()
            if (notice.get("procedure") and notice["procedure"] == code)
            or (notice.get("counter") and notice["counter"] == counter)
        ][:2]

    def _state(self, is_open: object, opens: object, closes: object, language: Language) -> str:
        if is_open is True:
            until = self._moment(closes, language)
            if until:
                return say(language, "đang mở cửa, đến {time}", time=until)
            return say(language, "đang mở cửa")
        if is_open is False:
            again = self._moment(opens, language)
            if again:
                return say(language, "đang đóng, mở lại lúc {time}", time=again)
            return say(language, "đang đóng")
        return ""

    def _moment(self, instant: object, language: Language) -> str:
        try:
            now = datetime.fromisoformat(str(self.live.get("now")))
            return moment_text(datetime.fromisoformat(str(instant)), now, language)
        except (ValueError, TypeError):
            return ""


def surroundings(
    centre: Centre, catalogue: PublishedCatalogue | None, public_url: str | None = None
) -> Surroundings:
    """As they are now; from memory. What cannot be read at the moment stays empty."""
    try:
        static, live = centre.static(), centre.context()
    except LetanError:  # the centre's content cannot be used: /readyz tells
        static, live = {}, {}
    most = catalogue.search()[:MENU] if catalogue is not None else []
    menu: dict[Language, Sequence[Choice]] = {}
    for language in ("vi", "en"):
        found = [
            Choice(
                short_name((one.name.en if language == "en" else None) or one.name.vi),
                f"procedure:{one.code}",
            )
            for one in most
        ]
        menu[language] = found
    return Surroundings(static, live, menu, public_url.rstrip("/") if public_url else None)


def short_name(name: str) -> str:
    """The part of an official name that people say: it may run over four lines."""
    clause = name.replace("(", ";").split(";")[0]
    comma = clause.find(",")
    short = (clause[:comma] if comma >= _SHORT_CLAUSE else clause).strip()
    return shortened(short or name, _MOST_NAME)


def _by_id(things: object, id_: object) -> Mapping[str, Any] | None:
    found = (one for one in things if one.get("id") == id_) if isinstance(things, list) else ()
    return next(iter(found), None)
