"""Questions and conversations to measure with, read and checked before anything is started.

A file that is broken (no JSON, a field missing or of the wrong type, an id given twice) measures
nothing: LetanError `questions_bad` or `dialogues_bad` names every line and field. A row that names
a slice, intent, aspect or procedure which does not exist is left out and counted as an error.
Formats: docs/evaluation.md.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from assistant.errors import LetanError

SLICES = (
    "plain",
    "unaccented",
    "teencode",
    "speech",
    "regional",
    "english",
    "twins",
    "multi_aspect",
    "followup",
    "life_event",
    "out_of_scope",
    "other_intent",
    "judged",
)
INTENTS = (
    *("ask_procedure", "ask_aspect", "life_event", "check_documents", "choose", "find_counter"),
    *("find_place", "lead_me", "take_ticket", "centre_info", "dossier_status", "feedback"),
    *("talk_to_staff", "greet", "thank", "goodbye", "who_are_you", "repeat", "slower", "louder"),
    *("change_language", "stop", "affirm", "deny", "out_of_scope"),
)
ASPECTS = (
    *("documents", "fee", "time", "place", "online"),
    *("eligibility", "steps", "result", "legal_basis", "form"),
)
KINDS = (
    *("answer", "choices", "checklist", "route", "mission"),
    *("ticket", "handoff", "smalltalk", "refuse"),
)
LONGEST_TEXT = 2000
"""Characters of one message: the limit of the API's door."""
_SHOWN = 20

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one row."""

    where: str
    """`questions.jsonl:12`, or `dialogues.yaml: v01, turn 2`."""
    field: str
    what: str
    remedy: str
    id: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "where": self.where,
            "id": self.id,
            "field": self.field,
            "error": self.what,
            "remedy": self.remedy,
        }

    def __str__(self) -> str:
        return f"{self.where}: {self.field}: {self.what} ({self.remedy})"


@dataclass(slots=True)
class Rows:
    """What a file holds: rows fit to be played, and what is wrong with the others."""

    rows: list[Row] = field(default_factory=list)
    left_out: list[Problem] = field(default_factory=list)


def read_questions(path: Path, known: Collection[str] | None = None) -> Rows:
    """A `questions.jsonl`; `known` are the codes that the release understands (None: any).

    A byte order mark, CRLF and blank lines are fine. Raises LetanError `questions_bad`.
    """
    found, broken, lines = Rows(), list[Problem](), dict[str, int]()
    for number, line in enumerate(file_text(path, "questions_bad").split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path.name}:{number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            told = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
            broken.append(Problem(where, "line", f"no JSON: {told}", "one JSON object a line"))
            continue
        wrong = list(_broken_question(row, where))
        if not wrong:
            id_ = str(row["id"])
            if id_ in lines:
                told = f"'{id_[:40]}' stands in line {lines[id_]} already"
                wrong = [Problem(where, "id", told, "give every row an id of its own", id_)]
            lines.setdefault(id_, number)
        broken += wrong
        if not wrong:
            _take(found, _as_question(row), _unknown_in_question(row, where, known))
    return _checked(found, broken, path, "questions_bad")


def read_dialogues(path: Path, known: Collection[str] | None = None) -> Rows:
    """A `dialogues.yaml`, one row a conversation. Raises LetanError `dialogues_bad`.

    A conversation with one turn that cannot be judged is left out as a whole.
    """
    try:
        dialogues = yaml.safe_load(file_text(path, "dialogues_bad"))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        told = getattr(error, "problem", None) or "cannot be read"
        problem = Problem(f"{path.name}:{line}", "line", f"no YAML: {told}", "see docs/evaluation")
        raise bad_file("dialogues_bad", path, [problem]) from error
    if dialogues is not None and not isinstance(dialogues, list):
        problem = Problem(path.name, "file", "no list", "a list of {id, language, turns}")
        raise bad_file("dialogues_bad", path, [problem])
    found, broken, seen = Rows(), list[Problem](), set[str]()
    for number, dialogue in enumerate(dialogues or (), start=1):
        where = f"{path.name}: conversation {number}"
        wrong = list(_broken_dialogue(dialogue, where))
        if not wrong and str(dialogue["id"]) in seen:
            wrong = [Problem(where, "id", "given twice", "give every conversation its own")]
        broken += wrong
        if not wrong:
            seen.add(str(dialogue["id"]))
            unknown = list(_unknown_in_dialogue(dialogue, path.name, known))
            _take(found, {**dialogue, "id": str(dialogue["id"])}, unknown)
    return _checked(found, broken, path, "dialogues_bad")


def known_codes(folder: Path) -> frozenset[str]:
    """Every code that a release's catalogue knows: own, old and retired ones."""
    catalogue = json.loads((folder / "catalogue.json").read_text(encoding="utf-8"))
    return frozenset(
        str(code)
        for entry in catalogue["procedures"]
        for code in (entry["code"], *(entry.get("same_as") or ()), entry.get("replaced_by"))
        if code
    )


