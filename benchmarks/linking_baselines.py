"""Stock Rasa on the question which procedure is meant: DIET with an intent a procedure, and
ResponseSelector with a response a procedure, beside our linker, on the same phrasings.

`.venv-rasa/bin/python -m benchmarks.linking_baselines --release DIR --questions FILE.jsonl …
[--systems linker diet selector] [--each 12] [--epochs 30] [--json FILE]`

Counted are questions in which a procedure is named, without an open topic. Stock Rasa reads them as
they were written; it knows nothing of our repair and word lists. Each system is trained and asked
in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.understanding import table
from nlu.lexicon import Lexicon
from nlu.linker import Linker
from nlu.material import Material, read_material

NOT_COUNTED = frozenset({"followup", "life_event", "out_of_scope", "other_intent"})
RETRIEVAL = "ask"
SEED = 20261122
Ask = Callable[[str], str]
"""A question → the code that is thought to be meant."""


def questions(files: Iterable[Path]) -> list[dict[str, Any]]:
    """Rows in which one procedure is meant; several codes may be accepted for it."""
    rows = [
        json.loads(line)
        for file in files
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    return [
        r
        for r in rows
        if r["accept"] and not r["clarify"] and not r["context"] and r["slice"] not in NOT_COUNTED
    ]


def wordings(material: Material, each: int) -> dict[str, list[str]]:
    """Code → at most `each` of its phrasings, spread over all of them."""
    own: dict[str, list[str]] = defaultdict(list)
    for row in material.phrasings:
        own[row["code"]].append(" ".join(row["text"].lower().split()))
    chosen = {}
    for code, texts in own.items():
        once = list(dict.fromkeys(texts))
        step = max(1.0, len(once) / each)
        chosen[code] = [once[int(i * step)] for i in range(min(each, len(once)))]
    return chosen


def _linker(material: Material, each: int, epochs: int, scratch: Path) -> Ask:
    kept = {(code, text) for code, texts in wordings(material, each).items() for text in texts}
    rows = [
        row
        for row in material.phrasings
        if (row["code"], " ".join(row["text"].lower().split())) in kept
    ]
    named = {row["text"] for row in rows}
    made = [row for row in material.augmented if row.get("of") in named]
    lexicon = Lexicon(material.lexicon)
    linker = Linker.build(replace(material, phrasings=rows, augmented=made))

    def ask(text: str) -> str:
        found = linker.candidates(lexicon.read(text)).candidates
        return found[0][0].code if found else ""

    return ask


_FEATURIZERS: list[dict[str, Any]] = [
    {"name": "WhitespaceTokenizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
]


def _diet(material: Material, each: int, epochs: int, scratch: Path) -> Ask:
    codes = wordings(material, each)
    names = {f"p{number}": code for number, code in enumerate(sorted(codes))}
    lines = ['version: "3.1"', "nlu:"]
    for name, code in names.items():
        lines += _examples(name, codes[code])
    last = {
        "name": "DIETClassifier",
        "epochs": epochs,
        "entity_recognition": False,
        "random_seed": SEED,
    }
    parse = _trained(lines, last, None, scratch)
    return lambda text: names.get(parse(text)["intent"]["name"] or "", "")


def _selector(material: Material, each: int, epochs: int, scratch: Path) -> Ask:
    codes = wordings(material, each)
    names = {f"{RETRIEVAL}/p{number}": code for number, code in enumerate(sorted(codes))}
    lines = ['version: "3.1"', "nlu:"]
    for name, code in names.items():
        lines += _examples(name, codes[code])
    # rasa wants a text that is written out for each response
    replies = ['version: "3.1"', "responses:"]
    for name, code in names.items():
        replies += [f"  utter_{name}:", f"  - text: {json.dumps(codes[code][0])}"]
    last = {
        "name": "ResponseSelector",
        "epochs": epochs,
        "retrieval_intent": RETRIEVAL,
        "random_seed": SEED,
    }
    parse = _trained(lines, last, replies, scratch)

    def ask(text: str) -> str:
        chosen = parse(text)["response_selector"][RETRIEVAL]["response"]["intent_response_key"]
        return names.get(chosen or "", "")

    return ask


def _examples(name: str, texts: Sequence[str]) -> list[str]:
    plain = [t.translate(str.maketrans("", "", '[](){}|<>`"\\')) for t in texts]
    return [f"  - intent: {name}", "    examples: |", *(f"      - {t}" for t in plain)]


def _trained(
    examples: Sequence[str], last: Mapping[str, Any], replies: Sequence[str] | None, scratch: Path
) -> Callable[[str], dict[str, Any]]:
    """Train stock Rasa's NLU; returns its parse."""
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

    from dialogues.logs import quiet_logs

    quiet_logs()

    data = scratch / "data"
    data.mkdir()
    (data / "nlu.yml").write_text("\n".join(examples) + "\n", encoding="utf-8")
    if replies is not None:
        (data / "responses.yml").write_text("\n".join(replies) + "\n", encoding="utf-8")
    config = {
        "recipe": "default.v1",
        "language": "vi",
        "assistant_id": "baseline",
        "pipeline": [*_FEATURIZERS, dict(last)],
    }
    path = scratch / "config.yml"
    path.write_text(json.dumps(config), encoding="utf-8")
    model = train_nlu(str(path), str(data), str(scratch), fixed_model_name="model")
    if model is None:
        raise ValueError("Rasa refused the training data")
    agent = Agent.load(model)
    loop = asyncio.new_event_loop()
    return lambda text: dict(loop.run_until_complete(agent.parse_message(text)))


