"""Debian packages: what is missing, and how to get it."""

import ctypes.util
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.setup.steps import SetupError, Step, privileged, run


@dataclass(frozen=True, slots=True)
class SystemPackage:
    """A Debian package and the way to see whether what we want of it is there."""

    name: str
    purpose: str
    present: Callable[[], bool]


def _program(name: str) -> Callable[[], bool]:
    return lambda: shutil.which(name) is not None


def _library(name: str) -> Callable[[], bool]:
    return lambda: ctypes.util.find_library(name) is not None


def _postgresql() -> bool:
    return any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def _broker() -> bool:
    return shutil.which("mosquitto") is not None or Path("/usr/sbin/mosquitto").exists()


RUN = (
    SystemPackage("espeak-ng", "the voice", _program("espeak-ng")),
    SystemPackage("libespeak-ng1", "the voice through pyttsx3", _library("espeak-ng")),
    SystemPackage("libportaudio2", "a microphone at this machine", _library("portaudio")),
)
TEST = (
    SystemPackage("chromium", "the tests in a real browser", _program("chromium")),
    SystemPackage("postgresql", "the tests on PostgreSQL", _postgresql),
    SystemPackage("mosquitto", "the tests of VDA 5050 robots", _broker),
    SystemPackage("openssl", "the certificates of those tests", _program("openssl")),
    SystemPackage("g++", "the messages of the real ROS 2 in the tests", _program("g++")),
)


def missing(*, development: bool) -> list[SystemPackage]:
    wanted = RUN + TEST if development else RUN
    return [package for package in wanted if not package.present()]


def system_packages(*, development: bool) -> Step:
    names = " ".join(package.name for package in missing(development=development))
    return Step(
        title=f"System packages: {names}",
        ready=lambda: not missing(development=development),
        do=lambda: install([package.name for package in missing(development=development)]),
        optional=not development,
    )


def install(names: list[str]) -> None:
    """Installs Debian packages; raises SetupError with the command for an administrator."""
    command = ["apt-get", "install", "-y", "--no-install-recommends", *names]
    by_hand = f"Ask an administrator to run: apt-get update && {' '.join(command)}"
    prefix = privileged()
    if prefix is None:
        raise SetupError(
            f"Missing: {', '.join(names)}, and there is no right to install. {by_hand}"
        )
    if shutil.which("apt-get") is None:
        raise SetupError(
            f"This is not Debian: install {', '.join(names)} in this system's own way."
        )
    quiet = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive"]
    run([*quiet, "apt-get", "update", "-qq"], remedy=by_hand, quiet=True)
    run([*quiet, *command, "-qq"], remedy=by_hand, quiet=True)
