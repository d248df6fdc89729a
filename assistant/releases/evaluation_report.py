"""Figures of an evaluation: as JSON (docs/evaluation.md) and as tables for the terminal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from assistant.releases.evaluation_files import Problem
from assistant.releases.scoring import OUTCOMES, Judged

_BINS = 10
_WORST = 20
_SEVERITY = ("wrong", "refused", "missed", "incomplete", "clarified_right")
"""What harms most comes first among the worst rows."""


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of one run; `as_dict` is what `letan evaluate --json` writes."""

    release: str
    rows: list[Judged] = field(default_factory=list)
    left_out: list[Problem] = field(default_factory=list)
    """Rows that name what does not exist, and rows that the engine could not answer."""

    def as_dict(self) -> dict[str, Any]:
        outside = [r for r in self.rows if r.slice == "out_of_scope"]
        inside = [r for r in self.rows if r.slice != "out_of_scope"]
        wrong = [r for r in self.rows if r.outcome == "wrong"]
        asking = [r for r in self.rows if r.asked]
        return {
            "release": self.release,
            "n": len(self.rows),
            "slices": self.slices(),
            "right": sum(r.is_right for r in self.rows),
            "wrong": len(wrong),
            "wrong_fees_or_deadlines": sum(bool({"fee", "time"} & set(r.aspects)) for r in wrong),
            "out_of_scope": {"n": len(outside), "right": _count(outside, "answered_right")},
            "false_refusals": _count(inside, "refused"),
            "aspects": {
                "n": len(asking),
                "exact": sum(set(r.aspects) == set(r.asked) for r in asking),
            },
            "calibration": calibration(self.rows),
            "latency_ms": _quantiles(r.milliseconds for r in self.rows),
            "turn_ms": _quantiles(r.turn_milliseconds for r in self.rows),
            "errors": [p.as_dict() for p in self.left_out],
            "rows": [r.as_row() for r in self.rows],
        }

    def slices(self) -> dict[str, dict[str, int]]:
        """Whole numbers of rows a slice, in the order of the file."""
        found: dict[str, dict[str, int]] = {}
        for row in self.rows:
            empty = dict.fromkeys(("n", *OUTCOMES, "clarified_due"), 0)
            counts = found.setdefault(row.slice, empty)
            counts["n"] += 1
            counts[row.outcome] += 1
            counts["clarified_due"] += row.clarify and row.outcome == "clarified_right"
        return found


@dataclass(frozen=True, slots=True)
class DialogueReport:
    """Conversations, turn by turn."""

    dialogues: int
    rows: list[dict[str, Any]]
    left_out: list[Problem] = field(default_factory=list)
    release: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "release": self.release,
            "dialogues": self.dialogues,
            "turns": len(self.rows),
            "turns_as_expected": sum(bool(r["as_expected"]) for r in self.rows),
            "errors": [p.as_dict() for p in self.left_out],
            "rows": self.rows,
        }


def calibration(rows: Iterable[Judged]) -> dict[str, Any]:
    """Confidence in the procedure named first against how often it is an accepted one.

    `error` is the expected calibration error: the mean distance between both, weighted by rows
    (Naeini et al. 2015).
    """
    named = [r.named for r in rows if r.named is not None]
    bins, error = [], 0.0
    for number in range(_BINS):
        inside = [(c, ok) for c, ok in named if min(int(c * _BINS), _BINS - 1) == number]
        if not inside:
            continue
        confidence = sum(c for c, _ in inside) / len(inside)
        right = sum(ok for _, ok in inside) / len(inside)
        error += abs(confidence - right) * len(inside) / len(named)
        bins.append(
            {
                "from": number / _BINS,
                "to": (number + 1) / _BINS,
                "n": len(inside),
                "confidence": round(confidence, 4),
                "right": round(right, 4),
            }
        )
    return {"n": len(named), "error": round(error, 4), "bins": bins}


def worst(rows: Iterable[Judged], most: int = _WORST) -> list[Judged]:
    """What harms most first; among equals the surest mistake, then the order of the file."""
    bad = [r for r in rows if not r.is_right]

    def surest(row: Judged) -> float:
        return max((float(p["confidence"] or 0.0) for p in row.procedures), default=0.0)

    return sorted(bad, key=lambda r: (_SEVERITY.index(r.outcome), -surest(r)))[:most]


def questions_view(report: Report) -> RenderableType:
    """A table a slice, the figures that no slice shows, calibration, and the worst rows."""
    figures = report.as_dict()
    views: list[RenderableType] = [_slices_table(report), _summary(figures)]
    if figures["calibration"]["n"]:
        views.append(_calibration_table(figures["calibration"]))
    refused = [r.id for r in report.rows if r.outcome == "refused"]
    if refused:
        views.append(Text(f"false refusals: {', '.join(refused)}"))
    bad = worst(report.rows)
    if bad:
        views.append(_worst_table(bad, sum(not r.is_right for r in report.rows)))
    return Group(*views)


