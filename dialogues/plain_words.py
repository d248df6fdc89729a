"""What plain words of a message say by themselves: an aspect, a courtesy, a paper, a person wanted.

A net under the classifier, for follow-ups that are too short or too odd for it.
"""

from __future__ import annotations

import re

from dialogues.authorities import competent_authority
from dialogues.memory import Memory
from dialogues.release import Entry
from dialogues.understanding import Understanding
from dialogues.wording import tokens

_GREETING = re.compile(r"(?:da |em |xin )?(?:chao|hello|hi|hey|alo)\b")
_THANKING = re.compile(
    r"(?:(?:da|duoc roi|roi|ok|oke|xin|em|chau|toi|tui|bac|co|chu|ba|ong|ngoai|noi|chan thanh)\s)*"
    r"(?:cam on|cam un|da ta|doi on|mang on|biet on|tks|thanks|thank you|thank)\b"
)
_PARTING = re.compile(r"\b(?:bai bai|bye|bye bye|good ?bye|tam biet|hen gap lai)\b")
_YOU = (
    r"(?:(?:chao|hello|hi|alo|da|a|ua|o|the|rua|vay|roi|may|robot|be|em|con|chau|mi|ban|cung"
    r"|oi|nay|so|and) )*"
)
_ENDING = r"(?: (?:do|vay|rua|ri|the|hi|he|ha|a|oi|em|con|chau|cung|be|ban|nhi|ta|nha|roi))*"
_YOUR_NAME = re.compile(
    rf"{_YOU}(?:ten (?:la )?(?:gi|chi)|la ai|ai day|what(?:s| is) your name|who are you){_ENDING}"
)
_HOW_ARE_YOU = re.compile(
    rf"{_YOU}(?:(?:co )?(?:khoe|met|vui) (?:khong|hong|hem|ko|k)|an (?:com|sang|trua|toi) chua"
    rf"|how are you(?: (?:doing|today))?|hows it going){_ENDING}"
)
_MILD = frozenset(
    {"ask_aspect", "out_of_scope", "affirm", "nlu_fallback", "feedback", "who_are_you"}
)


_LEAVING = re.compile(
    r"\b(?:ve|dia|di (?:day|nha|nghe|nghen|truoc)|xong|het|thoi|du roi|hieu roi|ro roi|biet roi"
    r"|duoc roi|on roi|the thoi|vay thoi|khong (?:hoi|can)(?: \w+)? nua|hen|mai|bye|bai"
    r"|goodbye|leaving|going|done|later|that s all|thats all)\b"
)
_GREETS = re.compile(
    r"\b(?:chao|hello|hi)(?: (?:em|anh|chi|co|chu|bac|chau|con|ban|cung|ong|ba|o|robot|may|ca nha"
    r"|moi nguoi|anh chi|cac ban|cac chau))*(?: (?:nhe|nha|nghe|nghen|nhen|hen|a|hi|ta))*$"
)


def _on_which_side(said: str, phrase: str, found: Understanding, memory: Memory) -> str | None:
    """ "Chào" opens and ends a conversation: it opens the one in which nothing was said yet and
    ends the one in which enough was."""
    fresh = memory.topic is None and not memory.history and memory.place is None
    if found.intent == "goodbye" and fresh and _GREETING.match(phrase.removeprefix("bac ")):
        return None if _LEAVING.search(phrase) else "greet"
    if found.aspects or found.intent not in {"greet", "affirm", "thank", "goodbye", *_MILD}:
        return None
    ends = _GREETS.search(phrase) is not None and len(phrase.split()) > 2
    return "goodbye" if not fresh and ends and _LEAVING.search(phrase) else None


