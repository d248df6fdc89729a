"""What our Rasa components have in common: they learn once, are kept in the model, and read
messages.
"""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Any, Generic, TypeVar

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from typing_extensions import Self

Learnt = TypeVar("Learnt")


class LearntComponent(GraphComponent, Generic[Learnt]):
    """A subclass says how to `learn`, `keep`, `restore` and `read`; the rest is Rasa's contract."""

    def __init__(
        self, resource: Resource, storage: ModelStorage, learnt: Learnt | None = None
    ) -> None:
        self._resource = resource
        self._storage = storage
        self._learnt = learnt

    @abstractmethod
    def learn(self, training_data: TrainingData) -> Learnt:
        """What the component needs for reading; raises ValueError when it cannot be had."""

    @staticmethod
    @abstractmethod
    def keep(learnt: Learnt, folder: Path) -> None:
        """Write it into an empty folder: arrays and JSON, nothing that needs to be unpickled."""

    @staticmethod
    @abstractmethod
    def restore(folder: Path) -> Learnt:
        """What `keep` wrote."""

    @abstractmethod
    def read(self, learnt: Learnt, message: Message) -> None:
        """Add to a message that has a text."""

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
    ) -> Self:
        return cls(resource, model_storage)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Self:
        with model_storage.read_from(resource) as folder:
            return cls(resource, model_storage, cls.restore(folder))

    def train(self, training_data: TrainingData) -> Resource:
        self._learnt = self.learn(training_data)
        with self._storage.write_to(self._resource) as folder:
            self.keep(self._learnt, folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Raises ValueError when the component has not been trained."""
        if self._learnt is None:
            raise ValueError(f"{type(self).__name__} has not been trained")
        for message in messages:
            if message.get(TEXT):
                self.read(self._learnt, message)
        return messages
