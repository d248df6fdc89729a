"""What stands around a question: courtesy before it, "no, I mean", "back to", "read it to me".

Regular expressions over folded text only; what is asked is left to the classifier.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dialogues.wording import fold, tokens


@dataclass(frozen=True, slots=True)
class Framing:
    rest: str
    """What is asked, without what stands before it; the whole text when nothing is left."""
    corrects: bool = False
    """The last answer is taken back."""
    returns: bool = False
    """Something of before is taken up again."""
    instead: bool = False
    """One thing is set against another, which is denied ("A chứ không phải B")."""


_WHO = (
    r"(?:em|anh|chi|co|chu|bac|chau|con|ban|cung|ong|ba|ad|shop|robot|may|minh|ca nha|moi nguoi"
    r"|anh chi|quy vi)"
)
_SOFT = r"(?:a|nha|nhe|nhen|nghen|nghe|nhieu|lam|rat nhieu|nhi|oi|roi|da|ne|luon|voi|so much|a lot)"
_COURTESY = re.compile(
    r"(?:(?:da|vang|u|uh|um|uk|ok|oke|okay|oki|haha|hihi|hi hi|hmm|hm|a|o|oi|ui|thoi duoc roi"
    r"|(?:a |o )?(?:ma )?thoi(?: (?:chac |thi )?(?:khong|khoi|ko|hong)(?: (?:can|phai))?"
    r"(?: (?:nua|dau|a|em))*)|(?:a |o )?ma thoi"
    r"|duoc roi|"
    r"thoi duoc|right|well|fine|alright|great|perfect|good|lovely|thoi|roi|ay|uhm|khoan da|khoan"
    r"|(?:tot|hay|gioi|tuyet|tuyet voi|ngon|dung|quy hoa)(?: (?:qua|lam|roi|ghe|the|vay))*"
    r"|(?:bac |co |chu |ba |ong |tui |toi )?(?:doi on|mang on|biet on)"
    r"(?: (?:em|con|chau|cung|nhieu|lam|nghe"
    r"|nghen|nha))*)"
    r"|(?:xin |chan thanh |minh |em |chau |toi |chi |anh )?(?:cam on|cam on|cam un|tks|thanks"
    r"|thank you"
    r"|thank|thks|cảm ơn)(?: " + _WHO + r")?(?: " + _SOFT + r")*"
    r"|(?:em |chau |toi |minh |xin |da )?(?:chao)(?: " + _WHO + r")*(?: " + _SOFT + r")*"
    r"|(?:hello|hi|hey|good (?:morning|afternoon|evening)|alo|a lo)(?: (?:there|"
    + _WHO[3:-1]
    + r"))?"
    r"|" + _WHO + r" oi)"
    r"\s*[,.!;:?…~)(]+\s*"
)
_LINK = re.compile(
    r"(?:(?:a ma|ma|the|vay|cho (?:(?:toi|em|anh|chi|bac|minh|chau|co|chu|ba|me|ngoai|noi|tui)"
    r" )?hoi(?: (?:ve|chut|ti|xiu|them|chut xiu|ti xiu))*|nhan tien|tien the"
    r"|by the way|btw|but|and|so)[ ,]+)"
)
_THANKS_AND = re.compile(
    r"(?:xin |minh |em |chau |toi )?(?:cam on|tks|thanks|thank you)(?: "
    + _WHO
    + r")?(?: "
    + _SOFT
    + r")*\s+(?=(?:a ma|ma cho|the con|the thi|vay con|vay thi|cho (?:toi|em|anh|chi|bac|minh"
    r"|chau) hoi"
    r"|and |but |can |how |what |where |do |is )\b)"
)
_MISTAKE = re.compile(
    r"(?:(?:a|o|ay|ua|oi|u|thoi|da|i|hmm|hm|hic|chet|oh|wait|sorry|well|hold on|hang on"
    r"|no(?= (?:wait|sorry|hold|hang|i mean|i meant)))[ ,.!]+)*"
    r"(?:(?:khong|hong|hong|hem|ko|k|kg) (?:phai|dung)(?: (?:the|vay|dau|cai do|cai nay|roi|a"
    r"|em|y do))*"
    r"|(?:nham|lon|sai|nham lan)(?: (?:roi|mat|a|em|mat roi))*"
    r"|(?:khong|hong|hong|ko|k|no|nope)(?=\s*[,.!;])"
    r"|(?:no|not that|not this|not that one|wrong|thats wrong|that is wrong"
    r"|that is not)(?: one)?(?=\s*[,.!;])"
    r"|(?:khong|hong|ko)(?= y (?:toi|em|anh|chi|bac|chau|minh|tui|con|co|chu)\b)"
    r"|(?=y (?:toi|em|anh|chi|bac|chau|minh|tui|con|co|chu|di|ngoai|tao|tui) (?:la|hoi|muon|noi)\b)"
    r"|(?:i mean|i meant|actually))"
    r"[ ,.!;:]*"
)
_MEANING = re.compile(
    r"(?:(?:a|o|ma|chu|i checked|sorry|toi|em|ay|well|hmm)[ ,.]+)*"
    r"(?:(?:y|cai|viec|dieu) (?:toi|em|anh|chi|bac|chau|minh|tui|con|co|chu|di|ngoai|tao)"
    r"(?: (?:la|muon|can|hoi|noi|dang hoi|muon noi|muon hoi))+"
    r"|(?:toi|em|anh|chi|bac|chau|minh|tui) (?:dang )?(?:hoi|noi|muon hoi|muon noi)(?: (?:la"
    r"|ve|den))+"
    r"|(?:i (?:mean|meant|was asking(?: about)?|am asking(?: about)?|want|wanted|need)|its"
    r"|actually))"
    r"[ ,:]*"
)
_RETURNS = re.compile(
    r"\b(?:(?:quay|tro) (?:lai|ve)(?! (?:sau|truong|que|hoat dong|kinh doanh|lam viec))"
    r"|(?:luc|ban|hoi|vua|khi) nay(?! (?:la|co|thi|khong))|nay (?:dang|hoi|noi|gio)"
    r"|(?:hoi|luc|ban|khi) dau(?! (?:tien|nam|thang|tuan))"
    r"|noi do|hoi do|dang do|hoi truoc hoi|(?:viec|cai|vu|chuyen|thu tuc) (?:truoc|dau tien hoi)"
    r"|back to|(?:go|going|come|coming|return|returning) (?:back )?to (?:the|my|that|what)"
    r"|where were we|(?:i|we) (?:asked|said|talked)(?: about)? (?:before|earlier|first)"
    r"|earlier|the previous one)\b"
)
_GOES_ON = re.compile(
    r"\b(?:(?:kiem tra|ra|xem|lam|hoi|doc|noi|ra soat|check|di) tiep|tiep tuc|lam not|tiep di"
    r"|tiep theo"
    r"|dang do|go on|carry on|continue|next(?: one| question| paper)?)\b"
)


def framing(text: str) -> Framing:
    """The question in a text, and whether it corrects or takes up something of before."""
    rest = _without_tongue(text.strip())
    rest = _without(rest, _COURTESY, again=True)
    rest = _without(rest, _THANKS_AND)
    rest = _without_order(_without_link(rest))
    returns = bool(_RETURNS.search(_plain(text)))
    rest, denies = _without_denied(rest)
    corrected = _without(rest, _MISTAKE)
    corrects = denies or corrected != rest or _MISTAKE.match(_folded(rest)) is not None
    if corrects:
        rest = _without(corrected, _MEANING)
    meant = _instead(rest)
    return Framing(meant or rest, corrects, returns, meant is not None)


_DENIED = re.compile(
    r"(?:(?:a|o|u|da|no|khong|chu) )?(?:(?:khong|hong|ko|dau|dau co) phai(?: (?:la|hoi|muon|ve))*"
    r" (?!(?:dau|the|vay|dung|roi|cai|a|em|y|dong|nop|tra|mang|dem|co|cho|xin|di|lam|ra|den|len)\b)"
    r"\w+(?: \w+){0,3}|(?:no )?not"
    r" (?:the |a |an |about |for )?(?!(?:sure|yet|now|really|that|this)\b)"
    r"\w+(?: \w+){0,3})\s*[,.;:!]+\s*"
)
_ASKS_BACK = re.compile(r"\b(?:ha|phai khong|dung khong|a|right|chu|khong)$")


def _without_denied(text: str) -> tuple[str, bool]:
    """ "Không phải thừa kế, mẹ cho tôi đất": what is denied says nothing of what is meant."""
    match = _DENIED.match(_folded(text))
    if match is None or _ASKS_BACK.search(_plain(text)):
        return text, False
    rest = text[match.end() :].strip()
    return (rest, True) if len(tokens(rest)) >= _LEAST_MEANT else (text, False)


_LEAST_MEANT = 3
_TONGUE = re.compile(
    r"(?:^|[,.;!?]\s*)(?:(?:em|chau|con|ban|robot|may|xin|hay|nho|lam on|phien)[ ]+)*"
    r"(?:tra loi|noi|noi chuyen|giai thich|dap)(?: (?:lai|giup|cho|bang|toi|em|me|minh|tui))*"
    r" tieng viet(?: (?:giup|gium|cho|voi|nhe|nha|nghe|nghen|di|a|em|chau|con|toi|me|bac|tui|thoi"
    r"|duoc|khong|luon))*\s*(?:[,.;!?]+\s*|$)"
    r"|(?:^|[,.;!?]\s*)(?:please )?(?:answer|reply|speak|respond|explain)(?: (?:me|to me|it))?"
    r" in english(?: please)?\s*(?:[,.;!?]+\s*|$)"
)
"""In which language to answer, said in that very language: it is answered in it anyway."""


def _without_tongue(text: str) -> str:
    """What is asked beside the language of the answer; the whole text when nothing is."""
    match = _TONGUE.search(_folded(text))
    if match is None:
        return text
    rest = f"{text[: match.start()]}, {text[match.end() :]}".strip(" ,")
    return rest if len(tokens(rest)) >= 2 else text


_ORDER = re.compile(
    r"[,.;:!?]+\s*(?:(?:nho|hay|xin|vui long|lam on|phien|em|anh|chi|con|chau|co|ban|giup|please"
    r"|just)\s)*(?:(?:liet ke|doc|ke|noi)"
    r"(?= (?:giup|gium|dum|cho|ra|het|tat ca|toan bo|day du|du|tung|cac|nhung)\b)"
    r"(?: \w+){1,10}|list (?:me |us |out )?(?:all|every\w*|the|which|what)\b(?: \w+){0,8}"
    r"(?:,? please)?)\s*[.!?]*$"
)


_ALL_TOGETHER = re.compile(
    r"[.;:!]+\s*(?:and |so )?(?:which|what)(?: \w+){0,4} (?:registrations?|permits?|licen[cs]es?"
    r"|procedures?|formalities|papers?|paperwork|documents?)\b[^.?!]*"
    r"\b(?:all|every\w*|altogether)\b[^.?!]*\?*$"
)
_ONE_IS_WANTED = re.compile(r"\b(?:want|would like|apply|register|registration|need|get an?)\b")
"""One thing is asked for, and all of its papers; otherwise a story is told."""


def _without_order(text: str) -> str:
    """What an order to name everything stands behind ("…, liệt kê hết giúp em"): its own words are
    heard as other things ("hết giấy tờ" as papers that are gone)."""
    folded = _folded(text)
    match = _ORDER.search(folded)
    if match is None:
        asked = _ALL_TOGETHER.search(folded)
        told = asked is not None and _ONE_IS_WANTED.search(folded[: asked.start()]) is None
        match = asked if told else None
    if match is None or len(tokens(text[: match.start()])) < _LEAST_MEANT:
        return text
    return text[: match.start()].strip()


_INSTEAD = re.compile(
    r"(?P<meant>[^?]+?)[ ,]+chu (?:(?:khong|hong|ko|k|hem|dau) (?:phai|co|co phai)(?: la| di| lam)?"
    r" [^,;?]+|co [^,;?]+ dau(?: \w+){0,2})"
    r"|(?P<rather>[^?,]+?)(?: ma)?\W+(?:dau|dau co|co|chu dau|khong|hong|chang) phai"
    r"(?: la| di| lam)?(?: [^,;? ]+){1,4}? dau(?: \w+)?"
    r"|(?:dau|dau co|co) phai(?: la| di| lam)?(?: [^,;? ]+){1,4}? dau(?: \w+)?\W+"
    r"(?P<after>[^?,]+?)(?: ma| co ma| chu)?"
    r"|(?P<intended>[^?]+?), not (?:a |an |the |for |about )?\S+(?: \S+){0,4}"
)
_ASKED_BACK = re.compile(r"\b(?:ha|phai khong|dung khong|sao|khong|hong|chu|vay|right)(?: \w+)?$")
_LONGEST_CONTRAST = 16


def _instead(text: str) -> str | None:
    """What is meant of "A chứ không phải B", "chỉ A chứ có B đâu", "A mà, có phải B đâu", "A, not
    B"; None without B."""
    folded = _folded(text).rstrip(" .!")
    if len(folded.split()) > _LONGEST_CONTRAST:
        return None
    match = _INSTEAD.fullmatch(folded)
    if match is None or _ASKED_BACK.search(folded):
        return None
    group = next(name for name, said in match.groupdict().items() if said)
    meant = text[slice(*match.span(group))].strip(" ,")
    return meant if len(tokens(meant)) >= 2 else None


