"""What plain words tell beyond doubt: a death in the family, somebody else's dossier.

A net under the classifier for what nobody may be asked back about, or must be refused.
"""

from __future__ import annotations

import re
from dataclasses import replace

from dialogues.release import Release
from dialogues.understanding import Candidate, Understanding
from dialogues.wording import tokens

DEATH = "death"
"""Id of the life event."""
NAMED = 0.8
"""Confidence from which a procedure is meant, be a death told beside it."""
TOLD = 0.9
_WHOSE = r"(?:noi|ngoai|trai|gai|ruot|re|dau|cu|gia|xa|ho|chong|vo|tui|toi|em|minh|con|chau|nha)"
_KIN = (
    rf"(?:(?:vo|chong|me|ma|bo|cha|tia|bu|thay|nguoi nha|nguoi than)(?: {_WHOSE}){{0,3}}"
    r"|(?:ba|ong|cu)(?= mat (?:hoi|dem|sang|toi qua|chieu|trua|hom|rang))"
    rf"|(?:ba|ong|anh|chi|em|chu|bac|co|di|cau|mo|o|con)(?: {_WHOSE}){{1,3}})"
)
"""Who may be spoken to by the same word ("cô", "chú") is kin only with a word that says whose."""
_WHEN = (
    r"(?:(?:hoi|luc|dem|toi(?: qua)?|sang|trua|chieu|hom|bua|tuan|ngay|thang|khuya|rang sang"
    r"|nua dem|vua|o nha|o benh vien|tai nha|dot ngot|roi)\b"
    r"|(?:duoc )?(?:may|hai|ba|bon|nam|\d+) (?:hom|ngay|bua|tuan|thang|nam) (?:roi|nay|truoc|qua)\b"
    r"|$)"
)
_DIED = (
    rf"(?<!cua )\b{_KIN} (?:vua moi |vua |moi |da )?"
    r"(?:qua doi|tu tran|khuat nui|nam xuong|tat tho|trut hoi|chet"
    rf"|mat(?= ?{_WHEN}(?! (?:giay|so|the|can cuoc|bang|xe|vi|dat|nha|tien))))"
)
_DIED_EN = (
    r"\bmy (?:\w+ ){0,2}(?:wife|husband|father|mother|dad|mum|mom|son|daughter|brother|sister"
    r"|grand\w+|uncle|aunt|in law)(?: has| just| have| had| suddenly){0,2}"
    r" (?:died|passed away|passed on|is dead|is gone)\b"
)
_DEATH = re.compile(rf"{_DIED}|{_DIED_EN}")
_AT_A_LOSS = re.compile(
    r"\b(?:roi|bo ngo|khong biet|hong biet|hem biet|ko biet|chua biet|chang biet)\b.*"
    r"\b(?:lam|lo|giay|bat dau|di dau|tinh|man)\b"
    r"|\b(?:lo|lam|man|can|phai)(?: \w+){0,4} (?:gi|chi|nao|sao|dau|rang)(?: \w+)?(?: (?:truoc"
    r"|bay gio|day|em|con|chau|a|vay|het|dau tien))*$"
    r"|\bwhat (?:do|should|must|to|now|papers?|paperwork)\b|\bdon ?t know\b"
    r"|\bwhere do (?:i|we) start"
)
_SAID_OF_IT = frozenset({"ask_procedure", "out_of_scope", "ask_aspect"})


def death_told(
    text: str, found: Understanding, topic: str | None, release: Release
) -> Understanding:
    """ "Vợ tôi mất hồi khuya, không biết lo giấy tờ gì": all that a death asks for, unless one
    procedure is surely meant."""
    event = release.events.get(DEATH)
    folded = " ".join(tokens(text.replace("'", " ")))
    if event is None or topic is not None or found.intent not in _SAID_OF_IT:
        return found
    sure = found.procedures and found.procedures[0].confidence >= NAMED and not found.ambiguous
    died = _DEATH.search(folded)
    if died is None:
        return found
    behind = folded[died.end() :]
    if sure and (_WANTED.search(behind) or not _ALL_OF_IT.search(behind)):
        return found
    if _A_THING.search(behind):
        return found
    lost = _AT_A_LOSS.search(behind) or _ALL_OF_IT.search(behind)
    if not lost and behind.count(" ") > _LITTLE:
        return found
    return replace(
        found,
        intent="life_event",
        confidence=TOLD,
        procedures=tuple(Candidate(str(c), TOLD, DEATH) for c in event["procedures"][:5]),
        aspects=(),
        ambiguous=False,
        out_of_scope=False,
        situation=DEATH,
    )


_ALL_OF_IT = re.compile(
    r"\b(?:lam|lo|man|can|phai)(?: \w+){0,2} (?:nhung|cac|may)(?: \w+){0,3}"
    r" (?:gi|chi|nao)(?: \w+){0,3}$|\bphai (?:lam|lo|man) (?:gi|chi|sao|rang)(?: \w+){0,3}$"
    r"|\b(?:tat ca|toan bo|het|day du)(?: \w+){0,2} (?:thu tuc|giay to|viec)(?: \w+){0,5}$"
    r"|\bwhat (?:all )?(?:do|should|must) (?:we|i)(?: \w+){1,4}$"
)
_WANTED = re.compile(r"\b(?:muon|xin|de (?:duoc|nhan|lanh|linh|huong)|want|apply)\b")
"""Words by which one thing is wanted, whoever died."""
_A_THING = re.compile(
    r"^(?: \w+){0,4} (?:cai|chiec|cuon|vi|the|bang|so|xe|can cuoc|cccd|giay(?! to\b))(?! nao)\b"
)
"""What was lost, not who ("bà mất sáng nay cái ví")."""
_LITTLE = 4
"""Words behind a death that ask nothing of their own."""
_OF_SOMEBODY = re.compile(
    r"\b(?:xem|coi|mo|doc|cho|tra|in|biet)\b.*\bho so (?:(?:cua|cai|cho|ma) )*"
    r"(?:nguoi|thang|con|ong|ba|anh|chi|co|chu|bac|cau|ban|khach)(?: \w+){0,2}"
    r" (?:vua|moi|dung|ngoi|luc nay|hoi nay|ban nay|khi nay|truoc|ben canh|ke ben|phia|do|kia|nay"
    r"|khac|hang xom|khach)\b"
    r"|\bho so (?:(?:cua|cai) )*(?:nguoi khac|hang xom|nguoi ta|khach khac|(?:ong|ba|anh|chi)"
    r" hang xom)\b"
    r"|\b(?:file|dossier|application|records?|documents?) of (?:the|that|another|my neighbou?r)"
    r"(?: (?:person|man|woman|guy|lady|visitor|customer))?"
    r"|\b(?:somebody|someone|another (?:person|visitor)|other people|(?:my )?neighbou?r"
    r"|(?:that|the other) (?:man|woman|person|guy|lady|visitor))(?: else)? ?s"
    r" (?:file|dossier|application|record)"
)


def somebody_elses_dossier(said: str) -> bool:
    """Somebody wants to see what another person handed in."""
    return bool(_OF_SOMEBODY.search(" ".join(tokens(said))))
