"""Rasa component around `EntityFinder`: sets `entities`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.entities import EntityFinder, names_of
from nlu.lexicon import Lexicon
from nlu.material import Material, material_of
from nlu.tokenizer import reading_of


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class EntityRecogniser(GraphComponent):
    """Names of the release's counters and places, ordinals, and papers that visitors own."""

    def __init__(
        self, resource: Resource, storage: ModelStorage, finder: EntityFinder | None = None
    ) -> None:
        self._resource = resource
        self._storage = storage
        self._finder = finder

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EntityRecogniser:
        return cls(resource, model_storage)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> EntityRecogniser:
        with model_storage.read_from(resource) as folder:
            tables = json.loads((folder / "entities.json").read_text(encoding="utf-8"))
        return cls(resource, model_storage, EntityFinder(**tables))

    def train(self, training_data: TrainingData) -> Resource:
        tables = tables_of(material_of(training_data))
        self._finder = EntityFinder(**tables)
        with self._storage.write_to(self._resource) as folder:
            text = json.dumps(tables, ensure_ascii=False)
            (folder / "entities.json").write_text(text, encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        if self._finder is None:
            raise ValueError("the entity recogniser has not been trained")
        for message in messages:
            if message.get(TEXT):
                found = self._finder(reading_of(message).message)
                kept = [*(message.get(ENTITIES) or ()), *found]
                message.set(ENTITIES, kept, add_to_output=True)
        return messages


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
