"""Said or pressed while the robot stands and asks: it goes on, or takes its leave; no engine."""

import pytest

from assistant.conversation.company import Companion
from assistant.robots.service import Fleet
from assistant.settings import ROOT, RobotSettings
from robot_bridge.clock import ManualClock
from robot_bridge.lobby_map import load_map
from robot_bridge.missions import Policy

PLACES = [
    {"id": "home", "kind": "home", "name": {"vi": "chỗ đón khách"}, "pose": {"x": 0, "y": -4}},
    {"id": "far", "kind": "poi", "name": {"vi": "nơi xa"}, "pose": {"x": -6.1, "y": 3.7}},
]


async def standing(asks: bool) -> tuple[Fleet, ManualClock]:
    clock = ManualClock()
    fleet = Fleet(
        [RobotSettings()],
        load_map(ROOT / "data" / "centre" / "map.yaml"),
        PLACES,
        clock,
        policy=Policy(pause_every=3.0 if asks else 0.0),
    )
    await fleet.start()
    await clock.advance(0.2)
    await fleet.start_mission(None, "lead", "far", "kiosk-1")
    for _ in range(300):
        mission = fleet.robot("robot-1").mission
        assert mission is not None
        if (mission.question is not None) if asks else mission.state == "moving":
            return fleet, clock
        await clock.advance(0.1)
    pytest.fail("never")


YES = "còn|dạ còn|vâng|có|dạ có em|còn đây|tôi vẫn theo|bác theo đây|đi tiếp đi|ừ|Yes, please!"
NO = "không|thôi|thôi không cần|dạ không|thôi khỏi em|không theo nữa|No, thanks"
OTHER = "đăng ký khai sinh cần gì|có cần giấy khai sinh không|không biết ở đâu|còn hạn không|"


@pytest.mark.parametrize("text", YES.split("|"))
async def test_a_yes_lets_it_go_on(text: str) -> None:
    fleet, clock = await standing(asks=True)
    reply = await Companion(fleet).reply("robot-1", text, None, "vi")
    assert reply is not None
    await clock.advance(1)
    mission = fleet.robot("robot-1").mission
    assert mission is not None
    assert mission.state == "moving"
    await fleet.close()


@pytest.mark.parametrize("text", NO.split("|"))
async def test_a_no_ends_it(text: str) -> None:
    fleet, clock = await standing(asks=True)
    reply = await Companion(fleet).reply("robot-1", text, None, "en")
    assert reply is not None
    assert reply.parts[0]["text"] == "I understand."
    await clock.advance(1)
    mission = fleet.robot("robot-1").mission
    assert mission is not None
    assert (mission.state, mission.reason) == ("cancelled", "declined")
    await fleet.close()


async def test_a_button_answers_and_other_words_are_turns_like_any() -> None:
    fleet, clock = await standing(asks=True)
    companion = Companion(fleet)
    for text in OTHER.split("|"):
        assert await companion.reply("robot-1", text, None, "vi") is None
    assert await companion.reply("robot-1", None, "repeat", "vi") is None
    assert await companion.reply(None, "còn", None, "vi") is None
    assert await companion.reply("robot-9", "còn", None, "vi") is None
    assert await companion.reply("robot-1", None, "affirm", "vi") is not None
    await clock.advance(1)
    assert await companion.reply("robot-1", "còn", None, "vi") is None, "nothing is asked"
    await fleet.close()


@pytest.mark.parametrize("text", ["đi chậm lại", "em đi chậm thôi", "từ từ thôi em", "slow down"])
async def test_slower_please(text: str) -> None:
    fleet, clock = await standing(asks=False)
    assert await Companion(fleet).reply("robot-1", text, None, "vi") is not None
    mission = fleet.robot("robot-1").mission
    assert mission is not None
    assert mission.pace == "elderly"
    await clock.advance(1)
    await fleet.close()
    assert await Companion(fleet).reply("robot-1", text, None, "vi") is None, "nobody is led"
