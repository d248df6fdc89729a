"""Rasa component around `AspectFinder` and `AspectModel`: sets `aspects`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.aspect_examples import examples_of
from nlu.aspect_model import AspectModel
from nlu.aspects import AspectFinder
from nlu.component import LearntComponent
from nlu.material import lexicon_of, material_of
from nlu.tokenizer import reading_of


@dataclass(frozen=True, slots=True)
class Judges:
    """The lists that are kept, what they compile to, and what was learnt beside them."""

    table: Mapping[str, Any]
    find: AspectFinder
    model: AspectModel | None


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class AspectRecogniser(LearntComponent[Judges]):
    """Patterns, and a model that overrules them where it is sure; without examples of questions
    patterns alone. What is asked about a procedure does not depend on which one it is.
    """

    def learn(self, training_data: TrainingData) -> Judges:
        material = material_of(training_data)
        table = material.lexicon["aspects"]
        find = AspectFinder(table)
        if not material.aspects:
            return Judges(table, find, None)
        names = [row["text"] for row in material.phrasings]
        examples = examples_of(lexicon_of(training_data), find, material.aspects, names)
        return Judges(table, find, AspectModel.fit(examples))

    @staticmethod
    def keep(learnt: Judges, folder: Path) -> None:
        text = json.dumps(learnt.table, ensure_ascii=False)
        (folder / "aspects.json").write_text(text, encoding="utf-8")
        if learnt.model is not None:
            learnt.model.save(folder)

    @staticmethod
    def restore(folder: Path) -> Judges:
        table = json.loads((folder / "aspects.json").read_text(encoding="utf-8"))
        return Judges(table, AspectFinder(table), AspectModel.load(folder))

    def read(self, learnt: Judges, message: Message) -> None:
        text = reading_of(message).message
        asked = learnt.find(text)
        if learnt.model is not None:
            asked = learnt.model(text, asked)
        message.set("aspects", asked, add_to_output=True)