def file_text(path: Path, code: str) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        told = error.strerror or "cannot be read"
        raise bad_file(code, path, [Problem(str(path), "file", told, "name a file")]) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        problem = Problem(f"{path.name}:{line}", "line", "not UTF-8", "save the file as UTF-8")
        raise bad_file(code, path, [problem]) from error


def _take(found: Rows, row: Row, unknown: list[Problem]) -> None:
    found.left_out += unknown
    if not unknown:
        found.rows.append(row)


def _checked(found: Rows, broken: list[Problem], path: Path, code: str) -> Rows:
    if not (found.rows or found.left_out or broken):
        broken = [Problem(path.name, "file", "nothing in it", "see docs/evaluation.md")]
    if broken:
        raise bad_file(code, path, broken)
    return found


def bad_file(code: str, path: Path, problems: list[Problem]) -> LetanError:
    shown = [f"  {problem}" for problem in problems[:_SHOWN]]
    if len(problems) > _SHOWN:
        shown.append(f"  … {len(problems) - _SHOWN}")
    told = "\n".join(shown)
    first = problems[0]
    return LetanError(
        code,
        422,
        f"Tệp đánh giá {path.name} có {len(problems)} chỗ sai nên chưa đo gì cả:\n{told}",
        f"{path.name} has {len(problems)} mistakes, so nothing was measured:\n{told}",
        field=f"{first.where}: {first.field}",
        log=str(first)[:300],
    )


def _is_id(value: Any) -> bool:
    return (isinstance(value, str) and 0 < len(value) <= 100) or type(value) is int


def _is_message(value: Any) -> bool:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_TEXT:
        return False
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_context(value: Any) -> bool:
    return value is None or (
        isinstance(value, dict)
        and (value.get("procedure") is None or isinstance(value["procedure"], str))
    )


_QUESTION: dict[str, tuple[Callable[[Any], bool], str]] = {
    "id": (_is_id, "a text"),
    "text": (_is_message, f"a text of 1 to {LONGEST_TEXT} characters"),
    "slice": (lambda v: isinstance(v, str), f"one of {', '.join(SLICES)}"),
    "intent": (lambda v: isinstance(v, str), f"one of {', '.join(INTENTS)}"),
    "procedure": (lambda v: v is None or isinstance(v, str), "a code in quotes, or null"),
    "accept": (lambda v: v is None or _is_texts(v), "a list of codes in quotes"),
    "aspects": (lambda v: v is None or _is_texts(v), "a list of aspects"),
    "context": (_is_context, 'null or {"procedure": code}'),
    "clarify": (lambda v: v is None or isinstance(v, bool), "true or false"),
}
"""Field → (whether a value is of the right type, what it should be)."""
_NEEDED = ("id", "text", "slice", "intent")


def _broken_question(row: Any, where: str) -> Iterator[Problem]:
    if not isinstance(row, dict):
        yield Problem(where, "line", "no JSON object", "one JSON object a line")
        return
    id_ = str(row["id"])[:40] if "id" in row else None
    for name, (fits, wanted) in _QUESTION.items():
        if name not in row:
            if name in _NEEDED:
                yield Problem(where, name, "missing", f"give {wanted}", id_)
        elif not fits(row[name]):
            yield Problem(where, name, "not of the right kind", f"give {wanted}", id_)


