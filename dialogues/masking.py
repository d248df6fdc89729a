"""Takes what may identify a person out of a message before anything reads or keeps it.

The application redacts what it stores and shows by itself; here nothing personal gets as far as
the understanding, the memory, the tracker or a reply. What counts as personal is decided in
`safeguards.personal_data`, for both.
"""

from __future__ import annotations

import re

from safeguards.personal_data import replaced

MASK = "•••"


def mask(text: str) -> str:
    """Without numbers, addresses, dates of birth and names that belong to a person."""
    return replaced(text, lambda _kind: MASK)


_WHOSE = r"(?:\s+(?:của|cua))?(?:\s+(?:tôi|tui|em|cháu|con|mình|toi|chau|minh|chồng|vợ|bố|mẹ))*"
_TOLD = re.compile(
    rf"(?<!\w)(?:(?:(?:họ và tên|họ tên|ho ten|tên|ten|số|so|sđt|sdt|my name|i am|i'm|sinh ngày"
    rf"|sinh|địa chỉ|là|la){_WHOSE}(?:\s+(?:là|la|is)\b|\s*:)?\s*)?|\s){MASK}",
    re.IGNORECASE,
)
_CLAUSE = re.compile(rf"[^,.;?!]*{MASK}[^,.;?!]*[,.;?!]*\s*")
_ENOUGH = 4
"""Words that make a clause a request although it tells who somebody is as well."""


def without_masked(text: str) -> str:
    """Without the clauses that only told who somebody is, when at least two words are left."""
    if MASK not in text:
        return text
    rest = _CLAUSE.sub(_said_besides, text).strip()
    return rest if len(rest.split()) >= 2 else text


def _said_besides(clause: re.Match[str]) -> str:
    rest = _TOLD.sub("", clause.group())
    return rest if len(re.findall(r"\w+", rest)) >= _ENOUGH else ""
