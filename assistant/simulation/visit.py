"""One visitor: comes in, asks, takes a number, is led or walks, waits, is served, leaves."""

import asyncio
from random import Random

from assistant.errors import LetanError
from assistant.simulation.counters import OVERTIME
from assistant.simulation.desk import Answer
from assistant.simulation.following import Follower
from assistant.simulation.people import Visitor
from assistant.simulation.record import Lead, Stay
from assistant.simulation.site import Kiosk, Site
from robot_bridge.clock import wait_for_event
from robot_bridge.drivers.simulator.people import Walker
from robot_bridge.missions import Pace
from robot_bridge.planner import Point

PATIENCE = 480.0
"""Seconds in line for a robot until somebody walks alone."""
_WHICH = 3
"""Questions back that a visitor answers before giving up."""
_LEAD = {"vi": "Dẫn tôi tới quầy đó với", "en": "Please take me there"}
_NUMBER = {"vi": "Cho tôi lấy số", "en": "I would like a ticket number"}


class Visit:
    """Plays one visitor from the door to the door."""

    def __init__(self, site: Site, visitor: Visitor, seed: int) -> None:
        self._site = site
        self._visitor = visitor
        self._rng = Random(f"letan {seed} way {visitor.number}")
        self._walker: Walker | None = None
        self._number: int | None = None
        """In the world, while on foot."""

    async def play(self) -> None:
        """From the door to the door; begins when the visitor comes."""
        site, visitor = self._site, self._visitor
        stay = Stay(visitor.number, visitor.counter, site.clock.monotonic())
        site.record.stays.append(stay)
        try:
            await self._appear(site.hall.door)
            ticket = await self._at_kiosk(stay)
            if ticket is not None:
                await self._wait_and_be_served(stay, ticket)
            await self._walk(site.hall.door)
        finally:
            self._vanish()
            stay.left = site.clock.monotonic()

    # --- talking ---

    async def _at_kiosk(self, stay: Stay) -> tuple[int, str] | None:
        """Ask, and take a number where one is needed; the number and its counter."""
        site = self._site
        kiosk = min(site.kiosks, key=lambda kiosk: kiosk.waiting)
        kiosk.waiting += 1
        try:
            spot = kiosk.spots[(kiosk.waiting - 1) % len(kiosk.spots)] if kiosk.spots else None
            if kiosk.waiting > 1 and spot is not None:
                await self._walk(spot)
            async with kiosk.turn:
                await self._walk(kiosk.front, close_enough=0.15)
                stay.spoke = site.clock.monotonic()
                conversation = await site.desk.open(kiosk.id, self._visitor.language)
                ticket = await self._talk(stay, conversation)
                lead = await self._ask_to_be_led(kiosk, conversation, ticket)
                if lead is not None and not lead.waited:
                    await self._fetched(lead)
        finally:
            kiosk.waiting -= 1
        if lead is not None:
            await self._be_led(lead, conversation, kiosk)
        await site.desk.close(conversation)
        return ticket

    async def _talk(self, stay: Stay, conversation: str) -> tuple[int, str] | None:
        visitor, desk = self._visitor, self._site.desk
        answer = await desk.ask(conversation, visitor.questions[0], meant=visitor.code)
        answer = await self._answer_back(conversation, answer)
        for question in visitor.questions[1:]:
            answer = await self._answer_back(conversation, await desk.ask(conversation, question))
        stay.ending = "informed"
        if visitor.counter is None:
            stay.ending = "outside"
            return None
        if self._rng.random() < 0.08:  # only wanted to know
            return None
        answer = await desk.ask(conversation, _NUMBER[visitor.language])
        await self._answer_back(conversation, answer)
        if desk.ticket(conversation) is None:
            await desk.ask(conversation, payload=f"ticket:{visitor.counter}")
        ticket = desk.ticket(conversation)
        if ticket is None:
            return None
        stay.ticket, stay.counter = self._site.clock.monotonic(), ticket[1]
        stay.ending = "unserved"
        return ticket

    async def _answer_back(self, conversation: str, answer: Answer) -> Answer:
        """Touch what was offered when the receptionist needs to know more."""
        for _ in range(_WHICH):
            offered = answer.part("choices")
            if offered is None or answer.outcome != "clarified":
                return answer
            payload = self._choose([str(one["payload"]) for one in offered["choices"]])
            if payload is None:
                return answer
            answer = await self._site.desk.ask(conversation, payload=payload)
        return answer

    def _choose(self, payloads: list[str]) -> str | None:
        wanted = f"procedure:{self._visitor.code}"
        if wanted in payloads or not payloads:
            return wanted if payloads else None
        return self._rng.choice(payloads)

    # --- being led ---

    async def _ask_to_be_led(
        self, kiosk: Kiosk, conversation: str, ticket: tuple[int, str] | None
    ) -> Lead | None:
        """Ask the robot for its company; None: walks alone."""
        visitor, site = self._visitor, self._site
        if ticket is None or not visitor.wants_robot:
            return None
        place = site.centre.content.counters[ticket[1]].place
        lead = Lead(visitor.number, kiosk.robot, place, site.clock.monotonic())
        site.record.leads.append(lead)
        answer = await site.desk.ask(conversation, _LEAD[visitor.language])
        if answer.part("mission") is None and site.fleet.robot(kiosk.robot).busy_seconds is None:
            answer = await site.desk.ask(conversation, payload=f"lead:{place}")
        mission = answer.part("mission")
        if mission is not None:
            lead.to, lead.mission = str(mission["to"]), str(mission["mission_id"])
            return lead
        lead.refused = "busy" if site.fleet.robot(kiosk.robot).busy_seconds else "refused"
        if lead.refused == "busy" and visitor.waits_for_robot:
            return await self._stand_in_line(kiosk, lead, str(ticket[0]))
        return None

    async def _stand_in_line(self, kiosk: Kiosk, lead: Lead, number: str) -> Lead | None:
        pace: Pace | None = "elderly" if self._visitor.elderly else None
        try:
            waiting = self._site.fleet.wait_for(
                kiosk.robot, lead.to, "visitor", pace=pace, ticket=number
            )
        except LetanError as error:
            lead.refused = error.code
            return None
        lead.mission, lead.waited = waiting.id, True
        return lead

    async def _be_led(self, lead: Lead, conversation: str, kiosk: Kiosk) -> None:
        """Wait for the robot where that is needed, then follow it to the end of its mission."""
        if lead.waited and not await self._robot_comes(lead, kiosk):
            return
        if self._walker is not None:
            follower = Follower(self._site, self._visitor, self._walker, lead, self._rng)
            await follower.follow(conversation)

    async def _fetched(self, lead: Lead) -> None:
        """Stay at the kiosk until the robot has come."""
        site = self._site
        while (mission := site.fleet.robot(lead.robot).mission) is not None:
            if mission.id != lead.mission or mission.ended or mission.fetch is None:
                return
            lead.fetched = True
            await site.clock.sleep(0.5)

    async def _robot_comes(self, lead: Lead, kiosk: Kiosk) -> bool:
        site = self._site
        assert lead.mission is not None
        if kiosk.spots:
            await self._walk(self._rng.choice(kiosk.spots))
        end = site.clock.monotonic() + PATIENCE
        while not site.news.begun(lead.mission):
            line = {one.id for one in site.fleet.robot(kiosk.robot).line}
            if lead.mission not in line and not site.news.begun(lead.mission):
                lead.refused = "line_cleared"
                return False
            if site.clock.monotonic() > end:
                site.fleet.leave_line(kiosk.robot, lead.mission, "visitor")
                lead.refused = "tired_of_waiting"
                return False
            await site.clock.sleep(1.0)
        return True

    # --- waiting and being served ---

    async def _wait_and_be_served(self, stay: Stay, ticket: tuple[int, str]) -> None:
        site = self._site
        number, counter = ticket
        turn = site.counters.turn(number)
        seat = site.hall.seat(self._rng)
        if not turn.called.is_set():
            await self._walk(seat)
        if not turn.called.is_set():
            self._vanish()
            if not await self._called(turn.called):
                turn.gone = True
                await self._appear(seat)
                return
            await self._appear(seat)
        stay.called = site.clock.monotonic()
        desk = site.hall.at_counter(site.centre.content.counters[counter].place)
        await self._walk(desk, close_enough=0.1)
        turn.here.set()
        await turn.done.wait()
        stay.served = site.clock.monotonic()
        stay.ending = "served"

    async def _called(self, called: asyncio.Event) -> bool:
        """Whether the number is called before the centre closes for the day."""
        site = self._site
        end = site.centre.schedules.centre.day_end(site.clock.now())
        if end is None:
            return False
        left = (end - site.clock.now()).total_seconds() + OVERTIME * 60
        return await wait_for_event(called, site.clock, max(left, 0.0))

    # --- on foot ---

    async def _appear(self, at: Point) -> None:
        self._vanish()
        self._walker, self._number = await self._site.hall.enter(at, self._visitor.pace)

    def _vanish(self) -> None:
        if self._number is not None:
            self._site.hall.world.farewell(self._number)
        self._walker = self._number = None

    async def _walk(self, to: Point, close_enough: float = 0.35) -> None:
        if self._walker is not None:
            await self._site.hall.walk(self._walker, to, close_enough=close_enough)