def _as_question(row: Row) -> Row:
    procedure = row.get("procedure")
    return {
        **row,
        "id": str(row["id"]),
        "accept": list(row.get("accept") or ([procedure] if procedure else [])),
        "aspects": list(row.get("aspects") or ()),
        "clarify": bool(row.get("clarify")),
    }


def _unknown_in_question(row: Row, where: str, known: Collection[str] | None) -> list[Problem]:
    id_ = str(row["id"])
    problems = [
        Problem(where, name, f"unknown: '{row[name][:40]}'", f"one of {', '.join(names)}", id_)
        for name, names in (("slice", SLICES), ("intent", INTENTS))
        if row[name] not in names
    ]
    problems += _unknown_aspects(row, where, id_)
    problems += _unknown_codes(row, where, id_, known)
    topic = (row.get("context") or {}).get("procedure")
    if known is not None and topic is not None and topic not in known:
        problems.append(Problem(where, "context", f"unknown code '{topic[:40]}'", _CODE, id_))
    return problems


_CODE = "a code of the catalogue: ./letan export shows them"


def _unknown_aspects(row: Row, where: str, id_: str) -> Iterator[Problem]:
    for aspect in row.get("aspects") or ():
        if aspect not in ASPECTS:
            told = f"unknown: '{aspect[:40]}'"
            yield Problem(where, "aspects", told, f"of {', '.join(ASPECTS)}", id_)


def _unknown_codes(
    row: Row, where: str, id_: str, known: Collection[str] | None
) -> Iterator[Problem]:
    """Old and new codes of one procedure stand together: one that is known is enough."""
    accept = row.get("accept") or ([row["procedure"]] if row.get("procedure") else [])
    if known is not None and accept and not set(accept) & set(known):
        told = f"unknown codes: {', '.join(accept)[:120]}"
        yield Problem(where, "accept", told, _CODE, id_)


def _broken_dialogue(dialogue: Any, where: str) -> Iterator[Problem]:
    if not isinstance(dialogue, dict):
        yield Problem(where, "conversation", "no mapping", "give id, language and turns")
        return
    if not _is_id(dialogue.get("id")):
        yield Problem(where, "id", "missing or no text", "give every conversation an id")
    if dialogue.get("language") not in (None, "vi", "en"):
        yield Problem(where, "language", "unknown", "vi or en")
    turns = dialogue.get("turns")
    if not isinstance(turns, list) or not turns:
        yield Problem(where, "turns", "missing or empty", "a list of {user, expect}")
        return
    for number, turn in enumerate(turns, start=1):
        yield from _broken_turn(turn, f"{where}, turn {number}")


def _broken_turn(turn: Any, where: str) -> Iterator[Problem]:
    expect = turn.get("expect") if isinstance(turn, dict) else None
    if not isinstance(turn, dict) or not isinstance(expect, dict):
        yield Problem(where, "expect", "missing", "give user and expect")
        return
    if not _is_message(turn.get("user")):
        yield Problem(where, "user", "missing or no text", f"1 to {LONGEST_TEXT} characters")
    if expect.get("kind") not in KINDS:
        yield Problem(where, "kind", "missing or unknown", f"one of {', '.join(KINDS)}")
    procedure = expect.get("procedure")
    if procedure is not None and not isinstance(procedure, str):
        yield Problem(where, "procedure", "no text", "put the code in quotes")
    for name in ("accept", "aspects", "not_contains"):
        if expect.get(name) is not None and not _is_texts(expect[name]):
            yield Problem(where, name, "no list of texts", "put codes and numbers in quotes")


def _unknown_in_dialogue(
    dialogue: Row, file: str, known: Collection[str] | None
) -> Iterator[Problem]:
    id_ = str(dialogue["id"])
    for number, turn in enumerate(dialogue["turns"], start=1):
        where = f"{file}: {id_}, turn {number}"
        yield from _unknown_aspects(turn["expect"], where, id_)
        yield from _unknown_codes(turn["expect"], where, id_, known)
