"""A text that is nothing but yes, no, not sure, or a filler."""

from __future__ import annotations

from dialogues.wording import fold, tokens

_YES = frozenset(
    [
        "co", "co roi", "co a", "da co", "da co roi", "roi", "roi a", "co day", "co san",
        "co du", "du roi", "yes", "yeah", "yep", "i have", "i do", "i have it", "have it",
        "got it", "yes i do", "yes i have", "co chu", "co em", "da roi",
    ]
)  # fmt: skip
_NO = frozenset(
    [
        "chua", "chua co", "chua a", "khong", "khong co", "khong a", "khong co a", "k", "ko",
        "hong", "hong co", "chua lam", "da chua", "da khong", "mat roi", "no", "nope", "not yet",
        "no i dont", "i dont", "i dont have it", "i do not", "dont have", "thieu",
    ]
)  # fmt: skip
_UNSURE = frozenset(
    [
        "khong ro", "khong biet", "khong chac", "chua ro", "chua biet", "chua chac", "khong nho",
        "hong biet", "khong ro a", "khong biet nua", "not sure", "i am not sure", "im not sure",
        "dont know", "i dont know", "unsure", "maybe", "chac co", "hinh nhu co",
    ]
)  # fmt: skip
_FILLERS = frozenset(
    [
        "da", "vang", "u", "uh", "uhm", "a", "oi", "em", "anh", "chi", "bac", "co", "chau",
        "toi", "nhe", "nha", "thi", "la", "minh", "con",
    ]
)  # fmt: skip


def have_answer(said: str) -> str | None:
    """`yes`, `no` or `unsure` when a text only answers "do you have this paper?"."""
    words = tokens(said.replace("'", "").replace("’", ""))
    for candidate in (words, [w for w in words if w not in _FILLERS or w == "co"]):
        phrase = " ".join(candidate)
        for answer, phrases in (("unsure", _UNSURE), ("yes", _YES), ("no", _NO)):
            if phrase in phrases:
                return answer
    return None


def is_only_filler(said: str) -> bool:
    """Nothing but interjections: does not change a conversation's language."""
    return all(
        word in _FILLERS or word in {"ok", "oke", "hi", "hello"} for word in fold(said).split()
    )