def only_courtesy(said: str, found: Understanding, memory: Memory) -> str | None:
    """A greeting, thanks or farewell with nothing asked beside it ("chào bạn, bạn khỏe không")."""
    phrase = " ".join(tokens(said.replace("'", "")))
    side = _on_which_side(said, phrase, found, memory)
    if side is not None:
        return side
    if _YOUR_NAME.fullmatch(phrase):
        return "who_are_you"
    if _HOW_ARE_YOU.fullmatch(phrase):
        return "greet"
    if found.intent == "thank" and not found.aspects and _PARTING.search(phrase):
        return "goodbye"
    named = found.procedures and found.intent not in {"out_of_scope", "feedback"}
    if found.intent not in _MILD or found.aspects or named or found.foreign:
        return None
    folded = " ".join(tokens(said))
    if _PARTING.search(folded):
        return "goodbye"
    if _THANKING.match(folded):
        return "thank"
    return "greet" if _GREETING.match(folded) and memory.topic is None else None


_PAPER_ASKED = re.compile(
    r"\b(?:can|nop|mang|dem|kem|theo|xuat trinh|phai co|chuan bi)(?: \w+){0,4}"
    r" (?:so ho khau|can cuoc|cccd|ho chieu|photo|ban goc|ban chinh|ban sao|hinh|anh the|anh|giay"
    r" (?:ket hon|khai sinh|chung sinh|uy quyen|to)|passport|originals?|copies|photos?|pictures?)"
    r"\b.*\b(?:khong|ko|k|hong|hem|duoc|nua|ha|a|may|bao nhieu)(?: (?:co|chi|em|anh|ban|con"
    r"|chau|vay|ta|a|nhi))*$"
    r"|\b(?:do i need|need|bring|should i bring|must i bring)(?: \w+){0,4}"
    r" (?:originals?|copies|copy|photos?|passport|id card|pictures?)$"
    r"|\b(?:do|does|must|should|would)(?: \w+){1,2} (?:need|have|bring|show|hand in|submit|enclose)"
    r"(?: to (?:bring|show|have|submit))?(?: (?:the|a|an|any|my|his|her|our|their|some))?"
    r"(?: \w+){0,2} (?:papers?|certificates?|notice|letter|receipt|contract|documents?|proof)"
    r"(?: (?:from|of|by|for|too|as well|about)(?: \w+){0,4})?$"
)
_WANTS_ONE = re.compile(r"\b(?:muon|xin cap|lam lai|cap lai|lam the|sao y|chung thuc|dich vu)\b")


def asks_about_paper(said: str, topic: Entry | None) -> bool:
    """ "Có cần sổ hộ khẩu photo không": a paper of the open procedure, not a procedure of its
    own."""
    folded = " ".join(tokens(said))
    return (
        topic is not None
        and bool(_PAPER_ASKED.search(folded))
        and not _WANTS_ONE.search(folded)
        and competent_authority(said) is None
    )


_FOR_ANOTHER = re.compile(
    r"\b(?:could|can|may|would)(?: \w+){1,7} (?:instead|for me|without me|in my place|on my behalf)"
    r"\b|\b(?:lam|di|nop|lay|ky|xin)(?: \w+){0,2} (?:thay|ho|gium|mot minh)(?: \w+){0,3}"
    r" (?:duoc|dc)\b"
)


def for_another(said: str) -> bool:
    """Somebody else is to go or sign."""
    return bool(_FOR_ANOTHER.search(" ".join(tokens(said))))


_PURPOSE = re.compile(
    r"(?:(?:toi|em|anh|chi|bac|chau|minh|tui|con|co|chu|da|a|y|thi|la|chi|xin|lam|lay|can|dung|muon"
    r"|cai|giay|nay|do|no|di) )*de (?!(?:lai|tui|toi|em|minh|anh|chi) (?:xem|coi|tinh|hoi))\w+"
    r"(?: \w+){0,9}"
    r"|(?:(?:i|it|its|it s|we|need|want|is|m) )*(?:it |this |that |them )?"
    r"(?:only )?(?:for|to use for|to show) (?:a |the |my |our )?\w+(?: \w+){0,5}"
)


