"""From what a person typed or a recogniser heard to text that can be compared.

`clean` removes what no eye sees, `Normaliser` undoes raw Telex and VNI, chat spelling and regional
words.
Every function takes any string, never raises, and is idempotent where its docstring says so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from nlu.language import detect
from nlu.phrases import PhraseTable
from nlu.syllables import fold, from_telex, from_vni, is_syllable

MAX_CHARS = 1000
"""Longer messages are cut: no desk question needs more, and time stays bounded."""

_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
_TOKEN = re.compile(r"\d+(?:[.,/]\d+)*|[^\W\d_]+(?:\d+[^\W_]*)?|\d+[^\W_]*")
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
    """Whether the person wrote accents: if not, one-syllable words match without them too."""

    @property
    def text(self) -> str:
        return " ".join(self.tokens)

    @property
    def plain(self) -> str:
        return " ".join(self.folded)


_POSSESSIVE = re.compile(r"(?<=[a-z])['’]s(?![^\W_])")
_STUCK = re.compile(r"([^\W\d_]{2,})(\d+)")


def _split_stuck_number(word: str) -> list[str]:
    """`sinh1` → sinh (a VNI leftover); `lớp6` → lớp 6; codes such as ct01 and c3 stay whole."""
    match = None if word.isalpha() else _STUCK.fullmatch(word)
    if not match or match[1] in ("ct", "na", "tk"):
        return [word]
    letters, digits = match[1], match[2]
    if letters in (
        "lop",
        "lớp",
        "quay",
        "quầy",
        "so",
        "số",
        "cap",
        "cấp",
        "ban",
        "bàn",
        "counter",
        "desk",
    ):
        return [letters, digits]
    return [letters] if digits in "12345" and is_syllable(letters) else [word]


def _undo_keystrokes(tokens: list[str]) -> list[str]:
    """Raw VNI or Telex decoded when the message as a whole looks typed with the keyboard program
    off.
    """
    vni = [from_vni(token) if token[-1:].isalnum() else None for token in tokens]
    inner = sum(d is not None and not t[:-1].isalpha() for t, d in zip(tokens, vni, strict=True))
    if inner or sum(d is not None for d in vni) >= 2:
        return [d or t for t, d in zip(tokens, vni, strict=True)]
    telex = [from_telex(token) for token in tokens]
    sure = sum(d is not None and not is_syllable(t) for t, d in zip(tokens, telex, strict=True))
    if sure >= 2 and sure * 4 >= len(tokens):
        return [d if (d and not is_syllable(t)) or (d and "oo" in t) else t
                for t, d in zip(tokens, telex, strict=True)]  # fmt: skip
    return [part for token in tokens for part in _split_stuck_number(token)]


class Normaliser:
    """Rewrites listed chat spellings and regional words; leaves every other word as it is."""

    def __init__(self, teencode: Mapping[str, str], phrases: Mapping[str, str]) -> None:
        """`teencode`: token → words. `phrases`: words → words, longest first, accents
        significant; a phrase that stands for itself is protected from both.
        """
        rewritten = {tuple(k.split()): v.split() for k, v in phrases.items()}
        kept = {k: v for k, v in rewritten.items() if v == list(k)}
        self._phrases = PhraseTable(rewritten)
        self._teencode = PhraseTable({**kept, **{(k,): v.split() for k, v in teencode.items()}})

    def __call__(self, text: str) -> Normalised:
        cleaned = _REPEATED.sub(r"\1", clean(text))
        tokens = words(_POSSESSIVE.sub("", cleaned))
        language = detect(tokens)
        if language == "vi":
            tokens = _undo_keystrokes(tokens)
            tokens = self._rewrite(tokens, self._teencode)
            tokens = self._rewrite(tokens, self._phrases)
            language = detect(tokens)
        folded = tuple(fold(t) for t in tokens)
        return Normalised(
            clean=cleaned,
            tokens=tuple(tokens),
            folded=folded,
            language=language,
            accented=folded != tuple(tokens),
        )

    @staticmethod
    def _rewrite(tokens: list[str], table: PhraseTable[list[str]]) -> list[str]:
        out: list[str] = []
        at = 0
        while at < len(tokens):
            replacement, length = table.at(tokens, at) or ([tokens[at]], 1)
            out.extend(replacement)
            at += length
        return out
