"""Rasa component around `AspectFinder`: sets `aspects`."""

from __future__ import annotations

import json
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.aspects import AspectFinder
from nlu.material import material_of
from nlu.tokenizer import reading_of


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class AspectRecogniser(GraphComponent):
    """Patterns only: what is asked about a procedure does not depend on which one it is."""

    def __init__(
        self, resource: Resource, storage: ModelStorage, finder: AspectFinder | None = None
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
    ) -> AspectRecogniser:
        return cls(resource, model_storage)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> AspectRecogniser:
        with model_storage.read_from(resource) as folder:
            table = json.loads((folder / "aspects.json").read_text(encoding="utf-8"))
        return cls(resource, model_storage, AspectFinder(table))

    def train(self, training_data: TrainingData) -> Resource:
        table = material_of(training_data).lexicon["aspects"]
        self._finder = AspectFinder(table)
        with self._storage.write_to(self._resource) as folder:
            text = json.dumps(table, ensure_ascii=False)
            (folder / "aspects.json").write_text(text, encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        if self._finder is None:
            raise ValueError("the aspect recogniser has not been trained")
        for message in messages:
            if message.get(TEXT):
                found = self._finder(reading_of(message).message)
                message.set("aspects", found, add_to_output=True)
        return messages
