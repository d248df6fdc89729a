"""Phrasings that stand in a message word for word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nlu.procedure_index import Phrasing

_SHORTEST, _LONGEST = 2, 10
_MOST_OWNERS = 2
_BONUS_A_WORD = 0.04
_MOST_WORDS = 6


class ExactAliases:
    """Folded phrasing of two to ten words → codes; one that three entries share says nothing."""

    def __init__(self, owners: Mapping[str, Sequence[str]]) -> None:
        self.owners = {k: list(v) for k, v in owners.items() if len(v) <= _MOST_OWNERS}
        self._longest = max((len(k.split()) for k in self.owners), default=1)

    @classmethod
    def of(cls, phrasings: Iterable[Phrasing]) -> ExactAliases:
        owners: dict[str, list[str]] = {}
        for phrasing in phrasings:
            if _SHORTEST <= len(phrasing.plain.split()) <= _LONGEST:
                codes = owners.setdefault(phrasing.plain, [])
                if phrasing.code not in codes:
                    codes.append(phrasing.code)
        return cls(owners)

    def __call__(self, folded: Sequence[str]) -> dict[str, float]:
        """Code → bonus, larger for a longer phrasing."""
        said: dict[str, float] = {}
        for start in range(len(folded)):
            last = min(len(folded), start + self._longest)
            for end in range(start + _SHORTEST, last + 1):
                for code in self.owners.get(" ".join(folded[start:end]), ()):
                    bonus = _BONUS_A_WORD * min(end - start, _MOST_WORDS)
                    said[code] = max(said.get(code, 0.0), bonus)
        return said


class WholeNames:
    """What is left of a phrasing without courtesy and question words → its owner, or the owners of
    a phrase that the catalogue gives to several.
    """

    def __init__(self, owner: Mapping[str, str], shared: Mapping[str, Sequence[str]]) -> None:
        self.owner = dict(owner)
        self.shared = {k: list(v) for k, v in shared.items()}

    @classmethod
    def of(cls, phrasings: Iterable[Phrasing]) -> WholeNames:
        owners: dict[str, set[str]] = {}
        whole: dict[str, set[str]] = {}
        content: dict[str, str] = {}
        for phrasing in phrasings:
            owners.setdefault(phrasing.content, set()).add(phrasing.code)
            whole.setdefault(phrasing.plain, set()).add(phrasing.code)
            content[phrasing.plain] = phrasing.content
        told = {k: v for k, v in owners.items() if len(k.split()) >= _SHORTEST}
        alone = {k: next(iter(v)) for k, v in sorted(told.items()) if len(v) == 1}
        contested = {
            content[k]: sorted(v) for k, v in sorted(whole.items()) if len(v) > 1 and content[k]
        }
        return cls(alone, contested)

    def __call__(self, content: str) -> str | None:
        """The procedure whose whole name a message says, and nothing else."""
        return self.owner.get(content)

    def contested(self, content: str) -> list[str]:
        """The procedures that all go by the phrase that a message says, and nothing else."""
        return self.shared.get(content, [])
