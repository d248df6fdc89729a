"""Rasa component: which procedures a message means, and the final word on its intent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.arbiter import Linked, Verdict, decide
from nlu.component import LearntComponent
from nlu.linker import SHOWN, Linker
from nlu.material import lexicon_of, material_of
from nlu.situations import told_clearly
from nlu.tokenizer import reading_of


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ProcedureLinker(LearntComponent[Linker]):
    """Sets `procedures`, `ambiguous`, `out_of_scope` and may overrule `intent`. Comes last."""

    def learn(self, training_data: TrainingData) -> Linker:
        return Linker.build(material_of(training_data), lexicon_of(training_data))

    @staticmethod
    def keep(learnt: Linker, folder: Path) -> None:
        learnt.save(folder)

    @staticmethod
    def restore(folder: Path) -> Linker:
        return Linker.load(folder)

    def read(self, learnt: Linker, message: Message) -> None:
        reading = reading_of(message)
        before = message.get("intent_ranking") or []
        linked = learnt.compare(reading, before[0]["name"] if before else "")
        verdict = decide(
            [(r["name"], r["confidence"]) for r in before] or [("out_of_scope", 0.0)],
            linked,
            message.get("aspects") or [],
            len(reading.message.tokens) - len(reading.skip),
            bool((message.get("metadata") or {}).get("topic")),
        )
        intent = {"name": verdict.intent, "confidence": verdict.confidence}
        ranking = [intent, *(r for r in before if r["name"] != verdict.intent)][:SHOWN]
        message.set(INTENT, intent, add_to_output=True)
        message.set("intent_ranking", ranking, add_to_output=True)
        message.set("procedures", _procedures(linked, verdict), add_to_output=True)
        message.set("ambiguous", verdict.ambiguous, add_to_output=True)
        message.set("out_of_scope", verdict.out_of_scope, add_to_output=True)
        message.set("situation", told_clearly(linked.situations), add_to_output=True)
        message.set("repaired", reading.message.text, add_to_output=True)


def _procedures(linked: Linked, verdict: Verdict) -> list[dict[str, Any]]:
    """Best first; for a life event its own procedures in their order."""
    if verdict.intent != "life_event":
        return [
            {"code": c.code, "confidence": round(sure, 4), "matched": c.matched}
            for c, sure in verdict.candidates
        ]
    return [
        {"code": code, "confidence": round(0.9 - 0.05 * place, 4), "matched": linked.event}
        for place, code in enumerate(linked.steps[:SHOWN])
    ]
