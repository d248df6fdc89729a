"""A line that is down, cut, frozen, deaf in one direction, or dead behind (robot.md §11)."""

import asyncio
import math
from collections.abc import AsyncIterator

import pytest
from ros_rig import Hall, Scene, open_scene
from small_lobby import COUNTER, DOCK
from tcp_proxy import Proxy

from robot_bridge.driver import DriverError, FailureCode, Goal, LinkBack, LinkLost


@pytest.fixture
async def proxy(hall: Hall) -> AsyncIterator[Proxy]:
    made = Proxy(hall.server.port)
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def behind(hall: Hall, proxy: Proxy) -> AsyncIterator[Scene]:
    """The driver reaches the server through the proxy. The server lets goals go on."""
    hall.server.habit = "classic"
    made = await open_scene(hall, url=proxy.url)
    await hall.until(lambda: made.state().link == "up", 8)
    yield made
    proxy.thaw()
    await made.close()


async def test_a_server_that_is_down_at_start_is_tried_again_ever_more_seldom(
    hall: Hall, proxy: Proxy
) -> None:
    proxy.refuse()
    scene = await open_scene(hall, url=proxy.url)
    await hall.advance(20)
    assert scene.state().link == "lost"
    assert "127.0.0.1" in scene.state().errors[0]
    tries = len([event for event in scene.events if isinstance(event, LinkLost)])
    assert 3 <= tries <= 6, "1, 2, 4, 8 … seconds apart"
    await proxy.open()
    await hall.until(lambda: scene.state().link == "up", 40)
    scene.lead()
    await hall.until(scene.ended)
    assert scene.outcome == ("arrived", None)
    await scene.close()


async def test_a_server_without_a_robot_is_no_link(hall: Hall) -> None:
    hall.server.robot.faults.dead = True
    scene = await open_scene(hall)
    await hall.advance(8)
    assert scene.state().link == "lost"
    assert any("nothing comes on /odom" in error for error in scene.state().errors)
    hall.server.robot.faults.dead = False
    await hall.until(lambda: scene.state().link == "up", 60)
    await scene.close()


async def test_a_cut_line_fails_the_mission_and_nothing_is_resumed(
    behind: Scene, proxy: Proxy
) -> None:
    behind.lead()
    await behind.moving()
    proxy.refuse()
    took = await behind.hall.until(behind.ended, 10)
    assert took <= 4
    assert behind.outcome == ("failed", "link_lost")
    assert behind.state().link == "lost"
    await behind.hall.advance(3)
    assert behind.server.robot.goal is not None, "this server lets it drive on"
    asked = len(behind.server.operations)
    await proxy.open()
    await behind.hall.until(lambda: behind.state().link == "up", 60)
    first = behind.server.operations[asked]
    assert first["service"] == "/navigate_to_pose/_action/cancel_goal", "before anything else"
    assert behind.server.robot.goal is None
    await behind.hall.advance(1)
    stood = (behind.server.robot.x, behind.server.robot.y)
    await behind.hall.advance(5)
    assert (behind.server.robot.x, behind.server.robot.y) == stood
    assert len(behind.server.robot.seen) == 1
    assert any(isinstance(event, LinkBack) for event in behind.events)


@pytest.mark.parametrize("fault", ["frozen", "answers", "requests"])
async def test_a_frozen_line_is_noticed_within_four_seconds(
    behind: Scene, proxy: Proxy, fault: str
) -> None:
    behind.lead()
    await behind.moving()
    if fault == "frozen":
        proxy.freeze()
    else:
        proxy.lost.add(fault)
    behind.hall.deaf = True
    took = await behind.hall.until(behind.ended, 10)
    assert took <= 4.2
    assert behind.outcome == ("failed", "link_lost")
    with pytest.raises(DriverError) as error:
        await behind.driver.go_to(Goal("late", COUNTER.pose))
    assert error.value.code is FailureCode.LINK_LOST
    await behind.hall.advance(6)
    proxy.refuse()
    proxy.lost.clear()
    proxy.thaw()
    behind.hall.deaf = False
    await proxy.open()
    await behind.hall.until(lambda: behind.state().link == "up", 90)
    await behind.hall.advance(1)
    stood = (behind.server.robot.x, behind.server.robot.y)
    await behind.hall.advance(4)
    assert (behind.server.robot.x, behind.server.robot.y) == stood
    assert len(behind.server.robot.seen) == 1


async def test_a_line_that_is_slow_for_a_second_is_kept(behind: Scene, proxy: Proxy) -> None:
    behind.lead()
    await behind.moving()
    proxy.freeze()
    behind.hall.deaf = True
    await behind.hall.advance(1)
    proxy.thaw()
    behind.hall.deaf = False
    await behind.hall.until(behind.ended)
    assert behind.outcome == ("arrived", None)
    assert proxy.accepted == 2


