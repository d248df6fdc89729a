"""What a person asks to happen without a paper or in another case: "không có hợp đồng thì được
không".

The paper that is lacking may be a procedure of its own (a contract is certified here); while a
topic is open, the question is about the topic.
"""

from __future__ import annotations

import re

from nlu.text import Normalised

_LACKS = r"(?:khong|chua|hong|hem|cha|quen|mat|thieu)(?: kip)?(?: (?:co|con|mang|dem|cam|giu))?"
_THEN = (
    r"(?:duoc|dang|co duoc|lam duoc|nop duoc|co lam duoc|co sao) (?:khong|hong|chu|ha|hem|chua)"
    r"|(?:lam |tinh )?(?:sao|the nao|ra sao)"
)
_SUPPOSES = {
    "vi": re.compile(
        rf"^(?:\w+ ){{0,4}}(?:neu )?{_LACKS} (?:\w+ ){{1,7}}(?:thi )?(?:co )?(?:{_THEN})"
        r"(?: (?:a|em|chi|anh|con|chau|bac|co|vay|ta|nhi|ha|day|da)){0,2}$"
    ),
    "en": re.compile(
        r"^(?:\w+ ){0,2}(?:what (?:if|happens if)|without|if) (?:\w+ ){0,2}"
        r"(?:don t|do not|dont|can t|cannot|not|lost|forgot|no|a|the|my) "
    ),
}


def supposes(message: Normalised) -> bool:
    """Whether the whole message asks that."""
    return _SUPPOSES[message.language].search(message.plain) is not None