_NO_LINK = frozenset(["thẻ", "thể", "sổ", "số", "sơ", "má", "mã", "mả", "mạ", "vay", "váy", "vây"])
"""Words that fold to a linking word and are none ("thẻ căn cước", "sổ đỏ"); "vay" only beside
accents."""


def _without_link(text: str) -> str:
    first = text.lower().split(maxsplit=1)[0].strip(",.") if text else ""
    if first in _NO_LINK and not text.isascii():
        return text
    return _without(text, _LINK)


_CONTINUES = re.compile(r"(?:da |a |o |ok |roi |u |um )*(?:vay|the|roi|rua|so|then|and)\b(?! con)")


def continues(text: str) -> bool:
    """ "Vậy …", "thế …", "so …": the question goes on from what was said."""
    first = text.lower().split(maxsplit=1)[0].strip(",.") if text.strip() else ""
    accented = first in _NO_LINK and not text.isascii()
    return not accented and _CONTINUES.match(_plain(text)) is not None


def goes_on(text: str) -> bool:
    """The running task is to be continued ("tiếp tục đi", "kiểm tra tiếp")."""
    return bool(_GOES_ON.search(_plain(text)))


def _plain(text: str) -> str:
    return " ".join(tokens(text.replace("'", "").replace("’", "")))


