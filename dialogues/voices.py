"""The voice that somebody wishes to hear: "nói giọng miền Nam", "speak with a northern accent"."""

from __future__ import annotations

import re

from dialogues.wording import tokens

_REGIONS: dict[str, str] = {
    "south": r"mien nam|nam(?: bo)?|sai gon|mien tay|(?:tp )?ho chi minh|tphcm|can tho|southern",
    "central": r"mien trung|trung(?: bo)?|hue|da nang|quang|nghe an|nghe|central",
    "north": r"mien bac|bac(?: bo)?|ha noi|northern",
}
_VOICE = re.compile(
    r"\b(?:giong(?: noi)?|tieng)(?: (?:nguoi|cua|dan|ben|o|vung|kieu))*"
    rf" (?P<vi>{'|'.join(_REGIONS.values())})\b"
    rf"|\b(?P<en>{'|'.join(_REGIONS.values())})(?: \w+)? (?:voice|accent|pronunciation|dialect)\b"
)
_SPEAKING = re.compile(
    r"\b(?:noi|doi|chuyen|dung|bat|doc|nghe|mo|dat|cho|xai|speak|talk|use|change|switch|have|hear"
    r"|try|set)\b"
)
_TIENG = re.compile(r"\btieng (?:nam|bac|trung|quang|nghe)\b(?! (?:bo|giong))")
""""Nói tiếng Trung" is Chinese, and "tiếng bắc" too little to be sure."""


def wanted_voice(said: str) -> str | None:
    """`north`, `central` or `south` where such a voice is wished for; None otherwise."""
    folded = " ".join(tokens(said))
    match = _VOICE.search(folded)
    if match is None or _SPEAKING.search(folded) is None or _TIENG.search(folded):
        return None
    named = match["vi"] or match["en"]
    return next(
        region for region, words in _REGIONS.items() if re.fullmatch(words, named) is not None
    )
