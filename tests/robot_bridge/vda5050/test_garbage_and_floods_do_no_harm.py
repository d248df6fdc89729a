"""Whatever comes over the wire, the reader lives, memory is bounded and a stop works."""

import json
from datetime import timedelta
from typing import Any

import aiomqtt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs
from vda_rig import Scene
from vda_scripted import ScriptedVehicle

from robot_bridge.drivers.vda5050.factsheet import read_factsheet
from robot_bridge.drivers.vda5050.mqtt import BACKLOG, TOO_LONG, _Newest
from robot_bridge.drivers.vda5050.reader import (
    LONGEST,
    BadMessage,
    decode,
    read_connection,
    read_position,
    read_speed,
    read_state,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
STATE = ScriptedVehicle(0).state()
STATE_30 = ScriptedVehicle(0, version="3.0.0").state()

GARBAGE = [
    b"",
    b"\xff\xfe\x00",
    b"not json",
    b"[]",
    b"null",
    b'{"orderId": ',
    b"[" * 5000,
    b"[" * 200_000,
    b"{}",
    json.dumps({**STATE, "driving": "yes"}).encode(),
    json.dumps({**STATE, "safetyState": None}).encode(),
    json.dumps({**STATE, "safetyState": {"eStop": None}}).encode(),
    json.dumps({**STATE, "nodeStates": {"a": 1}}).encode(),
    json.dumps({key: value for key, value in STATE.items() if key != "edgeStates"}).encode(),
    b'{"x": ' + b"9" * 10_000 + b"}",
    b"{" + b" " * 20_000_000 + b"}",
]


async def test_garbage_is_noted_and_the_vehicle_is_led_all_the_same(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    with capture_logs() as logs:
        for payload in GARBAGE:
            for topic in ("state", "visualization", "connection", "factsheet"):
                if payload != b"{}" or topic != "factsheet":
                    await scene.vehicle.send(topic, payload)
        await scene.floor.until(scene.ended)
    assert scene.outcome == ("arrived", None)
    bad = [entry for entry in logs if entry["event"] == "bad message"]
    assert 1 <= len(bad) <= 5, "one line for many"
    assert all("count" in entry for entry in bad)


async def test_a_mistake_of_ours_does_not_end_the_reader(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.lead()
    await scene.moving()

    def mistake(*_: object) -> None:
        raise ZeroDivisionError

    with capture_logs() as logs, monkeypatch.context() as patch:
        patch.setattr(scene.driver._pilot, "_carry_on", mistake)
        await scene.floor.advance(0.5)
    assert [entry["count"] for entry in logs if entry["event"] == "bad message"] == [1]
    await scene.floor.until(scene.ended)
    assert scene.outcome == ("arrived", None)


@pytest.mark.parametrize(
    "lie", ["2099-01-01T00:00:00.00Z", "1970-01-01T00:00:00.00Z", "noon", None, 12]
)
async def test_the_calendar_may_jump_and_stamps_may_lie(
    scene: Scene, lie: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = scene.vehicle._header
    monkeypatch.setattr(scene.vehicle, "_header", lambda: {**told(), "timestamp": lie})
    scene.lead()
    await scene.moving()
    scene.floor.clock._start += timedelta(days=400)
    await scene.floor.advance(1)
    scene.floor.clock._start -= timedelta(days=800)
    await scene.floor.until(scene.ended)
    assert scene.outcome == ("arrived", None)
    assert scene.state().link == "up"


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted({*STATE, *STATE_30})), JSON))
def test_a_state_with_any_values_is_read_or_refused(changes: dict[str, Any]) -> None:
    for whole in (STATE, STATE_30):
        message = {**whole, **changes}
        try:
            report = read_state(message)
        except BadMessage:
            continue
        assert report.speed is None or report.speed >= 0
        assert report.position is None or abs(report.position.theta) <= 3.1416
        assert isinstance(report.driving, bool)


@settings(deadline=None)
@given(JSON)
def test_any_json_is_read_or_refused(value: Any) -> None:
    message = dict.fromkeys(("agvPosition", "velocity", "protocolFeatures"), value)
    read_position(message)
    read_speed(message)
    read_factsheet({**message, "protocolLimits": value})
    if isinstance(value, dict):
        read_position({"agvPosition": value})
        try:
            read_connection(value)
        except BadMessage:
            return


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_are_an_object_or_refused(payload: bytes) -> None:
    try:
        assert isinstance(decode(payload), dict)
    except BadMessage:
        return


@pytest.mark.parametrize("enum", ["", "NO", "MAYBE", "EVERYTHING"])
def test_an_emergency_stop_of_an_unknown_kind_is_one(enum: str) -> None:
    assert read_state({**STATE, "safetyState": {"eStop": enum, "fieldViolation": False}}).e_stop


async def test_in_a_flood_the_newest_win_and_a_stop_works(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    async with aiomqtt.Client("127.0.0.1", scene.floor.broker.port) as source:
        for _ in range(1000):
            state = json.dumps(scene.vehicle.state())
            await source.publish(f"{scene.vehicle.root}/state", state)
    assert (await scene.floor.finish(scene.conductor.stop(), 2)).confirmed
    assert scene.vehicle.speed == 0
    assert scene.state().link == "up"
    await scene.conductor.resume()
    scene.lead()
    await scene.floor.until(scene.ended)
    assert scene.outcome == ("arrived", None)


async def test_what_waits_to_be_read_is_bounded() -> None:
    queue = _Newest()
    for number in range(3 * BACKLOG):
        queue.put_nowait(aiomqtt.Message("t", b"%d" % number, 0, False, 0, None))
    queue.put_nowait(aiomqtt.Message("t", b" " * (LONGEST + 1), 0, False, 0, None))
    waiting = [queue.get_nowait().payload for _ in range(queue.qsize())]
    assert len(waiting) == BACKLOG
    assert waiting[-1] == TOO_LONG
    assert waiting[-2] == b"%d" % (3 * BACKLOG - 1)
