"""From what a person typed or a recogniser heard to text that can be compared.

`clean` removes what no eye sees, `Normaliser` undoes raw Telex and VNI, chat spelling and regional
words.
Every function takes any string, never raises, and is idempotent where its docstring says so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlu import keystrokes
from nlu.language import detect, is_english_word
from nlu.phrases import PhraseTable
from nlu.spelling import Spelling
from nlu.syllables import fold

MAX_CHARS = 1000
"""Longer messages are cut: no desk question needs more, and time stays bounded."""

_RUN = re.compile(r"([^\W\d_])\1{2,}")
_REPEATED = re.compile(r"[^\W\d_]*([^\W\d_])\1{2,}[^\W\d_]*")
_WORD = r"\d+(?:[.,/]\d+)*|[^\W\d_]+(?:\d+[^\W_]*)?|\d+[^\W_]*"
_TOKEN = re.compile(_WORD)
_TOKEN_OR_STOP = re.compile(_WORD + r"|[.,;:!?…\n]+")
_CODE = re.compile(r"(?<![\d.])([1-9]\.\d{6})(?![\d])")
_ORDINARY = re.compile(
    r"[ -~–“”‘’áàảãạăắằẳẵặâấầẩẫậéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵđ]*"
)
"""Characters that `clean` never drops or rewrites."""
_DROPPED = frozenset({"Cf", "Cc", "Cs", "Co", "Cn"})


def clean(text: str) -> str:
    """Composed lower-case text without invisible, control, bidi or tag characters; idempotent.

    Compatibility forms (full-width letters, circled digits) become plain ones, combining marks that
    no
    Vietnamese letter takes are dropped, white space becomes single spaces, at most `MAX_CHARS`
    stay.
    """
    current = text[: MAX_CHARS * 2]
    lowered = unicodedata.normalize("NFC", current).lower()
    if _ORDINARY.fullmatch(lowered):
        return " ".join(lowered.split())[:MAX_CHARS].rstrip()
    for _ in range(4):
        composed = unicodedata.normalize("NFKC", current).lower()
        kept = []
        for char in composed:
            category = unicodedata.category(char)
            if char.isspace() or category in ("Zl", "Zp"):
                kept.append(" ")
            elif category not in _DROPPED and category not in ("Mn", "Me"):
                kept.append(char)
        result = " ".join("".join(kept).split())[:MAX_CHARS].rstrip()
        if result == current:
            break
        current = result
    return current


def words(text: str) -> list[str]:
    """Words and numbers in order, punctuation and symbols dropped; numbers keep their digits."""
    return _TOKEN.findall(text)


def codes(text: str) -> list[str]:
    """National procedure codes such as 1.001193 written in the text, in order, once each."""
    return list(dict.fromkeys(_CODE.findall(text)))


@dataclass(frozen=True, slots=True)
class Normalised:
    """One message made comparable."""

    clean: str
    """`clean` of the message: what patterns with punctuation look at."""
    tokens: tuple[str, ...]
    """Accented, repaired words."""
    folded: tuple[str, ...]
    """The same words without accents, one for one."""
    language: str
    """vi or en."""
    accented: bool
    """Whether the person wrote accents (a rewritten "ko" is none): if not, one-syllable words match
    without them too."""
    stops: tuple[int, ...] = ()
    """Numbers of tokens before each sentence sign, ascending."""

    @property
    def text(self) -> str:
        return " ".join(self.tokens)

    @property
    def plain(self) -> str:
        return " ".join(self.folded)


_POSSESSIVE = re.compile(r"(?<=[a-z])['’]s(?![^\W_])")


class Normaliser:
    """Rewrites listed chat spellings and regional words; leaves every other word as it is."""

    def __init__(
        self,
        teencode: Mapping[str, str],
        phrases: Mapping[str, str],
        spelling: Spelling | None = None,
    ) -> None:
        """`teencode`, `phrases`: words → words, longest first, accents significant.

        A phrase that stands for itself is protected from both. A phrase behind "=" is rewritten
        only where the person writes accents ("chi" is "gì" to some, and every "chị" without them).
        """
        chat = {tuple(k.split()): v.split() for k, v in teencode.items()}
        bare, accented = _bare_and_accented(phrases)
        self._chat = tuple(PhraseTable({**_kept(t), **chat}) for t in (bare, accented))
        self._phrases = tuple(PhraseTable(t) for t in (bare, accented))
        self._listed = {word for phrase in (*chat, *accented) for word in phrase}
        self._spelling = spelling or Spelling(())

    def __call__(self, text: str) -> Normalised:
        cleaned = clean(text)
        calm = _REPEATED.sub(self._calmed, cleaned)
        tokens = _TOKEN_OR_STOP.findall(_POSSESSIVE.sub("", calm))
        language, accented = detect(tokens), False
        if language == "vi":
            tokens = keystrokes.undo(tokens, self._knows)
            accented = any(fold(t) != t for t in tokens)
            tokens = self._spelling(self._rewrite(tokens, self._chat[accented]))
            tokens = self._rewrite(tokens, self._phrases[accented])
            language = detect(tokens)
        kept, stops = _without_stops(tokens)
        folded = tuple(fold(t) for t in kept)
        return Normalised(
            clean=calm,
            tokens=kept,
            folded=folded,
            language=language,
            accented=accented,
            stops=stops,
        )

    def _rewrite(self, tokens: Sequence[str], table: PhraseTable[list[str]]) -> list[str]:
        out: list[str] = []
        at = 0
        while at < len(tokens):
            replacement, length = table.at(tokens, at) or ([tokens[at]], 1)
            if length == 1 and replacement != [tokens[at]] and at + 1 < len(tokens):
                heard = self._spelling.heard_as(tokens[at], tokens[at + 1])
                replacement = [heard] if heard else replacement
            out.extend(replacement)
            at += length
        return out

    def _knows(self, word: str) -> bool:
        return word in self._listed or self._spelling.knows(word) or is_english_word(word)

    def _calmed(self, match: re.Match[str]) -> str:
        """ "được rồiiii" → được rồi; a listed word such as "cccd" stays."""
        word = match[0]
        return word if word in self._listed else _RUN.sub(r"\1", word)


_Rewritten = dict[tuple[str, ...], list[str]]


def _kept(table: _Rewritten) -> _Rewritten:
    return {k: v for k, v in table.items() if v == list(k)}


def _bare_and_accented(phrases: Mapping[str, str]) -> tuple[_Rewritten, _Rewritten]:
    """(what holds in messages without accents, what holds in those with).

    Phrases of several words hold without accents too, written without them.
    """
    bare: _Rewritten = {}
    accented: _Rewritten = {}
    for phrase, meant in phrases.items():
        words_of, value = tuple(phrase.lstrip("=").split()), meant.split()
        accented[words_of] = value
        if not phrase.startswith("="):
            bare[words_of] = value
            folded = tuple(fold(w) for w in words_of)
            if len(words_of) > 1 and folded != words_of:
                bare.setdefault(folded, [fold(w) for w in value])
    return bare, accented


def _without_stops(tokens: Sequence[str]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """(words and numbers, how many of them stand before each sentence sign)."""
    kept: list[str] = []
    stops: list[int] = []
    for token in tokens:
        if token[0].isalnum():
            kept.append(token)
        elif kept and (not stops or stops[-1] != len(kept)):
            stops.append(len(kept))
    return tuple(kept), tuple(stops)
