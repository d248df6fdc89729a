"""The shape of a question: its telling words as kinds (must, bring, paper, somebody, instead,
here …) in their order, whatever stands between them.

"Có phải mang theo giấy chứng sinh không" and "has one to enclose the ruling" are both *must, bring,
paper*: what is learnt of one holds for the other, though they share no pair of words.
"""

from __future__ import annotations

from collections.abc import Sequence

_KINDS = {
    "must": "co phai|phai|co can|can phai|bat buoc|nhat thiet|can|have to|has to|must|need to"
    "|needs to|need|needs|should|shall|supposed|required|necessary|mandatory",
    "may": "duoc khong|co duoc|duoc chua|duoc chu|duoc ha|duoc no|dang khong|con duoc|van duoc"
    "|duoc|can i|can we|can my|can he|can she|may|could|allowed|can|able|entitled|eligible",
    "bring": "mang|mang theo|dem|dem theo|cam theo|cam|kem|kem theo|dinh kem|nop kem|nop them"
    "|xuat trinh|dua|photo|trao|bring|attach|enclose|show|hand in|present|provide|include",
    "file": "nop|gui|dang ky|khai|lam|xin|giai quyet|nop ho so|nop don|lam ho so|apply|register"
    "|submit|file|send|make|do it",
    "permit": "giay phep|xin phep|phep tac|phep|giay phep xay dung|giay phep kinh doanh|permit"
    "|permission|licence|license|khai bao|dang ky kinh doanh|trinh bao",
    "paper": "ban an|ban ve|ban do|ban sao|ban chinh|ban goc|ban dich|ban photo|bien ban|anh the"
    "|anh|hinh|hinh the|hop dong|hoc ba|so ho khau|ho khau|can cuoc|can cuoc cong dan|cccd"
    "|chung minh|ho chieu|giay chung sinh|giay bao tu|giay chung tu|giay ra vien|giay uy quyen"
    "|giay gioi thieu|giay doc than|giay ket hon|giay khai sinh|giay xac nhan|giay kham"
    "|giay to|giay|to khai|don|so do|so hong|bang|bang cap|huan chuong|hoa don|visa|passport"
    "|photos|photo|copy|copies|original|originals|translation|contract|lease|decree|certificate"
    "|id card|id|drawings|documents|papers|document|paper",
    "what": "gi|nhung gi|giay gi|cai gi|thu gi|loai nao|may loai|bao gom|gom|what|which",
    "who": "ai|nguoi nao|doi tuong|dien nao|who|whom",
    "where": "o dau|dau|cho nao|noi nao|quay nao|cua nao|quay may|phong nao|co quan nao|where"
    "|which office|which counter|which desk",
    "here": "o day|tai day|tren nay|duoi nay|trong nay|ngoai nay|ben nay|tren day|duoi nay|day"
    "|o phuong|tai phuong|phuong minh|phuong nay|o xa|here|this office|this ward|this counter",
    "there": "o que|ve que|que|tinh khac|noi khac|phuong khac|xa khac|cho khac|huyen|tinh|so"
    "|cong an|phuong cu|noi cu|hometown|district|province|police|embassy|elsewhere|another ward",
    "net": "online|qua mang|tren mang|truc tuyen|vneid|dich vu cong|internet|app|dien thoai|web"
    "|website|email|tai nha|o nha|tan noi|truc tiep|in person",
    "long": "bao lau|may ngay|bao gio|khi nao|chung nao|may hom|may bua|may tuan|mau khong"
    "|trong ngay|lay lien|lay ngay|hen|how long|when|same day|how many days|ready|how soon",
    "money": "bao nhieu tien|phi|le phi|tien|mat tien|ton|may dong|bao nhieu|mien phi|how much|fee"
    "|fees|cost|price|charge|pay|free|money",
    "instead": "thay|giup|gium|ho|thay mat|uy quyen|dai dien|for me|on my behalf|instead|for him"
    "|for her|for us",
    "both": "ca hai|hai ben|hai nguoi|hai dua|hai vo chong|ca nha|cung|cung luc|mot minh|co mat"
    "|chinh chu|dich than|tu di|both|together|alone|witness",
    "somebody": "bo|ba|me|ma|cha|thay|con|chau|vo|chong|anh|chi|em|ong|bac|chu|co|di|ban|nguoi nha"
    "|nguoi khac|hang xom|husband|wife|mother|father|son|daughter|brother|sister|friend|cousin"
    "|someone|somebody|colleague|roommate|landlord|neighbour|neighbor|assistant",
    "first": "truoc|sau|truoc roi|xong roi|xong moi|cung luc|luon mot the|cung mot luc|lan luot"
    "|tiep|tiep theo|buoc|trinh tu|first|then|order|steps|step|afterwards",
    "how": "the nao|lam sao|nhu the nao|ra sao|how",
    "or": "hay|hoac|or",
    "no": "khong|chua|ha|chu|nhi",
}  # fmt: skip
_LONGEST = 3


def _by_phrase() -> dict[str, str]:
    kinds: dict[str, str] = {}
    for kind, phrases in _KINDS.items():
        for phrase in phrases.split("|"):
            kinds.setdefault(phrase, kind)
    return kinds


_KIND_OF = _by_phrase()


def shape(words: Sequence[str]) -> list[str]:
    """Kinds of the telling words, in their order, the longest phrase first; a comma stays. `words`:
    without accents.
    """
    kinds: list[str] = []
    at = 0
    while at < len(words):
        if words[at] == ",":
            kinds.append(",")
            at += 1
            continue
        for length in range(_LONGEST, 0, -1):
            kind = _KIND_OF.get(" ".join(words[at : at + length]))
            if kind is not None and at + length <= len(words):
                if not kinds or kinds[-1] != kind:
                    kinds.append(kind)
                at += length
                break
        else:
            at += 1
    return kinds
