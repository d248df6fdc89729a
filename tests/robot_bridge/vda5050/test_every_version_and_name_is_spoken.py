"""2.0, 2.1 and 3.0, both names of the instant actions, other topics; judged by the schemas."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import vda5050.validation
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import ValidationError
from small_lobby import DOCK, HOME, TOILET
from vda_rig import Floor, build, open_scene
from vda_scripted import ScriptedVehicle

from robot_bridge.clock import ManualClock
from robot_bridge.driver import Capability, DriverError, FailureCode, Goal
from robot_bridge.drivers import check_options
from robot_bridge.drivers.vda5050.address import read_url
from robot_bridge.drivers.vda5050.dialect import adapt, dialect_of

SCHEMAS = Path(vda5050.validation.__file__).parent / "schemas"


def judge(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema, format_checker=FormatChecker())


@pytest.mark.parametrize("version", ["2.0.0", "2.1.0", "3.0.0"])
async def test_a_visitor_is_led_with_every_version(floor: Floor, version: str) -> None:
    vehicle = ScriptedVehicle(floor.broker.port, version=version)
    await vehicle.connect()
    scene = await open_scene(floor, vehicle, version=version[:3])
    await floor.until(lambda: scene.state().link == "up", 15)
    assert scene.state().battery == 0.8
    scene.lead()
    await scene.moving()
    vehicle.e_stop = "REMOTE"
    await floor.until(scene.ended, 3)
    assert scene.outcome == ("failed", "estop")
    vehicle.e_stop = "NONE"
    await floor.advance(2)
    scene.conductor.start("dock", DOCK, "test")
    await floor.until(scene.ended)
    assert scene.outcome == ("arrived", None)
    assert scene.state().charging
    versions = {message["version"] for message in vehicle.messages}
    assert versions <= {version, f"{version[:3]}.0"}
    edge = vehicle.orders[0]["edges"][0]
    node = vehicle.orders[0]["nodes"][0]
    if version == "3.0.0":
        assert "maximumSpeed" in edge
        assert "startNodeId" not in edge
        assert node["nodePosition"]["allowedDeviationXY"] == {"a": 0.5, "b": 0.5, "theta": 0.0}
        assert all("instantActions" not in message for message in vehicle.messages)
    else:
        assert edge["maxSpeed"] == 0.6
        assert edge["startNodeId"] == node["nodeId"] == "home"
        named = ["actionName" in action for action in vehicle.actions[3:]]
        assert set(named) == {version == "2.0.0"}, "the schema of 2.0 asks for it"
        name = "allowedDeviationXy" if version == "2.0.0" else "allowedDeviationXY"
        assert node["nodePosition"][name] == 0.5
    await scene.close()


async def test_everything_we_publish_obeys_the_schemas_of_2_1(floor: Floor) -> None:
    vehicle = ScriptedVehicle(floor.broker.port)
    await vehicle.connect()
    scene = await open_scene(floor, vehicle, version="2.1", say_action="say", show_action="show")
    await floor.until(lambda: scene.state().link == "up", 5)
    scene.lead()
    await scene.moving()
    await floor.finish(scene.conductor.stop(), 2)
    await scene.conductor.resume()
    scene.conductor.start("dock", DOCK, "test")
    await floor.until(scene.ended)
    scene.conductor.start("return", HOME, "test")
    await floor.until(scene.ended)
    await floor.finish(scene.driver.show("/kiosk"), 2)
    order, instant = judge("order"), judge("instantActions")
    counts: dict[bool, list[int]] = {True: [], False: []}
    for message in vehicle.messages:
        is_order = "orderId" in message
        (order if is_order else instant).validate(message)
        counts[is_order].append(message["headerId"])
    for numbers in counts.values():
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "counts its topic"
        assert len(numbers) >= 5
    await scene.close()


async def test_updates_join_what_was_sent_before(floor: Floor) -> None:
    vehicle = ScriptedVehicle(floor.broker.port)
    await vehicle.connect()
    scene = await open_scene(floor, vehicle, base_length=1.2)
    await floor.until(lambda: scene.state().link == "up", 5)
    scene.lead(TOILET)
    await floor.until(scene.ended)
    seen: dict[int, dict[str, Any]] = {}
    end: dict[str, Any] | None = None
    for number, message in enumerate(vehicle.orders):
        assert message["orderUpdateId"] == number
        assert len(message["edges"]) == len(message["nodes"]) - 1
        released = [node["released"] for node in message["nodes"]]
        assert released == sorted(released, reverse=True), "the base comes before the horizon"
        if end is not None:
            assert message["nodes"][0] == end, "begins with the end of the base, unchanged"
        for node in message["nodes"]:
            if node["released"]:
                assert seen.setdefault(node["sequenceId"], node) == node, "the base never changes"
        end = [node for node in message["nodes"] if node["released"]][-1]
        assert end["nodePosition"]["x"] - vehicle.orders[0]["nodes"][0]["nodePosition"]["x"] >= 0
    assert end is not None
    assert "theta" in end["nodePosition"]
    assert len(vehicle.orders) > 5, "little at a time"
    await scene.close()


@pytest.mark.parametrize("fields", [("actions",), ("instantActions",)])
@pytest.mark.parametrize("strict", [False, True])
async def test_the_name_of_the_array_is_found_out(
    floor: Floor, fields: tuple[str, ...], strict: bool
) -> None:
    vehicle = ScriptedVehicle(floor.broker.port, fields=fields)
    vehicle.faults.strict = strict
    await vehicle.connect()
    scene = await open_scene(floor, vehicle, version="2.1")
    await floor.until(lambda: scene.state().link == "up", 15)
    scene.lead()
    await scene.moving()
    assert (await floor.finish(scene.conductor.stop(), 3)).confirmed
    if strict:
        last = vehicle.messages[-1]
        assert [name for name in ("actions", "instantActions") if name in last] == list(fields)
    await scene.close()


async def test_a_vehicle_that_could_not_be_stopped_is_not_set_in_motion(floor: Floor) -> None:
    vehicle = ScriptedVehicle(floor.broker.port, fields=())
    await vehicle.connect()
    scene = await open_scene(floor, vehicle, version="2.1")
    await floor.until(lambda: scene.state().link == "up", 15)
    with pytest.raises(DriverError, match="cancelOrder"):
        await scene.driver.go_to(Goal("a", HOME.pose))
    await floor.advance(1)
    assert vehicle.orders == []
    vehicle.fields = ("instantActions",)  # somebody has mended it
    await floor.advance(20)
    await scene.driver.go_to(Goal("b", HOME.pose))
    await floor.advance(1)
    assert vehicle.orders
    await scene.close()


async def test_a_given_name_is_used_and_nothing_else(floor: Floor) -> None:
    vehicle = ScriptedVehicle(floor.broker.port, fields=("instantActions",))
    await vehicle.connect()
    driver = build(floor.clock, floor.broker.url, instant_actions_field="instantActions")
    floor.vehicles.append(vehicle)
    floor.drivers.append(driver)
    await driver.connect()
    await floor.advance(0.3)
    assert vehicle.messages
    assert all("actions" not in message for message in vehicle.messages)
    await driver.close()
    await vehicle.close()


async def test_speech_that_the_vehicle_refuses_is_ours_again(floor: Floor) -> None:
    vehicle = ScriptedVehicle(floor.broker.port)
    await vehicle.connect()
    scene = await open_scene(floor, vehicle, say_action="say", show_action="show")
    await floor.until(lambda: scene.state().link == "up", 5)
    driver = scene.driver
    assert {Capability.SAY, Capability.SHOW} <= driver.capabilities()
    await floor.finish(driver.say("Dạ, mời anh/chị", "vi"), 2)
    said = [action for action in vehicle.actions if action["actionType"] == "say"][-1]
    values = {pair["key"]: pair["value"] for pair in said["actionParameters"]}
    assert values == {"text": "Dạ, mời anh/chị", "lang": "vi"}
    vehicle.faults.fail_actions = ("say",)
    with pytest.raises(DriverError) as error:
        await floor.finish(driver.say("Dạ", "vi"), 2)
    assert error.value.code is FailureCode.UNSUPPORTED
    assert Capability.SAY not in driver.capabilities()
    scene.lead()
    await floor.until(scene.ended)
    assert scene.outcome == ("arrived", None)
    assert scene.said, "the kiosk's own voice speaks"
    await scene.close()


async def test_the_factsheet_says_what_a_vehicle_cannot_do(floor: Floor) -> None:
    vehicle = ScriptedVehicle(floor.broker.port)
    await vehicle.connect()
    scene = await open_scene(floor, vehicle, say_action="say", show_action="show")
    await floor.until(lambda: scene.state().link == "up", 5)
    assert any(action["actionType"] == "factsheetRequest" for action in vehicle.actions)
    sheet = {
        "protocolFeatures": {"agvActions": [{"actionType": "show"}, {"actionType": "pick"}]},
        "protocolLimits": {"maxArrayLens": {"order.nodes": 4}, "timing": {"minOrderInterval": 1}},
    }
    await vehicle.send("factsheet", json.dumps(sheet), retain=True)
    await floor.advance(0.2)
    can = scene.driver.capabilities()
    assert Capability.SHOW in can
    assert Capability.SAY not in can
    with pytest.raises(DriverError) as error:
        await scene.driver.say("Dạ", "vi")
    assert error.value.code is FailureCode.UNSUPPORTED
    times: list[float] = []
    scene.lead()
    while not scene.ended():
        before = len(vehicle.orders)
        await floor.advance(0.1)
        times += [floor.clock.monotonic()] * (len(vehicle.orders) - before)
    assert scene.outcome == ("arrived", None)
    assert max(len(order["nodes"]) for order in vehicle.orders) == 4
    assert min(b - a for a, b in pairwise(times)) >= 1 - 1e-6
    await scene.close()


async def test_other_topics_are_a_matter_of_settings(floor: Floor) -> None:
    class Elsewhere(ScriptedVehicle):
        @property
        def root(self) -> str:
            return "ward-9/robots/sv-1"

    vehicle = Elsewhere(floor.broker.port)
    await vehicle.connect()
    driver = build(
        floor.clock,
        floor.broker.url,
        topics="{interface}/robots/{serial}/{topic}",
        interface="ward-9",
    )
    floor.vehicles.append(vehicle)
    floor.drivers.append(driver)
    await driver.connect()
    await driver.go_to(Goal("a", HOME.pose))
    await floor.advance(1)
    assert vehicle.orders
    await driver.close()
    await vehicle.close()


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"manufacturer": "a/b"}, "manufacturer"),
        ({"serial": "a b"}, "serial"),
        ({"version": "4.0"}, "version"),
        ({"version": "newest"}, "version"),
        ({"topics": "{serial}"}, "topics"),
        ({"topics": "{interface.x}/{topic}"}, "topics"),
        ({"topics": "#/{topic}"}, "topics"),
        ({"instant_actions_field": "none"}, "instant_actions_field"),
        ({"base_length": 0.0}, "base_length"),
        ({"key": "/somewhere"}, "cert and key"),
        ({"colour": "red"}, "no key colour"),
    ],
)
def test_settings_that_make_no_sense_are_named(options: dict[str, Any], named: str) -> None:
    whole = {"manufacturer": "m", "serial": "s", **options}
    with pytest.raises(ValueError, match=named):
        check_options("robot-1", "vda5050", whole)


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "http://a",
        "mqtt://",
        "mqtt://h:port",
        "mqtt://h:99999",
        "mqtt://h/x",
        "mqtt://h?a=1",
    ],
)
def test_a_url_that_makes_no_sense_is_not_repeated(url: str | None) -> None:
    with pytest.raises(ValueError, match="mqtt://user:password@host:port") as error:
        read_url(url)
    assert not url or url not in str(error.value).replace("mqtt://user", "")


def test_a_password_is_read_and_never_shown() -> None:
    broker = read_url("mqtts://bridge:p%40ss%2Fword@[::1]:9999")
    assert (broker.host, broker.port, broker.tls) == ("::1", 9999, True)
    assert (broker.username, broker.password) == ("bridge", "p@ss/word")
    assert "p@ss" not in repr(broker)
    assert read_url("mqtts://h").port == 8883
    assert read_url("mqtt://h").port == 1883


def test_a_version_is_the_vehicles_own_within_its_major() -> None:
    base = dialect_of("2.0")
    assert adapt(base, "2.1.0").version == "2.1.0"
    assert adapt(base, "2.0.1").version == "2.0.1"
    assert adapt(base, "2.7.3").deviation == "allowedDeviationXY"
    for other in ("3.0.0", "", "x.y", "2", "1.1.0"):
        assert adapt(base, other) is base
    assert dialect_of("3.0").major == "v3"


def test_an_unusable_certificate_is_said_when_the_driver_is_built(tmp_path: Path) -> None:
    bad = tmp_path / "ca.pem"
    bad.write_text("no certificate")
    for path in (bad, tmp_path / "missing.pem"):
        with pytest.raises((ValueError, ValidationError), match="ca, cert, key"):
            build(ManualClock(), "mqtts://127.0.0.1:1", ca=path)
