"""How long a second start takes, and what each process holds in memory.

.venv/bin/python -m benchmarks.start --data-dir var [--runs 3] [--json OUT]
"""

import argparse
import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.server import medians, memory_mb, running


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data-dir", type=Path, required=True)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    pages: list[float] = []
    turns: list[float] = []
    memory: dict[str, float] = {}
    for _ in range(chosen.runs):
        with running(chosen.data_dir) as server:
            pages.append(server.pages_s)
            turns.append(server.first_turn_s)
            memory = memory_mb(server.process)
    table = Table("figure", "median")
    table.add_row("pages answer", f"{medians(pages):.1f} s")
    table.add_row("first turn answered", f"{medians(turns):.1f} s")
    for name, size in memory.items():
        table.add_row(f"memory: {name}", f"{size:.0f} MB")
    Console().print(table)
    if chosen.json:
        report = {"pages_s": pages, "first_turn_s": turns, "memory_mb": memory}
        chosen.json.write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
