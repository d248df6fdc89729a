"""Rasa component: which procedures a message means, and the final word on its intent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.arbiter import Linked, Verdict, decide
from nlu.features import pieces
from nlu.lexicon import Lexicon, Reading
from nlu.material import Material, material_of
from nlu.procedure_index import NOTHING, Candidate, Phrasing, ProcedureIndex
from nlu.syllables import fold
from nlu.text import codes
from nlu.tokenizer import reading_of

SHOWN = 5
CALIBRATION = (9.0, 6.0, -5.4)
"""Logistic weights of score and margin, and the constant; fitted on development questions."""


class Linker:
    """Index, exact aliases and code groups together; built by `train`, read-only afterwards."""

    def __init__(
        self,
        *,
        index: ProcedureIndex,
        groups: Mapping[str, str],
        exact: Mapping[str, Sequence[str]],
        calibration: tuple[float, float, float],
        events: ProcedureIndex,
        event_procedures: Mapping[str, Sequence[str]],
    ) -> None:
        self.index = index
        self._events = events
        self._event_procedures = event_procedures
        self.groups = groups
        self._exact = exact
        self._calibration = calibration
        self._longest = max((len(k.split()) for k in exact), default=1)

    @classmethod
    def build(cls, material: Material) -> Linker:
        lexicon = Lexicon(material.lexicon)
        phrasings = _read_all(lexicon, material.phrasings)
        outside = [{"code": NOTHING, "text": t, "weight": 1.0} for t in material.outside]
        augmented = _read_all(lexicon, [*material.augmented, *outside])
        index = ProcedureIndex.build(phrasings, augmented, material.ranks)
        events = [
            {"code": e["id"], "text": t, "weight": 1.0}
            for e in material.life_events
            for t in e["says"]
        ]
        bare = [{**row, "text": fold(row["text"])} for row in events]
        return cls(
            index=index,
            groups=material.groups,
            exact=_exact_aliases(lexicon, material),
            calibration=CALIBRATION,
            events=ProcedureIndex.build(_read_all(lexicon, events), _read_all(lexicon, bare), {}),
            event_procedures={e["id"]: e["procedures"] for e in material.life_events},
        )

    def event(self, reading: Reading) -> tuple[str, list[str]]:
        """(id of the nearest life event, its procedures in order)."""
        document = pieces(reading.message, reading.concepts, reading.skip)
        ranked, _ = self._events.rank(document, {}, 1)
        return ranked[0].code, list(self._event_procedures[ranked[0].code])

    def candidates(self, reading: Reading) -> Linked:
        """Best first; a code written in the text is certain."""
        named = [self.groups[c] for c in codes(reading.message.clean) if c in self.groups]
        if named:
            chosen = [Candidate(c, 2.0, 1.0, 1.0, c) for c in dict.fromkeys(named)]
            return Linked([(c, 1.0) for c in chosen[:SHOWN]], 0.0, 1.0, True)
        document = pieces(reading.message, reading.concepts, reading.skip)
        if not document:
            return Linked([], 1.0, 0.0, False)
        ranked, nothing = self.index.rank(document, self._said(reading), SHOWN + 1)
        against = bool(reading.outside) and not any(
            self.index.knows(ranked[0].code, "k:" + concept) for concept in reading.outside
        )
        return Linked(self._calibrated(ranked), nothing, self._familiar(document), False, against)

    def _familiar(self, document: Sequence[str]) -> float:
        """Share of the content words that occur in any phrasing of the catalogue."""
        said = [f for f in document if f.startswith("w:")]
        return sum(f in self.index.vocabulary.index for f in said) / max(1, len(said))

    def _said(self, reading: Reading) -> dict[str, float]:
        """Code → bonus for an alias that stands in the message word for word."""
        folded = reading.message.folded
        said: dict[str, float] = {}
        for start in range(len(folded)):
            for end in range(start + 2, min(len(folded), start + self._longest) + 1):
                for code in self._exact.get(" ".join(folded[start:end]), ()):
                    said[code] = max(said.get(code, 0.0), 0.04 * min(end - start, 6))
        return said

    def _calibrated(self, ranked: Sequence[Candidate]) -> list[tuple[Candidate, float]]:
        """Logistic in the score and in the distance to the best other candidate."""
        by_score, by_margin, base = self._calibration
        result = []
        for candidate in ranked[:SHOWN]:
            rivals = [c.score for c in ranked if c.code != candidate.code]
            margin = candidate.score - max(rivals, default=0.0)
            value = by_score * candidate.score + by_margin * margin + base
            result.append((candidate, float(1.0 / (1.0 + np.exp(-value)))))
        return result

    def save(self, folder: Path) -> None:
        self.index.save(folder)
        (folder / "events").mkdir(exist_ok=True)
        self._events.save(folder / "events")
        strings = {
            "groups": self.groups,
            "exact": self._exact,
            "calibration": self._calibration,
            "events": self._event_procedures,
        }
        (folder / "linker.json").write_text(
            json.dumps(strings, ensure_ascii=False), encoding="utf-8"
        )

    @classmethod
    def load(cls, folder: Path) -> Linker:
        strings = json.loads((folder / "linker.json").read_text(encoding="utf-8"))
        return cls(
            index=ProcedureIndex.load(folder),
            groups=strings["groups"],
            exact=strings["exact"],
            calibration=tuple(strings["calibration"]),
            events=ProcedureIndex.load(folder / "events"),
            event_procedures=strings["events"],
        )


def _read_all(lexicon: Lexicon, rows: Sequence[Mapping[str, Any]]) -> list[Phrasing]:
    phrasings = []
    for row in rows:
        reading = lexicon.read(row["text"])
        found = tuple(pieces(reading.message, reading.concepts, reading.skip))
        if found:
            phrasings.append(Phrasing(row["code"], row["text"], found, row["weight"]))
    return phrasings


def _exact_aliases(lexicon: Lexicon, material: Material) -> dict[str, list[str]]:
    """Folded phrasing of two to ten words → codes; one that three entries share says nothing."""
    exact: dict[str, list[str]] = {}
    for row in material.phrasings:
        reading = lexicon.read(row["text"])
        key = reading.message.plain
        if 2 <= len(reading.message.tokens) <= 10 and len(reading.skip) < len(
            reading.message.tokens
        ):
            owners = exact.setdefault(key, [])
            if row["code"] not in owners:
                owners.append(row["code"])
    return {k: v for k, v in exact.items() if len(v) <= 2}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ProcedureLinker(GraphComponent):
    """Sets `procedures`, `ambiguous`, `out_of_scope` and may overrule `intent`. Comes last."""

    def __init__(
        self, resource: Resource, storage: ModelStorage, linker: Linker | None = None
    ) -> None:
        self._resource = resource
        self._storage = storage
        self._linker = linker

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
    ) -> ProcedureLinker:
        return cls(resource, model_storage)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ProcedureLinker:
        with model_storage.read_from(resource) as folder:
            return cls(resource, model_storage, Linker.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        self._linker = Linker.build(material_of(training_data))
        with self._storage.write_to(self._resource) as folder:
            self._linker.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        if self._linker is None:
            raise ValueError("the procedure linker has not been trained")
        for message in messages:
            if message.get(TEXT):
                self._link(self._linker, message)
        return messages

    def _link(self, linker: Linker, message: Message) -> None:
        reading = reading_of(message)
        linked = linker.candidates(reading)
        ranking = [(r["name"], r["confidence"]) for r in message.get("intent_ranking") or ()]
        topic = (message.get("metadata") or {}).get("topic")
        verdict = decide(
            ranking or [("out_of_scope", 0.0)],
            linked,
            message.get("aspects") or [],
            len(reading.message.tokens) - len(reading.skip),
            bool(topic),
        )
        message.set(
            INTENT, {"name": verdict.intent, "confidence": verdict.confidence}, add_to_output=True
        )
        others = [r for r in message.get("intent_ranking") or () if r["name"] != verdict.intent]
        message.set(
            "intent_ranking",
            [{"name": verdict.intent, "confidence": verdict.confidence}, *others][:SHOWN],
            add_to_output=True,
        )
        message.set("procedures", _procedures(linker, reading, verdict), add_to_output=True)
        message.set("ambiguous", verdict.ambiguous, add_to_output=True)
        message.set("out_of_scope", verdict.out_of_scope, add_to_output=True)
        message.set("foreign", linked.against, add_to_output=True)
        message.set("repaired", reading.message.text, add_to_output=True)


def _procedures(linker: Linker, reading: Reading, verdict: Verdict) -> list[dict[str, Any]]:
    """Best first; for a life event its own procedures in their order."""
    if verdict.intent != "life_event":
        return [
            {"code": c.code, "confidence": round(sure, 4), "matched": c.matched}
            for c, sure in verdict.candidates
        ]
    event, found = linker.event(reading)
    return [
        {"code": code, "confidence": round(0.9 - 0.05 * place, 4), "matched": event}
        for place, code in enumerate(found[:SHOWN])
    ]
