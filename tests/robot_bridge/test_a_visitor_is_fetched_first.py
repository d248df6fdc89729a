"""A robot that is elsewhere comes to the visitor who asks, says so, and leads from there."""

import math

import pytest
from small_lobby import COUNTER, DOCK, HOME, TOILET, Lobby, open_lobby

from robot_bridge.counters import Counters
from robot_bridge.driver import Pose
from robot_bridge.missions import Policy
from robot_bridge.places import Place
from robot_bridge.sentences import COMING, FOLLOW_ME, HERE_I_AM, sentence

KIOSK = Place("ticket-kiosk", "poi", "máy lấy số", "ticket machine", Pose(2.0, 1.5, 0.0))


def away(lobby: Lobby, place: Place) -> float:
    pose = lobby.robot.snapshot().pose
    assert pose is not None
    return math.dist((pose.x, pose.y), (place.pose.x, place.pose.y))


async def far_away(lobby: Lobby) -> None:
    """It has led somebody else, and comes home."""
    lobby.conductor.start("lead", COUNTER, "visitor 1")
    await lobby.until(lambda: lobby.mission().kind == "return", 120)
    await lobby.until(lambda: lobby.robot.snapshot().speed > 0.3)
    lobby.said.clear()
    lobby.states.clear()


async def test_on_its_way_home_it_comes_to_the_visitor_before_it_leads(lobby: Lobby) -> None:
    await far_away(lobby)
    assert away(lobby, KIOSK) > 2.0
    mission = lobby.conductor.start("lead", TOILET, "visitor 2", fetch=KIOSK)
    assert mission.fetch == KIOSK
    await lobby.until(lambda: lobby.mission().state == "fetching")
    await lobby.until(lambda: lobby.mission().fetch is None)
    assert away(lobby, KIOSK) < 0.3
    assert (await lobby.ended()).state == "arrived"
    assert away(lobby, TOILET) < 0.3
    led = [state for kind, state, _ in lobby.states if kind == "lead"]
    assert led == ["accepted", "announcing", "fetching", "announcing", "moving", "arrived"]
    assert lobby.said[0] == sentence(COMING)
    assert lobby.said[1] == sentence(HERE_I_AM, TOILET)


async def test_it_stands_still_while_it_says_that_it_comes(lobby: Lobby) -> None:
    await far_away(lobby)
    lobby.conductor.start("lead", TOILET, "visitor 2", fetch=KIOSK)
    await lobby.until(lambda: lobby.mission().state == "announcing" and bool(lobby.said))
    await lobby.until(lambda: lobby.robot.snapshot().speed == 0)
    assert lobby.mission().state == "announcing"


async def test_beside_the_visitor_it_leads_at_once(lobby: Lobby) -> None:
    assert away(lobby, KIOSK) < 2.0
    mission = lobby.conductor.start("lead", COUNTER, "visitor 1", fetch=KIOSK)
    assert mission.fetch is None
    assert (await lobby.ended()).state == "arrived"
    assert lobby.said[0] == sentence(FOLLOW_ME, COUNTER)


async def test_from_its_charger_it_undocks_and_comes() -> None:
    lobby = await open_lobby(Policy(return_after=None))
    lobby.conductor.start("dock", DOCK, "operator")
    await lobby.ended()
    assert lobby.robot.snapshot().charging
    lobby.conductor.start("lead", COUNTER, "visitor", fetch=TOILET)
    await lobby.until(lambda: lobby.mission().fetch is None)
    assert away(lobby, TOILET) < 0.3
    assert (await lobby.ended()).state == "arrived"
    await lobby.conductor.close()


async def test_a_visitor_who_stands_on_the_spot_is_no_obstacle(lobby: Lobby) -> None:
    await far_away(lobby)
    lobby.robot.add_obstacle(KIOSK.pose.x, KIOSK.pose.y, 0.25)
    lobby.conductor.start("lead", TOILET, "visitor 2", fetch=KIOSK)
    took = await lobby.until(lambda: lobby.mission().fetch is None, 60)
    assert took < 30
    assert away(lobby, KIOSK) <= Policy().fetch_close
    assert (await lobby.ended()).state == "arrived"


