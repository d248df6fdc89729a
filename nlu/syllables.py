"""What a written Vietnamese syllable may look like, and the two keyboard codes that spell it.

Sources: the Telex and VNI typing conventions (as in UniKey and IBus-Unikey) and the list of
Vietnamese
rhymes of school orthography. Used to tell Vietnamese from English and to undo raw keystrokes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

_ONSET = r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|b|c|d|g|h|k|l|m|n|p|r|s|t|v|x)?"
_RHYMES = [
    "a",
    "ac",
    "ach",
    "ai",
    "am",
    "an",
    "ang",
    "anh",
    "ao",
    "ap",
    "at",
    "au",
    "ay",
    "e",
    "ec",
    "ech",
    "em",
    "en",
    "eng",
    "enh",
    "eo",
    "ep",
    "et",
    "eu",
    "i",
    "ia",
    "ich",
    "iec",
    "iem",
    "ien",
    "ieng",
    "iep",
    "iet",
    "ieu",
    "im",
    "in",
    "inh",
    "ip",
    "it",
    "iu",
    "o",
    "oa",
    "oac",
    "oach",
    "oai",
    "oam",
    "oan",
    "oang",
    "oanh",
    "oao",
    "oap",
    "oat",
    "oay",
    "oc",
    "oe",
    "oem",
    "oen",
    "oeo",
    "oet",
    "oi",
    "om",
    "on",
    "ong",
    "oong",
    "op",
    "ot",
    "u",
    "ua",
    "uan",
    "uang",
    "uat",
    "uay",
    "uc",
    "ue",
    "uech",
    "uenh",
    "ui",
    "um",
    "un",
    "ung",
    "uo",
    "uoc",
    "uoi",
    "uom",
    "uon",
    "uong",
    "uop",
    "uot",
    "uou",
    "up",
    "ut",
    "uu",
    "uy",
    "uya",
    "uych",
    "uyen",
    "uyet",
    "uynh",
    "uyp",
    "uyt",
    "uan",
    "ua",
    "y",
    "yem",
    "yen",
    "yet",
    "yeu",
    "ym",
]
_SYLLABLE = re.compile(_ONSET + "(?:" + "|".join(sorted(set(_RHYMES), key=len, reverse=True)) + ")")

_VOWELS = "aăâeêioôơuưy"
_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_VNI_TONES = dict(zip("12345", ("\u0301", "\u0300", "\u0309", "\u0303", "\u0323"), strict=True))
_TELEX_SHAPES = (
    ("uow", "ươ"),
    ("uwow", "ươ"),
    ("aa", "â"),
    ("ee", "ê"),
    ("oo", "ô"),
    ("aw", "ă"),
    ("ow", "ơ"),
    ("uw", "ư"),
)
_HORNED = re.compile(r"uơ(?=[cimnpt])")
_VNI = re.compile(r"[a-z]+(?:[1-9]+[a-z]*)+")
_VNI_SHAPES = {"6": {"a": "â", "e": "ê", "o": "ô"}, "7": {"o": "ơ", "u": "ư"}, "8": {"a": "ă"}}


_MOST_REMEMBERED = 8192
SHORT = 14
"""Letters of the longest word whose derived forms are remembered."""
Form = TypeVar("Form")


def remembered(derive: Callable[[str], Form]) -> Callable[[str], Form]:
    """A pure function of a word with its last results kept.

    Only short words of letters are kept: no number that a person types stays in memory, and
    hostile input cannot make it grow.
    """
    known: dict[str, Form] = {}

    @wraps(derive)
    def remembering(word: str) -> Form:
        try:
            return known[word]
        except KeyError:
            form = derive(word)
        if len(word) <= SHORT and word.isalpha():
            if len(known) >= _MOST_REMEMBERED:
                known.clear()
            known[word] = form
        return form

    return remembering


@remembered
def fold(text: str) -> str:
    """Lower-case letters without tone and shape marks; đ becomes d."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@remembered
def is_syllable(word: str) -> bool:
    """Whether the word, marks aside, could be one Vietnamese syllable."""
    return bool(_SYLLABLE.fullmatch(fold(word)))


