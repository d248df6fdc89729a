"""From a text as it is shown to the words as they are said, Vietnamese and English.

Golden cases are in tests/speech; what is already in spoken form stays as it is.
"""

import re

from speech import spoken_en, spoken_vi
from speech.numbers import digits
from speech.plain_text import plain, tidy
from speech.spoken_lists import listed
from speech.syllables import accentless

_LOOKS = 5
LONGEST_TEXT = 20_000
"""Characters; what comes after is not said."""
LONGEST_SENTENCE = 240
"""Characters; longer ones are divided at commas or blanks, so that speech starts early."""


def spoken(text: str, language: str) -> str:
    """The words to say: no digit, markup, emoji or abbreviation of the table is left.

    Of the pauses, ``. ! ? ,`` stay. Never raises; an unknown language is taken as Vietnamese.
    """
    said = text
    # Saying one thing can bring another into sight ("P.5" beside a sign); it settles at once
    # or after a second look.
    for _ in range(_LOOKS):
        before, said = said, _say(said, language)
        if said == before:
            break
    return said


def _say(text: str, language: str) -> str:
    english = language.lower().startswith("en")
    language = "en" if english else "vi"
    said = plain(listed(text[:LONGEST_TEXT], language))
    for rule in spoken_en.rules() if english else spoken_vi.rules():
        said = rule.apply(said)
    said = re.sub(r"\d", lambda m: f" {digits(m[0], language)} ", said)
    # An English voice names each accent: "Hải" would be "H A with hook above I".
    return tidy(accentless(said) if english else said)


def sentences(text: str, language: str) -> list[str]:
    """The spoken form in pieces for a synthesiser: sentences, long ones divided."""
    said = spoken(text, language)
    whole = [part for part in re.split(r"(?<=[.!?])\s+", said) if part]
    return [piece for sentence in whole for piece in _divided(sentence)]


def _divided(sentence: str) -> list[str]:
    pieces = []
    while len(sentence) > LONGEST_SENTENCE:
        at = sentence.rfind(", ", 1, LONGEST_SENTENCE) + 1
        at = at or sentence.rfind(" ", 1, LONGEST_SENTENCE) + 1 or LONGEST_SENTENCE
        pieces.append(sentence[:at].strip())
        sentence = sentence[at:].strip()
    return [piece for piece in (*pieces, sentence) if any(map(str.isalnum, piece))]