SYSTEMS: dict[str, Callable[[Material, int, int, Path], Ask]] = {
    "linker": _linker,
    "diet": _diet,
    "selector": _selector,
}


def measure(
    system: str, release: Path, asked: Sequence[Mapping[str, Any]], each: int, epochs: int
) -> dict[str, Any]:
    material = read_material(release / "training" / "understanding.json")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with tempfile.TemporaryDirectory() as folder:
        started, spent_cpu = time.perf_counter(), time.process_time()
        ask = SYSTEMS[system](material, each, epochs, Path(folder))
        trained = time.perf_counter() - started
        cpu = time.process_time() - spent_cpu
        right: dict[str, list[bool]] = defaultdict(list)
        spent: list[float] = []
        for row in asked:
            accepted = {material.groups.get(code, code) for code in row["accept"]}
            started = time.perf_counter()
            code = ask(row["text"])
            spent.append((time.perf_counter() - started) * 1e3)
            right[row["slice"]].append(code in accepted)
    everything = [hit for hits in right.values() for hit in hits]
    return {
        "system": system,
        "phrasings": sum(len(texts) for texts in wordings(material, each).values()),
        "epochs": "–" if system == "linker" else epochs,
        "all": round(float(np.mean(everything)), 3),
        **{name: round(float(np.mean(hits)), 2) for name, hits in right.items()},
        "p50_ms": round(float(np.percentile(spent, 50)), 1),
        "training_s": round(trained),
        "training_cpu_s": round(cpu),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.linking_baselines")
    parser.add_argument("--release", type=Path, required=True)
    parser.add_argument("--questions", type=Path, nargs="+", required=True)
    parser.add_argument("--systems", nargs="+", choices=sorted(SYSTEMS), default=list(SYSTEMS))
    parser.add_argument("--each", type=int, default=12, help="phrasings of each procedure")
    parser.add_argument("--epochs", type=int, default=30, help="of stock Rasa")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    asked = questions(arguments.questions)
    rows = []
    for system in arguments.systems:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            of_this = (system, arguments.release, asked, arguments.each, arguments.epochs)
            rows.append(pool.apply(measure, of_this))
        print(table(rows), flush=True)
        if arguments.json:
            arguments.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
