"""The first component: spaCy's Vietnamese tokeniser over repaired text, and the `Reading` for
those after it.
"""

from __future__ import annotations

import json
from typing import Any

import spacy
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.lexicon import Lexicon, Reading
from nlu.material import material_of

READING = "reading"
LANGUAGE = "language"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
class VietnameseTokenizer(Tokenizer):
    """Tokens for Rasa, `reading` for our components, `language` for the parse output.

    The lexicon is taken from the release at training time and kept in the model.
    """

    def __init__(
        self,
        config: dict[str, Any],
        resource: Resource,
        storage: ModelStorage,
        lists: dict[str, Any] | None,
    ) -> None:
        super().__init__(config)
        self._resource = resource
        self._storage = storage
        self._lexicon = Lexicon(lists) if lists else None
        blank = spacy.blank("vi", config={"nlp": {"tokenizer": {"use_pyvi": False}}})
        self._split = blank.tokenizer

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> VietnameseTokenizer:
        return cls(config, resource, model_storage, None)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> VietnameseTokenizer:
        with model_storage.read_from(resource) as folder:
            lists = json.loads((folder / "lexicon.json").read_text(encoding="utf-8"))
        return cls(config, resource, model_storage, lists)

    def train(self, training_data: TrainingData) -> Resource:
        """Keeps the word lists in the model, so that the model alone is enough."""
        lists = material_of(training_data).lexicon
        self._lexicon = Lexicon(lists)
        with self._storage.write_to(self._resource) as folder:
            (folder / "lexicon.json").write_text(
                json.dumps(lists, ensure_ascii=False), encoding="utf-8"
            )
        return self._resource

    @property
    def lexicon(self) -> Lexicon:
        if self._lexicon is None:
            raise ValueError("the tokenizer has not been trained")
        return self._lexicon

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        text = message.get(attribute)
        if attribute != TEXT:
            return self._convert_words_to_tokens(text.split(), text)
        reading = self.lexicon.read(text)
        message.set(READING, reading)
        message.set(LANGUAGE, reading.message.language, add_to_output=True)
        repaired = reading.message.text
        found = self._split(repaired) if repaired else ()
        return [Token(t.text, t.idx) for t in found if not t.is_space] or [
            Token(repaired or text, 0)
        ]


def reading_of(message: Message) -> Reading:
    """The reading that the tokenizer left; raises ValueError when the pipeline lacks it."""
    reading = message.get(READING)
    if not isinstance(reading, Reading):
        raise ValueError("nlu.tokenizer.VietnameseTokenizer must come first in the pipeline")
    return reading
