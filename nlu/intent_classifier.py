"""Rasa component around `IntentModel`."""

from __future__ import annotations

from pathlib import Path

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.component import LearntComponent
from nlu.intent_model import IntentModel
from nlu.material import lexicon_of, material_of
from nlu.tokenizer import reading_of

RANKING_LENGTH = 5


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(LearntComponent[IntentModel]):
    """Sets `intent` and `intent_ranking`; the linker may overrule it later in the pipeline."""

    def learn(self, training_data: TrainingData) -> IntentModel:
        material = material_of(training_data)
        lexicon = lexicon_of(training_data)
        examples = [(text, name) for name, texts in material.intents.items() for text in texts]
        return IntentModel.fit([lexicon.read(t) for t, _ in examples], [n for _, n in examples])

    @staticmethod
    def keep(learnt: IntentModel, folder: Path) -> None:
        learnt.save(folder)

    @staticmethod
    def restore(folder: Path) -> IntentModel:
        return IntentModel.load(folder)

    def read(self, learnt: IntentModel, message: Message) -> None:
        ranking = [
            {"name": name, "confidence": chance}
            for name, chance in learnt(reading_of(message))[:RANKING_LENGTH]
        ]
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set("intent_ranking", ranking, add_to_output=True)
