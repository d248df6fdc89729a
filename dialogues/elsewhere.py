"""Errands of another authority, told from a procedure of ours in which its words are mentioned."""

from __future__ import annotations

import re

from dialogues.authorities import always_elsewhere, foreign_matter
from dialogues.leaning import ABOUT_PROCEDURES, SURE
from dialogues.release import Entry, Release
from dialogues.substance import content, names, vocabulary
from dialogues.understanding import Understanding
from dialogues.wording import known_words, tokens

SURELY_NAMED, SURE_EVENT = 0.8, 0.5
"""Confidences from which a procedure or a situation is ours whatever authority is mentioned."""
ALL_BUT_CERTAIN = 0.95
"""The same where the errand mentioned is always another authority's."""
_COPIED = re.compile(
    r"\b(?:chung thuc|thi thuc|sao y|sao luc|cong chung|ban sao|photo|pho to|photocopy"
    r"|dong dau|certif\w+|notari\w+|cop(?:y|ies)|true copy)\b"
)
_LEADING = (
    r"(?:(?:da|a|the|vay|con|roi|ma|tien|nhan|cho|toi|tui|em|chi|anh|bac|chau|minh|hoi|xin|muon"
    r"|lam|nhan|lay|rut|o day|co|duoc|nop phat|dang ky|nop|don|ho so|and|what about|how about"
    r"|also|so|then|is|the|can|do|i|my|get|apply for)\s)*"
)
_OVER = r"da|tung|vua|moi|sau|sau khi|ban an|quyet dinh|already|after|since"
"""Words before another authority's errand that say that it is over."""
_COPIES = re.compile(r"\b(?:chung thuc|ban sao)\b")


def _surely_ours(found: Understanding) -> bool:
    """Words of another authority in passing ("lương hưu", "bác sĩ") do not outweigh this."""
    if found.intent == "life_event":
        return found.confidence >= SURE_EVENT
    return not found.ambiguous and found.procedures[0].confidence >= SURELY_NAMED


def belongs_elsewhere(said: str, text: str, found: Understanding, release: Release) -> bool:
    """Another authority's errand: the catalogue knows no more than its name, or nothing of what was
    said beside it."""
    matter = foreign_matter(said)
    if found.intent not in ABOUT_PROCEDURES or matter is None or not found.procedures:
        return False
    entry = release.procedure(found.procedures[0].code)
    if entry is None:
        return False
    called = called_so(entry, matter) and found.intent != "life_event"
    best = found.procedures[0].confidence
    if best >= SURE and _is_copied(text, entry):
        return False
    if always_elsewhere(said):
        # "đưa bằng lái vào chip căn cước" is about the identity card
        own = content(" ".join(name for name in entry["name"].values() if name))
        # "sao y bằng lái" is about the copy: the licence is what is copied
        ours = best >= ALL_BUT_CERTAIN or (called and best >= SURELY_NAMED)
        return not (ours and not content(matter) & own)
    if _surely_ours(found) or (called and best >= SURE) or _is_over(said, matter):
        return False
    known = vocabulary(entry)
    theirs = set(matter.split())
    # what is said beside the matter: "kết hôn lần hai" stays of "kết hôn lần hai, bản án ly hôn"
    beside = content(f" {' '.join(tokens(text))} ".replace(f" {matter} ", " "))
    if not theirs <= set(known) and not beside & known:
        return True
    facts = (entry.get("documents"), entry.get("fees"), entry.get("time"))
    return all(fact is None for fact in facts) and release.counter_for(entry) is None


def _is_over(said: str, matter: str) -> bool:
    """ "Ly hôn rồi, con theo mẹ": what was done elsewhere and is over asks nothing of anybody."""
    over = rf"\b(?:{_OVER}) {matter}\b|\b{matter} (?:roi|xong)\b"
    return re.search(over, " ".join(tokens(said))) is not None


def opens_elsewhere(said: str, topic: Entry | None) -> bool:
    """ "Trợ cấp thất nghiệp thì nộp ở đây luôn ạ": what is asked begins with another authority's
    matter, of which the open procedure is no kind."""
    matter = foreign_matter(said)
    if matter is None or content(matter) <= vocabulary(topic):
        return False
    return re.match(rf"{_LEADING}{matter}\b", " ".join(tokens(said))) is not None


def _is_copied(text: str, entry: Entry) -> bool:
    """ "Chứng thực cái bằng lái với giấy ra viện": whoever issued a paper, it is copied here."""
    copies = _COPIES.search(known_words(str(entry["name"].get("vi") or ""))) is not None
    return copies and _COPIED.search(" ".join(tokens(text))) is not None


def called_so(entry: Entry, matter: str) -> bool:
    """Whether a name of the entry holds the words of the matter as they are."""
    return any(f" {matter} " in f" {known_words(name)} " for name in names(entry))
