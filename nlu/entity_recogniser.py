"""Rasa component around `EntityFinder`: sets `entities`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.component import LearntComponent
from nlu.entities import EntityFinder, names_of
from nlu.lexicon import Lexicon
from nlu.material import Material, material_of
from nlu.tokenizer import reading_of


@dataclass(frozen=True, slots=True)
class Names:
    """The tables that are kept, and the finder over them."""

    tables: Mapping[str, Any]
    find: EntityFinder


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class EntityRecogniser(LearntComponent[Names]):
    """Names of the release's counters and places, ordinals, and papers that visitors own."""

    def learn(self, training_data: TrainingData) -> Names:
        tables = tables_of(material_of(training_data))
        return Names(tables, EntityFinder(**tables))

    @staticmethod
    def keep(learnt: Names, folder: Path) -> None:
        text = json.dumps(learnt.tables, ensure_ascii=False)
        (folder / "entities.json").write_text(text, encoding="utf-8")

    @staticmethod
    def restore(folder: Path) -> Names:
        tables = json.loads((folder / "entities.json").read_text(encoding="utf-8"))
        return Names(tables, EntityFinder(**tables))

    def read(self, learnt: Names, message: Message) -> None:
        found = learnt.find(reading_of(message).message)
        kept = [*(message.get(ENTITIES) or ()), *found]
        message.set(ENTITIES, kept, add_to_output=True)


def tables_of(material: Material) -> dict[str, Any]:
    """What `EntityFinder` takes: names by id, each also as the tokenizer rewrites it."""
    centre = material.centre
    lexicon = Lexicon(material.lexicon)

    def said(item: Mapping[str, Any]) -> list[str]:
        names = list(names_of(item))
        rewritten = (lexicon.read(name).message.text for name in names)
        return list(dict.fromkeys([*names, *rewritten]))

    return {
        "places": {
            p["id"]: said(p) for p in centre.get("places", ()) if p.get("kind") != "counter"
        },
        "counters": {c["id"]: said(c) for c in centre.get("counters", ())},
        "documents": material.lexicon["entities"]["documents"],
        "courtesies": [p for p in material.lexicon["stopwords"]["vi"] if " " in p],
    }
