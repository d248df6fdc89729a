"""Concepts: what different words of this desk have in common ("sổ đỏ", "bìa hồng", "red book").

A concept joins everyday words, official words and English, so that a question and a catalogue entry
that share
no word still meet. Phrases of two or more syllables match by sound (`phone_key`), which forgives
regional
spelling and recognisers; one-syllable variants need their accents unless the person writes without
any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nlu.phrases import longest_by_first
from nlu.syllables import fold, is_syllable, marks, phone_key
from nlu.text import Normalised, clean, words


def stem(word: str) -> str:
    """An English word without its plural or -ing ending, roughly."""
    if len(word) > 5 and word.endswith("ing"):
        return word[:-3]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def _keys(folded: Sequence[str], language: str) -> list[str]:
    if language == "en":
        return [stem(w) for w in folded]
    return [phone_key(w) for w in folded]


class Concepts:
    """Finds the longest concept phrases of a message in one pass from left to right."""

    def __init__(self, table: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        """`table`: concept → {"vi": [phrases], "en": [phrases]}; a phrase "=mất" needs its
        accents.
        """
        self._by_key: dict[str, dict[tuple[str, ...], list[_Variant]]] = {"vi": {}, "en": {}}
        self._exact: dict[tuple[str, ...], list[str]] = {}
        self._bare: dict[tuple[str, ...], list[str]] = {}
        for concept, variants in table.items():
            for language in ("vi", "en"):
                for phrase in variants.get(language, ()):
                    self._add(concept, language, phrase)
        self._longest_exact = longest_by_first(self._exact)
        self._longest_bare = longest_by_first(self._bare)
        self._longest = {lang: longest_by_first(known) for lang, known in self._by_key.items()}

    def _add(self, concept: str, language: str, phrase: str) -> None:
        exact = phrase.startswith("=")
        tokens = words(clean(phrase.lstrip("=")))
        if not tokens:
            return
        folded = tuple(fold(t) for t in tokens)
        if language == "vi" and (exact or len(tokens) == 1):
            self._exact.setdefault(tuple(tokens), []).append(concept)
            self._bare.setdefault(folded, []).append(concept)
        else:
            key = tuple(_keys(folded, language))
            self._by_key[language].setdefault(key, []).append((concept, tuple(tokens)))

    def __call__(self, message: Normalised) -> list[str]:
        """Concept names in order of appearance, repeats kept out."""
        return list(dict.fromkeys(c for c, _, _ in self.spans(message)))

    def spans(self, message: Normalised) -> list[tuple[str, int, int]]:
        """(concept, first token, token after the last) of every match."""
        tokens, own = message.tokens, message.language
        other = "en" if own == "vi" else "vi"
        keys = {lang: _keys(message.folded, lang) for lang in ("vi", "en")}
        singles, longest, source = self._one_by_one(message)
        known, sounding = self._by_key[own], self._longest[own]
        foreign = self._longest[other]
        found: list[tuple[str, int, int]] = []
        at = 0
        while at < len(tokens):
            alone = longest.get(source[at], 0)
            alike = sounding.get(keys[own][at], 0)
            elsewhere = foreign.get(keys[other][at], 0)
            for length in range(min(max(alone, alike, elsewhere), len(tokens) - at), 0, -1):
                end = at + length
                hits: list[str] = []
                if length <= alone:
                    hits += singles.get(tuple(source[at:end]), ())
                if length <= alike:
                    variants = known.get(tuple(keys[own][at:end]))
                    if variants:
                        hits += _sounding(variants, tokens[at:end] if message.accented else ())
                if not hits and length <= elsewhere:
                    hits += self._other_language(message, keys, at, end)
                if hits:
                    found.extend((c, at, end) for c in dict.fromkeys(hits))
                    at = end
                    break
            else:
                at += 1
        return found

    def _one_by_one(
        self, message: Normalised
    ) -> tuple[Mapping[tuple[str, ...], list[str]], Mapping[str, int], Sequence[str]]:
        """Phrases that match by letter, how long they are, and the words to look for: "do" in an
        English question is no "đò".
        """
        if message.accented:
            return self._exact, self._longest_exact, message.tokens
        if message.language == "en":
            return {}, {}, message.folded
        return self._bare, self._longest_bare, message.folded

    def _other_language(
        self, message: Normalised, keys: Mapping[str, list[str]], at: int, end: int
    ) -> list[str]:
        """English words in a Vietnamese message and the reverse; a lone word that could be
        either counts for neither.
        """
        other = "en" if message.language == "vi" else "vi"
        if end - at == 1 and (other == "vi" or is_syllable(message.folded[at])):
            return []
        known = self._by_key[other].get(tuple(keys[other][at:end]), ())
        return _sounding(known, message.tokens[at:end] if message.accented else ())


_Variant = tuple[str, tuple[str, ...]]
"""Concept and the words of one of its phrases."""


def _sounding(variants: Sequence[_Variant], tokens: Sequence[str]) -> list[str]:
    """Concepts of the phrases that `tokens` can be: the same words where there are such, else
    those whose accents agree ("công chứng" is no "con chung"); a word without accents agrees with
    any.
    """
    if not tokens:
        return [concept for concept, _ in variants]
    same = [concept for concept, phrase in variants if phrase == tuple(tokens)]
    return same or [
        concept
        for concept, phrase in variants
        if all(
            said.isascii() or marks(said) == marks(meant)
            for said, meant in zip(tokens, phrase, strict=True)
        )
    ]
