"""Vietnamese or English, for messages that may lack accents."""

from __future__ import annotations

from collections.abc import Sequence

from nlu.syllables import fold, from_telex, is_syllable

# English words that are not Vietnamese syllables, or are far commoner in English messages.
_STRONG_WORDS = """
the my i'm im you your we our us he she his her they their it its is are was were be been do does
did what where when which who whom whose how why can could would should will shall must may might
need want wanna get got have has had for from with without about into this that these those there
here and or not please pls thanks thank hello hi hey bye goodbye yes no yeah nope okay sorry help
again louder slower stop speak english vietnamese counter ticket queue number restroom toilet
bathroom water open close closed hours office ward staff person human robot machine take show lead
bring tell give apply register registration certificate certify certified copy birth death
marriage marry married divorce residence temporary permanent house land permit license licence
business fee cost much many long document documents paper papers form online submit child baby kid
wife husband father mother son daughter foreigner foreign passport card tax price pay free time
day days week file complaint status lost stolen new old first second third last one two three four
five if so of by at as am me a any some being ours more most less before after while because since
until during through over under between both each every other another same such only even still
already ever never just around near next back out off down away told said ask asked know known
think mean means wants wanted needs needed like likes wouldn doesn didn can't cannot won isn aren
wasn shouldn make makes made done doing going goes went gone come came coming takes took taken
brought move moved moving live lives living lived stay staying work works worked working start
started starting opened opening running sell selling sold buying bought rent rented renting build
building built lose losing loss found find born adopt adopted die died dying change changed
changing correct wrong mistake spelled spelling name names surname fix update replace renew
renewal expired expire expires extend extension cancel split transfer divide inherit inheritance
testament property construction renovate store shop restaurant company worker workers employer
employee employees school student teacher class grade pension allowance benefit benefits insurance
health medical hospital disabled disability elderly soldier veteran martyr war poor household
family families parents grandparents grandmother grandfather grandma grandpa dad brother sister
uncle aunt cousin nephew niece neighbour neighbor boyfriend girlfriend fiance citizen citizenship
nationality american british korean japanese chinese french german australian canadian legal law
decree result steps step process procedure procedures requirement requirements required require
eligible qualify allowed anyone someone people group local authority police government official
officer address contact phone email website app account portal download print scan copies original
originals notarise notarize notarised notarized translation translated signature sign signed stamp
stamped morning afternoon evening today tomorrow yesterday monday tuesday wednesday thursday
friday saturday sunday lunch break room floor upstairs downstairs entrance parking exit wifi
printer chair wheelchair good great nice fine well bad better best happy angry slow fast quick
quickly soon later now question questions answer information info details service services
available appointment schedule issue issued issuing receive received report reported reporting
confirm confirmation proof prove accident fire emergency ambulance weather football joke story
recipe money bank salary job single widow widowed pregnant twins everything something anything
nothing i've i'll i'd you're he's she's it's that's what's where's who's there's let's lets door
loo pool book books look food wood boss press pass glass express access success fax
"""
_STRONG = frozenset(_STRONG_WORDS.split())
_SHARED_WORDS = "an a i to do me on in can long hot the them no son so of or at as am oh"
_SHARED = frozenset(_SHARED_WORDS.split())


def is_english_word(word: str) -> bool:
    """Whether the word is a common English one that Vietnamese does not write."""
    return word in _STRONG and word not in _SHARED


def detect(tokens: Sequence[str]) -> str:
    """`vi` or `en`; `vi` when nothing speaks for English."""
    english = vietnamese = 0.0
    for token in tokens:
        if fold(token) != token:
            vietnamese += 1.5
        elif token in _SHARED:
            english += 0.25
        elif token in _STRONG:
            english += 1.0 if not is_syllable(token) or len(token) < 3 else 0.8
        elif is_syllable(token):
            vietnamese += 1.0
        elif from_telex(token):
            vietnamese += 0.5
        elif len(token) >= 4 and token.isalpha():
            english += 0.5
    return "en" if english > vietnamese and english >= 0.8 else "vi"
