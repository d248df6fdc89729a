"""TLS, and a charger that is left only when it may be."""

import ssl
import subprocess
from pathlib import Path
from shutil import which

import pytest
from ros_rig import Hall, build, open_scene
from ros_scripted import ScriptedServer

from robot_bridge.clock import ManualClock
from robot_bridge.driver import DriverError, FailureCode, Goal, Pose


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A folder with ``server.pem`` and ``server.key`` for 127.0.0.1."""
    program = which("openssl")
    assert program is not None, "openssl is missing: apt-get install openssl"
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=robot"]
    files = ["-keyout", str(tmp_path / "server.key"), "-out", str(tmp_path / "server.pem")]
    names = ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([program, *made, *files, *names], check=True, capture_output=True)
    return tmp_path


async def test_a_server_with_tls_is_trusted_by_its_authority_only(certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "server.pem", certificate / "server.key")
    server = ScriptedServer()
    await server.open(context)
    hall = Hall(server)
    url = f"wss://letan:secret@127.0.0.1:{server.port}"
    trusting = build(hall.clock, url, ca=str(certificate / "server.pem"))
    await trusting.connect()
    assert trusting.snapshot().link == "up"
    assert all(headers["authorization"].startswith("Basic ") for headers in server.headers)
    await trusting.close()
    doubting = build(hall.clock, url)
    with pytest.raises(Exception, match=r"(?i)certificate") as error:
        await doubting.connect()
    assert "secret" not in str(error.value)
    await doubting.close()
    await server.close()


def test_an_unusable_certificate_is_said_when_the_driver_is_built(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="ca, cert, key"):
        build(ManualClock(), "wss://robot", ca=str(tmp_path / "none.pem"))


@pytest.mark.parametrize("leaves", [False, True])
async def test_a_robot_that_charges_stays_unless_it_may_leave(hall: Hall, leaves: bool) -> None:
    hall.server.robot.charging = True
    scene = await open_scene(hall, leaves_charger=leaves)
    await hall.until(lambda: scene.state().link == "up" and scene.state().charging, 8)
    if not leaves:
        with pytest.raises(DriverError) as error:
            await scene.kept.go_to(Goal("a", Pose(2.0, 1.0, 0.0)))
        assert error.value.code is FailureCode.REJECTED
    else:
        await scene.kept.go_to(Goal("a", Pose(2.0, 1.0, 0.0)))
        await hall.until(lambda: scene.state().speed > 0.2, 5)
    await scene.close()


async def test_of_two_bridges_the_one_that_comes_ends_what_the_other_began(hall: Hall) -> None:
    first = await open_scene(hall)
    await hall.until(lambda: first.state().link == "up", 8)
    first.lead()
    await first.moving()
    second = build(hall.clock, f"ws://127.0.0.1:{hall.server.port}")
    await hall.finish(second.connect())
    await hall.until(first.ended, 5)
    assert first.outcome == ("failed", "canceled")
    await hall.advance(5)
    assert hall.server.robot.goal is None
    assert len(hall.server.robot.seen) == 1
    await second.close()
    await first.close()
