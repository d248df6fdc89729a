"""Beside leading: approved announcements, rounds with water and sweets, greeting at the door."""

import pytest
from small_lobby import COUNTER, DOCK, HOME, TOILET, Lobby, open_lobby

from robot_bridge.missions import Policy, Refused
from robot_bridge.posts import Posts
from robot_bridge.sentences import APPROVED, WATER_AND_SWEETS, WELCOME, sentence

ROUND = Posts(HOME, DOCK, (TOILET, COUNTER))


def said(lobby: Lobby, source: str) -> int:
    return sum(one.vi == sentence(source).vi for one in lobby.said)


async def test_it_goes_there_says_an_approved_sentence_and_comes_home(lobby: Lobby) -> None:
    lobby.conductor.start("announce", TOILET, "operator", sentence_key="closing_soon")
    assert (await lobby.ended()).state == "arrived"
    assert lobby.said[-1].en.startswith("The centre closes soon.")
    await lobby.until(lambda: lobby.mission().kind == "return", 25)


async def test_nothing_else_is_said(lobby: Lobby) -> None:
    lobby.conductor.start("announce", TOILET, "operator", sentence_key="free words")
    mission = await lobby.ended(5)
    assert (mission.state, mission.reason) == ("failed", "rejected")
    assert lobby.robot.snapshot().speed == 0


def test_every_approved_sentence_is_in_both_languages() -> None:
    for source in APPROVED.values():
        spoken = sentence(source)
        assert spoken.vi.startswith("Dạ, ")
        assert spoken.en
        assert spoken.en != spoken.vi


async def test_a_round_stops_invites_goes_on_and_comes_home() -> None:
    lobby = await open_lobby(Policy(patrol_seconds=5), posts=ROUND)
    lobby.conductor.start("patrol", TOILET, "operator")
    await lobby.until(lambda: said(lobby, WATER_AND_SWEETS) == 1, 60)
    assert lobby.mission().state == "waiting"
    assert (await lobby.ended()).state == "arrived"
    assert said(lobby, WATER_AND_SWEETS) == 2
    await lobby.until(lambda: lobby.mission().kind == "return" and lobby.mission().ended, 90)
    await lobby.conductor.close()


async def test_a_blocked_stop_is_left_out() -> None:
    lobby = await open_lobby(Policy(patrol_seconds=5), posts=ROUND)
    for x in (6.4, 6.8, 7.2, 7.6):
        lobby.robot.add_obstacle(x, 3.0, 0.3)
    lobby.conductor.start("patrol", TOILET, "operator")
    assert (await lobby.ended()).state == "arrived"
    assert said(lobby, WATER_AND_SWEETS) == 1
    await lobby.conductor.close()


async def test_a_visitor_comes_before_a_round_but_no_round_before_a_visitor() -> None:
    lobby = await open_lobby(posts=ROUND)
    lobby.conductor.start("patrol", TOILET, "operator")
    await lobby.clock.advance(5)
    lobby.conductor.start("lead", COUNTER, "kiosk-1")
    assert lobby.mission().kind == "lead"
    with pytest.raises(Refused):
        lobby.conductor.start("patrol", TOILET, "operator")
    assert (await lobby.ended()).state == "arrived"
    await lobby.conductor.close()


async def test_it_greets_who_comes_but_not_without_pause_and_not_for_ever() -> None:
    lobby = await open_lobby(Policy(greet_seconds=100, greet_every=10))
    lobby.conductor.start("greet", TOILET, "operator")
    lobby.conductor.somebody_came()
    await lobby.until(lambda: lobby.mission().state == "waiting", 60)
    assert said(lobby, WELCOME) == 0, "whoever came before it stood there is gone"
    for _ in range(5):
        lobby.conductor.somebody_came()
        await lobby.clock.advance(1)
    assert said(lobby, WELCOME) == 1
    await lobby.clock.advance(10)
    lobby.conductor.somebody_came()
    await lobby.clock.advance(1)
    assert said(lobby, WELCOME) == 2
    assert (await lobby.ended(100)).state == "arrived"
    await lobby.conductor.close()