def _folded(text: str) -> str:
    """Folded letter by letter, so that places in it are places in the text; "" when that cannot
    be."""
    folded = fold(text)
    return folded if len(folded) == len(text) else ""


def _without(text: str, opening: re.Pattern[str], again: bool = False) -> str:
    """What follows the opening, when at least two words do."""
    while True:
        match = opening.match(_folded(text))
        if match is None or match.end() == 0:
            return text
        rest = text[match.end() :].strip()
        if len(tokens(rest)) < 2:
            return text
        text = rest
        if not again:
            return text


_READ_OUT = re.compile(
    r"\b(?:doc|ke|liet ke|noi)(?: \w+){0,4} (?:danh sach|tung (?:loai|thu|giay|cai|mon)|giay to|"
    r"cac giay|het)\b|\bread (?:me |out |aloud )*(?:the |that |all |my )*(?:list|papers|documents)"
    r"|\blist (?:all |me )*(?:the |of )*(?:papers|documents)"
)
_ONE_BY_ONE = re.compile(
    r"\b(?:one (?:by|after) one|one at a time|(?:tung|lan luot tung) (?:cai|mon|giay|loai|thu|to)"
    r"(?: mot)?)\b"
)
_WRITTEN_DOWN = re.compile(
    r"\b(?:writ(?:e|ing)|not(?:e|ing)|jot(?:ting)?)\b.*\b(?:down|it|them|papers|list)\b"
    r"|\b(?:ghi|chep|bien|viet)(?: \w+){0,3} (?:lai|xuong|ra|giay|kip|so|tay|vo)\b"
)


