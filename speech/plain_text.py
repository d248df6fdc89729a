"""From what is shown to what could be read aloud: no markup, no emoji, no control characters."""

import html
import re
import unicodedata

_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_HEADING = re.compile(r"^\s*(?:#{1,6}\s+|>+\s*(?![\s\d]))", re.MULTILINE)
_BULLET = re.compile(r"^\s*(?:[-*+•‣▪●○◦–—·]\s*|\|)(?!\d)|^\s*[-*+•‣▪●○◦–—·]\s+", re.MULTILINE)
_NUMBERED = re.compile(r"^\s*(\d{1,2}(?=[.)])|[a-zđ](?=\)))[.)]\s+(?=\S)", re.MULTILINE)
_RULE = re.compile(r"^[\s|:=_*-]{3,}$", re.MULTILINE)
_EMPHASIS = re.compile(
    r"[*`~]{1,3}(?=\S)|(?<=\S)[*`~]{1,3}|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)"
)
_ENDS = ".!?,;:…"


def plain(text: str) -> str:
    """One line of plain text; lines become sentences. Letters are composed (NFC)."""
    text = unicodedata.normalize("NFKC", html.unescape(text))
    text = text.replace("\u2044", "/").replace("\r", "\n").replace("\u2028", "\n")
    text = _TAG.sub(" ", _LINK.sub(r"\1", text))
    text = _HEADING.sub("", _RULE.sub("", text))
    text = _NUMBERED.sub(r"\1, ", _BULLET.sub("", text))
    text = _EMPHASIS.sub("", text)
    lines = [" ".join(_kept(line).split()) for line in text.split("\n")]
    lines = [line for line in lines if any(map(str.isalnum, line))]
    ended = [line if line[-1] in _ENDS else line + "." for line in lines[:-1]]
    return " ".join([*ended, *lines[-1:]])


def _kept(line: str) -> str:
    """Digits of every script as 0-9; what has no sound becomes a space."""
    kept = []
    for letter in line:
        digit = unicodedata.digit(letter, None)
        kind = unicodedata.category(letter)
        if digit is not None:
            kept.append(str(digit))
        elif letter in "°" or kind[0] in "LMPZ" or kind in ("Sm", "Sc"):
            kept.append(letter)
        elif kind != "Cf" and not ("\ufe00" <= letter <= "\ufe0f"):
            kept.append(" ")
    return "".join(kept)


_PAUSES = str.maketrans(
    {"(": ", ", ")": ", ", "[": ", ", "]": ", ", "{": ", ", "}": ", ", ";": ", ", ":": ", ",
     "|": ", ", "…": ". ", "–": ", ", "—": ", ", "·": " ", "/": " ", "\\": " ", "-": " ",
     '"': " ", "“": " ", "”": " ", "„": " ", "«": " ", "»": " ", "‘": " ", "`": " "}
)  # fmt: skip
_GAP = re.compile(r"\s*([,.!?])(?:\s*[,.!?])*")
_NEXT = re.compile(r"[.!?] [^\W\d_]")
_STRONGEST = {",": 0, ".": 1, "!": 2, "?": 3}


def tidy(text: str) -> str:
    """Punctuation down to what makes a pause: one of ``. ! ? ,`` at a time, spaces right."""
    text = re.sub(r"\s[-–—]+\s", ", ", text)
    # A semicolon divides what has commas of its own; in brackets it is only an aside.
    text = re.sub(r"\([^()]*\)", lambda m: m[0].replace(";", ","), text)
    text = re.sub(r";\s*(\w?)", lambda m: f". {m[1].upper()}", text)
    text = text.translate(_PAUSES)
    text = "".join(c if unicodedata.category(c)[0] in "LM" or c in " .,!?'’" else " " for c in text)
    text = re.sub(r"(?<!\w)['’]|['’](?!\w)", " ", text)

    def strongest(match: re.Match[str]) -> str:
        return max((c for c in match.group() if c in _STRONGEST), key=_STRONGEST.__getitem__) + " "

    text = _GAP.sub(strongest, text)
    text = " ".join(text.split()).lstrip(",.!? ").rstrip(", ")
    # Before a small letter eSpeak NG takes a full stop for none.
    return _NEXT.sub(lambda match: match[0].upper(), text)
