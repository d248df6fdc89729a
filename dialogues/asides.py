"""Words beside the matter: a pause, a paper that comes later, whether it is crowded, a number that
is given back. Regular expressions over folded words; what is named beside them is left to the
classifier."""

from __future__ import annotations

import re
import unicodedata

from dialogues.wording import tokens

_ME = r"(?:em|anh|chi|toi|bac|chau|minh|con|tui|co|chu|ba|ong|c|a|e|m|mk|t|me|ngoai|noi)"
_PAUSE = re.compile(
    rf"(?:(?:da|a|o|u|um|uh|uhm|oi|thoi|ok|oke|vay|the|khoan|roi|ma) )*"
    rf"(?:(?:de|cho|doi) (?:{_ME} )?(?:(?:xin |mot |1 )?(?:chut|ti|xiu|phut|lat)(?: xiu| nua)?"
    rf"|(?:suy )?(?:nghi|tinh|coi|xem|hoi|kiem|tim|goi|ban|ve|nho)(?: \w+){{0,6}})"
    rf"|(?:cho|doi) (?:mot |1 |xin )?(?:chut|ti|xiu|lat|phut)|tu tu|khoan)"
    rf"(?: (?:da|nhe|nha|nghen|a|em|nhen|di|thoi|coi|hen|roi|voi|co))*"
    r"|(?:(?:ok|oh|well|um|uh|sorry|please) )*"
    r"(?:let me (?:think|see|check|ask(?: \w+){0,3})(?: about it)?"
    r"(?: for)?(?: a)?(?: (?:moment|minute|second|sec|bit|while))?"
    r"|(?:just )?(?:wait|hold on|hang on|one|just) a? ?(?:minute|moment|second|sec|bit)"
    r"|hold on|hang on|i (?:will|ll) think about it|i need to think)(?: please| first)?"
)
_AFTERWARDS = re.compile(r"\b(?:da|nhe|nha|chut|ti|xiu|lat|phut|thoi|khoan|nghen|hen|roi|coi)\b")


def pauses(said: str) -> bool:
    """ "Để tôi hỏi lại ông xã đã", "let me think": nothing is asked yet. "Cho tôi xem giấy tờ"
    wants something."""
    folded = _folded(said)
    waits = _AFTERWARDS.search(folded) is not None or _ENGLISH.search(folded) is not None
    return "?" not in said and waits and _PAUSE.fullmatch(folded) is not None


_ENGLISH = re.compile(r"\b(?:let me|wait|hold on|hang on|think|moment)\b")


_REJECTS = re.compile(
    rf"(?:(?:da|a|o|u|oi|khong|hong|ko|no|sorry|ma|sao) )*"
    rf"(?:{_ME} )?(?:dau co |co )?(?:khong|hong|ko|dau|chua|khong co|dau co) (?:he )?(?:{_ME} )?"
    rf"(?:hoi|noi|can|muon hoi|bao|muon|dinh hoi) (?:ve |toi |den )?"
    rf"(?:cai |chuyen |viec |vu |dieu |thu tuc )?(?:do|nay|ay|vay|the|kia|y)"
    rf"(?: (?:dau|ma|em|a|co|nha|nhe|oi))*"
    r"|(?:no )?(?:that s|thats|that is|this is|it s|its) not (?:what|the one)(?: \w+){1,4}"
    r"|(?:no )?i (?:did not|didn t|didnt) (?:ask|mean|say) (?:for |about )?(?:that|this|it)"
    r"|(?:no )?not what i (?:asked|meant|want|said)(?: \w+){0,2}"
)


def rejects(said: str) -> bool:
    """ "Không, tôi không hỏi cái đó": the last answer was about something else."""
    return _REJECTS.fullmatch(_folded(said)) is not None


