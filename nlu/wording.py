"""Which texts are one wording: what splits of training data must keep on one side.

Two texts that differ only in accents, spelling, chat words, sounds that recognisers mix up,
courtesy and fillers, or the order of their words, are one wording.
"""

from __future__ import annotations

from hashlib import blake2b

from nlu.lexicon import Reading
from nlu.syllables import phone_key

Wording = tuple[str, ...]


def wording(reading: Reading) -> Wording:
    """The words that say what is meant, by sound and in alphabetical order, once each."""
    folded = reading.message.folded
    said = [w for i, w in enumerate(folded) if i not in reading.skip] or list(folded)
    return tuple(sorted({phone_key(w) for w in said}))


def share_of(key: Wording) -> float:
    """A place from 0 to 1 that belongs to the wording: the same everywhere and each time."""
    digest = blake2b(" ".join(key).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
