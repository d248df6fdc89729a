"""Leading at the visitor's pace: questions on long ways, answers, giving up politely, counters."""

import math
from collections.abc import AsyncIterator

import pytest
from small_lobby import COUNTER, TOILET, Lobby, open_lobby

from robot_bridge.driver import Pose
from robot_bridge.missions import Policy
from robot_bridge.pauses import pauses
from robot_bridge.places import Place

ASKING = Policy(pause_every=4.0, pause_every_elderly=2.0, ask_seconds=10, ask_times=3)
OTHER = Place("counter-4", "counter", "Quầy số 4", "Counter 4", Pose(4.0, 5.0, 1.57))


@pytest.fixture
async def asking() -> AsyncIterator[Lobby]:
    lobby = await open_lobby(ASKING)
    yield lobby
    await lobby.conductor.close()


async def asked(lobby: Lobby) -> None:
    await lobby.until(lambda: lobby.mission().question is not None, 60)


async def test_on_a_long_way_it_stands_and_asks_and_an_answer_lets_it_go_on(asking: Lobby) -> None:
    asking.conductor.start("lead", COUNTER, "kiosk-1")
    await asked(asking)
    question = asking.mission().question
    assert question is not None
    assert (question.about, question.times) == ("following", 1)
    assert asking.mission().state == "waiting"
    assert asking.said[-1].vi == question.vi == "Dạ, anh/chị còn theo em không ạ?"
    await asking.clock.advance(5)
    assert asking.robot.snapshot().speed == 0
    assert asking.conductor.answer(True)
    await asking.until(lambda: asking.mission().state == "moving", 2)
    assert asking.mission().question is None
    assert not asking.conductor.answer(True), "no question is open"
    while not asking.mission().ended:
        if asking.mission().question is not None:
            asking.conductor.answer(True)
        await asking.clock.advance(0.5)
    assert asking.mission().state == "arrived"


async def test_a_short_way_is_not_interrupted(asking: Lobby) -> None:
    asking.conductor.start("lead", TOILET, "kiosk-1", pace="normal")
    assert (await asking.ended()).state == "arrived"
    assert not any("còn theo em" in said.vi for said in asking.said)


async def test_who_says_no_is_left_politely_and_the_robot_goes_home(asking: Lobby) -> None:
    asking.conductor.start("lead", COUNTER, "kiosk-1")
    await asked(asking)
    asking.conductor.answer(False)
    mission = await asking.ended(5)
    assert (mission.state, mission.reason, mission.question) == ("cancelled", "declined", None)
    await asking.until(lambda: asking.mission().kind == "return", 25)
    assert (await asking.ended()).state == "arrived"


async def test_who_does_not_answer_is_asked_three_times_and_then_left_politely(
    asking: Lobby,
) -> None:
    asking.conductor.start("lead", COUNTER, "kiosk-1")
    await asked(asking)
    took = await asking.until(lambda: asking.mission().ended, 60)
    assert took == pytest.approx(30, abs=1)
    assert (asking.mission().state, asking.mission().reason) == ("cancelled", "no_answer")
    assert sum("còn theo em" in said.vi for said in asking.said) == 3
    assert "em xin phép về chỗ" in asking.said[-1].vi
    await asking.until(lambda: asking.mission().kind == "return", 25)


async def test_an_answer_to_an_older_question_does_not_count(asking: Lobby) -> None:
    asking.conductor.start("lead", COUNTER, "kiosk-1")
    await asked(asking)
    assert not asking.conductor.answer(True, "q-of-before")
    question = asking.mission().question
    assert question is not None
    assert asking.conductor.answer(True, question.id)


async def test_a_stop_while_it_asks_ends_the_question(asking: Lobby) -> None:
    asking.conductor.start("lead", COUNTER, "kiosk-1")
    await asked(asking)
    assert await asking.stop()
    assert (asking.mission().state, asking.mission().question) == ("stopped", None)
    assert not asking.conductor.answer(True)
    await asking.clock.advance(60)
    assert asking.robot.snapshot().speed == 0


async def test_a_fault_while_it_asks_forbids_to_go_on(asking: Lobby) -> None:
    asking.conductor.start("lead", COUNTER, "kiosk-1")
    await asked(asking)
    before = asking.robot.snapshot().pose
    asking.robot.press_e_stop()
    asking.conductor.answer(True)
    await asking.clock.advance(5)
    assert (asking.mission().state, asking.mission().reason) == ("failed", "estop")
    assert asking.robot.snapshot().pose == before