async def test_a_half_dead_server_is_noticed_by_what_does_not_come(scene: Scene) -> None:
    """ROS has died below a server that lives on: every socket is open, nothing works."""
    scene.lead()
    await scene.moving()
    scene.server.robot.faults.dead = True
    took = await scene.hall.until(scene.ended, 10)
    assert took <= 4
    assert scene.outcome == ("failed", "link_lost")
    assert scene.state().link != "up"
    before = scene.server.connections
    await scene.hall.advance(20)
    assert scene.server.connections > before, "it is tried from the beginning"
    assert scene.state().link == "lost"
    scene.server.robot.faults.dead = False
    await scene.hall.until(lambda: scene.state().link == "up", 60)


async def test_nothing_that_was_wanted_without_a_link_is_done_later(
    behind: Scene, proxy: Proxy
) -> None:
    driver = behind.driver
    proxy.refuse()
    await behind.hall.until(lambda: driver.snapshot().link == "lost", 5)
    with pytest.raises(DriverError) as error:
        await driver.go_to(Goal("late", COUNTER.pose))
    assert error.value.code is FailureCode.LINK_LOST
    assert not (await driver.stop("test")).confirmed
    await driver.resume()
    await proxy.open()
    await behind.hall.until(lambda: driver.snapshot().link == "up", 60)
    await behind.hall.advance(3)
    assert behind.server.robot.seen == []


async def test_a_stop_while_it_connects_holds_from_its_first_moment(
    hall: Hall, proxy: Proxy
) -> None:
    proxy.refuse()
    scene = await open_scene(hall, url=proxy.url)
    assert not (await hall.finish(scene.conductor.stop("test"), 3)).confirmed
    await proxy.open()
    await hall.until(lambda: scene.state().link == "up", 60)
    with pytest.raises(DriverError) as error:
        await scene.kept.go_to(Goal("a", COUNTER.pose))
    assert error.value.code is FailureCode.REJECTED
    await scene.close()


async def test_a_stop_twice_and_during_docking_is_bounded(scene: Scene) -> None:
    scene.conductor.start("dock", DOCK, "test")
    await scene.hall.until(lambda: scene.state().activity == "docking", 60)
    for _ in range(2):
        assert (await scene.hall.finish(scene.conductor.stop("test"), 2)).confirmed
    await scene.hall.advance(4)
    assert scene.server.robot.goal is None
    assert not scene.state().charging
    assert scene.outcome == ("stopped", "test")


async def test_a_socket_that_only_one_of_both_lost_ends_the_link(behind: Scene) -> None:
    behind.lead()
    await behind.moving()
    control = behind.driver._connection._control
    assert control is not None
    assert control._connection is not None
    control._connection.transport.abort()
    await behind.hall.until(behind.ended, 5)
    assert behind.outcome == ("failed", "link_lost")
    await behind.hall.until(lambda: behind.state().link == "up", 20)
    assert behind.server.robot.goal is None
    assert math.isclose(behind.server.robot.speed, 0)


async def test_a_proxy_gets_its_token_and_its_headers(hall: Hall) -> None:
    scene = await open_scene(
        hall,
        url=f"ws://127.0.0.1:{hall.server.port}/lobby",
        token="s3cret",
        headers={"X-Robot": "one"},
    )
    await hall.until(lambda: scene.state().link == "up", 8)
    assert len(hall.server.headers) == 2
    for headers in hall.server.headers:
        assert headers["authorization"] == "Bearer s3cret"
        assert headers["x-robot"] == "one"
    assert "s3cret" not in repr(scene.driver._connection._server)
    await scene.close()


@pytest.mark.parametrize("habit", ["rs", "classic", "blocking"])
async def test_a_blocked_loop_is_halted_from_another_thread(hall: Hall, habit: str) -> None:
    hall.server.habit = habit
    scene = await open_scene(hall)
    await hall.until(lambda: scene.state().link == "up", 8)
    scene.lead()
    await scene.moving()
    asked = len(hall.server.operations)
    halting = asyncio.ensure_future(asyncio.to_thread(scene.kept.halt_from_thread))
    while not halting.done():
        await hall.exchange()
    sent = [one["service"].partition("/_action/")[0] for one in hall.server.operations[asked:]]
    assert sent == ["/navigate_to_pose", "/dock_robot", "/undock_robot"]
    assert hall.server.robot.goal is None
    await hall.until(scene.ended, 5)
    asked = len(hall.server.operations)
    await asyncio.to_thread(scene.kept.halt_from_thread)
    await hall.exchange()
    assert len(hall.server.operations) == asked, "nothing runs, nothing is sent"
    await scene.close()