def _with_tone(word: str, tone: str) -> str:
    """The tone mark on the vowel that carries it (good enough to be folded or compared)."""
    vowels = [i for i, c in enumerate(word) if c in _VOWELS]
    if not vowels:
        return word
    if word[:2] in ("gi", "qu") and len(vowels) > 1:
        vowels = vowels[1:]
    shaped = [i for i in vowels if word[i] in "ăâêôơư"]
    if shaped:
        at = shaped[-1]
    elif len(vowels) >= 2 and (vowels[-1] < len(word) - 1 or len(vowels) == 3):
        at = vowels[1] if len(vowels) == 3 else vowels[-1]
    else:
        at = vowels[0]
    return unicodedata.normalize("NFC", word[: at + 1] + tone + word[at + 1 :])


@remembered
def from_telex(word: str) -> str | None:
    """The syllable that raw Telex keystrokes spell, or None when they spell none."""
    if not word.isascii() or not word.isalpha() or len(word) > 10:
        return None
    tone, rest = "", word
    for i in range(len(word) - 1, 0, -1):
        if word[i] in _TONES and fold(word[:i]).strip("bcdghklmnpqrtvx") != "":
            tone, rest = _TONES[word[i]], word[:i] + word[i + 1 :]
            break
    shaped = rest.replace("dd", "đ")
    for raw, letter in _TELEX_SHAPES:
        shaped = shaped.replace(raw, letter)
    shaped = _HORNED.sub("ươ", shaped).replace("w", "ư")
    decoded = _with_tone(shaped, tone) if tone else shaped
    if decoded == word or not is_syllable(decoded):
        return None
    return decoded


def from_vni(word: str) -> str | None:
    """The syllable that raw VNI keystrokes spell, or None when they spell none."""
    if len(word) > 12 or word.isalpha() or not _VNI.fullmatch(word):
        return None
    letters: list[str] = []
    tone = ""
    for c in word:
        if c.isalpha():
            letters.append(c)
        elif c in _VNI_TONES:
            tone = _VNI_TONES[c]
        elif c == "9":
            if "d" not in letters:
                return None
            letters[letters.index("d")] = "đ"
        else:
            shapes = _VNI_SHAPES[c]
            at = [i for i, letter in enumerate(letters) if letter in shapes]
            if not at:
                return None
            for i in at[-2:] if c == "7" else at[-1:]:
                letters[i] = shapes[letters[i]]
    plain = "".join(letters)
    decoded = _with_tone(plain, tone) if tone else plain
    return decoded if is_syllable(decoded) else None


_PHONE_ONSETS = (
    ("ngh", "ŋ"), ("ng", "ŋ"), ("nh", "ɲ"), ("gh", "g"), ("gi", "z"), ("kh", "x̂"), ("ph", "f"),
    ("th", "θ"), ("tr", "c̆"), ("ch", "c̆"), ("qu", "kw"), ("c", "k"), ("k", "k"), ("q", "k"),
    ("d", "z"), ("r", "z"), ("s", "x"), ("x", "x"), ("n", "l"), ("l", "l"),
)  # fmt: skip
_PHONE_CODAS = (("nh", "n"), ("ng", "n"), ("ch", "t"), ("c", "t"))


@remembered
def phone_key(folded: str) -> str:
    """A key under which syllables that speakers and recognisers mix up fall together.

    Joined: s/x, tr/ch, d/gi/r, l/n at the start; n/ng/nh and t/c/ch at the end (regional mergers).
    """
    if not folded.isalpha():
        return folded
    head, rest = "", folded
    for spelling, sound in _PHONE_ONSETS:
        if folded.startswith(spelling) and len(folded) > len(spelling):
            head, rest = sound, folded[len(spelling) :]
            break
        if folded == "gi":
            head, rest = "z", "i"
            break
    for spelling, sound in _PHONE_CODAS:
        if rest.endswith(spelling) and len(rest) > len(spelling):
            rest = rest[: -len(spelling)] + sound
            break
    return head + ("i" if rest == "y" else rest)


@remembered
def marks(word: str) -> str:
    """Shape and tone marks of a syllable, wherever they stand; hỏi and ngã are one, "đ" counts."""
    decomposed = unicodedata.normalize("NFD", word)
    found = "".join(c for c in decomposed if unicodedata.combining(c))
    return ("đ" if word[:1] == "đ" else "") + "".join(sorted(found.replace("\u0303", "\u0309")))
