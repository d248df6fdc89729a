"""What the NLU pipeline understood of a message, typed: the content of the door `/parse`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ASPECTS = (
    "documents",
    "fee",
    "time",
    "place",
    "online",
    "eligibility",
    "steps",
    "result",
    "legal_basis",
    "form",
)


@dataclass(frozen=True, slots=True)
class Candidate:
    code: str
    confidence: float
    matched: str | None = None
    """The alias that matched."""

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "confidence": round(self.confidence, 4),
            "matched": self.matched,
        }


@dataclass(frozen=True, slots=True)
class Understanding:
    language: str | None = None
    intent: str = "nlu_fallback"
    confidence: float = 0.0
    ranking: tuple[tuple[str, float], ...] = ()
    procedures: tuple[Candidate, ...] = ()
    """Best first."""
    ambiguous: bool = False
    aspects: tuple[str, ...] = ()
    entities: tuple[Mapping[str, Any], ...] = ()
    out_of_scope: bool = False
    foreign: bool = False
    """A matter of somebody else is named (weather, banks), whatever else was understood."""
    situation: str = ""
    """Id of the life event that is told, where that is clear."""
    neighbour: bool = False
    """Found only together with the open procedure's name (`neighbours`)."""
    repaired: str = ""
    """The message in full spelling; never leaves the engine."""

    @classmethod
    def from_parse(cls, parse: Mapping[str, Any]) -> Understanding:
        """Read Rasa's parse data; what a pipeline does not give keeps its default."""
        intent = parse.get("intent") or {}
        ranking = parse.get("intent_ranking") or ()
        return cls(
            language=parse.get("language"),
            intent=intent.get("name") or "nlu_fallback",
            confidence=float(intent.get("confidence") or 0.0),
            ranking=tuple((r["name"], float(r["confidence"])) for r in ranking)[:5],
            procedures=tuple(
                Candidate(p["code"], float(p.get("confidence") or 0.0), p.get("matched"))
                for p in parse.get("procedures") or ()
            )[:5],
            ambiguous=bool(parse.get("ambiguous")),
            aspects=tuple(a for a in parse.get("aspects") or () if a in ASPECTS),
            entities=tuple(parse.get("entities") or ()),
            out_of_scope=bool(parse.get("out_of_scope")),
            foreign=bool(parse.get("foreign")),
            situation=str(parse.get("situation") or ""),
            repaired=str(parse.get("repaired") or ""),
        )

    @property
    def outside(self) -> float:
        """Probability of the trained class "out of scope". Where the arbiter refused, its verdict
        stands in the place of the class, which has what the others leave."""
        if not self.out_of_scope:
            return dict(self.ranking).get("out_of_scope", 0.0)
        others = sum(chance for name, chance in self.ranking if name != "out_of_scope")
        return max(0.0, 1.0 - others)

    def entity(self, kind: str) -> str | None:
        """The value of the first entity of a kind."""
        for entity in self.entities:
            if entity.get("entity") == kind and entity.get("value") is not None:
                return str(entity["value"])
        return None

    def as_parse(self) -> dict[str, Any]:
        """The answer of `POST /parse`."""
        return {
            "language": self.language or "vi",
            "intent": {"name": self.intent, "confidence": round(self.confidence, 4)},
            "intent_ranking": [{"name": n, "confidence": round(c, 4)} for n, c in self.ranking],
            "procedures": [candidate.as_dict() for candidate in self.procedures],
            "ambiguous": self.ambiguous,
            "aspects": list(self.aspects),
            "entities": [
                {"entity": e.get("entity"), "value": e.get("value"), "text": e.get("text")}
                for e in self.entities
            ],
            "out_of_scope": self.out_of_scope,
        }