async def test_a_way_to_the_visitor_that_stays_blocked_ends_with_an_apology(lobby: Lobby) -> None:
    await far_away(lobby)
    lobby.conductor.start("lead", TOILET, "visitor 2", fetch=HOME)
    await lobby.until(lambda: lobby.mission().state == "fetching")
    for x in (6.2, 6.6, 7.0, 7.4):
        lobby.robot.add_obstacle(x, 3.0, 0.3)
    ended = await lobby.ended()
    assert (ended.state, ended.reason) == ("failed", "blocked")
    assert lobby.said[-1].code == "way_blocked" or lobby.said[-2].code == "way_blocked"


async def test_a_stop_while_it_comes_is_a_stop(lobby: Lobby) -> None:
    await far_away(lobby)
    lobby.conductor.start("lead", TOILET, "visitor 2", fetch=KIOSK)
    await lobby.until(lambda: lobby.mission().state == "fetching")
    await lobby.until(lambda: lobby.robot.snapshot().speed > 0.3)
    assert await lobby.stop()
    odometer = lobby.robot.odometer
    await lobby.conductor.resume()
    await lobby.clock.advance(60)
    assert lobby.robot.odometer == pytest.approx(odometer, abs=0.005)
    assert lobby.mission().state == "stopped"


async def test_it_hurries_to_an_old_person_and_leads_slowly() -> None:
    lobby = await open_lobby(Policy(return_after=1.0))
    lobby.conductor.start("lead", COUNTER, "visitor 1")
    await lobby.ended()
    lobby.conductor.start("lead", COUNTER, "visitor 2", fetch=HOME, pace="elderly")
    fastest = {"fetching": 0.0, "moving": 0.0}
    while not lobby.mission().ended:
        await lobby.clock.advance(0.1)
        state = lobby.mission().state
        if state in fastest:
            fastest[state] = max(fastest[state], lobby.robot.snapshot().speed)
        elif lobby.mission().question is not None:
            lobby.conductor.answer(True)
    assert lobby.mission().state == "arrived"
    assert fastest["fetching"] > 0.5
    assert fastest["moving"] <= 0.36
    await lobby.conductor.close()


class ClosesMeanwhile(Counters):
    """Open until the robot is on its way to the visitor."""

    def __init__(self) -> None:
        self.open = True

    def closed(self, place: Place) -> bool:
        return place == COUNTER and not self.open

    def instead(self, place: Place) -> Place | None:
        return TOILET


async def test_a_counter_that_closes_meanwhile_is_told_when_it_has_come() -> None:
    counters = ClosesMeanwhile()
    lobby = await open_lobby(Policy(return_after=None), counters=counters)
    lobby.conductor.start("lead", TOILET, "visitor 1")
    await lobby.ended()
    lobby.conductor.start("lead", COUNTER, "visitor 2", fetch=HOME)
    await lobby.until(lambda: lobby.mission().state == "fetching")
    counters.open = False
    await lobby.until(lambda: lobby.mission().question is not None)
    question = lobby.mission().question
    assert question is not None
    assert (question.about, lobby.mission().fetch) == ("other_counter", None)
    assert away(lobby, HOME) < 0.3
    lobby.conductor.answer(True)
    ended = await lobby.ended()
    assert (ended.state, ended.target) == ("arrived", TOILET)
    await lobby.conductor.close()


async def test_who_waits_elsewhere_than_at_home_is_fetched_in_turn(lobby: Lobby) -> None:
    lobby.conductor.start("lead", COUNTER, "visitor 1")
    await lobby.clock.advance(2)
    far = Place("desk", "poi", "bàn", "desk", Pose(6.5, 1.0, 0.0))
    waiting = lobby.conductor.wait_for(COUNTER, "kiosk-2", pace=None, ticket="7", fetch=far)
    told = lobby.conductor.busy_seconds(0)
    assert told > 0
    await lobby.until(lambda: lobby.mission().id == waiting.id, 120)
    assert lobby.mission().fetch == far
    await lobby.until(lambda: lobby.mission().fetch is None)
    assert away(lobby, far) < 0.3
    assert (await lobby.ended()).state == "arrived"


async def test_how_long_it_is_busy_counts_the_way_to_the_visitor(lobby: Lobby) -> None:
    await far_away(lobby)
    lobby.conductor.start("lead", TOILET, "visitor 2", fetch=HOME)
    await lobby.clock.advance(3)
    told = lobby.conductor.busy_seconds(0)
    took = await lobby.until(
        lambda: lobby.mission().kind == "return" and lobby.mission().ended, 200
    )
    assert took == pytest.approx(told, rel=0.4)