def wants_reading_out(text: str) -> bool:
    """The papers are to be read one after another, however many they are; somebody who writes them
    down wants to hear them, not to be asked for them."""
    plain = _plain(text)
    written = _ONE_BY_ONE.search(plain) and _WRITTEN_DOWN.search(plain)
    return bool(_READ_OUT.search(plain) or written)


_SEPARATOR = re.compile(
    r"(?<=[^\d.\s][^\d.\s])[.?!;]+\s+|[,.]?\s+(?:với lại|voi lai|à mà|tiện thể|nhân tiện"
    r"|ngoài ra|ngoai ra|mà cho|rồi cho|đồng thời|and also|and then|also|by the way|as well as)\s+"
    # without accents "tien the" is also in "tinh tien the nao", "nhan tien" is also "nhận tiền"
    r"|,\s+(?:và|còn|với|rồi|thế còn|xong|tien the|nhan tien|va|con|and|then|but)\s+"
    # "có sổ hộ nghèo rồi thì …" tells what is settled
    r"|\s+(?:và|and|rồi(?!\s+(?:thì|nên|mà|giờ|bây giờ|nay|chừ)\b))\s+(?=\S+\s+\S+)",
    re.IGNORECASE,
)
MOST_CLAUSES = 3


def clauses(text: str) -> list[str]:
    """The parts of a message that may ask different things; one when there is nothing to part."""
    found = [part.strip(" ,.;") for part in _SEPARATOR.split(text)]
    found = [part for part in found if len(tokens(part)) >= 2]
    return found if 2 <= len(found) <= MOST_CLAUSES + 1 else [text]
