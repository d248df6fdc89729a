"""`./letan simulate`: a day, its report beside its pictures, and what matters on the terminal."""

import asyncio
import json
import logging as standard_logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from assistant import logging
from assistant.errors import LetanError
from assistant.releases.evaluation import release_folder
from assistant.releases.evaluation_desk import serving
from assistant.settings import Settings
from assistant.simulation.day import Plan, Played, play
from assistant.simulation.figures import figures_of
from assistant.simulation.page import report_page


async def simulate(settings: Settings, plan: Plan, out: Path) -> int:
    """Play the day and write ``report.html``, ``report.json`` and the pictures into ``out``.

    0; 1 when the day showed a collision or a move after a stop. Raises LetanError
    `simulation_no_hours`, `simulation_no_room`, `report_unwritable`, `release_…`, `engine_…`.
    """
    check_folder(out)
    logging.configure(settings.model_copy(update={"log_level": "error"}))
    standard_logging.getLogger("matplotlib").setLevel("ERROR")
    release, folder = await release_folder(settings, None)
    console = Console(stderr=True)
    console.print(f"Bản phát hành · release {release}: đang khởi động · starting …")
    began = time.monotonic()
    async with serving(settings, folder) as (engine, own):
        with _progress(console) as played:
            day = await play(settings, own, engine, folder, plan=plan, played=played)
    figures = figures_of(day, time.monotonic() - began)
    from assistant.simulation.plots import draw_plots

    try:
        plots = await asyncio.to_thread(draw_plots, day, out)
        page = report_page(figures, plots, day.centre.content.info.name.vi)
        (out / "report.html").write_text(page, encoding="utf-8")
        text = json.dumps(figures, ensure_ascii=False, indent=1)
        (out / "report.json").write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise _unwritable(out) from error
    _tell(figures, out)
    safety = figures["safety"]
    return 1 if safety["collisions"] or safety["moves_after_a_stop"] else 0


def check_folder(out: Path) -> None:
    """Make the folder of the report. Raises LetanError `report_unwritable`."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(out) from error
    if not os.access(out, os.W_OK):
        raise _unwritable(out)


@contextmanager
def _progress(console: Console) -> Iterator[Played]:
    """How far the day is, on standard error: a bar on a terminal, a line now and then elsewhere."""
    if not console.is_terminal:
        told = [0.0]

        def line(done: int, of: int, at: datetime) -> None:
            if time.monotonic() - told[0] > 20:
                told[0] = time.monotonic()
                console.print(f"{at:%H:%M}: {done}/{of}")

        yield line
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f} khách · visitors"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
    with bar:
        task = bar.add_task("--:--", total=1)

        def shown(done: int, of: int, at: datetime) -> None:
            bar.update(task, completed=done, total=of, description=f"{at:%H:%M}")

        yield shown


def _tell(figures: dict[str, Any], out: Path) -> None:
    visitors, leads, safety = figures["visitors"], figures["leads"], figures["safety"]
    waits, talk = figures["waiting"]["at_counters"], figures["conversations"]
    lines = [
        f"Khách · visitors: {visitors['came']}, {visitors['endings']}",
        f"Chờ ở quầy · minutes waited: p50 {waits['p50']}, p90 {waits['p90']}",
        f"Dẫn khách · leads: {leads['reached']}/{leads['begun']} {leads['endings']}",
        f"Hỏi đáp · turns: {talk['turns']}, {talk['outcomes']}",
        f"Va chạm · collisions: {safety['collisions']}; đi sau khi dừng · moves after a stop: "
        f"{safety['moves_after_a_stop']} / {safety['stops'] + safety['e_stops']}",
        f"Báo cáo · report: {out / 'report.html'}",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def _unwritable(out: Path) -> LetanError:
    return LetanError(
        "report_unwritable",
        422,
        f"Không ghi được báo cáo vào {out}. Hãy chỉ một thư mục ghi được với --out.",
        f"The report cannot be written to {out}. Name a folder that can be written to with --out.",
        field="out",
    )
