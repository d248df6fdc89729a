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
_THING = (
    r"(?:số|so|sđt|sdt|cccd|cmnd|căn cước|can cuoc|hộ chiếu|ho chieu|tài khoản|tai khoan|điện thoại"
    r"|dien thoai|email|mail|địa chỉ|dia chi)"
)
_TOLD = re.compile(
    rf"(?<!\w)(?:(?:{_THING}\s+)*{_THING}{_WHOSE}\s*(?:(?:là|la)\b|:)\s*"
    rf"|(?:họ và tên|họ tên|ho ten|tên|ten|số|so|sinh ngày|sinh|là|la){_WHOSE}"
    r"(?:\s+(?:là|la)\b|\s*:)?\s*"
    r"|my\s+(?:\w+\s+){1,4}(?:is\b|:)\s*|i am\s+|i'm\s+)"
    rf"{MASK}(?:\s+(?:and|và|va)\b)?|\s{MASK}",
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
