"""TLS, users and an access list: the bridge may write orders, others may not (robot.md §9)."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from subprocess import run

import aiomqtt
import pytest
from small_lobby import HOME, TOILET
from structlog.testing import capture_logs
from vda_broker import Mosquitto
from vda_rig import Floor, Opening, build
from vda_scripted import ScriptedVehicle

from robot_bridge.driver import DriverError, Goal, LinkError

ACCESS = """
user bridge
topic write uagv/v2/letan-test/sv-1/order
topic write uagv/v2/letan-test/sv-1/instantActions
topic read uagv/v2/letan-test/sv-1/#

user vehicle
topic write uagv/v2/letan-test/sv-1/state
topic write uagv/v2/letan-test/sv-1/visualization
topic write uagv/v2/letan-test/sv-1/connection
topic write uagv/v2/letan-test/sv-1/factsheet
topic read uagv/v2/letan-test/sv-1/order
topic read uagv/v2/letan-test/sv-1/instantActions

user guest
topic read uagv/v2/letan-test/sv-1/#
"""


def certificates(folder: Path) -> None:
    """An authority (ca.pem) and a broker of it (broker.pem, broker.key)."""
    program = which("openssl")
    assert program is not None, "openssl is missing: apt-get install openssl"
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1")
    ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"]
    for arguments in (
        ["req", "-x509", *ec, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test authority"],
        ["req", *ec, "-keyout", "broker.key", "-out", "broker.csr", "-subj", "/CN=broker"],
        ["x509", "-req", "-in", "broker.csr", "-out", "broker.pem", *signed],
    ):
        run([program, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker with TLS, users bridge, vehicle and guest (password: the name), and an ACL."""
    certificates(tmp_path)
    users = tmp_path / "users"
    users.touch(mode=0o600)
    for user in ("bridge", "vehicle", "guest"):
        run(["mosquitto_passwd", "-b", str(users), user, user], check=True, capture_output=True)
    access = tmp_path / "access"
    access.write_text(ACCESS)
    access.chmod(0o600)
    made = Mosquitto(
        tmp_path,
        [
            f"cafile {tmp_path / 'ca.pem'}",
            f"certfile {tmp_path / 'broker.pem'}",
            f"keyfile {tmp_path / 'broker.key'}",
            "allow_anonymous false",
            f"password_file {users}",
            f"acl_file {access}",
        ],
    )
    made.start()
    yield made
    made.kill()


@pytest.fixture
def floor(locked: Mosquitto, monkeypatch: pytest.MonkeyPatch) -> Floor:
    return Floor(locked, opening=Opening(monkeypatch))


@pytest.fixture
def vehicle(locked: Mosquitto) -> ScriptedVehicle:
    made = ScriptedVehicle(locked.port)
    made.login = {"username": "vehicle", "password": "vehicle"}
    made.ca = str(locked.folder / "ca.pem")
    return made


async def test_a_goal_is_reached_over_tls_with_a_user_and_an_access_list(
    floor: Floor, vehicle: ScriptedVehicle
) -> None:
    await vehicle.connect()
    url = f"mqtts://bridge:bridge@127.0.0.1:{floor.broker.port}"
    driver = build(floor.clock, url, ca=floor.broker.folder / "ca.pem")
    floor.vehicles.append(vehicle)
    floor.drivers.append(driver)
    await driver.connect()
    await driver.go_to(Goal("a", HOME.pose))
    await floor.until(lambda: driver.snapshot().goal_id is None, 30)
    assert vehicle.orders
    assert (await floor.finish(driver.stop("test"), 2)).confirmed
    await driver.resume()
    await driver.go_to(Goal("b", TOILET.pose))
    await floor.advance(2)
    await asyncio.to_thread(driver.halt_from_thread)
    await floor.advance(1)
    assert vehicle.speed == 0, "also without the event loop"
    await driver.close()
    await vehicle.close()


@pytest.mark.parametrize(
    ("login", "ca", "said"),
    [
        ("bridge:wrong@", True, "(?i)not authori[sz]ed"),
        ("", True, "(?i)not authori[sz]ed"),
        ("bridge:bridge@", False, "(?i)certificate"),
    ],
)
async def test_what_is_wrong_is_said_and_no_password_with_it(
    floor: Floor, vehicle: ScriptedVehicle, login: str, ca: bool, said: str
) -> None:
    await vehicle.connect()
    options = {"ca": floor.broker.folder / "ca.pem"} if ca else {}
    driver = build(floor.clock, f"mqtts://{login}127.0.0.1:{floor.broker.port}", **options)
    with capture_logs() as logs, pytest.raises(LinkError, match=said) as error:
        await driver.connect()
    assert "wrong" not in str(error.value)
    assert "wrong" not in str(logs)
    await driver.close()
    await vehicle.close()


async def test_who_may_only_read_moves_nothing(floor: Floor, vehicle: ScriptedVehicle) -> None:
    await vehicle.connect()
    url = f"mqtts://guest:guest@127.0.0.1:{floor.broker.port}"
    driver = build(floor.clock, url, ca=floor.broker.folder / "ca.pem")
    floor.vehicles.append(vehicle)
    floor.drivers.append(driver)
    await floor.finish(driver.connect(), 10)
    with pytest.raises(DriverError, match="cancelOrder"):
        await driver.go_to(Goal("a", HOME.pose))
    assert vehicle.messages == []
    await driver.close()
    await vehicle.close()


async def test_every_connection_has_a_name_of_its_own(floor: Floor) -> None:
    names = set()
    for _ in range(2):
        driver = build(
            floor.clock,
            f"mqtts://bridge:bridge@127.0.0.1:{floor.broker.port}",
            ca=floor.broker.folder / "ca.pem",
        )
        opening = floor.finish(driver.connect(), 12)
        with pytest.raises(LinkError, match="no state from the vehicle"):
            await opening
        log = (floor.broker.folder / f"mosquitto-{floor.broker.port}.log").read_text()
        names |= {word for word in log.split() if word.startswith("letan-robot-1-")}
        await driver.close()
    assert len(names) >= 2


async def test_nobody_is_thrown_out_by_us(floor: Floor, vehicle: ScriptedVehicle) -> None:
    """A client with a name like ours keeps its connection."""
    await vehicle.connect()
    tls = aiomqtt.TLSParameters(ca_certs=str(floor.broker.folder / "ca.pem"))
    async with aiomqtt.Client(
        "127.0.0.1",
        floor.broker.port,
        username="guest",
        password="guest",
        identifier="letan-robot-1",
        tls_params=tls,
    ) as other:
        driver = build(
            floor.clock,
            f"mqtts://bridge:bridge@127.0.0.1:{floor.broker.port}",
            ca=floor.broker.folder / "ca.pem",
        )
        await driver.connect()
        await other.unsubscribe("nobody/nothing")
        await driver.close()
    await vehicle.close()
