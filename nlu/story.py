"""Which part of a message asks: "năm ngoái ký ủy quyền, giờ muốn thôi", "xin giấy để cưới vợ".

What stands before says how it came about, what stands behind what it is for; both share their words
with other procedures.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nlu.lexicon import Reading

_BEGINS = {
    "vi": frozenset({"giờ", "chừ", "nay", "muốn"}),
    "bare": frozenset({"gio", "chu", "nay", "muon"}),
    "en": frozenset({"now", "want", "need", "wanna"}),
}
"""Words with which what is wanted begins; the last one in the message counts."""
_PURPOSE = "để"
_NO_PURPOSE = frozenset({"lại", "trống", "xe", "tang", "dành", "không", "tên", "đó", "đây", "ở"})
"""Words before which "để" says not what for, but what is left, put or worn."""
_TOLD, _ASKED = 4, 2
"""Words that must stand before it, and words that say something behind it."""
_WEIGHT = 0.3
"""How much the log odds of what is asked count beside those of the whole: of 466 development
questions with such a word 421 instead of 409 were then answered at once and rightly, 14 instead of
15 wrongly (0.15 to 0.8 differ little)."""
_DONE, _WEIGHT_AFTER = "xong", 0.8
"""What stands before "xong, giờ …" is done and not wanted again, what stands behind "để" is what
the wanted is for."""
_HARDLY = 0.01
"""Added to each of these odds, so that no entry is ruled out by what was said last."""


def asked_in(reading: Reading) -> tuple[int, int] | None:
    """First token of what is wanted and the one behind it; nothing where neither a story stands
    before it nor a purpose behind it ("xin giấy độc thân để cưới vợ")."""
    message = reading.message
    kind = message.language if message.language == "en" or message.accented else "bare"
    words = message.tokens if kind == "vi" else message.folded
    start = max((at for at, word in enumerate(words) if word in _BEGINS[kind]), default=0)
    start = start if start >= _TOLD else 0
    end = next((at for at in range(start, len(words)) if _is_purpose(words, at)), len(words))
    if end < len(words) and not _says_enough(reading, start, end):
        end = len(words)
    whole = start == 0 and end == len(words)
    return None if whole or not _says_enough(reading, start, end) else (start, end)


def _says_enough(reading: Reading, start: int, end: int) -> bool:
    return sum(at not in reading.skip for at in range(start, end)) >= _ASKED


def _is_purpose(words: Sequence[str], at: int) -> bool:
    follows = words[at + 1] if at + 1 < len(words) else ""
    return words[at] == _PURPOSE and follows not in _NO_PURPOSE


def weight_of(reading: Reading, start: int, end: int) -> float:
    """How much what is wanted counts, where it stands from this token to that one."""
    what_for = end < len(reading.message.tokens)
    return _WEIGHT_AFTER if what_for or is_done(reading, start) else _WEIGHT


def is_done(reading: Reading, start: int) -> bool:
    """Whether what stands before this token is done: "xây nhà xong, giờ …"."""
    return _DONE in reading.message.folded[max(0, start - 3) : start]


def together(whole: np.ndarray, asked: np.ndarray, weight: float = _WEIGHT) -> np.ndarray:
    """Probabilities of the same entries by the whole message and by what is asked, as one; that of
    none of them stands last and stays as it was."""
    logs = np.log(whole[:-1] + 1e-6) + weight * np.log(asked[:-1] + _HARDLY)
    shares = np.exp(logs - logs.max())
    chances = whole.copy()
    chances[:-1] = shares / shares.sum() * (1.0 - whole[-1])
    return chances