def tells_purpose(said: str) -> bool:
    """ "Xin để vay ngân hàng chứ không phải để cưới": what the paper is for, nothing else."""
    folded = " ".join(tokens(said))
    return _PURPOSE.fullmatch(folded) is not None and "?" not in said


_PLAINLY: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("documents", re.compile(r"\b(?:giay to|giay ma|ho so|don tu|papers?|paperwork|documents?)\b")),
    (
        "fee",
        re.compile(
            r"\b(?:le phi|phi|tien|gia ca|bao nhieu phan tram|khoan (?:thu|nao|gi)|price|fees?"
            r"|costs?|how much|charges?|cheaper|expensive)\b"
        ),
    ),
    (
        "time",
        re.compile(
            r"\b(?:lau|may (?:ngay|bua|hom)|bao gio|khi nao|(?:chung|khi|bua) (?:mo|nao)|lay lien"
            r"|trong ngay|how long|days|weeks|how soon|today|tomorrow|while i wait)\b"
        ),
    ),
    (
        "eligibility",
        re.compile(
            r"\b(?:ai (?:ky|di|lam|nop|duoc|phai)"
            r"|(?:ca hai|mot nguoi|hai nguoi) (?:phai|di|den|cung)"
            r"|who (?:signs?|must|can|should|may)|(?:all right|alright|ok|okay|enough|fine) if"
            r"|(?:just|only) one of us|both of us|in person)\b"
        ),
    ),
    (
        "online",
        re.compile(
            r"\b(?:onl|online|qua mang|web|internet|(?:tren|bang|qua|dung) dien thoai"
            r"|(?:on|with|by|from) my phone)\b"
        ),
    ),
    ("form", re.compile(r"\b(?:mau don|to khai|to don|don (?:in|mau)|mau|forms?)\b")),
    ("steps", re.compile(r"\b(?:tung buoc|cac buoc|may buoc|trinh tu|quy trinh|steps?)\b")),
    ("place", re.compile(r"\b(?:o dau|(?:quay|cho|ben|cua|noi|ban) nao|where)\b")),
)


def asked_plainly(text: str) -> tuple[str, ...]:
    """The aspects that the bare words of a follow-up name, where no pattern knew them."""
    folded = " ".join(tokens(text))
    return tuple(aspect for aspect, words in _PLAINLY if words.search(folded))


_CHANGE = re.compile(
    r"\b(?:mat(?! (?:bao|may|phi|tien|le|nhieu|lau|khoang|thoi|cong|chung|gi|dong|them|mot|hai|ba"
    r"|\d+)\b)|that lac|danh roi|rach|bi (?:hong|hu)|hu hong|nat|gia han|het han|qua han|dieu chinh"
    r"|thay doi|doi ten|doi thiet ke|huy|xoa|cham dut|nghi (?:luon|han|ban)|tam ngung|cap lai"
    r"|lam lai|lost|lose|torn|damaged|renew|extend|extension|amend|change|cancel|close down"
    r"|replace|expired?)\b"
)


def change(said: str) -> set[str]:
    """The folded words that say what happened to a paper, or is to be done with it."""
    found = _CHANGE.search(" ".join(tokens(said)))
    return set() if found is None else set(found[0].split())