async def test_an_old_person_is_led_more_slowly_and_asked_more_often(asking: Lobby) -> None:
    asking.conductor.start("lead", TOILET, "kiosk-1", pace="elderly")
    fastest, questions = 0.0, 0
    while not asking.mission().ended:
        fastest = max(fastest, asking.robot.snapshot().speed)
        if asking.mission().question is not None:
            questions += 1
            asking.conductor.answer(True)
        await asking.clock.advance(0.2)
    assert asking.mission().state == "arrived"
    assert 0.25 < fastest <= ASKING.elderly_speed + 0.02
    assert questions >= 1
    await asking.until(lambda: asking.mission().kind == "return", 25)
    await asking.until(lambda: asking.robot.snapshot().speed > 0.5, 10)


async def test_whoever_asks_for_it_is_led_more_slowly_from_then_on(asking: Lobby) -> None:
    asking.conductor.start("lead", COUNTER, "kiosk-1")
    await asking.until(lambda: asking.robot.snapshot().speed > 0.5)
    await asking.conductor.set_pace("elderly")
    assert asking.mission().pace == "elderly"
    assert asking.said[-1].en == "I will go more slowly."
    await asking.clock.advance(2)
    assert 0 < asking.robot.snapshot().speed <= ASKING.elderly_speed + 0.02
    await asked(asking)


class Closing:
    """Counters that close when the test says so."""

    def __init__(self, other: Place | None) -> None:
        self.shut = False
        self.other = other

    def closed(self, place: Place) -> bool:
        return self.shut and place.id == COUNTER.id

    def instead(self, place: Place) -> Place | None:
        return self.other


async def led_to_a_counter_that_closes(other: Place | None) -> Lobby:
    counters = Closing(other)
    lobby = await open_lobby(Policy(), counters=counters)
    lobby.conductor.start("lead", COUNTER, "kiosk-1")
    await lobby.clock.advance(6)
    counters.shut = True
    return lobby


async def test_a_counter_that_closes_on_the_way_is_replaced_by_an_open_one() -> None:
    lobby = await led_to_a_counter_that_closes(OTHER)
    await asked(lobby)
    question = lobby.mission().question
    assert question is not None
    assert question.about == "other_counter"
    assert question.en == (
        "I am sorry, counter 3 has just closed. Counter 4 is open and takes this as well. "
        "May I lead you there?"
    )
    lobby.conductor.answer(True)
    mission = await lobby.ended()
    assert (mission.state, mission.target.id) == ("arrived", "counter-4")
    assert lobby.said[-1].en == "Here we are: counter 4."
    await lobby.conductor.close()


@pytest.mark.parametrize("answer", [False, None])
async def test_who_does_not_want_the_other_counter_is_not_taken_there(answer: bool | None) -> None:
    lobby = await led_to_a_counter_that_closes(OTHER)
    await asked(lobby)
    if answer is not None:
        lobby.conductor.answer(answer)
    mission = await lobby.ended(40)
    assert (mission.state, mission.reason) == ("cancelled", "counter_closed")
    await lobby.conductor.close()


async def test_where_no_other_counter_is_open_it_says_so() -> None:
    lobby = await led_to_a_counter_that_closes(None)
    mission = await lobby.ended(5)
    assert (mission.state, mission.reason) == ("cancelled", "counter_closed")
    assert lobby.said[-1].vi.startswith("Dạ, quầy số 3 vừa đóng rồi ạ.")
    await lobby.conductor.close()


def test_pauses_lie_on_the_way_where_there_is_room_and_never_just_before_its_end() -> None:
    path = [(0.0, 0.0), (10.0, 0.0), (10.0, 4.0)]
    found = pauses(path, 4.0, lambda point: not 3.5 < point[0] < 6.0)
    assert [(round(pose.x, 1), round(pose.y, 1)) for pose in found] == [(6.0, 0.0), (10.0, 0.0)]
    assert found[0].theta == pytest.approx(0.0)
    assert pauses(path, 0.0, lambda _: True) == []
    assert pauses(path, 13.0, lambda _: True) == []
    assert pauses([(0.0, 0.0)], 1.0, lambda _: True) == []
    north = pauses([(0.0, 0.0), (0.0, 9.0)], 4.0, lambda _: True)
    assert north[0].theta == pytest.approx(math.pi / 2)
