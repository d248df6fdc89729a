"""Long texts as several messages: cut at a paragraph, else a line, a sentence, a word.

Zalo refuses more than 2,000 characters (-210) and does not say how it counts them: they are
counted here as UTF-16 does, which never gives less than counting code points.
"""

import unicodedata

from assistant.channels.zalo.messages import MOST_CHARACTERS

_BORDERS = ("\n\n", "\n", ". ", "; ", " ")
_LEAST_FILLED = 0.4
"""A border this early would leave a bubble nearly empty: the next finer border is tried first."""

_ZWJ, _CR, _LF = "\u200d", "\r", "\n"
_JAMO_L, _JAMO_V, _JAMO_T = range(0x1100, 0x1160), range(0x1160, 0x11A8), range(0x11A8, 0x1200)
_REGIONAL = range(0x1F1E6, 0x1F200)


def length(text: str) -> int:
    """Characters as Zalo may count them, at most."""
    return len(text) + sum(character > "\uffff" for character in text)


def split(text: str, most: int = MOST_CHARACTERS) -> list[str]:
    """The text in pieces of at most ``most`` characters, NFC, none of them empty.

    Never inside a grapheme, unless one alone is longer than that.
    """
    rest = unicodedata.normalize("NFC", text).strip()
    pieces = []
    while rest:
        if length(rest) <= most:
            pieces.append(rest)
            break
        at = _cut(rest, most)
        piece, rest = rest[:at].rstrip(), rest[at:].lstrip()
        if piece:
            pieces.append(piece)
    return pieces


def shortened(text: str, most: int) -> str:
    """One line that fits, with "…" where something was left out."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    if length(line) <= most:
        return line
    at = _last_border(line, _fitting(line, most - 1))
    space = line.rfind(" ", 0, at + 1)
    return line[: space if space > at // 2 else at].rstrip(" ,;:–-(") + "…"


def _cut(text: str, most: int) -> int:
    """Where the first piece ends."""
    fits = _fitting(text, most)
    for border in _BORDERS:
        at = text.rfind(border, 0, fits + len(border) - 1)
        end = min(at + len(border.rstrip()), fits)
        if at >= _LEAST_FILLED * fits and _is_clean(text, end):
            return end
    space = text.rfind(" ", 1, fits + 1)
    return space if space > 0 and _is_clean(text, space) else _last_border(text, fits)


def _is_clean(text: str, at: int) -> bool:
    """Whether neither side of a cut loses a part of a grapheme, white space left out."""
    rest = text[at:].lstrip()
    return _is_border(text, at) and not (rest and (_extends(rest[0]) or rest[0] == _ZWJ))


def _fitting(text: str, most: int) -> int:
    """How many code points fit."""
    taken = 0
    for index, character in enumerate(text):
        taken += 2 if character > "\uffff" else 1
        if taken > most:
            return index
    return len(text)


def _last_border(text: str, at: int) -> int:
    """The last border between graphemes up to ``at``; ``at`` itself when there is none."""
    found = at
    while found > 0 and not _is_border(text, found):
        found -= 1
    return found or max(1, at)


def _is_border(text: str, at: int) -> bool:
    """Whether two graphemes meet there (UAX 29, as far as people write it)."""
    if at >= len(text):
        return True
    before, after = text[at - 1], text[at]
    if (before, after) == (_CR, _LF) or _ZWJ in (before, after) or _extends(after):
        return False
    left, right = ord(before), ord(after)
    if left in _JAMO_L and (right in _JAMO_L or right in _JAMO_V):
        return False
    if (left in _JAMO_V or left in _JAMO_T) and (right in _JAMO_V or right in _JAMO_T):
        return False
    if left in _REGIONAL and right in _REGIONAL:
        flags = 0
        while flags < at and ord(text[at - 1 - flags]) in _REGIONAL:
            flags += 1
        return flags % 2 == 0
    return True


def _extends(character: str) -> bool:
    point = ord(character)
    return (
        unicodedata.category(character) in ("Mn", "Me", "Mc")
        or 0x1F3FB <= point <= 0x1F3FF  # skin
        or 0xE0020 <= point <= 0xE007F  # tags of flags
        or 0xFE00 <= point <= 0xFE0F
    )
