"""Figures of hearing: as JSON (docs/evaluation.md) and as tables for the terminal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from assistant.releases.audio_files import Recording
from assistant.releases.audio_scoring import NOTHING, Edits
from assistant.releases.evaluation_files import Problem

_WORST = 20


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of one recording."""

    recording: Recording
    heard: str
    confidence: float | None
    answers: int
    """Utterances that the voice door would answer or ask about: words, and plausible ones."""
    audio_s: float
    decode_ms: float
    words: Edits = NOTHING
    letters: Edits = NOTHING
    nearest: str | None = None
    """The known sentence that is nearest to what was heard; None: not looked for."""
    found: bool | None = None
    """Whether that is the one said."""
    procedure: str | None = None
    """What the engine takes it for; None: nothing, or not asked."""

    @property
    def asked_to_repeat(self) -> bool:
        return not self.answers

    @property
    def understood(self) -> bool | None:
        """Whether the procedure is an accepted one; None where none was asked for."""
        return self.procedure in self.recording.accept if self.recording.accept else None

    def as_row(self) -> dict[str, Any]:
        spoken = self.recording.speech
        return {
            "file": self.recording.id,
            "group": self.recording.group,
            "language": self.recording.language,
            "said": self.recording.text,
            "heard": self.heard,
            "confidence": self.confidence,
            "answers": self.answers,
            "wer": _rounded(self.words.rate) if spoken else None,
            "cer": _rounded(self.letters.rate) if spoken else None,
            "nearest": self.nearest,
            "found": self.found,
            "procedure": self.procedure,
            "understood": self.understood,
            "audio_s": round(self.audio_s, 3),
            "decode_ms": round(self.decode_ms, 1),
        }


@dataclass(frozen=True, slots=True)
class AudioReport:
    """Figures of one run; `as_dict` is what ``letan evaluate --audio … --json`` writes."""

    audio: str
    engines: dict[str, str]
    """Language → recogniser."""
    known: int
    """Sentences among which what was heard was looked for."""
    release: str | None
    """Whose understanding was asked; None where no recording names a procedure."""
    rows: list[Heard] = field(default_factory=list)
    left_out: list[Problem] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        groups = dict.fromkeys(row.recording.group for row in self.rows)
        return {
            "audio": self.audio,
            "engines": self.engines,
            "release": self.release,
            "known": self.known,
            **figures(self.rows),
            "groups": {
                name: figures([r for r in self.rows if r.recording.group == name])
                for name in groups
            },
            "errors": [problem.as_dict() for problem in self.left_out],
            "rows": [row.as_row() for row in self.rows],
        }


def figures(rows: Sequence[Heard]) -> dict[str, Any]:
    """Of all rows, or of a group."""
    speech = [row for row in rows if row.recording.speech]
    none = [row for row in rows if not row.recording.speech]
    words = sum((row.words for row in speech), NOTHING)
    letters = sum((row.letters for row in speech), NOTHING)
    audio_s = sum(row.audio_s for row in rows)
    decode_s = sum(row.decode_ms for row in rows) / 1000
    return {
        "n": len(rows),
        "minutes": round(audio_s / 60, 2),
        "rtf": round(decode_s / audio_s, 4) if audio_s else None,
        "speech": {
            "n": len(speech),
            "words": words.of,
            "wer": _rounded(words.rate),
            "cer": _rounded(letters.rate),
            "substituted": words.substituted,
            "deleted": words.deleted,
            "inserted": words.inserted,
            "asked_to_repeat": sum(row.asked_to_repeat for row in speech),
        },
        "retrieval": _right(row.found for row in speech),
        "procedures": _right(row.understood for row in speech),
        "no_speech": {
            "n": len(none),
            "minutes": round(sum(row.audio_s for row in none) / 60, 2),
            "rejected": sum(row.asked_to_repeat for row in none),
            "answers": sum(row.answers for row in none),
        },
    }


def _right(found: Iterable[bool | None]) -> dict[str, int]:
    known = [item for item in found if item is not None]
    return {"n": len(known), "right": sum(known)}


def audio_view(report: AudioReport) -> RenderableType:
    """A line a group, then the recordings that were heard worst."""
    data = report.as_dict()
    engines = ", ".join(f"{language}: {name}" for language, name in report.engines.items())
    table = Table(title=f"{report.audio} · {engines}")
    table.add_column("group")
    columns = (
        *("n", "minutes", "WER", "CER", "asked to repeat"),
        *("nearest right", "procedure right", "no speech: rejected", "answers", "RTF"),
    )
    for column in columns:
        table.add_column(column, justify="right")
    if len(data["groups"]) > 1:
        for name, of in data["groups"].items():
            table.add_row(Text(name), *_cells(of))
        table.add_section()
    table.add_row("all", *_cells(data), style="bold")
    bad = [row for row in report.rows if _badness(row) > 0]
    if not bad:
        return table
    return Group(table, _worst_table(sorted(bad, key=_badness, reverse=True)[:_WORST], len(bad)))


def _cells(of: dict[str, Any]) -> tuple[str, ...]:
    speech, none = of["speech"], of["no_speech"]
    return (
        str(of["n"]),
        f"{of['minutes']:.1f}",
        _percent(speech["wer"]),
        _percent(speech["cer"]),
        _share(speech["asked_to_repeat"], speech["n"]),
        _share(of["retrieval"]["right"], of["retrieval"]["n"]),
        _share(of["procedures"]["right"], of["procedures"]["n"]),
        _share(none["rejected"], none["n"]),
        str(none["answers"]) if none["n"] else "–",
        f"{of['rtf']:.2f}" if of["rtf"] is not None else "–",
    )


def _badness(row: Heard) -> float:
    """What harms most is largest: an answer to nobody, a wrong procedure, many wrong words."""
    if not row.recording.speech:
        return 10.0 * row.answers
    wrong = 3.0 * (row.understood is False) + 1.0 * (row.found is False)
    return wrong + (row.words.rate or 0.0)


def _worst_table(rows: Sequence[Heard], of: int) -> Table:
    table = Table(title=f"heard worst: {len(rows)} of {of}", show_lines=True)
    for column in ("file", "WER", "confidence", "said", "heard", "taken for"):
        table.add_column(column, overflow="fold")
    for row in rows:
        confidence = "–" if row.confidence is None else f"{row.confidence:.2f}"
        taken = row.procedure if row.recording.accept else row.nearest
        rate = _percent(row.words.rate) if row.recording.speech else "–"
        table.add_row(
            *(Text(row.recording.id), rate, confidence, Text(row.recording.text or "–")),
            *(Text(row.heard or "–"), Text(taken or "–")),
        )
    return table


def _share(count: int, of: int) -> str:
    return f"{count}/{of} ({100 * count / of:.0f} %)" if of else "–"


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{100 * rate:.1f} %"


def _rounded(rate: float | None) -> float | None:
    return None if rate is None else round(rate, 4)
