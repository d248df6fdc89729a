"""The pictures of a simulated day, as PNG files; people read them beside the report's tables."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

from assistant.simulation.day import BEFORE, PlayedDay
from assistant.simulation.record import Sample

mpl.use("Agg")  # no screen is needed, whatever the machine is set to

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

_SIZE = (8.0, 3.6)
_DOTS = 110
_QUARTER = 15 * 60
_BLUE, _ORANGE, _GREEN, _RED, _GREY = "#1f5a94", "#d9822b", "#2e7d4f", "#b3261e", "#8a8f98"
_DOING = {
    "idle": (_GREY, "đứng chờ khách"),
    "moving": (_BLUE, "đang đi"),
    "waiting": (_ORANGE, "chờ người phía trước, hỏi khách"),
    "charging": (_GREEN, "sạc pin"),
    "docked": (_GREEN, "ở trạm sạc"),
    "stopped": (_RED, "bị dừng"),
}
Draw = Callable[[PlayedDay, Axes], None]


def draw_plots(day: PlayedDay, folder: Path) -> dict[str, str]:
    """Draw every picture; names of pictures to the files' names."""
    plots: dict[str, Draw] = {
        "visitors": _visitors,
        "waiting": _waiting,
        "leads": _leads,
        "robots": _robots,
        "battery": _battery,
        "map": _map,
        "turns": _turns,
    }
    files = {}
    for name, draw in plots.items():
        figure = Figure(figsize=(8.0, 5.6) if name == "map" else _SIZE, layout="constrained")
        draw(day, figure.add_subplot())
        files[name] = f"{name}.png"
        # Without the library's name and the date, the same day gives the same file.
        figure.savefig(folder / files[name], dpi=_DOTS, metadata={"Software": None})
    return files


def _clock(day: PlayedDay, seconds: float) -> Any:
    """Seconds of the day's clock as its hands show it; plots know no time zones."""
    start = day.opened.replace(tzinfo=None) - timedelta(seconds=BEFORE)
    return start + timedelta(seconds=float(seconds))


def _hands(days: float, _: object = None) -> str:
    """A plot's time, in days, as hours and minutes."""
    minutes = round(days * 1440)
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _times(day: PlayedDay, axes: Axes) -> None:
    axes.xaxis.set_major_formatter(FuncFormatter(_hands))
    end = day.record.samples[-1].at if day.record.samples else 3600.0
    axes.set_xlim(_clock(day, 0), _clock(day, end))
    axes.grid(alpha=0.25)


def _visitors(day: PlayedDay, axes: Axes) -> None:
    came = [stay.came for stay in day.record.stays]
    last = max([*came, _QUARTER])
    edges = np.arange(0, last + _QUARTER, _QUARTER)
    counts, _ = np.histogram(came, edges)
    axes.bar(
        [_clock(day, edge) for edge in edges[:-1]],
        counts,
        width=_QUARTER / 86400 * 0.9,
        align="edge",
        color=_BLUE,
        label="người đến trong 15 phút",
    )
    samples = day.record.samples
    axes.plot(
        [_clock(day, sample.at) for sample in samples],
        [sample.in_hall for sample in samples],
        color=_ORANGE,
        label="người đang ở trung tâm",
    )
    axes.set_ylabel("người")
    axes.legend(loc="upper right", fontsize=8)
    _times(day, axes)


def _waiting(day: PlayedDay, axes: Axes) -> None:
    waits = [
        (stay.called - stay.ticket) / 60
        for stay in day.record.stays
        if stay.called is not None and stay.ticket is not None
    ]
    longest = max([*waits, 10.0])
    axes.hist(waits, bins=np.arange(0, longest + 5, 5).tolist(), color=_BLUE, rwidth=0.92)
    if waits:
        middle = float(np.median(waits))
        axes.axvline(middle, color=_ORANGE, label=f"một nửa chờ không quá {middle:.0f} phút")
        axes.legend(fontsize=8)
    axes.set_xlabel("phút chờ từ lúc lấy số đến lúc được gọi")
    axes.set_ylabel("người")
    axes.grid(alpha=0.25)


