"""`./letan robot list` and `./letan robot check ID`: is a robot ready to lead people?"""

import asyncio
import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assistant import logging
from assistant.centre.content import load_content
from assistant.centre.snapshot import static_view
from assistant.errors import Language, LetanError
from assistant.robots.errors import post_unknown, robot_unknown
from assistant.robots.examination import CLEARANCE, Finding, all_findings
from assistant.robots.short_drive import short_drive
from assistant.settings import RobotSettings, Settings
from assistant.translations import translation
from robot_bridge.clock import Clock, SystemClock
from robot_bridge.driver import DriverConfig, RobotDriver
from robot_bridge.drivers import find_driver
from robot_bridge.lobby_map import LobbyMap, MapError, load_map
from robot_bridge.places import Place, reachable, read_places

NAMES = {
    "link": "đường truyền",
    "state": "trạng thái",
    "pose": "vị trí",
    "map": "bản đồ",
    "battery": "pin",
    "mode": "chế độ",
    "e_stop": "an toàn",
    "capabilities": "khả năng",
    "stop": "lệnh dừng",
    "move": "chạy thử",
}
_MARKS = {"ok": "✓", "warning": "–", "failed": "✗"}


def list_robots(settings: Settings, language: Language, *, as_json: bool = False) -> int:
    """Prints the robots of the settings; connects to none of them."""
    say = _words(language)
    for robot in settings.robots:
        address = shown_address(robot)
        if as_json:
            data = {
                "id": robot.id,
                "name": robot.name,
                "driver": robot.driver,
                "url": address,
                "max_speed": robot.max_speed,
                "home": robot.home,
                "dock": robot.dock,
            }
            print(json.dumps(data, ensure_ascii=False))
            continue
        line = "{id}: {name} · {driver} {url} · tối đa {speed} m/s · chỗ đợi {home} · sạc {dock}"
        print(
            say(line).format(
                id=robot.id,
                name=robot.name,
                driver=robot.driver,
                url=address or "",
                speed=robot.max_speed,
                home=robot.home,
                dock=robot.dock,
            )
        )
    if not settings.robots and not as_json:
        print(say("Chưa có robot nào trong letan.toml ([[robots]], docs/robots.md)."))
    return 0


async def check_robot(
    settings: Settings,
    centre: Path,
    robot_id: str,
    *,
    language: Language = "vi",
    move: bool = False,
    as_json: bool = False,
    clock: Clock | None = None,
    create: Callable[[DriverConfig], RobotDriver] | None = None,
) -> int:
    """Prints finding by finding; 0 when nothing has failed, else 1.

    ``centre`` is the folder of places and map; ``create`` another way to make the driver.
    Raises LetanError `robot_unknown`, `robot_post_unknown`, `centre_content_invalid`, and
    `robot_in_use` when a running server leads this robot: connecting would end its goal.
    """
    robot = next((one for one in settings.robots if one.id == robot_id), None)
    if robot is None:
        raise robot_unknown(robot_id, [one.id for one in settings.robots])
    logging.configure(settings.model_copy(update={"log_level": "error"}))
    config, home, dock = _configured(robot, centre, clock or SystemClock())
    if robot.url is not None and await asyncio.to_thread(_served, settings, robot.id):
        raise _in_use(robot.id)
    make = create or find_driver(robot.driver)
    worst = 0
    async for found in all_findings(
        lambda: make(config),
        config,
        home,
        dock,
        move=short_drive if move else None,
        hide=lambda text: hidden(text, robot),
    ):
        worst = max(worst, int(found.verdict == "failed"))
        _print(found, language, as_json=as_json)
    if not as_json:
        say = _words(language)
        end = "Robot chưa sẵn sàng: xem các dòng ✗." if worst else "Robot sẵn sàng."
        print(say(end))
    return worst


def ask_to_move(language: Language) -> str:
    """The question before a robot is moved."""
    return _words(language)(
        "Nếu mọi thứ tốt, robot sẽ đi 0,5 m rồi quay lại. Quanh robot 1 m đã trống, "
        "và có người đứng cạnh nút dừng khẩn cấp?"
    )


def shown_address(robot: RobotSettings) -> str | None:
    """Where a robot is reached, without the name and the password in its URL."""
    if robot.url is None:
        return None
    parts = urlsplit(robot.url.get_secret_value())
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"


def hidden(text: str, robot: RobotSettings) -> str:
    """A driver's text without what only the robot's owner may know."""
    if robot.url is not None:
        user, at, _ = urlsplit(robot.url.get_secret_value()).netloc.rpartition("@")
        for secret in (f"{user}@", user.partition(":")[2]) if at else ():
            text = text.replace(secret, "") if secret else text
    text = re.sub(r"(?<=://)[^/@\s]+@", "", text)
    return " ".join(text.split())[:300]


def _configured(
    robot: RobotSettings, centre: Path, clock: Clock
) -> tuple[DriverConfig, Place, Place | None]:
    content = load_content(centre)
    lobby = _map(content.map_file)
    places = reachable(read_places(static_view(content)["places"]), lobby, CLEARANCE)
    home, dock = places.get(robot.home), places.get(robot.dock)
    if home is None:
        raise post_unknown(robot.id, "home", robot.home, list(places))
    config = DriverConfig(
        robot.id,
        lobby,
        home.pose,
        dock.pose if dock else None,
        robot.max_speed,
        clock,
        robot.url.get_secret_value() if robot.url else None,
        robot.map,
        robot.capabilities,
        robot.options,
    )
    return config, home, dock


def _map(path: Path) -> LobbyMap:
    try:
        return load_map(path)
    except MapError as error:
        raise LetanError(
            "centre_content_invalid",
            422,
            f"Bản đồ sảnh không dùng được: {error}. Hãy sửa tệp rồi thử lại.",
            f"The lobby map cannot be used: {error}. Correct the file and try again.",
            field=error.field,
        ) from error


def _served(settings: Settings, robot_id: str) -> bool:
    """Whether a server of ours runs here that leads this robot."""
    host = settings.host if settings.host not in ("0.0.0.0", "::") else "127.0.0.1"  # noqa: S104
    where = f"[{host}]" if ":" in host else host
    address = f"http://{where}:{settings.port}/api/v1/robots/{robot_id}"
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(json.load(answer).get("id") == robot_id)
    except (urllib.error.URLError, OSError, ValueError, AttributeError):
        return False


def _in_use(robot_id: str) -> LetanError:
    return LetanError(
        "robot_in_use",
        409,
        f"Lễ Tân đang chạy và đang giữ robot '{robot_id}'. Kiểm tra lúc này sẽ ngắt việc robot "
        "đang làm: hãy dừng Lễ Tân rồi thử lại, hoặc xem robot trên trang của cán bộ.",
        f"Lễ Tân is running and holds robot '{robot_id}'. A check now would end what the robot "
        "does: stop Lễ Tân and try again, or look at the robot on the staff's page.",
        field="robot",
    )


def _words(language: Language) -> Callable[[str], str]:
    return translation(Path(__file__).parent, "robot_check", language).gettext


def _print(found: Finding, language: Language, *, as_json: bool) -> None:
    say = _words(language)
    detail = say(found.detail).format(**found.values)
    remedy = say(found.remedy) if found.remedy else ""
    if as_json:
        data: dict[str, Any] = {"check": found.name, "verdict": found.verdict, "detail": detail}
        print(json.dumps(data | ({"remedy": remedy} if remedy else {}), ensure_ascii=False))
        return
    print(f"{_MARKS[found.verdict]} {say(NAMES[found.name])}: {detail}", flush=True)
    if remedy:
        print(f"    → {remedy}")
