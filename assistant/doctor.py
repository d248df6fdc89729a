"""`./letan doctor`: what is missing on this machine, and the remedy for each."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from assistant.settings import Settings
from assistant.setup import environments, system_packages

_FREE_GB_WANTED = 4.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""
    required: bool = True


def examine(settings: Settings) -> Iterator[Finding]:
    """Looks at everything that `./letan run` needs; changes nothing."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("Python", True, f"{version} ({sys.executable})")
    yield from _environments()
    for package in system_packages.RUN + system_packages.TEST:
        yield Finding(
            package.name,
            package.present(),
            package.purpose,
            f"apt-get install {package.name}",
            required=package in system_packages.RUN[:1],
        )
    yield _microphone()
    yield _disk(settings.data_dir)
    yield _writable(settings.data_dir)
    yield _port(settings)
    yield _release(settings)


def _environments() -> Iterator[Finding]:
    for name, step in (
        (".venv", environments.application(development=False)),
        (".venv-rasa", environments.engine()),
        ("web assets", environments.web_assets()),
    ):
        yield Finding(
            name,
            step.ready(),
            "as locked" if step.ready() else "missing or outdated",
            "./letan run prepares it",
        )


def _microphone() -> Finding:
    code = "import sounddevice as s; print(s.query_devices(kind='input')['name'])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=20
    )
    if done.returncode == 0:
        return Finding("microphone", True, done.stdout.strip(), required=False)
    return Finding(
        "microphone",
        False,
        "none at this machine (the browser's microphone needs none here)",
        "plug one in for ./letan listen",
        required=False,
    )


def _disk(folder: Path) -> Finding:
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free / 1e9
    return Finding(
        "disk", free >= _FREE_GB_WANTED, f"{free:.0f} GB free", f"free {_FREE_GB_WANTED:.0f} GB"
    )


def _writable(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".doctor"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        return Finding("data folder", False, f"{folder}: {error.strerror}", "choose --data-dir")
    return Finding("data folder", True, str(folder))


def _port(settings: Settings) -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            return Finding(
                "port",
                False,
                f"{settings.host}:{settings.port}: {error.strerror} (Lễ Tân already running?)",
                "choose another: ./letan run --port 8090",
                required=False,
            )
    return Finding("port", True, f"{settings.host}:{settings.port} is free")


def _release(settings: Settings) -> Finding:
    releases = sorted((settings.data_dir / "releases").glob("*/manifest.json"))
    if not releases:
        return Finding("release", False, "none yet", "./letan run builds the first", required=False)
    return Finding("release", True, f"{len(releases)} in {settings.data_dir / 'releases'}")


def report(settings: Settings, console: Console) -> int:
    """Prints a table; returns 1 when something required is missing."""
    table = Table("", "", "", show_header=False, box=None, pad_edge=False)
    healthy = True
    for finding in examine(settings):
        healthy = healthy and (finding.ok or not finding.required)
        mark = (
            "[green]✓[/]" if finding.ok else ("[red]✗[/]" if finding.required else "[yellow]–[/]")
        )
        remedy = "" if finding.ok else f"\n[bold]→ {finding.remedy}[/]"
        table.add_row(mark, finding.name, finding.detail + remedy)
    console.print(table)
    return 0 if healthy else 1
