"""A folder of recordings to measure hearing with: a manifest, or a text beside each recording.

Formats: docs/evaluation.md. A manifest that is broken measures nothing (LetanError `audio_set_bad`
names every line and field); a recording that is missing or has no text is left out and told.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import Language
from assistant.releases.evaluation_files import Problem, bad_file, file_text
from speech.recordings import SUFFIXES

MANIFESTS = ("manifest.jsonl", "manifest.csv", "manifest.tsv")
QUESTIONS = "questions.jsonl"
_CODE = "audio_set_bad"
_NAMES = {
    "file": ("file", "path", "audio", "audio_filepath"),
    "text": ("text", "sentence", "transcript"),
}
"""Field → the names that usual collections of speech give it."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One file and what a careful listener hears in it."""

    id: str
    path: Path
    text: str
    """Empty: nobody speaks to the desk in it, and nothing may be answered."""
    language: Language
    group: str
    """Figures are told for each group: a noise, a voice, a folder."""
    accept: tuple[str, ...] = ()
    """Codes of procedures, any of which is right; empty: not asked."""

    @property
    def speech(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class AudioSet:
    """What a folder holds."""

    recordings: tuple[Recording, ...]
    known: tuple[str, ...]
    """Sentences among which what was heard is looked for."""
    left_out: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Question:
    text: str
    accept: tuple[str, ...]


def read_audio_set(folder: Path, language: Language = "vi") -> AudioSet:
    """Raises LetanError `audio_set_bad`; ``language`` is that of rows which name none."""
    if not folder.is_dir():
        told = Problem(str(folder), "folder", "no such folder", "name a folder of recordings")
        raise bad_file(_CODE, folder, [told])
    questions = _questions(folder / QUESTIONS)
    manifest = next((folder / name for name in MANIFESTS if (folder / name).is_file()), None)
    rows = _rows(manifest) if manifest is not None else _beside(folder)
    found, broken, left_out = list[Recording](), list[Problem](), list[Problem]()
    seen: set[str] = set()
    for where, row in rows:
        wrong = list(_broken(row, where, questions))
        if not wrong and str(row["file"]) in seen:
            wrong = [Problem(where, "file", "stands there already", "name each file once")]
        broken += wrong
        if wrong:
            continue
        seen.add(str(row["file"]))
        recording = _recording(row, folder, language, questions)
        problem = _missing(recording, row, where)
        if problem is None:
            found.append(recording)
        else:
            left_out.append(problem)
    if not (found or left_out or broken):
        told = Problem(folder.name, "folder", "no recordings in it", "see docs/evaluation.md")
        broken.append(told)
    if broken:
        raise bad_file(_CODE, manifest or folder, broken)
    known = [q.text for q in questions.values()] or [r.text for r in found if r.speech]
    return AudioSet(tuple(found), tuple(dict.fromkeys(known)), tuple(left_out))


def _rows(path: Path) -> Iterator[tuple[str, Any]]:
    text = file_text(path, _CODE)
    if path.suffix == ".jsonl":
        yield from _json_lines(path, text)
        return
    dialect = "excel-tab" if path.suffix == ".tsv" else "excel"
    for number, row in enumerate(csv.DictReader(io.StringIO(text), dialect=dialect), start=2):
        yield f"{path.name}:{number}", _named({k: v for k, v in row.items() if v not in (None, "")})


def _json_lines(path: Path, text: str) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path.name}:{number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            problem = Problem(where, "line", "no JSON", "one JSON object a line")
            raise bad_file(_CODE, path, [problem]) from error
        yield where, _named(row)


def _named(row: Any) -> Any:
    """A row with our names of its fields."""
    if not isinstance(row, Mapping):
        return row
    found = dict(row)
    for field, names in _NAMES.items():
        for name in names:
            if name in found:
                found[field] = found.pop(name)
                break
    if isinstance(found.get("speech"), str):  # of a table
        found["speech"] = found["speech"].strip().lower() not in ("0", "false", "no")
    if isinstance(found.get("accept"), str):
        found["accept"] = found["accept"].split()
    return found


def _beside(folder: Path) -> Iterator[tuple[str, Any]]:
    """Every recording below the folder, with the text of the same name; no text file: no text."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        row: dict[str, Any] = {"file": str(path.relative_to(folder))}
        text = path.with_suffix(".txt")
        if text.is_file():
            row["text"] = file_text(text, _CODE).strip()
            row["speech"] = bool(row["text"])
        yield row["file"], row


def _questions(path: Path) -> dict[str, _Question]:
    """Known questions by id; none when there is no such file."""
    if not path.is_file():
        return {}
    found: dict[str, _Question] = {}
    for where, row in _json_lines(path, file_text(path, _CODE)):
        if not isinstance(row, dict) or not isinstance(row.get("text"), str) or "id" not in row:
            problem = Problem(where, "id, text", "missing or no text", "give both")
            raise bad_file(_CODE, path, [problem])
        found[str(row["id"])] = _Question(row["text"], _accept(row))
    return found


def _accept(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(row.get("accept") or ([row["procedure"]] if row.get("procedure") else []))


def _broken(row: Any, where: str, questions: Mapping[str, _Question]) -> Iterator[Problem]:
    if not isinstance(row, dict):
        yield Problem(where, "line", "no object", "one object a line")
        return
    if not isinstance(row.get("file"), str):
        yield Problem(where, "file", "missing or no text", "name the recording")
    for field in ("text", "group", "procedure"):
        if row.get(field) is not None and not isinstance(row[field], str):
            yield Problem(where, field, "not of the right kind", "give a text")
    if row.get("language") not in (None, "vi", "en"):
        yield Problem(where, "language", "unknown", "vi or en")
    if row.get("speech") not in (None, True, False):
        yield Problem(where, "speech", "not of the right kind", "true or false")
    accept = row.get("accept")
    if accept is not None and not (
        isinstance(accept, list) and all(isinstance(code, str) for code in accept)
    ):
        yield Problem(where, "accept", "not of the right kind", "a list of codes in quotes")
    if row.get("question") is not None and str(row["question"]) not in questions:
        yield Problem(where, "question", "unknown", f"an id of {QUESTIONS}")
    if row.get("speech") is False and row.get("text"):
        yield Problem(where, "speech", "false, but there is a text", "leave one of them out")


def _recording(
    row: Mapping[str, Any], folder: Path, language: Language, questions: Mapping[str, _Question]
) -> Recording:
    name = Path(row["file"])
    question = questions.get(str(row.get("question") or name.stem))
    text = row.get("text") or ""
    if row.get("speech") is not False and not text and question is not None:
        text = question.text
    return Recording(
        id=row["file"],
        path=folder / name,
        text=text,
        language=row.get("language") or language,
        group=row.get("group") or (name.parent.as_posix() if name.parent.name else "all"),
        accept=_accept(row) or (question.accept if question is not None and text else ()),
    )


def _missing(recording: Recording, row: Mapping[str, Any], where: str) -> Problem | None:
    if not recording.path.is_file():
        return Problem(where, "file", "no such file", "a path below the folder", recording.id)
    if not recording.text and row.get("speech") is not False:
        remedy = 'give "text", or "speech": false where nobody speaks (an empty .txt)'
        return Problem(where, "text", "missing", remedy, recording.id)
    return None