_OFFICE = (
    r"(?:cong an|trung tam|uy ban|ubnd|phuong|xa|quay|huyen|tinh|quan|so|day|do|cho nay|cho kia"
    r"|truong|to dan pho|khu pho|ap|thon)"
)
_SURELY: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "documents",
        re.compile(
            r"\b(?:mang|mag|dem|cam|chuan bi) (?:theo )?(?:nhung )?(?:gi|j)\b"
            r"|\b(?:can|phai co) (?:nhung |cac )?(?:don|giay|bang chung|chung cu) (?:gi|nao|chi)$"
            r"|\bwhat(?: \w+)? do (?:i|we) (?:have|need) to (?:present|show|bring|submit)\b"
        ),
    ),
    (
        "time",
        re.compile(
            r"\bngay (?:tra|lay|nhan) (?:ket qua|giay)|\bhow many days\b|\bwhile i wait\b"
            r"|\b(?:nop|gui|dua)(?: \w+){0,4} (?:thi|la)(?: \w+)?"
            r" (?:mai|mot|chieu|sang|trua|bua|hom|tuan|thu|ngay)(?: \w+){0,3}"
            r" (?:co|xong|lay|ra)(?: \w+){0,2} (?:chua|khong|hong|ko|k)$"
        ),
    ),
    (
        "place",
        re.compile(
            rf"\b(?:nop|dua|gui|dem|mang|trinh|giao|lam|khai|xin|dang ky)(?: \w+){{0,3}}"
            rf" (?:cho|o|tai|ra|len|qua|ben|ngay) {_OFFICE}(?: \w+){{0,2}} (?:hay|hoac)(?: la)?"
            rf"(?: \w+){{0,4}} {_OFFICE}\b"
        ),
    ),
    (
        "online",
        re.compile(
            r"\b(?:on the web|over the internet|via the web|through the web|on my phone"
            r"|(?:tren|bang|qua) dien thoai (?:khai|lam|nop|dang ky|gui|duoc)"
            r"|(?:khai|lam|nop|dang ky|gui)(?: \w+){0,3} (?:tren|bang|qua)"
            r" (?:dien thoai|may tinh|laptop))\b"
        ),
    ),
    ("fee", re.compile(r"\b(?:cheaper|phai dong (?:\w+ )?khoan|khoan thu|bao nhieu phan tram)\b")),
)


def asked_surely(text: str) -> tuple[str, ...]:
    """Aspects that certain words always mean."""
    folded = " ".join(tokens(text))
    return tuple(aspect for aspect, words in _SURELY if words.search(folded))


_COUNTING = re.compile(
    r"\b(?:thieu|du chua|du giay|kiem tra|ra soat|ra xem|doi chieu|check|missing|con gi)\b"
)


_HAS_AND_LACKS = re.compile(
    r"\b(?:co|mang|dem|cam|xin|lam)\b.*\b(?:roi|san|day)\b.*"
    r"\b(?:(?:con )?thieu|con (?:can |phai )?(?:them )?(?:gi|chi)|can them|du (?:chua|khong))\b"
    r"|\b(?:have|got)\b.*\b(?:missing|lacking|what else)\b"
)


def has_and_lacks(said: str) -> bool:
    """ "Giả dụ có A với B rồi, coi còn thiếu gì": papers are told, the missing ones asked for."""
    return bool(_HAS_AND_LACKS.search(" ".join(tokens(said))))


_HAD = re.compile(
    r"\b(?:co|mang|dem|cam|chuan bi|have|got|brought)\b(?: \w+){1,12}? (?:roi|san|day|du|already)\b"
)


def without_papers(said: str) -> str | None:
    """The folded text without the papers that are said to be had; None where none are."""
    folded = " ".join(tokens(said))
    rest = _HAD.sub(" ", folded)
    return None if rest == folded else rest


def counts_papers(said: str) -> bool:
    """The papers are to be gone through with the visitor."""
    return bool(_COUNTING.search(" ".join(tokens(said))))


