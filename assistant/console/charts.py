"""Charts as drawings: columns by day, bars by name. Beside each stands a table with the same."""

from collections.abc import Sequence
from html import escape

_COLOURS = ("#0b4a46", "#8f1148", "#b25e00", "#35504b", "#6d7d78")
_INK, _LINE = "#10302c", "#d8cbb0"
_WIDTH, _HEIGHT, _LEFT, _BELOW, _ABOVE = 640, 260, 52, 34, 14
_BAR, _NAMES = 34, 300
_MOST_LABELS = 8


def columns(
    labels: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]], told: str
) -> str:
    """Columns side by side; a value that is None has none. ``told``: for those who do not see."""
    top = max((v for _, values in series for v in values if v is not None), default=0.0)
    top = _round_up(top)
    inner, high = _WIDTH - _LEFT - 8, _HEIGHT - _BELOW - _ABOVE
    step = inner / max(1, len(labels))
    wide = max(1.0, step * 0.76 / max(1, len(series)))
    parts = [_grid(top, high)]
    for place, (_, values) in enumerate(series):
        for at, value in enumerate(values):
            if value is None or not top:
                continue
            tall = high * value / top
            x = _LEFT + at * step + step * 0.12 + place * wide
            parts.append(
                f'<rect x="{x:.1f}" y="{_ABOVE + high - tall:.1f}" width="{wide:.1f}" '
                f'height="{tall:.1f}" rx="2" fill="{_COLOURS[place % len(_COLOURS)]}"/>'
            )
    every = -(-len(labels) // _MOST_LABELS)
    for at, label in enumerate(labels):
        if at % every == 0:
            parts.append(
                f'<text x="{_LEFT + (at + 0.5) * step:.1f}" y="{_HEIGHT - 10}" font-size="16" '
                f'text-anchor="middle" fill="{_INK}">{escape(label)}</text>'
            )
    return _drawing(_WIDTH, _HEIGHT, parts, told) + _legend([name for name, _ in series])


def bars(rows: Sequence[tuple[str, float]], told: str) -> str:
    """A bar a name, the longest first as given."""
    top = max((value for _, value in rows), default=0.0)
    height = max(1, len(rows)) * _BAR + 8
    parts = []
    for at, (name, value) in enumerate(rows):
        y = 4 + at * _BAR
        wide = (_WIDTH - _NAMES - 70) * value / top if top else 0.0
        parts.append(
            f'<text x="{_NAMES - 10}" y="{y + 21}" font-size="16" text-anchor="end" '
            f'fill="{_INK}">{escape(_short(name))}</text>'
            f'<rect x="{_NAMES}" y="{y + 4}" width="{wide:.1f}" height="{_BAR - 10}" rx="4" '
            f'fill="{_COLOURS[0]}"/>'
            f'<text x="{_NAMES + wide + 8:.1f}" y="{y + 21}" font-size="16" font-weight="700" '
            f'fill="{_INK}">{_number(value)}</text>'
        )
    return _drawing(_WIDTH, height, parts, told)


def table(name: str, title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in a frame that scrolls, with a finger or the keyboard."""
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return (
        f'<div class="figures-table" role="region" tabindex="0" data-testid="{escape(name)}" '
        f'aria-label="{escape(title, quote=True)}"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _grid(top: float, high: float) -> str:
    lines = []
    for share in (0.0, 0.5, 1.0):
        y = _ABOVE + high * (1 - share)
        lines.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - 8}" y1="{y:.1f}" y2="{y:.1f}" stroke="{_LINE}"/>'
            f'<text x="{_LEFT - 8}" y="{y + 5:.1f}" font-size="16" text-anchor="end" '
            f'fill="{_INK}">{_number(top * share)}</text>'
        )
    return "".join(lines)


def _drawing(width: int, height: int, parts: Sequence[str], told: str) -> str:
    return (
        f'<svg role="img" aria-label="{escape(told, quote=True)}" '
        f'viewBox="0 0 {width} {height}" class="chart">{"".join(parts)}</svg>'
    )


def _legend(names: Sequence[str]) -> str:
    if len(names) < 2:
        return ""
    shown = "".join(
        f'<span><i style="background:{_COLOURS[at % len(_COLOURS)]}"></i>{escape(name)}</span>'
        for at, name in enumerate(names)
    )
    return f'<p class="chart-legend" aria-hidden="true">{shown}</p>'


def _round_up(value: float) -> float:
    """The next of 1, 2, 5, 10, 20 …: both halves of the scale are round."""
    if value <= 0:
        return 0.0
    size = 1.0
    while size * 10 <= value:
        size *= 10
    return next(size * each for each in (1, 2, 4, 5, 10) if size * each >= value)


def _short(name: str) -> str:
    return name if len(name) <= 34 else name[:33].rstrip() + "…"


def _number(value: float) -> str:
    return f"{value:g}" if value < 1000 else f"{value:,.0f}".replace(",", ".")
