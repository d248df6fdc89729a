"""The centre's files changed by staff: checked as a whole, replaced in one step, taken back.

Each save writes one file of the folder in force (`data_dir/content/centre`, first copied from what
ships); nothing is written that `load_content` refuses.
"""

import fcntl
import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from assistant.centre.content import load_content
from assistant.centre.model import Content
from assistant.errors import LetanError

Part = Literal["centre", "counters", "hours", "places"]
PARTS: tuple[Part, ...] = get_args(Part)
_KEPT = 20
"""Saves that can be taken back."""

Check = Callable[[Content], None]
"""More that a changed centre must fulfil; raises LetanError."""


class CentreFiles:
    """Reads and writes; blocking, for a thread. ``locate`` names the folder in force."""

    def __init__(self, own: Path, locate: Callable[[], Path]) -> None:
        self._own = own
        self._locate = locate
        self._history = own.with_name(f"{own.name}-history")

    def read(self) -> tuple[str, dict[Part, Any]]:
        """The version, and each file as plain values."""
        folder = self._locate()
        return version_of(folder), {part: _values(folder / f"{part}.yaml") for part in PARTS}

    def save(self, part: Part, values: Any, version: str, check: Check) -> Any:
        """Replace one file; gives what it held before.

        Raises LetanError `centre_changed`, `centre_content_invalid` and what ``check`` raises.
        """
        with self._lock():
            folder = self._locate()
            if version_of(folder) != version:
                raise _changed()
            before = _values(folder / f"{part}.yaml")
            self._replace(folder, part, _yaml(values), check)
            return before

    def undo(self, version: str, check: Check) -> Part:
        """Take the newest save back. Raises LetanError as `save` does, `centre_first`."""
        with self._lock():
            folder = self._locate()
            if version_of(folder) != version:
                raise _changed()
            saved = sorted(self._history.glob("*.yaml"))
            if not saved:
                raise LetanError(
                    "centre_first",
                    409,
                    "Không có thay đổi nào để hoàn tác.",
                    "There is no change to be undone.",
                )
            newest = saved[-1]
            part: Part = next(each for each in PARTS if newest.stem.endswith(f"-{each}"))
            self._replace(folder, part, newest.read_bytes(), check, keep=False)
            newest.unlink()
            return part

    def undoable(self) -> int:
        """How many saves can be taken back."""
        return sum(1 for _ in self._history.glob("*.yaml"))

    def _replace(
        self, folder: Path, part: Part, data: bytes, check: Check, *, keep: bool = True
    ) -> None:
        trial = self._own.with_name(f"{self._own.name}.trial")
        shutil.rmtree(trial, ignore_errors=True)
        try:
            shutil.copytree(folder, trial)
            (trial / f"{part}.yaml").write_bytes(data)
            check(load_content(trial))
            if keep:
                self._keep(folder / f"{part}.yaml", part)
            if folder != self._own:
                trial.rename(self._own)
            else:
                (trial / f"{part}.yaml").replace(self._own / f"{part}.yaml")
        finally:
            shutil.rmtree(trial, ignore_errors=True)

    def _keep(self, file: Path, part: Part) -> None:
        self._history.mkdir(parents=True, exist_ok=True)
        saved = sorted(self._history.glob("*.yaml"))
        number = int(saved[-1].name.split("-")[0]) + 1 if saved else 1
        shutil.copyfile(file, self._history / f"{number:08d}-{part}.yaml")
        for old in saved[: max(0, len(saved) + 1 - _KEPT)]:
            old.unlink(missing_ok=True)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        self._own.parent.mkdir(parents=True, exist_ok=True)
        with self._own.with_name(f"{self._own.name}.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def version_of(folder: Path) -> str:
    """Changes with every file of the folder."""
    digest = sha256()
    for path in sorted(folder.glob("*.yaml")):
        digest.update(path.name.encode() + b"\0" + sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _values(path: Path) -> Any:
    """Plain values, ready for JSON; days and times stay the text that they are."""
    loader = _Loader(path.read_text(encoding="utf-8"))
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


class _Loader(yaml.SafeLoader):
    """As `SafeLoader`, but `7:30` is no number of base 60 and `2026-01-02` no object."""


_INT, _FLOAT, _TIME = (f"tag:yaml.org,2002:{name}" for name in ("int", "float", "timestamp"))
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag not in (_INT, _FLOAT, _TIME)]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_INT, re.compile(r"^-?(?:0|[1-9][0-9]*)$"), list("-0123456789"))
_Loader.add_implicit_resolver(_FLOAT, re.compile(r"^-?[0-9]+\.[0-9]+$"), list("-0123456789"))


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _yaml(values: Any) -> bytes:
    try:
        json.dumps(values, ensure_ascii=False).encode()  # half a character has no place in a file
        text = yaml.dump(values, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
        return text.encode()
    except (RecursionError, UnicodeEncodeError, yaml.YAMLError) as error:
        raise LetanError(
            "centre_content_invalid",
            422,
            "Nội dung không phải là chữ, số và danh sách bình thường.",
            "The content is not made of plain text, numbers and lists.",
            log=type(error).__name__,
        ) from error


def _changed() -> LetanError:
    return LetanError(
        "centre_changed",
        409,
        "Thông tin trung tâm vừa được người khác sửa. Hãy xem lại rồi sửa tiếp.",
        "Somebody else has just changed the centre. Look again, then change it.",
    )