_STAFF = re.compile(
    r"\b(?:(?:nho|keu|goi|gap|moi|noi chuyen voi|noi voi|cho gap|xin gap|kiem|tim)(?: \w+){0,3}"
    r" (?:can bo|nhan vien|nguoi that|nguoi phu trach|chi huong dan)"
    r"(?! (?:den|toi|ve|qua|xuong) (?:tan )?nha)"
    r"|(?:goi|dien)(?: thoai)? lai cho (?:toi|em|minh|chi|anh|bac|co|chu|chau|tui|ong|ba)\b"
    r"|(?:nho|bao|keu)(?: \w+){1,6} (?:goi|dien|lien he|lien lac)(?: thoai)?(?: lai)?"
    r" (?:cho|voi) (?:toi|em|minh|chi|anh|bac|co|chu|chau|tui)\b"
    r"|(?:call|phone|ring) me(?: back)?\b|(?:xuong|bang xuong)(?: bang)? thit"
    r"|(?:speak|talk|chat)(?: \w+){0,2} (?:to|with)(?: \w+){0,2}"
    r" (?:human|person|someone|somebody|staff|officer|employee|clerk|people)"
    r"|(?:real|actual|live) (?:human|person)|human being)\b"
)


def wants_staff(said: str) -> bool:
    """A person is asked for in so many words."""
    return bool(_STAFF.search(" ".join(tokens(said))))


_WHICH_COUNTER = re.compile(
    r"\b(?:ra|di|toi|den|vo|vao|qua|len|sang|o|nop|gap)(?: \w+)?"
    r" (?:ban|quay|cua|cho|phong|noi)(?: so)? (?:mo|nao|may|dau)\b"
    r"|\b(?:which|what) (?:counter|desk|window)\b"
)


def asks_which_counter(said: str) -> bool:
    """ "Ra bàn nào": the way, whatever stands beside it."""
    return bool(_WHICH_COUNTER.search(" ".join(tokens(said))))


_ANOTHER = re.compile(
    r"(?:(?:the|vay|a|o|ma|roi|da|em|oi|ok|um|uh)\s)*(?:con|the con|what about|how about|and for)\b"
)


_OF_MINE = re.compile(
    r"(?:(?:gai|trai|dau|re|ruot|nuoi|rieng|chung|em|be|chau|dua|minh|toi|tui|anh|chi|bac|co"
    r"|ong|ba|nha|cua)\b(?! thi\b))"
)


def opens_another(said: str) -> bool:
    """ "Còn …", "what about …": something beside the open procedure may be named. A child ("con tôi
    sinh ở quê") is nothing of the kind."""
    folded = " ".join(tokens(said))
    opening = _ANOTHER.match(folded)
    if opening is None or not opening[0].endswith("con"):
        return opening is not None
    if said.isascii():
        return _OF_MINE.match(folded[opening.end() :].strip()) is None
    written = re.findall(r"\w+", said.lower())
    at = len(opening[0].split()) - 1
    return at >= len(written) or written[at] != "con"


_ANOTHER_MATTER = re.compile(
    r"\b(?:(?:chuyen|viec|thu tuc|van de|vu) khac(?: nua)?"
    r"|hoi (?:sang|qua|them) (?:chuyen|viec|thu tuc)"
    r"|con (?:mot |1 )?(?:chuyen|viec|thu tuc) nua|them (?:mot |1 )?(?:chuyen|viec|thu tuc)"
    r"|another (?:thing|question|matter|procedure)|something else|one more thing"
    r"|(?:a )?different (?:thing|matter|procedure|question))\b"
)


def opens_matter(said: str) -> bool:
    """ "Chuyện khác nữa, …": what follows is not about the open procedure."""
    return bool(_ANOTHER_MATTER.search(" ".join(tokens(said))))


_VOICE = {
    "slower": re.compile(r"cham|slow(?:er|ly)?\b|nhanh|kip|tu tu|tha|thong|fast|rush|speed"),
    "louder": re.compile(r"\bto\b|lon|loud|volume|nghe|hear|nho|speak up|tieng|mic|vang|hong|hét"),
}


def speaks_of_voice(said: str, intent: str) -> bool:
    """False for a word or two that only look like an order about the voice ("slots")."""
    words = tokens(said)
    pattern = _VOICE.get(intent)
    return pattern is None or len(words) > 2 or bool(pattern.search(" ".join(words)))