def _slices_table(report: Report) -> Table:
    table = Table(title=f"{report.release}: {len(report.rows)}")
    table.add_column("slice")
    columns = ("n", "answered_right", "clarified_right", "clarified_due", *OUTCOMES[2:])
    for column in columns:
        table.add_column(column.replace("_", " "), justify="right")
    slices = report.slices()
    for name, counts in slices.items():
        table.add_row(name, *(str(counts[c]) for c in columns))
    table.add_section()
    total = (sum(counts[c] for counts in slices.values()) for c in columns)
    table.add_row("all", *map(str, total), style="bold")
    return table


def _summary(figures: dict[str, Any]) -> Text:
    outside, aspects = figures["out_of_scope"], figures["aspects"]
    times, turns = figures["latency_ms"], figures["turn_ms"]
    return Text(
        f"right {_share(figures['right'], figures['n'])} · "
        f"wrong {_share(figures['wrong'], figures['n'])}, "
        f"of a fee or deadline {figures['wrong_fees_or_deadlines']} · "
        f"out of scope right {_share(outside['right'], outside['n'])} · "
        f"false refusals {_share(figures['false_refusals'], figures['n'] - outside['n'])} · "
        f"aspects exact {_share(aspects['exact'], aspects['n'])}\n"
        f"understanding p50 {times['p50']} ms, p95 {times['p95']} ms · "
        f"whole turn p50 {turns['p50']} ms, p95 {turns['p95']} ms"
    )


def _share(count: int, of: int) -> str:
    return f"{count}/{of}" + (f" ({100 * count / of:.1f} %)" if of else "")


def _calibration_table(figures: dict[str, Any]) -> Table:
    table = Table(
        title="calibration",
        caption=f"n {figures['n']}, expected calibration error {figures['error']:.3f}",
    )
    for column in ("confidence", "n", "mean confidence", "share right"):
        table.add_column(column, justify="right")
    for row in figures["bins"]:
        span = f"{row['from']:.1f}–{row['to']:.1f}"
        table.add_row(span, str(row["n"]), f"{row['confidence']:.2f}", f"{row['right']:.2f}")
    return table


def _worst_table(rows: Sequence[Judged], of: int) -> Table:
    table = Table(title=f"worst rows: {len(rows)} of {of}", show_lines=True)
    for column in ("id", "outcome", "message", "expected", "why"):
        table.add_column(column, overflow="fold")
    for row in rows:
        expected = row.why.get("expected") or {}
        wanted = [*(expected.get("accept") or [str(expected.get("intent"))]), *row.asked]
        told = Text(str(row.why.get("text", "")))
        table.add_row(row.id, row.outcome, told, Text(" ".join(wanted)), Text(_reason(row)))
    return table


def _reason(row: Judged) -> str:
    """Intent, nearest examples with the words that matched, margin."""
    if row.outcome == "incomplete":
        missing = [a for a in row.asked if a not in row.aspects]
        return f"aspects missing: {', '.join(missing)}"
    intent = row.why.get("intent") or {}
    lines = [f"{intent.get('name')} {intent.get('confidence')}"]
    for near in row.why.get("nearest") or ():
        words = " ".join(near["matched_words"]) or "–"
        lines.append(f"{near['code']} {near['confidence']} “{near['example']}” [{words}]")
    if row.why.get("margin") is not None:
        lines.append(f"margin {row.why['margin']}")
    return "\n".join(lines)


def dialogues_view(report: DialogueReport) -> RenderableType:
    """One row a conversation, with the turns that went otherwise."""
    figures = report.as_dict()
    share = _share(figures["turns_as_expected"], figures["turns"])
    table = Table(title=f"{report.release}: {share}", show_lines=True)
    for column in ("conversation", "turns", "otherwise"):
        table.add_column(column, overflow="fold")
    for name in dict.fromkeys(r["id"] for r in report.rows):
        rows = [r for r in report.rows if r["id"] == name]
        bad = [
            f"{r['turn']} “{r['user']}”: {'; '.join(r['problems'])}"
            for r in rows
            if not r["as_expected"]
        ]
        table.add_row(str(name), str(len(rows)), Text("\n".join(bad)))
    return table


def _count(rows: Iterable[Judged], outcome: str) -> int:
    return sum(r.outcome == outcome for r in rows)


def _quantiles(times: Iterable[float]) -> dict[str, float]:
    """Milliseconds, nearest rank; 0 for no measurement."""
    found = sorted(times)

    def at(share: float) -> float:
        if not found:
            return 0.0
        return round(found[min(len(found) - 1, int(share * len(found)))], 2)

    return {"p50": at(0.5), "p95": at(0.95)}
