"""A real broker for the tests: mosquitto on loopback, with TLS, users or an access list."""

import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[bytes], seconds: float = 10) -> None:
    """Return once somebody listens."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise RuntimeError(f"nothing listens on port {port}; exit code {process.poll()}")


@dataclass
class Mosquitto:
    """One broker process; may be killed and started again."""

    folder: Path
    lines: list[str] = field(default_factory=lambda: ["allow_anonymous true"])
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> None:
        program = which("mosquitto") or "/usr/sbin/mosquitto"
        assert Path(program).exists(), "mosquitto is missing: apt-get install mosquitto"
        config = self.folder / f"mosquitto-{self.port}.conf"
        # It would give root's rights up and then not be allowed to read this folder.
        common = ["persistence false", "set_tcp_nodelay true", "user root"]
        listener = f"listener {self.port} 127.0.0.1"
        config.write_text("\n".join([listener, *common, *self.lines]) + "\n")
        log = (self.folder / f"mosquitto-{self.port}.log").open("ab")
        with log:
            self.process = subprocess.Popen(
                [program, "-c", str(config), "-v"], stdout=log, stderr=log
            )
        wait_for_port(self.port, self.process)

    def kill(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            process.wait(10)
