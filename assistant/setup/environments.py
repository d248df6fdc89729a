"""The two Python environments and the web assets, each rebuilt when its lock changes."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from assistant.setup.steps import SetupError, Step, growth_shown, run, works
from assistant.setup.system_packages import install

ROOT = Path(__file__).resolve().parent.parent.parent
TOOLS = ROOT / ".tools"
APPLICATION = ROOT / ".venv"
ENGINE = ROOT / ".venv-rasa"
VENDOR = ROOT / "assistant" / "web" / "vendor"
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_NETWORK = "Check the network and run the same command again: it goes on where it stopped."
_PROBE = "import ssl, sqlite3, ctypes, zlib, sys; sys.exit(sys.version_info[:2] != ({}, {}))"


def fingerprint(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _stamped(stamp: Path, *fingerprints: str) -> bool:
    return stamp.is_file() and stamp.read_text().strip() in fingerprints


def application(*, development: bool) -> Step:
    """`.venv` from the hashed lock; the development lock holds everything of the other."""
    locks = {True: ROOT / "requirements-dev.lock", False: ROOT / "requirements.lock"}
    accepted = [fingerprint(locks[True])] + ([] if development else [fingerprint(locks[False])])
    stamp = APPLICATION / ".letan-lock"

    def build() -> None:
        _build(APPLICATION, lambda: sys.executable, locks[development], stamp)

    return Step(
        title="Application environment (.venv)",
        ready=lambda: _stamped(stamp, *accepted) and (APPLICATION / "bin" / "python").exists(),
        do=build,
    )


def engine() -> Step:
    """`.venv-rasa` with Python 3.10, which Rasa 3.6 needs."""
    lock = ROOT / "dialogues" / "requirements.lock"
    stamp = ENGINE / ".letan-lock"
    return Step(
        title="Dialogue engine environment (.venv-rasa: Rasa, about 2 GB on disk)",
        ready=lambda: _stamped(stamp, fingerprint(lock)) and (ENGINE / "bin" / "python").exists(),
        do=lambda: _build(ENGINE, python310, lock, stamp),
    )


def web_assets() -> Step:
    """Typeface and icons from packages, by the application's own installer."""
    lock = ROOT / "package-lock.json"
    stamp = VENDOR / ".letan-lock"

    def fetch() -> None:
        env = {}
        if _CERTIFICATES.exists() and "NODE_EXTRA_CA_CERTS" not in os.environ:
            env["NODE_EXTRA_CA_CERTS"] = str(_CERTIFICATES)
        if shutil.which("npm") is None:
            env["PATH"] = f"{_node()}{os.pathsep}{os.environ['PATH']}"
        run(
            [APPLICATION / "bin" / "python", "-m", "assistant.web.assets"], remedy=_NETWORK, env=env
        )
        stamp.write_text(fingerprint(lock))

    return Step(
        title="Web assets (typeface, icons)",
        ready=lambda: _stamped(stamp, fingerprint(lock)),
        do=fetch,
    )


def _refuse_borrowed(folder: Path) -> None:
    """Raises SetupError when the folder leads out of this copy: to make it fit the lock of here
    would take packages away from whoever it belongs to."""
    target = folder.resolve()
    if target.is_relative_to(ROOT.resolve()):
        return
    raise SetupError(
        f"'{folder.name}' ở đây chỉ là liên kết tới {target}, của nơi khác, và không khớp với "
        f"bản này.\nHãy xoá liên kết (rm {folder}) rồi chạy lại: bản này sẽ có môi trường "
        "riêng.\n"
        f"'{folder.name}' is a link to {target}, which belongs to another place and does not fit "
        f"the lock of this copy.\nRemove the link (rm {folder}) and run the same command again: "
        "this copy then gets an environment of its own."
    )


def _build(folder: Path, python: Callable[[], str], lock: Path, stamp: Path) -> None:
    _refuse_borrowed(folder)
    uv = find_uv()
    stamp.unlink(missing_ok=True)
    if not (folder / "bin" / "python").exists() or not works([folder / "bin" / "python", "-c", ""]):
        run([uv, "venv", "--quiet", "--clear", "--python", python(), folder], remedy=_NETWORK)
    with growth_shown(folder):
        _sync(uv, folder, lock)
    stamp.write_text(fingerprint(lock))


def _sync(uv: str, folder: Path, lock: Path) -> None:
    # Compiled now: where Python may not write beside its sources, every start would compile again.
    argv = [uv, "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode", "--python"]
    run([*argv, folder / "bin" / "python", lock], remedy=_NETWORK, env=_uv_environment())


def _uv_environment() -> dict[str, str]:
    """Carries a company's package mirror and certificates from pip's settings over to uv."""
    found = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    env = {"UV_HTTP_TIMEOUT": "180", "UV_SYSTEM_CERTS": "true", "UV_NATIVE_TLS": "true"}
    for key, variable in (("index-url", "UV_DEFAULT_INDEX"), ("cert", "SSL_CERT_FILE")):
        match = re.search(rf"^[\w:.]+\.{key}='([^' ]+)'", found, re.MULTILINE)
        if match and variable not in os.environ:
            env[variable] = match.group(1)
    return env


def find_uv() -> str:
    """The installer `uv`: from the path, else into `.tools` by pip.

    Raises SetupError when neither venv nor pip can be had.
    """
    on_path = shutil.which("uv")
    if on_path is not None and works([on_path, "pip", "sync", "--help"]):
        return on_path
    own = TOOLS / "uv" / "bin" / "uv"
    if not works([own, "--version"]):
        if not works([sys.executable, "-c", "import venv, ensurepip"]):
            install(["python3-venv"])
        run([sys.executable, "-m", "venv", "--clear", TOOLS / "uv"], remedy=_NETWORK)
        lock = Path(__file__).parent / "uv.lock"
        pip = [str(TOOLS / "uv" / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        run([*pip, "--require-hashes", "-r", str(lock)], remedy=_NETWORK)
    return str(own)


def python310() -> str:
    """A working Python 3.10: pyenv's, the system's, uv's own, else fetched by uv.

    Raises SetupError with the remedy when none can be had.
    """
    probe = _PROBE.format(3, 10)
    pyenv = sorted((Path.home() / ".pyenv" / "versions").glob("3.10*/bin/python"), reverse=True)
    for candidate in [*map(str, pyenv), "python3.10"]:
        if works([candidate, "-c", probe]):
            return candidate
    uv = find_uv()
    found = _uv_python(uv)
    if found is None:
        print("      Python 3.10 is not here: asking uv for one", file=sys.stderr, flush=True)
        works([uv, "python", "install", "3.10"])
        found = _uv_python(uv)
    if found is None or not works([found, "-c", probe]):
        raise SetupError(
            "Python 3.10 is needed for the dialogue engine and could not be fetched.\n"
            "Install one of these, then run the same command again:\n"
            "  pyenv install 3.10        (https://github.com/pyenv/pyenv)\n"
            "  uv python install 3.10    (https://docs.astral.sh/uv)"
        )
    return found


def _uv_python(uv: str) -> str | None:
    done = subprocess.run(
        [uv, "python", "find", "3.10"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else None


def _node() -> Path:
    """A folder with `npm`, from a Python package, for machines without Node.js."""
    own = TOOLS / "node"
    npm = own / "bin" / "npm"
    if not works([npm, "--version"]):
        uv = find_uv()
        run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, own], remedy=_NETWORK)
        lock = Path(__file__).parent / "node.lock"
        _sync(uv, own, lock)
    return own / "bin"
