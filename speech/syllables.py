"""Which letters make a Vietnamese syllable, so that what makes none is spelled or taken apart."""

import unicodedata
from functools import cache
from typing import Final

_ONSETS: Final = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
_RHYMES: Final = """
a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu
o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oep oet oi
om on ong ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
u ua uân uâng uât uây uc uê uêch uên uênh ui um un ung uôc uôi uôm uôn uông uôt uơ up ut
uy uya uych uyên uyêt uyn uynh uyp uyt uyu
ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
y ych yêm yên yêng yêt yêu ynh yt
"""
_TONES: Final = "\u0300\u0301\u0303\u0309\u0323"
LONGEST: Final = 7
"""Letters of a syllable: nghiêng."""


def is_syllable(word: str) -> bool:
    """Whether a Vietnamese reader can say it as one syllable; with or without its tone."""
    letters = unicodedata.normalize("NFD", word.lower())
    bare = "".join(letter for letter in letters if letter not in _TONES)
    return unicodedata.normalize("NFC", bare) in _syllables()


def divided(run: str) -> list[str] | None:
    """Syllables without accents that were written together ("trungtam"), the fewest; else None."""
    best: list[list[str] | None] = [[]]
    for end in range(1, len(run) + 1):
        ways = []
        for start in range(max(0, end - LONGEST), end):
            before = best[start]
            if before is not None and run[start:end] in _accentless():
                ways.append([*before, run[start:end]])
        best.append(min(ways, key=len) if ways else None)
    return best[-1]


@cache
def _syllables() -> frozenset[str]:
    onsets, rhymes = ("", *_ONSETS.split()), _RHYMES.split()
    return frozenset(onset + rhyme for onset in onsets for rhyme in rhymes) | {"gi"}


@cache
def _accentless() -> frozenset[str]:
    """Those of two letters and more: single ones would divide anything."""
    return frozenset(plain for plain in map(accentless, _syllables()) if len(plain) > 1)


def accentless(text: str) -> str:
    """The letters of the Latin alphabet alone: "Hải Phòng" is "Hai Phong"."""
    letters = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    bare = "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")
    return unicodedata.normalize("NFC", bare)
