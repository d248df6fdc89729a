"""Papers that a message names as required or lacking beside what it asks for: "đăng ký thường trú
có cần giấy kết hôn không", "do we need a single certificate to marry".

Most papers are procedures too; what is asked for leads, the paper does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.lexicon import Reading

_PAPER = (
    r"(?:giay(?! (?:to )?(?:gi|chi|nao)\b)"
    r"|so (?:do|hong|ho khau|bhxh|bao hiem|dat|tiet kiem|luu tru)"
    r"|bia do|can cuoc|cccd|cmnd|cmt|chung minh|ho khau|ho chieu|khai sinh|khai sanh|chung sinh"
    r"|bao tu|chung tu|khai tu|hop dong|ban (?:ve|sao|chinh|goc|an|dich|photo|cam ket)|hon thu"
    r"|bang (?:cap|tot nghiep|dai hoc|lai|thcs|thpt|12|goc)|hoc ba|don (?:xin|de nghi)|to khai"
    r"|the (?:bao hiem|bhyt|can cuoc|dang vien|thuong binh|cu tru)|quyet dinh|xac nhan"
    r"|trich luc|uy quyen|di chuc|bien ban|ct0?7|ct0?1|ly lich|so yeu|van bang|chung chi"
    r"|hinh the|anh the)"
)
_CARRIED = r"(?:(?:phai|co|can|dem|mang|nop|cam|kem|kem theo|trinh|them|ca|cai|to|tam|cuon|theo) )*"
_ASKS = (
    r"(?:co )?(?:bat buoc|nhat thiet|bat)(?: phai)?|co (?:can|phai|doi(?: hoi)?|yeu cau)"
    r"|can (?:co|phai|them|kem|dem|mang|nop)|phai co|phai (?:dem|mang|nop|kem)|co bat"
    r"|(?:khong|ko) biet (?:co )?can|chi can"
)
"""Words that ask whether something must be there."""
_LACKS = r"(?:ma |neu )?(?:(?:khong|chua|hong|hem|chang)(?: con| kip)? (?:co|mang|dem)|thieu)"
_CAN_IT = re.compile(
    r"\b(?:(?:duoc|dang|co duoc|lam duoc|nop duoc|khai duoc) (?:khong|hong|chu|ha|hem|chua|ko)"
    r"|co sao (?:khong|hong))\b"
)
"""Without such a question the lack may be the matter itself ("chưa có sổ đỏ, giờ muốn làm")."""
_BESIDE = (
    r"(?:so|trung|khop|giong|khac|lech|chenh)(?: (?:voi|nhu|so voi))+"
    r"|cho (?:khop|trung|giong)(?: voi)?"
    r"|khong (?:khop|trung|giong)|theo dung|dung theo|can cu theo"
)
"""Words before a paper with which something is compared ("sai ngày sinh so với căn cước")."""
_MORE = (
    r"(?:khong |ko |hong )?(?:hay|hay la|hoac|voi|va|lan|cung) (?:la )?(?:chi can )?"
    rf"{_CARRIED}{_PAPER}"
)
_END = (
    r"(?:khong|ko|hong|hem|chua|khum|thi|la|de|roi|nua|du|duoc|hay|hoac|voi|va|lan|cung|cua|cho|tu"
    r"|ma|truoc|sau|moi|luon|ha|a|vay|nhi|chi|xin|lam|dang(?! ky)|muon|gio|may|bao|o|tai)"
)
_WORDS = rf"(?: (?!{_END}\b)\w+){{0,7}}"
_WHICH = (
    rf"can {_CARRIED}{_PAPER}(?: \w+){{0,3}} (?:chinh|goc|that)"
    r" (?:hay|hay la|hoac) (?:ban |to )?(?:sao|photo|pho to|cong chung|chup)"
)
"""The original or a copy of it."""
_NAMED = re.compile(
    rf"\b(?:{_WHICH}|(?:{_ASKS}|{_BESIDE}) {_CARRIED}(?:trong |tren )?{_PAPER}\b{_WORDS}"
    rf"(?: {_MORE}\b{_WORDS})*)"
)
_LACKED = re.compile(rf"\b{_LACKS} {_CARRIED}{_PAPER}\b{_WORDS}")

_PAPER_EN = (
    r"(?:certificates?|card|book|contract|passports?|licen[cs]e|permit|drawings|photos?|diploma"
    r"|consent|proof|letter|confirmation|id|decree|degree|lease|agreement|documents?|papers?)"
)
_BEYOND = r"(?:to|for|if|when|before|after|while|because|so|as|and|but|or|in|at|since|on)"
_NAMED_EN = re.compile(
    r"\b(?:(?:do|does|must|should) (?:i|we|you|he|she|they|my \w+) (?:need|have|bring|require)"
    r"|(?:do|does) (?:i|we|you|he|she|they) (?:need|have) to (?:have|bring|show|submit|give)"
    r"|is|are|without|must i (?:bring|have|show))"
    rf"(?: (?:a|an|the|my|our|his|her|their|any|both|your))(?: (?!{_BEYOND}\b)\w+){{0,4}}"
    rf" {_PAPER_EN}\b(?: of (?:\w+ ){{1,3}}(?={_BEYOND}\b|$))?"
)
_NEEDED_EN = re.compile(r" (?:\w+ )?(?:needed|required|necessary|mandatory|compulsory)\b")
_TELLING = frozenset({"foreign", "abroad", "again"})
"""Concepts that tell near twins apart, whoever's paper they stand beside."""


def papers_named(reading: Reading) -> frozenset[int]:
    """Tokens that name such papers, whose they are left out; none where nothing else is said."""
    message = reading.message
    found: set[int] = set()
    for start, end in _spans(message.plain, message.language):
        first = message.plain.count(" ", 0, start)
        if message.folded[first] == "so" and not (
            message.accented and message.tokens[first] == "so"
        ):
            continue  # "sổ với giấy": the register and the paper
        found.update(range(first, first + message.plain.count(" ", start, end) + 1))
    if not found:
        return frozenset()
    for concept, start, end in reading.spans:
        if concept in _TELLING:
            found.difference_update(range(start, end))
    left = set(range(len(message.tokens))) - found - reading.skip
    return frozenset(found) if left else frozenset()


def _spans(plain: str, language: str) -> Iterator[tuple[int, int]]:
    if language == "en":
        for named in _NAMED_EN.finditer(plain):
            asked = named[0].startswith(("is ", "are "))
            if not asked or _NEEDED_EN.match(plain, named.end()):
                yield named.span()
        return
    for named in _NAMED.finditer(plain):
        yield named.span()
    for lacked in _LACKED.finditer(plain):
        if _CAN_IT.search(plain, lacked.end()):
            yield lacked.span()
