"""Whether a message names something of its own, or leans on what is open.

A question asked in words of asking alone ("bao lâu vậy em", "who can go for me") is about the open
procedure, and so is one whose other words are all its own ("mấy ngày có giấy phép").
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from dialogues.release import Entry
from dialogues.wording import KNOWN_TEXTS, known_tokens, tokens

_FUNCTION = frozenset(
    (
        # people and politeness
        "toi tui tao minh em anh chi co chu bac chau con ban cung ong ba bo me cha ma di cau mo ngoai"
        " noi ad shop robot no ho chung ta nguoi ai a da vang u uh um ok oke oi nhe nha nghen nhi ha"
        " hen nao vay the ta day do kia ay nay nay kia nha luon coi xem voi di gium giup dum thay ho"
        " vui long lam on xin cam on hoi cho biet muon can phai dinh tinh nen duoc duoc chua khong hong"
        " hem ko k kg hok chang cha sao nhu rang chi mo rua ri chu cu van vo chong vk ck trai gai"
        # asking
        " gi nao dau may bao nhieu lau khi luc gio hom bua ngay tuan thang nam buoi hoi nua roi xong"
        " moi thi la ma va hay hoac hoac cung con nhung cac moi mot hai ba bon nam sau bay tam chin muoi"
        " tram nghin ngan dong trieu k bn j bnh ntn lm dc"
        # doing
        " lam nop lay nhan tra dem mang cam gui den toi ra vao len xuong ve tai o tu qua trong ngoai tren"
        " chuan bi theo kem gom co bi cai viec thu loai ban to giay so ho so don tu mau khai tuc quy trinh"
        " phi le tien gia mat ton het mien ket qua thoi gian han giai quyet xu ly cap doi bo buoc"
        " online onl mang truc tuyen dien thoai quay phong cho noi phuong xa nguoi khac uy quyen"
        " duoi dung dau tien sau truoc nhanh cham ky them bot can cu luat dieu kien tuoi du"
        " giay phep the thong tin hien gio bay lai kip het thi nhi nhieu it chac that thiet thuc sao"
        " y kien khac cung tui bay ne do a e ah mak mk z v r vs ns"
        # English
        " the a an i im ive id my me we our us you your he she his her it its they them this that these"
        " those one ones to do does did is are was were be been am for from of on at in by with and or"
        " if so then but what where when which who how why can could would will should must may might"
        " need want like please have has had get got there here much many long far fast soon cost costs"
        " fee fees price pay charge free document documents paper papers paperwork bring required"
        " submit take takes tell about know apply application any some not no yes just also day days"
        " week weeks hour hours online web internet website counter desk office form forms step steps"
        " process result until ready time back again else other someone somebody brother sister wife"
        " husband mother father son daughter instead behalf go come without okay ok right now procedure"
        " law legal certificate really into out up let see done same possible allowed send too anything"
        " something everything more than only still us lets"
    ).split()
)
"""Folded words that name no procedure. Many are parts of names as well ("giấy", "khai"): alone they
say nothing."""


def content(text: str) -> set[str]:
    """The folded words of a text that may name a procedure."""
    return {word for word in tokens(text) if word not in _FUNCTION and not word.isdigit()}


@lru_cache(maxsize=KNOWN_TEXTS)
def _known_content(text: str) -> frozenset[str]:
    return frozenset(w for w in known_tokens(text) if w not in _FUNCTION)


def vocabulary(entry: Entry | None) -> set[str]:
    """The words by which an entry is called."""
    found: set[str] = set()
    for name in names(entry):
        found |= _known_content(name)
    return found


def names(entry: Entry | None) -> Iterable[str]:
    """Official names, everyday names and former ones."""
    if entry is None:
        return ()
    given = (
        *entry["name"].values(),
        *(entry.get("aliases") or ()),
        *(entry.get("former_names") or ()),
    )
    return [str(name) for name in given if name]


def said_of(matched: str | None, text: str) -> float:
    """The share of the telling words of a matched name that a text really says; 0 for none."""
    telling = _known_content(matched or "")
    return len(telling & set(tokens(text))) / len(telling) if telling else 0.0


def familiarity(text: str, entry: Entry | None) -> float:
    """The share of a text's content words that an entry is called by; 0 without such words."""
    telling = content(text)
    return len(telling & vocabulary(entry)) / len(telling) if telling else 0.0
