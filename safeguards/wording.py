"""Text made comparable."""

import re
import unicodedata

_ACCENTS = re.compile("[\u0300-\u036f]+")
_D = str.maketrans({"đ": "d", "Đ": "D"})
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
_WORD = re.compile(r"\w+")


def plain(text: str) -> str:
    """Lower-case words with single blanks between, accents kept, "cháyyyy" as "cháy"."""
    text = unicodedata.normalize("NFC", text).lower().replace("'", "").replace("’", "")
    return " ".join(_WORD.findall(_DRAWN_OUT.sub(r"\1", text)))


def bare(text: str) -> str:
    """Without accents, "đ" as "d"."""
    return _ACCENTS.sub("", unicodedata.normalize("NFD", text.translate(_D)))


def in_other_letters(text: str) -> bool:
    """Whether it has letters and none could be Vietnamese or English."""
    letters = [c for c in unicodedata.normalize("NFKC", text) if c.isalnum()]
    return bool(letters) and not any(
        c.isdigit() or "LATIN" in unicodedata.name(c, "") for c in letters
    )
