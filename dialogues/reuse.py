"""Training that can be spared: what is learnt depends on the training data and the code alone.

A clerk corrects a fee far more often than a name. Such a change leaves the training data as they
were, so the model of the release before is the model that training would give again.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = "fingerprint"
"""In the folder `training` of a release."""
_CODE = ("nlu/*.py", "dialogues/*.py", "dialogues/*.yml", "dialogues/domain/**/*")
_CODE += ("dialogues/rules/**/*", "dialogues/requirements.lock", "safeguards/**/*.py")


def fingerprint(training: Path, content: Path) -> str:
    """SHA-256 over the training data, the content behind them and the code that learns."""
    digest = hashlib.sha256()
    here = str(training).encode()  # the data name their own folder
    code = (path for pattern in _CODE for path in ROOT.glob(pattern))
    for base, paths in (
        (ROOT, code),
        (content, content.rglob("*")),
        (training, training.glob("*")),
    ):
        for path in _files(paths):
            if path.name == NAME:
                continue
            digest.update(path.relative_to(base).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes().replace(here, b"")).digest())
    return digest.hexdigest()


def take_model(earlier: Path, release: Path, found: str) -> bool:
    """Copy the model of an earlier release that was trained on the same; whether there was one."""
    try:
        known = (earlier / "training" / NAME).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return False
    if known != found or not (earlier / "model.tar.gz").is_file():
        return False
    partial = release / "model.tar.gz.part"
    shutil.copyfile(earlier / "model.tar.gz", partial)
    partial.replace(release / "model.tar.gz")
    return True


def _files(paths: Iterable[Path]) -> list[Path]:
    return sorted(path for path in set(paths) if path.is_file() and "__pycache__" not in path.parts)
