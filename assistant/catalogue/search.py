"""Finds procedures by what people type: with or without accents, in any order, nearly right."""

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz

from assistant.catalogue.published import Procedure, in_order
from assistant.catalogue.relations import answering_codes

MAX_QUERY = 200
_WEAK = 62.0
"""Below this a hit is more likely noise; measured on names and aliases of the shipped content."""
_FILLER = re.compile(r"^(?:(?:thu tuc|dang ky|lam|xin|giai quyet|thuc hien) )+")
_CODE = re.compile(r"[0-9]+(?:\.[0-9]*)?|x-[a-z0-9-]*")


def fold(text: str) -> str:
    """Lower case, without accents and marks: `Đăng ký khai sinh` becomes `dang ky khai sinh`."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def _accented(text: str) -> str:
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFC", text).lower()))


@dataclass(frozen=True, slots=True)
class _Phrase:
    code: str
    prior: float
    """0–5: what is asked often wins between equals."""
    folded: str
    core: str
    accented: str


class SearchIndex:
    """A fixed list of procedures that can be asked by code and searched by words."""

    def __init__(self, procedures: Iterable[Procedure]) -> None:
        listed = in_order(procedures)
        by_code = {procedure.code: procedure for procedure in listed}
        self._answers = {code: by_code[answer] for code, answer in answering_codes(listed).items()}
        self.live = tuple(p for p in listed if self._answers[p.code] is p)
        """Procedures that can be answers, most asked first; retired ones are left out."""
        self._phrases = [
            _phrase(self._answers[p.code].code, p.rank, text) for p in listed for text in _texts(p)
        ]
        self._place = {procedure.code: n for n, procedure in enumerate(self.live)}

    def get(self, code: str) -> Procedure | None:
        """The procedure that answers for a code, also for a retired or second code."""
        return self._answers.get(code.strip().lower())

    def search(self, query: str) -> list[Procedure]:
        """Everything that fits, best first; an empty query gives all, most asked first."""
        query = query[:MAX_QUERY].strip()
        if not query:
            return list(self.live)
        if _CODE.fullmatch(query.lower()):
            return self._by_code(query.lower())
        asked = _phrase("", None, query)
        best: dict[str, float] = {}
        for phrase in self._phrases if asked.folded else ():
            score = _score(asked, phrase)
            if score >= _WEAK and score > best.get(phrase.code, 0.0):
                best[phrase.code] = score
        order = sorted(best, key=lambda code: (-best[code], self._place[code]))
        return [self.live[self._place[code]] for code in order]

    def _by_code(self, start: str) -> list[Procedure]:
        found = {p.code for code, p in self._answers.items() if code.startswith(start)}
        exact = self.get(start)
        order = sorted(found, key=lambda code: (exact is None or code != exact.code, code))
        return [self.live[self._place[code]] for code in order]


def _texts(procedure: Procedure) -> list[str]:
    texts = [procedure.name.vi, *procedure.aliases, *procedure.former_names]
    return [*texts, procedure.name.en] if procedure.name.en else texts


def _core(folded: str) -> str:
    """Without the words that begin every other name, so that `tam tru` is `dang ky tam tru`."""
    return _FILLER.sub("", folded) or folded


def _phrase(code: str, rank: int | None, text: str) -> _Phrase:
    folded = fold(text)
    prior = 5 * math.exp(-rank / 40) if rank else 0.0
    return _Phrase(code, prior, folded, _core(folded), _accented(text))


def _score(asked: _Phrase, phrase: _Phrase) -> float:
    """0–110: shared words count most, then how much of the phrase they are, then right accents."""
    if not phrase.folded:
        return 0.0
    shared = fuzz.token_set_ratio(asked.folded, phrase.folded)
    if shared < _WEAK:
        return 0.0
    whole = fuzz.token_sort_ratio(asked.core, phrase.core)
    same_accents = fuzz.token_set_ratio(asked.accented, phrase.accented)
    return 0.6 * shared + 0.35 * whole + 0.1 * same_accents + phrase.prior
