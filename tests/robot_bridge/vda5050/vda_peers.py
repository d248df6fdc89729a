"""Independent vehicles as processes of their own: nothing of ours is in them."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


def node_modules() -> Path:
    """Where vda-5050-lib lies: the project's node_modules, or LETAN_TEST_NODE_MODULES."""
    folder = Path(os.environ.get("LETAN_TEST_NODE_MODULES") or ROOT / "node_modules")
    if not (folder / "vda-5050-lib" / "package.json").exists():
        raise RuntimeError(
            f"vda-5050-lib is not in {folder}; run ./letan setup, or name a folder that has it "
            "in LETAN_TEST_NODE_MODULES"
        )
    return folder


@dataclass
class Peer:
    """A vehicle process."""

    process: subprocess.Popen[str]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()


def start(command: list[str], settings: dict[str, Any], env: dict[str, str]) -> Peer:
    """Start a vehicle and wait until it says that it is ready."""
    process = subprocess.Popen(
        [*command, json.dumps(settings)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **env},
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    peer = Peer(process)
    if line.strip() != "ready":
        peer.kill()
        raise RuntimeError(f"{command[0]} did not start: {line!r}")
    return peer


def node_vehicle(url: str, *, factor: float = 1.0, serial: str = "nv-1", **more: Any) -> Peer:
    """A VDA 5050 2.0.0 vehicle of the npm package vda-5050-lib."""
    settings = {
        "url": url,
        "manufacturer": "letan-test",
        "serial": serial,
        "interface": "uagv",
        "factor": factor,
        "statePeriod": 30_000,
        **more,
    }
    return start(
        ["node", str(HERE / "node_vehicle.js")], settings, {"NODE_PATH": str(node_modules())}
    )