_LATER = re.compile(
    r"\b(?:bo sung|nop (?:bo sung|sau|them|bu)|(?:dem|mang|dua|gui|cam) (?:\w+ )?(?:sau|bo sung))\b"
    r"(?: \w+){0,3} (?:duoc|dc|co sao|sao)(?: \w+){0,1} ?(?:khong|ko|k|hong|chu|ha|hem)?\b"
    r"|\b(?:thieu|quen|chua co|khong co|con no)(?: \w+){1,8} (?:co )?(?:nhan|chiu|cho nop|nop truoc"
    r"|nop duoc|nop)(?: \w+){0,3} (?:khong|ko|k|hong|chu|hem)\b"
    r"|\b(?:mai|mot|tuan sau|hom sau|lat|lat nua|chieu|ngay mai|bua sau)(?: \w+){0,2}"
    r" (?:dem|mang|nop|dua|cam)(?: \w+){0,3} (?:bo sung|them|sau|toi|lai)(?: \w+){0,2}"
    r" (?:duoc|dc)(?: \w+)? ?(?:khong|ko|k|hong|chu)\b"
    r"|\b(?:bring|hand in|submit|send|give you)(?: \w+){0,4}"
    r" (?:later|tomorrow|afterwards|next week)"
    r"|\b(?:accept|take)(?: \w+){0,4} (?:without|if one|if a|with one|missing)"
    r"|\b(?:one|a) (?:paper|document) (?:is )?missing\b"
)


def comes_later(said: str) -> bool:
    """A paper is missing: may the dossier be handed in all the same, the paper later?"""
    return _LATER.search(_folded(said)) is not None


_CROWD = r"(?:dong|vang)(?: (?:nguoi|khach|lam|qua))*"
_CROWDED = re.compile(
    rf"\b(?:co )?{_CROWD}(?: (?:khong|ko|k|hong|hem|chua|ha|luon|vay|lam))+(?: \w+)?$"
    r"|\b(?:bao nhieu|may) nguoi (?:dang )?(?:cho|doi|xep hang)|\bxep hang (?:lau|dai)\b"
    r"|\b(?:is it|are they|how) (?:busy|crowded|full)\b|"
    r"\bhow many people (?:are )?(?:wait|ahead|in)"
    r"|\b(?:long|is there a) (?:queue|line)\b"
)
_WHEN_QUIET = re.compile(
    rf"\b(?:may gio|gio nao|luc nao|khi nao|buoi nao|hom nao|thu may|ngay nao)(?: \w+){{0,4}}"
    rf" (?:it nguoi|{_CROWD})\b"
    rf"|\b(?:it nguoi|{_CROWD}) (?:nhat )?(?:la )?(?:luc|khi|gio|buoi|vao)(?: \w+)? (?:nao|may)\b"
    r"|\bwhen is it (?:less|quiet|least|not)\b|\b(?:quietest|least busy|less crowded|less busy)\b"
)
_CROWD_WRITTEN = re.compile(r"đông|vắng|ít người|người|xếp hàng", re.IGNORECASE)


def _writes_crowd(said: str) -> bool:
    composed = unicodedata.normalize("NFC", said)
    return composed.isascii() or _CROWD_WRITTEN.search(composed) is not None


def crowded(said: str) -> bool:
    """ "Ở đó đông không": how many are waiting now. "Đồng" with its mark is money."""
    return _writes_crowd(said) and _CROWDED.search(_folded(said)) is not None


def when_quiet(said: str) -> bool:
    """ "Mấy giờ thì vắng": when few people come."""
    return _writes_crowd(said) and _WHEN_QUIET.search(_folded(said)) is not None


_GIVES_UP = re.compile(
    r"\b(?:bo|huy|tra lai|khong lay|khoi lay|thoi lay|khong can lay|khong cho|xoa)"
    r"(?: (?:cai|giup|dum|gium|cho|em|anh|chi|bac|toi))*"
    r" (?:so|phieu|stt)(?: (?:thu tu|do|nay|kia|ay|di|nua|luon|nhe|nha))*(?:$| )"
    r"|\b(?:cancel|give back|return|don t need|dont need|do not need) (?:my|the|that|this)"
    r" (?:ticket|number|queue number)\b"
)


def gives_up_ticket(said: str) -> bool:
    """The number that was drawn is not wanted any more."""
    return len(tokens(said)) <= 14 and _GIVES_UP.search(_folded(said)) is not None


_IN_TIME = re.compile(
    r"\b(?:(?:sang|trua|chieu|toi|hom|bua|ngay|luc|gio|bay) (?:nay|gio)|ngay mai|sang mai|chieu mai"
    r"|truoc (?:khi|gio)(?: \w+){1,3})\b(?: \w+){0,4} kip\b"
    r"|\bcon kip\b|\bkip\b(?: \w+){0,4} (?:(?:sang|trua|chieu|hom|bua) nay|ngay mai)\b"
    r"|\b(?:in time|still (?:make it|time)|too late) (?:today|now|to|this)"
)


