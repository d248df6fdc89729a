"""What a reply sets in motion: the way described, the robot sent, the ticket taken, the speech.

A failure here becomes a sentence of the reply, never an error of the turn.
"""

from collections import OrderedDict
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from typing import Any, cast

import structlog

from assistant.centre.service import Centre
from assistant.centre.tickets import IssuedTicket
from assistant.centre.wayfinding import Route
from assistant.conversation.company import Companion
from assistant.conversation.wording import say
from assistant.errors import Language, LetanError
from assistant.robots.service import Fleet
from assistant.robots.view import RobotView
from robot_bridge.missions import MissionKind
from robot_bridge.places import Place
from speech.spoken_form import spoken

log = structlog.get_logger(__name__)

Part = dict[str, Any]

_SPEECH_KEPT = 2048
_TICKETS_KEPT = 512

_DESKS = ("information-desk", "reception", "waiting-area")
"""Where a person is found, best first; ids of places."""


class Effects:
    """Reads the live rooms for a turn and carries out what its reply asks for."""

    def __init__(self, centre: Centre, fleet: Fleet) -> None:
        self._centre = centre
        self._fleet = fleet
        self.companion = Companion(fleet)
        self._tickets: OrderedDict[str, IssuedTicket] = OrderedDict()
        """The last one of a conversation, so that a counter is told whom the robot brings."""
        self._speech = lru_cache(maxsize=_SPEECH_KEPT)(_speech)
        """Sentences repeat all day; the spoken form of a long one takes a millisecond."""

    def context(self, channel: str, robot: str | None) -> dict[str, Any]:
        """The live context that travels into a turn (docs/architecture.md)."""
        view = self._view(robot)
        context = {
            "channel": channel,
            "can_move": view is not None,
            "robot": None
            if view is None
            else {
                "id": view.id,
                "name": view.name,
                "state": "stopped" if view.stopped else view.activity,
            },
        }
        try:
            return self._centre.context() | context
        except LetanError:  # the centre's content cannot be read: /readyz tells
            now = datetime.now(UTC).isoformat(timespec="seconds")
            return {"now": now, "centre": {}, "counters": {}, "notices": []} | context

    async def apply(
        self,
        parts: list[Part],
        *,
        conversation: str,
        message_id: str,
        robot: str | None,
        language: Language,
        kiosk: str | None = None,
    ) -> list[Part]:
        """The parts as they are sent: enriched, replaced or explained, texts with their speech.

        ``kiosk``: where the visitor stands, when it has a place.
        """
        turn = _Turn(
            self._centre,
            self._fleet,
            conversation=conversation,
            message_id=message_id,
            robot=robot,
            language=language,
            ticket=self._tickets.get(conversation),
            stands=self._stands(kiosk),
        )
        done: list[Part] = []
        for part in parts:
            try:
                made = await turn.carry_out(part, parts)
                if part.get("type") == "mission" and not _moves(made):
                    _take_back(done)
                done += made
                if turn.ticket is not None:
                    self._keep(conversation, turn.ticket)
            except LetanError as error:
                log.warning("effect refused", part=part.get("type"), code=error.code)
                done += turn.apology(part, error)
            except Exception:  # the border of a stage: the answer itself must reach its reader
                log.exception("effect failed", part=part.get("type"))
                done += turn.apology(part, None)
        for part in [part for part in done if part.get("type") == "text"][1:]:
            _without_courtesy(part)
        _say_the_way(done)
        for part in done:
            if part.get("type") == "text":
                part["speech"] = self._speech(part.get("speech") or part["text"], language)
        return done

    def _keep(self, conversation: str, ticket: IssuedTicket) -> None:
        self._tickets[conversation] = ticket
        self._tickets.move_to_end(conversation)
        if len(self._tickets) > _TICKETS_KEPT:
            self._tickets.popitem(last=False)

    async def stop(self, robot: str | None) -> bool:
        """Stop the conversation's robot now; whether there was one to stop."""
        if robot is None:
            return False
        try:
            await self._fleet.stop(robot, "a visitor said stop", "visitor")
        except LetanError as error:
            log.error("stop failed", robot=robot, code=error.code)
            return False
        return True

    def text(self, text: str, language: Language) -> Part:
        return {"type": "text", "text": text, "speech": self._speech(text, language)}

    async def forget(self, conversation: str) -> None:
        """Raises LetanError when the centre does not work."""
        self._tickets.pop(conversation, None)
        await self._centre.forget(conversation)

    def _stands(self, kiosk: str | None) -> Place | None:
        try:
            return self._fleet.stands(kiosk) if kiosk is not None else None
        except LetanError:  # no robots run
            return None

    def _view(self, robot: str | None) -> RobotView | None:
        try:
            return self._fleet.robot(robot) if robot is not None else None
        except LetanError:
            return None


