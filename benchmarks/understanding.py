"""Understanding at the size of the release and ten times a ward's: latency, training, memory.

`.venv-rasa/bin/python -m benchmarks.understanding --release var/releases/<id> [--json FILE]`

Times are of one thread. Each size is built in a process of its own, so that its memory is its own.
The larger catalogue is made of the release's: every entry again with words that only the copy has.
"""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from nlu.arbiter import decide
from nlu.aspects import AspectFinder
from nlu.intent_model import IntentModel
from nlu.lexicon import Lexicon
from nlu.linker import Linker
from nlu.material import Material, read_material

SIZES = (None, 3310)
MESSAGES = 500
_FIRST = ["bến", "chợ", "cồn", "dốc", "đảo", "đầm", "ga", "gò", "hang", "kênh"]
_SECOND = [
    "an bình",
    "bạch đằng",
    "cẩm lệ",
    "hòa khánh",
    "long biên",
    "mỹ đình",
    "phú thọ",
    "tân lập",
]
_PHRASINGS_OF_A_COPY = 6


def enlarged(material: Material, size: int) -> Material:
    """`size` entries: the release's, then copies of them in the words of other places."""
    own: dict[str, list[str]] = {}
    for row in material.phrasings:
        own.setdefault(row["code"], []).append(row["text"])
    marks = [f"{a} {b}" for a, b in itertools.product(_FIRST, _SECOND)]
    rows = list(material.phrasings)
    groups = dict(material.groups)
    copies = itertools.product(range(len(marks)), sorted(own))
    for mark, code in itertools.islice(copies, max(0, size - len(own))):
        new = f"{code}-{mark}"
        groups[new] = new
        rows += [
            {"code": new, "text": f"{text} {marks[mark]}", "weight": 1.0}
            for text in own[code][:_PHRASINGS_OF_A_COPY]
        ]
    return replace(material, phrasings=rows, groups=groups)


def measure(training: Path, size: int | None) -> dict[str, Any]:
    material = read_material(training / "understanding.json")
    asked = [str(row["text"]) for row in material.augmented]
    asked = asked[:: max(1, len(asked) // MESSAGES)][:MESSAGES]
    if size is not None:
        material = enlarged(material, size)
    lexicon = Lexicon(material.lexicon)
    examples = [(text, name) for name, texts in material.intents.items() for text in texts]
    started = time.process_time()
    intent_model = IntentModel.fit([lexicon.read(t) for t, _ in examples], [n for _, n in examples])
    intent_s = time.process_time() - started
    started = time.perf_counter()
    linker = Linker.build(material)
    linker_s = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as kept:
        linker.save(Path(kept))
        stored = sum(p.stat().st_size for p in Path(kept).rglob("*") if p.is_file())
        linker = Linker.load(Path(kept))
    aspects = AspectFinder(material.lexicon["aspects"])
    spent: list[float] = []
    for text in (*asked[:50], *asked):
        started = time.perf_counter()
        reading = lexicon.read(text)
        found = aspects(reading.message)
        ranking = intent_model(reading)[:5]
        linked = linker.compare(reading, ranking[0][0])
        decide(ranking, linked, found, len(reading.message.tokens) - len(reading.skip), False)
        spent.append((time.perf_counter() - started) * 1e3)
    return {
        "procedures": len(linker.index.codes),
        "phrasings": len(linker.index.texts),
        "p50_ms": round(float(np.percentile(spent[50:], 50)), 2),
        "p95_ms": round(float(np.percentile(spent[50:], 95)), 2),
        "intents_cpu_s": round(intent_s, 1),
        "linker_s": round(linker_s, 1),
        "linker_mb_on_disk": round(stored / 1e6, 1),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    names = list(rows[0])
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    return "\n".join(lines + ["| " + " | ".join(str(r[n]) for n in names) + " |" for r in rows])


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.understanding")
    parser.add_argument("--release", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--sizes", type=int, nargs="*", help="besides the release's own size")
    arguments = parser.parse_args()
    sizes = SIZES if arguments.sizes is None else (None, *arguments.sizes)
    rows = []
    for size in sizes:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            rows.append(pool.apply(measure, (arguments.release / "training", size)))
    print(table(rows))
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
