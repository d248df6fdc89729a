"""Which papers of a list a sentence names, and whether the speaker has them or lacks them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from dialogues.wording import KNOWN_TEXTS, tokens

_GENERIC = frozenset(
    [
        "giay", "to", "ban", "chinh", "sao", "con", "han", "loai", "bo", "tap", "co", "cua",
        "va", "hoac", "the", "the", "so", "cac", "nhung", "theo", "mau", "chung", "nhan", "chup",
        "hop", "le", "valid", "original", "copy", "of", "the", "a", "an", "or", "and", "for",
        "with", "your", "my", "certificate", "document", "paper", "form",
    ]
)  # fmt: skip
_KINDS = frozenset({"giay", "to", "ban", "chinh", "sao", "con", "han", "the", "a", "your"})
_ID = (
    "can cuoc", "cccd", "cmnd", "chung minh", "chung minh nhan dan", "chung minh thu",
    "ho chieu", "vneid", "id card", "citizen id", "passport", "identity card", "photo id",
)  # fmt: skip
SAME_PAPER: tuple[tuple[str, ...], ...] = (
    (*_ID, "giay to tuy than"),
    ("giay chung sinh", "chung sinh", "birth notification"),
    (
        "giay ket hon",
        "dang ky ket hon",
        "giay chung nhan ket hon",
        "hon thu",
        "marriage certificate",
    ),
    ("giay khai sinh", "khai sinh", "birth certificate"),
    ("so do", "so hong", "giay chung nhan quyen su dung dat", "land certificate"),
    ("giay bao tu", "bao tu", "death notice"),
    ("giay doc than", "tinh trang hon nhan", "xac nhan doc than", "single status"),
    ("giay uy quyen", "van ban uy quyen", "uy quyen", "power of attorney"),
    ("to khai", "mau don", "application form", "declaration"),
    ("photo", "ban photo", "ban chup", "photocopy"),
)
"""Everyday and official names of one paper, folded. Words only, no facts about procedures."""

_ONLY_SAID = frozenset({"chung minh", "khai sinh", "chung sinh", "photo", "uy quyen"})
"""Short forms that people say; in an official title the words mean anything ("giấy tờ chứng minh
nơi cư trú", "tờ khai đăng ký khai sinh")."""

_LACKING = re.compile(
    r"\b(?:chua co|khong co|chua|thieu|lam mat|bi mat|mat|hong co|khong"
    r"|dont have|do not have|missing|lost|without|no)\b"
)
_HAVING = re.compile(r"\b(?:co|da co|mang|mang theo|du|have|got|bring)\b")
_THERE = re.compile(r"\b(?:roi|san|day|already|here)\b")
_CLAUSE = re.compile(r"[,;.!?\n]| nhưng | mà | còn | chỉ | but | only ", re.IGNORECASE)


@lru_cache(maxsize=KNOWN_TEXTS)
def names(title: str) -> tuple[frozenset[str], ...]:
    """Ways of naming a paper, each as the set of words that must all be said."""
    found: list[frozenset[str]] = []
    for piece in re.split(r"[/(),;:]| hoặc | or ", title):
        words = frozenset(tokens(piece)) - _GENERIC
        if len(words) == 1:
            # "giấy chứng sinh" is more than "sinh"
            words = frozenset(tokens(piece)) - _KINDS
        if words and len(words) <= 6:
            found.append(words)
    folded = f" {' '.join(tokens(title))} "
    for synonyms in SAME_PAPER:
        if any(f" {name} " in folded for name in synonyms if name not in _ONLY_SAID):
            found += [frozenset(name.split()) for name in synonyms]
    return tuple(found)


def named_documents(text: str, items: Sequence[Mapping[str, object]]) -> dict[str, bool]:
    """`{document id: has it}` for the items that the text names. An item named nowhere is
    absent."""
    found: dict[str, bool] = {}
    for clause in _CLAUSE.split(text):
        folded = " ".join(tokens(clause))
        if not folded:
            continue
        lacking = _LACKING.search(folded)
        for part, has in _sides(folded, lacking):
            said = frozenset(part.split())
            for item in items:
                if any(way <= said for way in _ways(str(item["title"]))):
                    found[str(item["id"])] = has
    return found


def speaks_of_having(text: str) -> bool:
    """Whether papers are said to be had or lacking at all, not only named."""
    folded = " ".join(tokens(text))
    return any(words.search(folded) for words in (_HAVING, _LACKING, _THERE))


def _sides(folded: str, lacking: re.Match[str] | None) -> Iterable[tuple[str, bool]]:
    """The part of a clause before a negation is had, the part after it is not; a lone verb "có"
    changes nothing."""
    if lacking is None:
        return ((folded, True),)
    before = folded[: lacking.start()]
    if not _HAVING.search(before):
        # "giấy chứng sinh thì chưa có": the paper stands before its negation
        return ((folded, False),)
    return ((before, True), (folded[lacking.end() :], False))


def _ways(title: str) -> tuple[frozenset[str], ...]:
    return names(title)


_SAYS_TO_HAVE = re.compile(
    r"\b(?:da (?:co|mang|chuan bi|chup|xin|lam)"
    r"|(?:co|mang|dem|cam|chuan bi|chup)\b.*\b(?:roi|san|day|du)"
    r"|(?:co|mang)\b.*\b(?:thieu|can gi|can them|nua)"
    r"|i (?:already )?(?:have|got|brought)|ive got)\b"
)
_WANTS = re.compile(
    r"\b(?:muon|cap lai|xin lai|lam lai|dang ky lai|can lam|can xin|di lam|di xin|hoi ve"
    r"|want|would like|how do i get|apply for|renew|replace)\b"
)


_ASKS_FOR_READY = re.compile(
    r"\bco(?: \w+){0,6} san(?: \w+){0,3} (?:khong|hong|ko|k|chua|chu|ha|hem)\b"
    r"|\bco san(?: \w+){1,6} (?:khong|hong|ko|k|chua|chu|ha|hem)\b"
)
_THERE_ALREADY = re.compile(r"\b(?:roi|thieu|can them|can gi|nua)\b")


def says_to_have(text: str, entry: Mapping[str, Any] | None) -> bool:
    """Whether a person says to have a paper that `entry` needs, and does not ask to get one.

    Such a paper is no new topic, though its name often is the name of another procedure ("giấy
    chứng sinh").
    """
    folded = " ".join(tokens(text.replace("'", "").replace("’", "")))
    if entry is None or not _SAYS_TO_HAVE.search(folded) or _WANTS.search(folded):
        return False
    if _ASKS_FOR_READY.search(folded) and not _THERE_ALREADY.search(folded):
        return False  # "có mẫu tờ khai sẵn không" asks for it
    papers = list(entry.get("documents") or ())
    for case in entry.get("cases") or ():
        papers += case.get("documents_add") or ()
    items = [
        {"id": str(paper["id"]), "title": paper.get(language) or ""}
        for paper in papers
        for language in ("vi", "en")
    ]
    return any(named_documents(text, items).values())