def _leads(day: PlayedDay, axes: Axes) -> None:
    leads = day.record.leads
    reached = sum(lead.state == "arrived" for lead in leads)
    ended = sum(lead.begun is not None and lead.state != "arrived" for lead in leads)
    alone = sum(lead.begun is None for lead in leads)
    names = ["tới quầy", "bỏ dở", "robot bận, khách tự đi"]
    bars = axes.barh(names, [reached, ended, alone], color=[_GREEN, _RED, _GREY])
    axes.bar_label(bars, padding=3)
    axes.invert_yaxis()
    axes.set_xlabel("lần khách nhờ robot dẫn")
    axes.margins(x=0.12)


def _robots(day: PlayedDay, axes: Axes) -> None:
    samples = day.record.samples
    robots = sorted(samples[0].doing) if samples else []
    shown: set[str] = set()
    for row, robot in enumerate(robots):
        for start, end, what in _spans(samples, robot):
            colour, label = _DOING.get(what, (_GREY, what))
            axes.barh(
                row,
                (end - start) / 86400,
                left=_clock(day, start),
                color=colour,
                height=0.6,
                label=None if label in shown else label,
            )
            shown.add(label)
    axes.set_yticks(range(len(robots)), robots)
    axes.xaxis_date()
    axes.legend(loc="upper center", ncols=4, fontsize=8, bbox_to_anchor=(0.5, 1.2))
    _times(day, axes)


def _spans(samples: list[Sample], robot: str) -> list[tuple[float, float, str]]:
    spans: list[tuple[float, float, str]] = []
    for sample in samples:
        what = sample.doing[robot]
        if spans and spans[-1][2] == what:
            spans[-1] = (spans[-1][0], sample.at, what)
        else:
            since = spans[-1][1] if spans else sample.at
            spans.append((since, sample.at, what))
    return spans


def _battery(day: PlayedDay, axes: Axes) -> None:
    samples = day.record.samples
    for robot in sorted(samples[0].batteries) if samples else ():
        axes.plot(
            [_clock(day, sample.at) for sample in samples],
            [sample.batteries[robot] * 100 for sample in samples],
            label=robot,
        )
    axes.axhline(25, color=_RED, linestyle=":", label="dưới mức này robot tự đi sạc")
    axes.set_ylim(0, 100)
    axes.set_ylabel("pin (%)")
    axes.legend(fontsize=8)
    _times(day, axes)


def _map(day: PlayedDay, axes: Axes) -> None:
    lobby, hall = day.hall.map, day.hall
    # In the picture's own frame, so that a map whose origin is turned needs no turning here.
    wide, high = lobby.width * lobby.resolution, lobby.height * lobby.resolution
    axes.imshow(lobby.blocked, cmap="Greys", origin="lower", extent=(0, wide, 0, high), alpha=0.7)

    def on_picture(x: float, y: float) -> tuple[float, float]:
        column, row = lobby.to_grid_exact(x, y)
        return column * lobby.resolution, row * lobby.resolution

    for robot, trace in sorted(day.record.traces.items()):
        points = np.array([on_picture(*point) for point in trace])
        axes.scatter(points[:, 0], points[:, 1], s=3, alpha=0.35, label=robot)
    for counter in day.centre.content.counters.values():
        pose = hall.poses.get(counter.place)
        if pose is not None:
            axes.annotate(counter.id, on_picture(pose.x, pose.y), color=_RED, weight="bold")
    axes.set_aspect("equal")
    axes.set_xlabel("mét")
    if day.record.traces:
        axes.legend(fontsize=8, markerscale=4, loc="upper right")


def _turns(day: PlayedDay, axes: Axes) -> None:
    milliseconds = sorted(turn.milliseconds for turn in day.record.turns)
    if milliseconds:
        most = milliseconds[int(0.99 * (len(milliseconds) - 1))]
        shown = [value for value in milliseconds if value <= most]
        axes.hist(shown, bins=40, color=_BLUE)
    axes.set_xlabel("mili giây từ câu hỏi đến câu trả lời (99 % số lượt)")
    axes.set_ylabel("lượt hỏi")
    axes.grid(alpha=0.25)
