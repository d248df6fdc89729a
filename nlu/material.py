"""What `nlu.training_data.generate` leaves beside the examples for the components to be trained on.

Rasa hands components nothing but its training data, so the data names the file in a lookup table.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.lexicon import ReadOnce

FILE_NAME = "understanding.json"
LOOKUP = "understanding_material"
PREFIX = "material:"
"""Keeps Rasa from taking the path for a list of words and reading the file into the table."""


@dataclass(frozen=True, slots=True)
class Material:
    lexicon: dict[str, Any]
    """The lists of `data/lexicon` by file name."""
    phrasings: list[dict[str, Any]]
    """`{"code", "text", "weight"}`: ways to name a procedure, clean, once each."""
    augmented: list[dict[str, Any]]
    """The same shape: phrasings in sentences, without accents, with slips."""
    outside: list[str] = field(default_factory=list)
    """Texts that mean no procedure."""
    ranks: dict[str, int] = field(default_factory=dict)
    """Code → how often it is asked; 1 = most."""
    groups: dict[str, str] = field(default_factory=dict)
    """Code → the code that answers for it."""
    documents: dict[str, list[str]] = field(default_factory=dict)
    """Code → names of its papers."""
    life_events: list[dict[str, Any]] = field(default_factory=list)
    """`{"id", "name", "procedures", "says"}`."""
    centre: dict[str, Any] = field(default_factory=dict)
    """`centre.json`."""
    intents: dict[str, list[str]] = field(default_factory=dict)
    """Intent → texts, no text under two intents."""
    aspects: dict[str, list[str]] = field(default_factory=dict)
    """Aspects joined by commas, or `none` → questions that ask exactly these."""


def write_material(folder: Path, material: Material) -> Path:
    """Writes `understanding.json` into the training folder of a release."""
    path = folder / FILE_NAME
    path.write_text(json.dumps(asdict(material), ensure_ascii=False), encoding="utf-8")
    return path


def read_material(path: Path) -> Material:
    return Material(**json.loads(path.read_text(encoding="utf-8")))


def material_of(training_data: TrainingData) -> Material:
    """The material that belongs to these examples; raises ValueError when they name none."""
    return _prepared(*_source_of(training_data))[0]


def lexicon_of(training_data: TrainingData) -> ReadOnce:
    """A lexicon of its lists, the same for all components that learn from it."""
    return _prepared(*_source_of(training_data))[1]


@lru_cache(maxsize=1)
def _prepared(path: Path, _changed: int) -> tuple[Material, ReadOnce]:
    material = read_material(path)
    return material, ReadOnce(material.lexicon)


def _source_of(training_data: TrainingData) -> tuple[Path, int]:
    """The file, and when it was written."""
    for table in training_data.lookup_tables:
        if table.get("name") == LOOKUP:
            elements = table["elements"]
            named = elements[0] if isinstance(elements, list) else elements
            path = Path(named.removeprefix(PREFIX))
            return path, path.stat().st_mtime_ns
    raise ValueError(
        "the training data name no material: they must come from nlu.training_data.generate"
    )