class _Turn:
    """The effects of one reply."""

    def __init__(
        self,
        centre: Centre,
        fleet: Fleet,
        *,
        conversation: str,
        message_id: str,
        robot: str | None,
        language: Language,
        ticket: IssuedTicket | None = None,
        stands: Place | None = None,
    ) -> None:
        self._centre = centre
        self._fleet = fleet
        self._conversation = conversation
        self._message_id = message_id
        self._robot = robot
        self._language = language
        self.ticket = ticket
        """The one that the visitor holds."""
        self._stands = stands
        """Where the visitor is; None: beside the robot."""

    async def carry_out(self, part: Part, among: list[Part]) -> list[Part]:
        """What one part of the engine becomes. Raises LetanError."""
        match part.get("type"):
            case "route":
                return [await self._route(part)]
            case "mission":
                return await self._mission(part, among)
            case "ticket":
                return await self._ticket(part)
            case "handoff":
                return [self._handoff(part)]
            case _:
                return [part]

    def apology(self, part: Part, error: LetanError | None) -> list[Part]:
        """What is said instead of a part that failed."""
        reason = error.text(self._language) if error is not None else ""
        match part.get("type"):
            case "route":
                return [part | {"path": [], "directions": [], "distance_m": None, "steps": None}]
            case "mission":
                source = "Dạ, robot chưa dẫn anh/chị đi được. {reason}"
            case "ticket":
                source = "Dạ, em chưa lấy được số cho anh/chị. {reason}"
            case "handoff":
                return [part]
            case _:
                source = "Dạ, em chưa làm được việc này. {reason}"
        text = say(self._language, source, reason=reason).strip()
        return [{"type": "text", "text": text}]

    async def _route(self, part: Part) -> Part:
        pose = None
        if self._stands is not None:
            pose = self._stands.pose
        elif self._robot is not None:
            pose = self._fleet.robot(self._robot).pose
        start = None if pose is None else {"x": pose.x, "y": pose.y, "theta": pose.theta}
        found = await self._centre.route(start, str(part["to"]), self._language)
        return part | _way(found)

    async def _mission(self, part: Part, among: list[Part]) -> list[Part]:
        to = str(part["to"])
        if self._robot is None:  # only a visitor at a kiosk is led; anybody gets the way described
            return [] if _has_route(among, to) else [await self._route({"type": "route", "to": to})]
        kind = cast(MissionKind, part.get("kind", "lead"))
        try:
            number = None if self.ticket is None else str(self.ticket.number)
            visitor = f"visitor {self._conversation[:6]}"
            near = None if self._stands is None else self._stands.id
            mission = await self._fleet.start_mission(
                self._robot, kind, to, visitor, ticket=number, near=near
            )
        except LetanError as error:
            log.warning("mission refused", robot=self._robot, code=error.code)
            described = self.apology(part, error)
            if not _has_route(among, to):
                described.append(await self._route({"type": "route", "to": to}))
            return described
        started = {"robot": self._robot, "mission_id": mission.id, "state": mission.state}
        if mission.fetch is None:
            return [part | started]
        text = say(self._language, "Dạ, em đang đến chỗ anh/chị. Anh/chị chờ em một chút ạ.")
        return [{"type": "text", "text": text}, part | started | {"fetch": mission.fetch.id}]

    async def _ticket(self, part: Part) -> list[Part]:
        key = f"{self._conversation}:{self._message_id}"
        ticket = await self._centre.issue_ticket(str(part["counter"]), self._conversation, key)
        self.ticket = ticket
        name = ticket.counter_name[self._language]
        sentence = _ticket_sentence(ticket, name, self._language)
        card = part | {
            "number": ticket.number,
            "ahead": ticket.ahead,
            "expected_wait_minutes": ticket.expected_wait_minutes,
            "counter_name": name,
            "issued_at": ticket.issued_at.isoformat(),
        }
        return [{"type": "text", "text": sentence}, card]

    def _handoff(self, part: Part) -> Part:
        static = self._centre.static()
        places = {place["id"]: place for place in static["places"]}
        desk = next((places[id_] for id_ in _DESKS if id_ in places), None)
        centre = static["centre"]
        named = desk["name"] if desk is not None else centre["name"]
        return part | {
            "where": named[self._language],
            "place": desk["id"] if desk is not None else None,
            "phone": centre.get("phone"),
            "hours": centre["hours"][self._language],
        }


