"""Recognises an order to stop. It acts at once and never waits for the dialogue engine.

Only a whole utterance counts, with particles of politeness around it: "dừng lại đi em" stops the
robot, "dừng hoạt động hộ kinh doanh" is a question. Missing accents are allowed, wrong ones are
not: "đúng" (right) is no "dừng" (stop).
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

_ORDERS = (
    "dừng",
    "dừng lại",
    "dừng bước",
    "dừng im",
    "dừng di chuyển",
    "dừng robot",
    "dừng robot lại",
    "dừng khẩn cấp",
    "đừng lại",
    "đứng",
    "đứng lại",
    "đứng im",
    "đứng yên",
    "ngừng",
    "ngừng lại",
    "ngưng",
    "ngưng lại",
    "rừng lại",
    "khoan",
    "khoan đã",
    "khoan dừng lại",
    "đừng đi nữa",
    "đừng chạy nữa",
    "đừng dẫn nữa",
    "không đi nữa",
    *(
        f"{who} không đi nữa"
        for who in ("tôi", "anh", "chị", "cô", "chú", "bác", "ông", "bà", "cháu", "con", "mình")
    ),
    "thôi dừng lại",
    "phanh lại",
    "thắng lại",
    "stop",
    "stop it",
    "stop robot",
    "stop moving",
    "stop there",
    "stop the robot",
    "stop right there",
    "emergency stop",
    "halt",
    "freeze",
    "dont move",
    "do not move",
)
_BEFORE = """
em ơi|robot ơi|rô bốt ơi|bạn ơi|này|ê|ơ|ối|á|trời ơi|xin|hãy|vui lòng|làm ơn|xin hãy|em|robot
rô bốt|bạn|mày|please|hey|hey robot|ok|okay|oh|nào|thôi|tôi muốn
"""
_AFTER = """
đi|đâu|ngay|gấp|lập tức|ngay lập tức|lại|nhé|nha|nghe|giùm|giúp|với|cái|cho tôi|cho bác|giúp tôi|ạ
giùm tôi|em|em ơi|robot|rô bốt|bạn|bạn ơi|nào|coi|xem|please|now|robot ơi|right now|thôi|đã|luôn
mau|nhanh
"""
_AMBIGUOUS_WITHOUT_ACCENTS = frozenset(
    ("dung", "dung di", "dung em", "dung a", "dung nha", "dung nhe")
)
"""Also what "đúng" (right) looks like; a stop only where a robot could be moving."""

_Phrase = tuple[frozenset[str], ...]
"""For each word the spellings that are taken for it."""

_MOST_CHARACTERS = 60
_MOST_WORDS = 9
_REPEATED = re.compile(r"\b(\w+(?: \w+)?)(?: \1\b)+")
_NOT_WORDS = re.compile(r"[^\w\s]|_")


def is_stop(text: str, *, robot: bool) -> bool:
    """Whether the utterance as a whole orders to stop. `robot`: whether one is at hand."""
    if len(text) > _MOST_CHARACTERS * 2:
        return False
    plain = _plain(text)
    if not plain or len(plain) > _MOST_CHARACTERS:
        return False
    if plain in _AMBIGUOUS_WITHOUT_ACCENTS:
        return robot
    words = plain.split()
    if len(words) > _MOST_WORDS or _FIRST_WORDS.isdisjoint(words):
        return False
    return any(_matches(words, order) for order in _ORDER_PHRASES)


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFC", text).lower().replace("'", "").replace("’", "")
    text = " ".join(_NOT_WORDS.sub(" ", text).split())
    return _REPEATED.sub(r"\1", text)  # "dừng dừng dừng lại"


def _matches(words: Sequence[str], order: _Phrase) -> bool:
    return any(
        _same(words[start : start + len(order)], order)
        and _only(words[:start], _BEFORE_PHRASES)
        and _only(words[start + len(order) :], _AFTER_PHRASES)
        for start in range(len(words) - len(order) + 1)
    )


def _only(words: Sequence[str], particles: Sequence[_Phrase]) -> bool:
    """Whether the words are nothing but particles, one after another."""
    return not words or any(
        _same(words[: len(particle)], particle) and _only(words[len(particle) :], particles)
        for particle in particles
    )


def _same(typed: Sequence[str], wanted: _Phrase) -> bool:
    return len(typed) == len(wanted) and all(
        word in spellings for word, spellings in zip(typed, wanted, strict=True)
    )


def _phrases(listed: Iterable[str]) -> tuple[_Phrase, ...]:
    return tuple(tuple(_spellings(word) for word in phrase.split()) for phrase in listed)


def _spellings(word: str) -> frozenset[str]:
    """As it is, and without accents (with or without the stroke of đ)."""
    letters = unicodedata.normalize("NFD", word)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return frozenset((word, bare, bare.replace("đ", "d")))


def _listed(text: str) -> list[str]:
    return text.strip().replace("\n", "|").split("|")


_ORDER_PHRASES = _phrases(_ORDERS)
_FIRST_WORDS = frozenset().union(*(order[0] for order in _ORDER_PHRASES))
_BEFORE_PHRASES = _phrases(_listed(_BEFORE))
_AFTER_PHRASES = _phrases(_listed(_AFTER))
