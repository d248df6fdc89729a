"""Real ROS 2 Jazzy and a real rosbridge server, got at test time into the project's ``.tools``.

Wheels of exact hashes for Python 3.10; what they lack of nav2_msgs is compiled once (a C++
compiler of the machine is needed). What cannot be had is said, not passed over.
"""

import hashlib
import json
import os
import re
import select
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.setup.environments import TOOLS, _uv_environment, find_uv, python310

HERE = Path(__file__).parent / "real"
HOME = TOOLS / "ros2-jazzy"
PEER_SECONDS = 40


@dataclass(frozen=True)
class Installation:
    """Where everything lies."""

    env: Path

    @property
    def python(self) -> Path:
        return self.env / "bin" / "python"

    @property
    def packages(self) -> Path:
        return self.env / "lib" / "python3.10" / "site-packages"

    @property
    def overlay(self) -> Path:
        return HOME / "nav2"

    def settings(self, domain: int) -> dict[str, str]:
        """The variables that a ROS process needs."""
        libraries = [
            HOME / "link",
            self.overlay / "lib",
            self.env / "lib",
            *sorted(self.packages.glob("ros_*.libs")),
        ]
        return {
            **{k: v for k, v in os.environ.items() if not k.startswith(("ROS_", "RMW_", "PYTHON"))},
            "PATH": f"{self.env / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "LD_LIBRARY_PATH": os.pathsep.join(map(str, libraries)),
            "AMENT_PREFIX_PATH": f"{self.overlay}{os.pathsep}{self.env}",
            "CMAKE_PREFIX_PATH": str(self.env),
            "PYTHONPATH": str(self.overlay / "lib" / "python3.10" / "site-packages"),
            "ROS_DISTRO": "jazzy",
            "ROS_VERSION": "2",
            "ROS_DOMAIN_ID": str(domain),
            "ROS_AUTOMATIC_DISCOVERY_RANGE": "SYSTEM_DEFAULT",
            "FASTRTPS_DEFAULT_PROFILES_FILE": str(HERE / "loopback.xml"),
            "ROS_LOG_DIR": str(HOME / "log"),
        }


def install() -> Installation:
    """Get what is not there yet. Raises RuntimeError saying what is missing."""
    made = Installation(HOME / "env")
    stamp, wanted = HOME / ".stamp", _fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        return made
    if shutil.which("g++") is None:
        raise RuntimeError("real ROS 2 needs a C++ compiler here: install g++")
    HOME.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    uv, mirror = find_uv(), {**os.environ, **_uv_environment()}
    _run([uv, "venv", "--quiet", "--clear", "--python", python310(), made.env], mirror)
    lock = HERE / "requirements.lock"
    copy = ["--link-mode", "copy"]  # files are changed: they must not be those of its cache
    sync = [uv, "pip", "sync", "--quiet", "--require-hashes", *copy, "--python"]
    _run([*sync, made.python, lock], mirror)
    _adapt(made)
    _compile(made)
    stamp.write_text(wanted)
    return made


def _fingerprint() -> str:
    made = hashlib.sha256()
    for path in sorted([*HERE.rglob("*.action"), *HERE.rglob("*.msg"), *HERE.rglob("*.lock")]):
        made.update(path.read_bytes())
    return made.hexdigest()


def _adapt(made: Installation) -> None:
    """The wheels were built elsewhere, and two links and a right are missing."""
    asked = (
        "import sysconfig, numpy; print(sysconfig.get_path('include')); print(numpy.get_include())"
    )
    include, numpy = _run([made.python, "-c", asked]).split("\n")[:2]
    for path in (made.env / "share").rglob("*.cmake"):
        text = path.read_text(errors="surrogateescape")
        fits = re.sub(r'/opt/python/cp310-cp310/lib/[^;"]*numpy/_core/include', numpy, text)
        fits = re.sub(r"/opt/python/cp310-cp310/include/python3\.10", include, fits)
        if fits != text:
            path.write_text(fits, errors="surrogateescape")
    link = HOME / "link" / "librmw_implementation.so"
    link.parent.mkdir(exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(made.env / "lib" / "librmw_fastrtps_cpp.so")
    for program in (made.packages / "rosbridge_server_rs").glob("rosbridge_server_rs_*"):
        program.chmod(0o755)


def _compile(made: Installation) -> None:
    """The part of nav2_msgs that a bridge speaks to."""
    build = HOME / "build"
    shutil.rmtree(build, ignore_errors=True)
    shutil.rmtree(made.overlay, ignore_errors=True)
    cmake, env = made.env / "bin" / "cmake", made.settings(0)
    python = [f"-D{name}_EXECUTABLE={made.python}" for name in ("Python3", "PYTHON")]
    env["PYTHONPATH"] = str(made.packages)
    configure = [cmake, "-S", HERE / "nav2_msgs", "-B", build, "-G", "Ninja", *python]
    _run([*configure, f"-DCMAKE_INSTALL_PREFIX={made.overlay}", "-DBUILD_TESTING=OFF"], env)
    _run([cmake, "--build", build], env)
    _run([cmake, "--install", build], env)
    shutil.rmtree(build)


def _run(command: list[Any], env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, env=env
    )
    if done.returncode:
        end = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
        raise RuntimeError(f"real ROS 2 cannot be had: {Path(command[0]).name} failed:\n{end}")
    return done.stdout


class Peer:
    """A rosbridge server and a robot, each a process of its own."""

    def __init__(self, made: Installation) -> None:
        self._made = made
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._env = made.settings(1 + self.port % 100)
        self.robot = self.start_robot()
        self.server = self.start_server()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def start_robot(self) -> "subprocess.Popen[str]":
        robot = subprocess.Popen(
            [str(self._made.python), str(HERE / "nav_node.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=self._env,
        )
        assert robot.stdout is not None
        spoke, _, _ = select.select([robot.stdout], [], [], PEER_SECONDS)
        if not spoke or robot.stdout.readline().strip() != "ready":
            robot.kill()
            robot.wait(10)
            raise RuntimeError("the robot in ROS 2 did not start")
        return robot

    def start_server(self) -> "subprocess.Popen[bytes]":
        asked = "import sysconfig as s; print(*s.get_config_vars('LIBDIR', 'INSTSONAME'))"
        folder, name = _run([self._made.python, "-c", asked]).split()
        program = self._made.env / "bin" / "rosbridge-server-rs"
        return subprocess.Popen(
            [str(program), "--bind", f"127.0.0.1:{self.port}", "--no-rosapi"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**self._env, "LD_PRELOAD": str(Path(folder) / name)},
        )

    def tell(self, **order: Any) -> None:
        """Change something about the robot."""
        assert self.robot.stdin is not None
        self.robot.stdin.write(json.dumps(order) + "\n")
        self.robot.stdin.flush()

    def close(self) -> None:
        for process in (self.server, self.robot):
            process.kill()
            process.wait(10)
        for stream in (self.robot.stdin, self.robot.stdout):
            if stream is not None:
                stream.close()