def _way(route: Route) -> Part:
    return {
        "to": route.to,
        "title": route.title,
        "counter": route.counter,
        "pose": route.pose.as_dict() if route.pose is not None else None,
        "path": [[round(x, 2), round(y, 2)] for x, y in route.path],
        "distance_m": route.distance_m,
        "steps": route.steps,
        "directions": list(route.directions),
    }


def _say_the_way(done: list[Part]) -> None:
    """A way that was asked for is spoken as well; not when the robot leads or offers to, and not
    beside an answer about a procedure, whose screen shows it."""
    if any(part.get("type") in {"procedure", "mission", "ticket"} for part in done):
        return
    for before, part in pairwise(done):
        if before.get("type") == "text" and part.get("type") == "route":
            said = str(before.get("speech") or before["text"])
            if not said.rstrip().endswith("?"):
                before["speech"] = " ".join([said, *part.get("directions", ())])


def _without_courtesy(part: Part) -> None:
    """ "Dạ" begins a reply once, not each of its sentences."""
    for key in ("text", "speech"):
        if str(part.get(key) or "").startswith("Dạ, "):
            rest = str(part[key]).removeprefix("Dạ, ")
            part[key] = rest[:1].upper() + rest[1:]


def _moves(parts: list[Part]) -> bool:
    return any(part.get("type") == "mission" for part in parts)


def _take_back(done: list[Part]) -> None:
    """Remove the sentence that announced what does not happen."""
    if done and done[-1].get("type") == "text":
        done.pop()


def _has_route(parts: list[Part], to: str) -> bool:
    return any(part.get("type") == "route" and part.get("to") == to for part in parts)


def _ticket_sentence(ticket: IssuedTicket, counter: str, language: Language) -> str:
    if ticket.ahead == 0:
        source = "Dạ, số của anh/chị là {number}, {counter}. Anh/chị là người tiếp theo."
    elif ticket.ahead == 1:
        source = (
            "Dạ, số của anh/chị là {number}, {counter}. Phía trước còn 1 người, "
            "chờ khoảng {minutes} phút."
        )
    else:
        source = (
            "Dạ, số của anh/chị là {number}, {counter}. Phía trước còn {ahead} người, "
            "chờ khoảng {minutes} phút."
        )
    return say(
        language,
        source,
        number=ticket.number,
        counter=counter,
        ahead=ticket.ahead,
        minutes=ticket.expected_wait_minutes,
    )


def _speech(text: str, language: Language) -> str:
    try:
        return spoken(text, language)
    except Exception:  # an odd text must not cost its reader the answer
        log.exception("spoken form failed")
        return text
