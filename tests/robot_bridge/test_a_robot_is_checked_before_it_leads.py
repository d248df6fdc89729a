"""`./letan robot check` and `list`: faults in words, and nothing moves unasked."""

import ast
import asyncio
import json
import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from ros_rig import Hall, count_openings, free_port
from ros_rig import build as build_ros2
from ros_scripted import ScriptedServer
from small_lobby import DOCK, HOME, config_for
from typer.testing import CliRunner

from assistant.cli import app
from assistant.errors import LetanError
from assistant.robots import check, examination, short_drive
from assistant.robots.check import check_robot
from assistant.robots.examination import Finding, all_findings
from assistant.settings import ROOT, KioskSettings, RobotSettings, Settings
from robot_bridge.clock import ManualClock, SystemClock
from robot_bridge.driver import DriverConfig, Pose, RobotDriver, StopResult
from robot_bridge.drivers.simulator import SimulatedRobot

CENTRE = ROOT / "data" / "centre"
Change = Callable[[SimulatedRobot], None]


class Desk:
    """Runs a check of a simulated robot in the lobby that ships, time passing by hand."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.clock = ManualClock()
        self.robot: SimulatedRobot | None = None
        self.start: Pose | None = None
        self.farthest = 0.0
        self.said = ""
        self._capsys = capsys
        self.settings = Settings(data_dir=folder, robots=[RobotSettings(id="robot-1")])

    async def check(
        self,
        change: Change = lambda robot: None,
        *,
        kind: type[SimulatedRobot] = SimulatedRobot,
        home: Pose | None = None,
        **options: Any,
    ) -> tuple[int, dict[str, str]]:
        """The exit code, and the verdict of everything that was looked at."""

        def create(config: DriverConfig) -> RobotDriver:
            self.robot = kind(replace(config, home=home or config.home))
            self.start = self.robot.snapshot().pose
            change(self.robot)
            return self.robot

        options = {"language": "en", "as_json": True, **options}
        running = asyncio.create_task(
            check_robot(
                self.settings, CENTRE, "robot-1", clock=self.clock, create=create, **options
            )
        )
        while not running.done():
            await self.clock.advance(0.05)
            here = self.robot.snapshot().pose if self.robot is not None else None
            if here is not None:
                first = self.start = self.start or here
                far = math.dist((first.x, first.y), (here.x, here.y))
                self.farthest = max(self.farthest, far)
            assert self.clock.monotonic() < 200
        self.said = self._capsys.readouterr().out
        verdicts: dict[str, str] = {}
        for line in self.said.splitlines():
            found = json.loads(line)
            assert found["verdict"] != "failed" or found["remedy"], "every fault has a remedy"
            verdicts[found["check"]] = found["verdict"]
        return running.result(), verdicts


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


async def test_a_good_robot_is_ready_and_has_not_moved(desk: Desk) -> None:
    code, verdicts = await desk.check()
    assert code == 0
    assert set(verdicts.values()) == {"ok"}
    assert set(verdicts) == set(check.NAMES) - {"move"}
    assert desk.farthest == 0
    assert desk.robot is not None
    assert desk.robot.snapshot().link == "lost", "let go of"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda robot: robot.press_e_stop(), "e_stop"),
        (lambda robot: robot.set_manual(True), "mode"),
        (lambda robot: robot.set_localised(False), "pose"),
        (lambda robot: robot.set_battery(0.05), "battery"),
        (lambda robot: robot.cut_link(), "link"),
    ],
)
@pytest.mark.parametrize("move", [False, True])
async def test_a_fault_is_named_and_keeps_it_from_moving(
    desk: Desk, change: Change, name: str, move: bool
) -> None:
    code, verdicts = await desk.check(change, move=move)
    assert code == 1
    assert [key for key, verdict in verdicts.items() if verdict == "failed"] == [name]
    assert desk.farthest == 0
    assert verdicts.get("move", "warning") == "warning"


@pytest.mark.parametrize("home", [Pose(500.0, 3.0, 0.0), Pose(-10.0, -7.0, 0.0)])
async def test_a_robot_with_another_map_is_found_out(desk: Desk, home: Pose) -> None:
    code, verdicts = await desk.check(home=home, move=True)
    assert (code, verdicts["map"]) == (1, "failed")
    assert "origin" in desk.said
    assert desk.farthest == 0


async def test_only_when_told_it_drives_half_a_metre_and_comes_back(desk: Desk) -> None:
    code, verdicts = await desk.check(move=True)
    assert (code, verdicts["move"]) == (0, "ok")
    assert 0.4 < desk.farthest < 0.6
    assert desk.robot is not None
    first, last = desk.start, desk.robot._body.motion
    assert first is not None
    assert math.dist((first.x, first.y), (last.x, last.y)) < 0.15
    assert last.still


async def test_a_drive_that_is_blocked_ends_in_a_stop(desk: Desk) -> None:
    def surround(robot: SimulatedRobot) -> None:
        here = robot.snapshot().pose or Pose(0.0, -4.0, 0.0)
        for part in range(12):
            angle = part * math.tau / 12
            robot.add_obstacle(here.x + 0.5 * math.cos(angle), here.y + 0.5 * math.sin(angle), 0.1)

    code, verdicts = await desk.check(surround, move=True)
    assert (code, verdicts["move"]) == (1, "failed")
    assert desk.robot is not None
    assert desk.robot._held, "stopped, and not let go of"
    assert desk.farthest < 0.3


class Deaf(SimulatedRobot):
    async def stop(self, reason: str) -> StopResult:
        await super().stop(reason)
        return StopResult(confirmed=False, text="rolls on")


class Hanging(SimulatedRobot):
    async def stop(self, reason: str) -> StopResult:
        await asyncio.Event().wait()
        return StopResult(confirmed=True)


class Raising(SimulatedRobot):
    async def stop(self, reason: str) -> StopResult:
        raise RuntimeError("a fault of the driver")


@pytest.mark.parametrize("kind", [Deaf, Hanging, Raising])
async def test_a_robot_that_does_not_stop_is_never_driven(
    desk: Desk, kind: type[SimulatedRobot]
) -> None:
    code, verdicts = await desk.check(kind=kind, move=True)
    assert (code, verdicts["stop"], verdicts["move"]) == (1, "failed", "warning")
    assert desk.farthest == 0


@pytest.mark.parametrize(
    ("driver", "scheme", "options"),
    [
        ("ros2", "ws", {}),
        ("vda5050", "mqtt", {"manufacturer": "Acme", "serial": "AMR-1"}),
    ],
)
async def test_a_dead_address_is_told_without_its_password(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    driver: str,
    scheme: str,
    options: dict[str, Any],
) -> None:
    url = f"{scheme}://bridge:s3cr3t@127.0.0.1:{free_port()}"
    robot = RobotSettings(id="r-2", driver=driver, url=url, **options)
    settings = Settings(
        data_dir=tmp_path,
        port=free_port(),
        robots=[robot],
        kiosks=[KioskSettings(id="kiosk-1", robot="r-2")],
    )
    code = await check_robot(settings, CENTRE, "r-2", language="vi", clock=SystemClock(4))
    said = capsys.readouterr()
    assert code == 1
    assert "✗ đường truyền" in said.out
    assert "→" in said.out
    assert "vị trí" not in said.out, "nothing is said about what could not be looked at"
    assert "s3cr3t" not in said.out + said.err


async def test_unknown_robots_are_named(tmp_path: Path) -> None:
    with pytest.raises(LetanError, match="robot-1"):
        await check_robot(Settings(data_dir=tmp_path), CENTRE, "robot-9")


class Served(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"id": "r-2"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def running_port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Served)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()


async def test_a_robot_that_a_running_server_leads_is_left_alone(
    tmp_path: Path, running_port: int
) -> None:
    robot = RobotSettings(id="r-2", driver="ros2", url=f"ws://127.0.0.1:{free_port()}")
    settings = Settings(
        data_dir=tmp_path,
        port=running_port,
        robots=[robot],
        kiosks=[KioskSettings(id="kiosk-1", robot="r-2")],
    )
    with pytest.raises(LetanError) as error:
        await check_robot(settings, CENTRE, "r-2")
    assert error.value.code == "robot_in_use"


async def ros_findings(change: Callable[[ScriptedServer], None]) -> dict[str, Finding]:
    server = ScriptedServer("classic")
    hall = Hall(server)
    await server.open()
    change(server)
    undo = count_openings(hall)
    config = config_for(hall.clock)

    def made() -> RobotDriver:
        hall.drivers[:] = [build_ros2(hall.clock, f"ws://127.0.0.1:{server.port}")]
        return hall.drivers[0]

    async def collect() -> dict[str, Finding]:
        findings = all_findings(made, config, HOME, DOCK, move=short_drive.short_drive)
        return {found.name: found async for found in findings}

    try:
        found: dict[str, Finding] = await hall.finish(collect(), 60)
        return found
    finally:
        undo()
        await server.close()


async def test_a_ros_robot_is_proved_and_driven() -> None:
    found = await ros_findings(lambda server: None)
    assert {name for name, one in found.items() if one.verdict != "ok"} == set(), found


async def test_a_ros_robot_in_another_frame_is_found_out() -> None:
    found = await ros_findings(lambda server: server.robot.change(frame="garage"))
    assert found["pose"].verdict == "failed"
    assert found["move"].verdict == "warning"


def test_the_list_shows_robots_without_passwords(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "letan.toml").write_text(
        '[[robots]]\nid = "r-2"\ndriver = "ros2"\nurl = "ws://bridge:s3cr3t@robot.ward:9090"\n'
        '[[kiosks]]\nid = "kiosk-1"\nrobot = "r-2"\n'
    )
    monkeypatch.setenv("LETAN_CONFIG", str(tmp_path / "letan.toml"))
    told = CliRunner().invoke(app, ["robot", "list", "--json"])
    assert told.exit_code == 0
    assert json.loads(told.stdout)["url"] == "ws://robot.ward:9090"
    assert "s3cr3t" not in CliRunner().invoke(app, ["robot", "list"]).output


def test_nobody_is_moved_without_a_yes(tmp_path: Path) -> None:
    told = CliRunner().invoke(
        app, ["robot", "check", "robot-1", "--move", "--data-dir", str(tmp_path)], input="n\n"
    )
    assert told.exit_code == 1
    assert "✓" not in told.output, "not even looked at"


def test_every_sentence_is_in_english() -> None:
    folder = Path(check.__file__).parent
    with (folder / "locale/en/LC_MESSAGES/robot_check.po").open("rb") as file:
        english = {str(entry.id) for entry in read_po(file) if entry.string}
    sources = {finding for module in (examination, short_drive) for finding in _sources(module)}
    assert len(sources) > 40
    assert sources - english == set()
    assert set(check.NAMES.values()) <= english


def _sources(module: Any) -> Iterator[str]:
    tree = ast.parse(Path(module.__file__).read_text("utf-8"))
    letters = set("ạảãáàâấầẩẫậăđêếềệôốồộơớờợưứừựịỉĩíìụủ")
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and letters & set(text):
            yield text
