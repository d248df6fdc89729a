"""A visitor behind a robot: follows it, answers it, and may rest, turn aside or go away."""

import asyncio
import math
from collections.abc import Mapping
from random import Random

from assistant.simulation.desk import Answer
from assistant.simulation.people import Visitor
from assistant.simulation.record import Lead
from assistant.simulation.site import Site
from robot_bridge.drivers.simulator.people import Walker
from robot_bridge.planner import Point

BEHIND = 1.5
"""Metres behind the robot at which somebody follows it."""
HEARD = 6.0
"""Metres within which the robot's question is heard."""
BACK = 2.5
"""Metres from the robot at which somebody who was away answers it."""
LOOK_EVERY = 0.5
_SLOWER = {"vi": "đi chậm lại giúp tôi", "en": "slower please"}
_HERE = {"vi": "dạ còn", "en": "yes"}


class Follower:
    """One visitor on one way, from when the robot is there to the end of its mission."""

    def __init__(
        self, site: Site, visitor: Visitor, walker: Walker, lead: Lead, rng: Random
    ) -> None:
        self._site = site
        self._visitor = visitor
        self._walker = walker
        self._lead = lead
        self._rng = rng
        self._trail: list[Point] = []
        self._walked = 0
        """Points of the trail that have been handed to the walker."""
        self._talking: asyncio.Task[Answer] | None = None
        """People talk while they walk."""
        self._strays_after = rng.uniform(2.0, 5.0)
        """Metres of the robot's way."""
        self._away_until: float | None = None
        """While resting or looking at something; infinite: gone for good."""

    async def follow(self, conversation: str) -> None:
        """Return when the mission has ended; what happened is in the lead."""
        site, lead = self._site, self._lead
        assert lead.mission is not None
        lead.refused, lead.begun = None, site.clock.monotonic()
        lead.together = self._distance()
        site.news.led[lead.robot] = lead
        slower = self._visitor.elderly and self._rng.random() < 0.7
        asked: set[tuple[str, int]] = set()
        while (ended := site.news.ended(lead.mission)) is None:
            self._step()
            question = site.news.question(lead.mission)
            if question is not None and question not in asked:
                asked.add(question)
                lead.questions += 1
                await self._hear()
            elif lead.answers < len({id_ for id_, _ in asked}):
                await self._answer(conversation)
            elif slower and len(self._trail) > 2:
                slower = False
                await self._say(conversation, _SLOWER)
            await site.clock.sleep(LOOK_EVERY)
        if self._talking is not None:
            await self._talking
        if site.news.led.get(lead.robot) is lead:
            del site.news.led[lead.robot]
        lead.ended, lead.apart = site.clock.monotonic(), self._distance()
        lead.state, lead.reason = ended

    async def _hear(self) -> None:
        """Whoever is away and hears the question comes back."""
        lead = self._lead
        if self._away_until is None:
            await self._site.clock.sleep(self._rng.uniform(1.0, 3.0))
            return
        lead.asked_when_away = True
        if lead.strayed != "leaves" and self._distance() <= HEARD:
            self._away_until = 0.0

    async def _answer(self, conversation: str) -> None:
        """Say so, once beside the robot."""
        mission = self._site.fleet.robot(self._lead.robot).mission
        open_now = mission is not None and mission.question is not None
        if open_now and self._away_until is None and self._distance() <= BACK:
            self._lead.answers += 1
            await self._say(conversation, _HERE)

    async def _say(self, conversation: str, words: Mapping[str, str]) -> None:
        if self._talking is not None:
            await self._talking
        saying = self._site.desk.ask(conversation, words[self._visitor.language])
        self._talking = asyncio.create_task(saying)

    def _step(self) -> None:
        """Half a second of walking: behind the robot, or away from it."""
        pose = self._site.fleet.robot(self._lead.robot).pose
        if pose is None:
            return
        here = (pose.x, pose.y)
        if not self._trail or math.dist(self._trail[-1], here) > 0.3:
            self._trail.append(here)
        if self._visitor.strays and not self._lead.strayed:
            driven = 0.3 * len(self._trail)
            if driven >= self._strays_after:
                self._stray()
        now = self._site.clock.monotonic()
        if self._away_until is not None and now < self._away_until:
            return
        if self._away_until is not None:
            self._away_until = None
            way = self._site.hall.way((self._walker.x, self._walker.y), here)
            self._walker.go(way or self._trail, BEHIND)
            self._walked = len(self._trail)
        self._behind(here)
        if self._lead.strayed and self._distance() <= BACK:
            self._lead.came_back = True

    def _stray(self) -> None:
        lead, now = self._lead, self._site.clock.monotonic()
        lead.strayed = self._visitor.strays
        self._walker.stop()
        self._away_until = now + self._rng.uniform(8.0, 20.0)
        if lead.strayed == "rests":
            return
        if lead.strayed == "leaves":
            self._away_until = math.inf
        way = self._site.hall.way((self._walker.x, self._walker.y), self._site.hall.seat(self._rng))
        if way:
            self._walker.go(way, 0.35)

    def _behind(self, here: Point) -> None:
        """Walk where the robot has driven, a little behind it."""
        walker = self._walker
        away = self._distance()
        behind = [point for point in self._trail if math.dist(point, here) >= BEHIND]
        if away > BEHIND + 0.3 and behind:
            if walker.walking:  # whoever is turned aside every moment never gets round anybody
                walker.way.extend(self._trail[max(self._walked, 1) : len(behind)])
            else:
                nearest = min(
                    range(len(behind)), key=lambda i: math.dist(behind[i], (walker.x, walker.y))
                )
                walker.go(behind[nearest:], 0.3)
            self._walked = max(self._walked, len(behind))
        elif away < BEHIND:
            walker.stop()

    def _distance(self) -> float:
        """Metres to the robot; infinite where nobody knows where it is."""
        pose = self._site.fleet.robot(self._lead.robot).pose
        if pose is None:
            return math.inf
        return math.dist((pose.x, pose.y), (self._walker.x, self._walker.y))
