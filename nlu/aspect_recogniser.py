"""Rasa component around `AspectFinder`: sets `aspects`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.aspects import AspectFinder
from nlu.component import LearntComponent
from nlu.material import material_of
from nlu.tokenizer import reading_of


@dataclass(frozen=True, slots=True)
class Patterns:
    """The lists that are kept, and what they compile to."""

    table: Mapping[str, Any]
    find: AspectFinder


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class AspectRecogniser(LearntComponent[Patterns]):
    """Patterns only: what is asked about a procedure does not depend on which one it is."""

    def learn(self, training_data: TrainingData) -> Patterns:
        table = material_of(training_data).lexicon["aspects"]
        return Patterns(table, AspectFinder(table))

    @staticmethod
    def keep(learnt: Patterns, folder: Path) -> None:
        text = json.dumps(learnt.table, ensure_ascii=False)
        (folder / "aspects.json").write_text(text, encoding="utf-8")

    @staticmethod
    def restore(folder: Path) -> Patterns:
        table = json.loads((folder / "aspects.json").read_text(encoding="utf-8"))
        return Patterns(table, AspectFinder(table))

    def read(self, learnt: Patterns, message: Message) -> None:
        message.set("aspects", learnt.find(reading_of(message).message), add_to_output=True)
