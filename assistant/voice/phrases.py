"""What visitors are expected to say: the file from which recognisers learn their language.

``{"phrases": […], "meanings": […], "frames": ["{p} cần giấy tờ gì", …], "around": {"endings": […],
…}, "alone": […], "places": […], "desk": […], "sentences": […]}`` in the data folder: the names of
the catalogue in force and how our own sentences in ``data/nlu`` call them (Vietnamese), the code of
each, the questions in which they stand and parts of such questions
(`data/lexicon/heard_vi.yaml`), what is said at a desk and stands in no question (greetings, numbers
of the queue, "mất bao lâu"), places, what each of both means, and whole questions to count words.
Written at start and whenever a release is served; recognisers read it when it changes.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog
import yaml

from assistant.catalogue.snapshot import write_atomically
from assistant.voice import desk_phrases
from assistant.voice.desk_phrases import longest_first, meaning, patterns
from assistant.voice.wording import decent
from speech.spoken_form import spoken

log = structlog.get_logger(__name__)

NAMES_PER_FRAME = 25
"""Frames and names are counted apart; some of their products teach how they meet."""
LONGEST = 200
"""Characters; nobody says a whole legal title."""
VIETNAMESE = frozenset("ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ")

VOWELS = VIETNAMESE - {"đ"} | set("aeiouy")
"""A word without any is an abbreviation, in small letters as well ("htx")."""


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
    procedures = _named(catalogue, sentences)
    lexicon = _yaml(heard) if (heard := _heard(sentences)).is_file() else {}
    around = _around(lexicon)
    places = _meant((*_places(centre), *_there(around)))
    named = longest_first(places.items())
    alone = _meant((*_patterns(lexicon), *_desk(sentences, named), *_asked(around)))
    for place in places:
        alone.pop(place, None)
    content = {
        "made_of": made_of,
        "phrases": list(procedures),
        "meanings": list(procedures.values()),
        "frames": list(_frames(sentences)),
        "around": around,
        "alone": list(alone),
        "places": list(places),
        "desk": [*alone.values(), *places.values()],
        "sentences": _each_said(_framed(sentences, list(procedures))),
    }
    text = json.dumps(content, ensure_ascii=False, indent=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text + "\n")
    return sum(len(content[key]) for key in ("phrases", "alone", "places", "sentences"))


def _stamp(sentences: Path, release: Path | None) -> str:
    """Changes with every file that the phrases come from."""
    digest = hashlib.sha256()
    for source in (Path(__file__), Path(desk_phrases.__file__)):
        digest.update(source.read_bytes())
    files = [*sentences.rglob("*.yaml"), _heard(sentences)]
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


def _named(catalogue: Mapping[str, Any], sentences: Path) -> dict[str, str]:
    """What is said for which procedure; official names first. Codes of one procedure are one."""
    same: dict[str, str] = {}
    for procedure in catalogue.get("procedures", ()):
        for code in (*procedure.get("same_as", ()), procedure.get("replaced_by")):
            if code is not None and "code" in procedure:
                same.setdefault(procedure["code"], code)
    found: dict[str, str] = {}
    for code, text in (*_procedures(catalogue), *_ways(sentences)):
        if len(text) <= LONGEST and (said := _said(text)):
            found.setdefault(said, same.get(code, code))
    return found


def _ways(folder: Path) -> Iterator[tuple[str, str]]:
    """How people call a procedure: its code and their words."""
    for path in sorted((folder / "procedures").glob("*.yaml")):
        for code, phrasings in _yaml(path).items():
            if isinstance(phrasings, list):
                ours = (p for p in phrasings if isinstance(p, str) and _vietnamese(p))
                yield from ((str(code), phrasing) for phrasing in ours)


def _desk(folder: Path, places: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Greetings, numbers of the queue and what else is said at a reception, with the intent."""
    for path in sorted((folder / "intents").glob("*.yaml")):
        sentences = _yaml(path).get("vi")
        if isinstance(sentences, list):
            texts = (s for s in sentences if isinstance(s, str) and "{" not in s)
            # English sounds like Vietnamese abuse now and then: nobody is taken to have said that.
            yield from (
                (meaning(path.stem, _said(text), places), text)
                for text in texts
                if decent(text) == text
            )


def _asked(around: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """How a question goes on that names no procedure ("mất bao lâu")."""
    endings = (text for text in around.get("endings", ()) if " " in text)
    yield from ((meaning("ask_aspect", text), text) for text in endings)


def _patterns(lexicon: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Requests that are worded in more ways than anybody writes down."""
    desk = lexicon.get("desk")
    yield from patterns(desk if isinstance(desk, dict) else {})


def _there(around: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    yield from (("place: there", text) for text in around.get("there", ()))


def _meant(texts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What is said, and for what."""
    found: dict[str, str] = {}
    for meant, text in texts:
        if len(text) <= LONGEST and (said := _said(text)):
            found.setdefault(said, meant)
    return found


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


def _heard(sentences: Path) -> Path:
    return sentences.parent / "lexicon" / "heard_vi.yaml"


def _around(lexicon: Mapping[str, Any]) -> dict[str, list[str]]:
    """Greetings, openings, endings: what stands before and after a name."""
    return {
        str(slot): _each_said(text for text in texts if isinstance(text, str))
        for slot, texts in lexicon.items()
        if isinstance(texts, list)
    }


def _procedures(catalogue: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for procedure in catalogue.get("procedures", ()):
        code = str(procedure.get("code", ""))
        for name in (procedure["name"]["vi"], *procedure["former_names"]):
            yield code, name
        for alias in filter(_vietnamese, procedure["aliases"]):
            yield code, alias


def _places(centre: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Counters by their number as well: "quầy số 2" of "Quầy số 2 – Chứng thực"."""
    for group in ("counters", "offices", "places"):
        for item in centre.get(group, ()):
            name = item["name"]["vi"]
            for text in (name, name.partition(" – ")[0], *filter(_vietnamese, item["aliases"])):
                yield f"place: {name}", text


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
    return not word.isalpha() or word.isupper() or VOWELS.isdisjoint(word.lower())
