"""The three regions of Vietnam: which voice is whose, and words that a Southern voice says."""

import re
from collections.abc import Iterable
from typing import Final, Literal

Region = Literal["north", "central", "south"]
REGIONS: Final[tuple[Region, ...]] = ("north", "central", "south")
_DIGIT = r"(?:một|hai|ba|bốn|năm|sáu|bảy|tám|chín)"
_ODD = re.compile(rf"(?<=(?<!\w)trăm )linh(?= {_DIGIT}(?!\w))")
_THOUSAND = re.compile(r"(?<!\w)nghìn(?!\w)")


def voice_of(region: str, names: Iterable[str]) -> str | None:
    """The first of a synthesiser's Vietnamese voices that is of the region; names as eSpeak NG
    gives them: ``vi``, ``vi-vn-x-central``, ``vi-vn-x-south``."""
    for name in names:
        if region == region_of(name):
            return name
    return None


def region_of(voice: str) -> str:
    """North where the name tells nothing."""
    parts = set(re.split(r"[^a-z]+", voice.lower()))
    return next((region for region in ("central", "south") if region in parts), "north")


def in_words_of(region: str, said: str) -> str:
    """Numbers as the region says them: "một ngàn một trăm lẻ năm" in the South; the value stays."""
    if region != "south":
        return said
    return _THOUSAND.sub("ngàn", _ODD.sub("lẻ", said))