_GO_THROUGH = re.compile(
    r"\b(?:go|run|walk) (?:through|over) (?:the |my |all |these |those )*"
    r"(?:papers?|documents?|list)\b"
    r"|\bcheck (?:the |my |all |these |what )*(?:papers?|documents?|i have|list)(?: \w+)?"
    r" with me"
    r"|\bsee what (?:i have|i am missing|im missing|i m missing|is missing)\b"
    r"|\b(?:xem|coi|do|ra|duyet|kiem|diem)(?: lai)? (?:tung )?(?:giay to|giay|ho so)(?: \w+)?"
    r" (?:voi|cung)"
    r" (?:toi|em|anh|chi|bac|chau|minh|tui)\b"
)


def goes_through_papers(said: str) -> bool:
    """ "Go through the papers with me": one after another, with the visitor."""
    return _GO_THROUGH.search(_folded(said)) is not None


def in_time(said: str) -> bool:
    """ "Nộp chiều nay kịp không": whether there is time before the counters close."""
    return _IN_TIME.search(_folded(said)) is not None


_RECEIVES = re.compile(
    r"\b(?:duoc|lanh|linh|huong|nhan|tro cap|ho tro)(?: (?:duoc|khoang|chung|la))*(?: \w+)?"
    r" (?:bao nhieu|nhieu|may)(?: (?:tien|dong|trieu|tram|ngan|nghin))*"
    r"(?: (?:mot|1|moi|hang) (?:thang|nam|lan|nguoi))?(?: (?:vay|em|a|ta|chi|anh|co|ha|the))*$"
    r"|\bmuc (?:huong|tro cap|ho tro|tien)\b"
    r"|\bhow much (?:money )?(?:do|will|would|can|does|is) (?:i|he|she|we|they|my \w+|you)"
    r"(?: \w+){0,2} (?:get|receive|be paid|given)\b"
    r"|\bhow much is the (?:allowance|benefit|pension)\b"
)
_PAYS = re.compile(
    r"\b(?:dong|nop|tra|ton|het|mat|phi|le phi|gia|pay|cost|fee|may (?:ngay|ban|to|giay|loai))\b"
)


def asks_what_is_received(said: str) -> bool:
    """ "Mỗi tháng được bao nhiêu": money that is given, no fee."""
    folded = _folded(said)
    return _RECEIVES.search(folded) is not None and _PAYS.search(folded) is None


_SENT_BACK = re.compile(
    r"\b(?:bi |duoc )?(?:tra (?:lai|ve)|tu choi|khong (?:nhan|chiu nhan)|bat bo sung)\b"
    r"|\b(?:sent|given) back\b|\b(?:rejected|refused|turned down|returned)\b"
)


def was_sent_back(said: str) -> bool:
    """A dossier was returned or refused."""
    return _SENT_BACK.search(_folded(said)) is not None


_SHORTER = re.compile(
    r"\b(?:noi|tra loi|giai thich|tom tat)(?: \w+){0,3} (?:ngan|gon|tom tat|van tat|don gian)\b"
    r"|\btom (?:tat|lai)\b|\b(?:ngan gon|van tat|dai (?:qua|dong))\b"
    r"|\b(?:shorter|in short|briefly|too long|keep it short|sum(?:marize| it up| up))\b"
)


def wants_it_short(said: str) -> bool:
    """ "Nói ngắn thôi": the gist of the last answer."""
    return len(tokens(said)) <= 10 and _SHORTER.search(_folded(said)) is not None


_MIND = re.compile(
    r"^(?:(?:a|o|da|ma|ui) )*thoi\b(?! (?:gian|han|tiet|quen|viec))|\bvan (?:la|lam|thi)\b"
    r"|\bdoi y\b|\bchuyen sang\b|\b(?:on second thoughts?|changed? my mind|rather)\b"
)


def changes_mind(said: str) -> bool:
    """ "À mà thôi, vẫn là tạm trú đi": something else is wanted after all."""
    return _MIND.search(_folded(said)) is not None


def _folded(said: str) -> str:
    return " ".join(tokens(said.replace("'", " ").replace("’", " ")))
