"""What visitors are expected to say: the file from which recognisers learn their language.

``{"phrases": […], "frames": ["{p} cần giấy tờ gì", …], "alone": […]}`` in the data folder: the
names of the catalogue in force and how our own sentences in ``data/nlu`` call them (Vietnamese),
the questions in which they stand, and what stands in no question: places, greetings, numbers of the
queue. Written at start and whenever a release is served; recognisers read it when it changes.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog
import yaml

from assistant.catalogue.snapshot import write_atomically
from speech.spoken_form import spoken

log = structlog.get_logger(__name__)

NAMES_PER_FRAME = 25
"""Frames and names are counted apart; some of their products teach how they meet."""
LONGEST = 200
"""Characters; nobody says a whole legal title."""
VIETNAMESE = frozenset("ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ")


def phrases_path(data_dir: Path) -> Path:
    """Where the file is."""
    return data_dir / "speech" / "phrases.json"


def write_phrases(path: Path, sentences: Path, release: Path | None = None) -> int:
    """Write the file when what it is made of has changed; gives how many phrases were written.

    ``sentences``: the folder ``data/nlu``; ``release``: the folder of the release in force.
    Takes a second or more: call it in a thread. Raises OSError.
    """
    made_of = _stamp(sentences, release)
    if path.is_file() and made_of in path.read_text(encoding="utf-8")[:200]:
        return 0
    catalogue, centre = _read(release, "catalogue.json"), _read(release, "centre.json")
    official, names = list(_procedures(catalogue)), list(_ways(sentences))
    every = list(dict.fromkeys([*official, *names]))
    content = {
        "made_of": made_of,
        "phrases": _each_said(every),
        "frames": list(_frames(sentences)),
        "alone": _each_said([*_places(centre), *_desk(sentences), *_framed(sentences, every)]),
    }
    text = json.dumps(content, ensure_ascii=False, indent=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text + "\n")
    return len(content["phrases"]) + len(content["alone"])


def _stamp(sentences: Path, release: Path | None) -> str:
    """Changes with every file that the phrases come from."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    files = [*sentences.rglob("*.yaml")]
    if release is not None:
        files += [release / "catalogue.json", release / "centre.json"]
    for file in sorted(files):
        if file.is_file():
            status = file.stat()
            digest.update(f"{file}:{status.st_mtime_ns}:{status.st_size}\n".encode())
    return digest.hexdigest()


def _read(release: Path | None, name: str) -> dict[str, Any]:
    try:
        found = json.loads((release / name).read_text(encoding="utf-8")) if release else {}
    except (OSError, ValueError) as error:
        log.warning("phrases not read", file=name, reason=type(error).__name__)
        return {}
    return found if isinstance(found, dict) else {}


def _ways(folder: Path) -> Iterator[str]:
    """How people call a procedure."""
    for path in sorted((folder / "procedures").glob("*.yaml")):
        for phrasings in _yaml(path).values():
            if isinstance(phrasings, list):
                yield from (p for p in phrasings if isinstance(p, str) and _vietnamese(p))


def _desk(folder: Path) -> Iterator[str]:
    """Greetings, places, numbers of the queue and what else is said at a reception."""
    for path in sorted((folder / "intents").glob("*.yaml")):
        sentences = _yaml(path).get("vi")
        if isinstance(sentences, list):
            yield from (s for s in sentences if isinstance(s, str) and "{" not in s)


def _framed(folder: Path, names: Sequence[str]) -> Iterator[str]:
    at = 0
    for frame in _frames(folder) if names else ():
        for _ in range(NAMES_PER_FRAME):
            # A stride that shares no factor with most lengths: every part of the list is met.
            at = (at + 7919) % len(names)
            yield frame.replace("{p}", names[at])


def _frames(folder: Path) -> Iterator[str]:
    frames = _yaml(folder / "frames.yaml")
    for frame in [*frames.get("vi", ()), *frames.get("asks", ())]:
        if isinstance(frame, str) and frame != "{p}":
            yield frame


def _procedures(catalogue: Mapping[str, Any]) -> Iterator[str]:
    for procedure in catalogue.get("procedures", ()):
        yield procedure["name"]["vi"]
        yield from procedure["aliases"]
        yield from procedure["former_names"]


def _places(centre: Mapping[str, Any]) -> Iterator[str]:
    for group in ("counters", "offices", "places"):
        for item in centre.get(group, ()):
            for name in (item["name"]["vi"], *item["aliases"]):
                yield name
                yield f"{name} ở đâu"
                yield f"dẫn tôi đến {name}"


def _yaml(path: Path) -> dict[str, Any]:
    """A file that cannot be read costs its phrases, never the start."""
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - a safe one
    except (OSError, ValueError, yaml.YAMLError) as error:
        log.warning("phrases not read", file=path.name, reason=type(error).__name__)
        return {}
    return found if isinstance(found, dict) else {}


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _vietnamese(text: str) -> bool:
    return not VIETNAMESE.isdisjoint(text.lower())


def _each_said(phrases: Iterable[str]) -> list[str]:
    said = (_said(phrase) for phrase in phrases if len(phrase) <= LONGEST)
    return list(dict.fromkeys(phrase for phrase in said if phrase))


def _said(text: str) -> str:
    """As it sounds: figures and abbreviations in words, no marks, small letters."""
    words = spoken(text, "vi").lower() if any(map(_is_odd, text.split())) else text.lower()
    return " ".join("".join(c if c.isalpha() else " " for c in words).split())


def _is_odd(word: str) -> bool:
    return not word.isalpha() or word.isupper()
