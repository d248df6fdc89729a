"""placeholder replaced in the same session"""

import re


def spoken(text: str, language: str) -> str:
    return " ".join(text.split())


def sentences(text: str, language: str) -> list[str]:
    return [p for p in re.split(r"(?<=[.!?…])\s+|\n+", spoken(text, language)) if p]
