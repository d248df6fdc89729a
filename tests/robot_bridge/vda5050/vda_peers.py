"""Independent vehicles as processes of their own: nothing of ours is in them."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


def node() -> str:
    """Node.js: of the system, else the one that set-up gets for machines without."""
    found = shutil.which("node", path=f"{os.environ['PATH']}:{ROOT / '.tools' / 'node' / 'bin'}")
    if found is None:
        raise RuntimeError("there is no Node.js; ./letan test installs it")
    return found


def node_modules() -> Path:
    """Where vda-5050-lib lies: the project's node_modules, or LETAN_TEST_NODE_MODULES."""
    folder = Path(os.environ.get("LETAN_TEST_NODE_MODULES") or ROOT / "node_modules")
    if not (folder / "vda-5050-lib" / "package.json").exists():
        raise RuntimeError(
            f"vda-5050-lib is not in {folder}; ./letan test installs it, or name a folder that has "
            "it in LETAN_TEST_NODE_MODULES"
        )
    return folder


@dataclass
class Peer:
    """A vehicle process."""

    process: subprocess.Popen[str]
    comes_back: bool = False
    """It connects again by itself when its broker was away."""

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


def node_vehicle(url: str, **more: Any) -> Peer:
    """A VDA 5050 2.0.0 vehicle of the npm package vda-5050-lib, in map lobby at (1, 1)."""
    factor = more.get("factor", 1.0)
    settings = {
        "url": url,
        "manufacturer": "letan-test",
        "serial": "peer-1",
        "interface": "uagv",
        "factor": 1.0,
        "statePeriod": 30_000 / factor,
        **more,
    }
    peer = start(
        [node(), str(HERE / "node_vehicle.js")], settings, {"NODE_PATH": str(node_modules())}
    )
    peer.comes_back = True
    return peer


def sdk_vehicle(url: str, **more: Any) -> Peer:
    """A VDA 5050 2.1.0 vehicle of the Python package vda5050-sdk, in map lobby at (1, 1)."""
    factor = more.get("factor", 1.0)
    settings = {
        "url": url,
        "manufacturer": "letan-test",
        "serial": "peer-1",
        "factor": 1.0,
        "statePeriod": 30 / factor,
        **more,
    }
    return start([sys.executable, str(HERE / "sdk_vehicle.py")], settings, {})
