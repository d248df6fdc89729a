"""Whether an event comes from Zalo.

The Official Account signs with a plain digest of the joined string, not with an HMAC, and over the
body byte for byte (specification §3.1, after the platform's own SDK for Java). The bot sends the
secret that it was given (§5). Nothing else is accepted, and nothing at all without a secret.
"""

import hmac
import re
from hashlib import sha256

_MAC = re.compile(r"(?:mac=)?([0-9a-fA-F]{64})")


def oa_mac(app_id: str, raw: bytes, timestamp: str, secret: str) -> str:
    """`sha256(app_id + data + timestamp + OA secret key)`, in hexadecimal."""
    joined = app_id.encode() + raw + timestamp.encode() + secret.encode()
    return sha256(joined).hexdigest()


def is_signed_by_oa(
    header: str | None, raw: bytes, *, app_id: str, timestamp: str, secret: str
) -> bool:
    """`header` is `X-ZEvent-Signature`, with or without `mac=`."""
    found = _MAC.fullmatch((header or "").strip())
    if found is None:
        return False
    expected = oa_mac(app_id, raw, timestamp, secret)
    return hmac.compare_digest(found[1].lower(), expected)


def is_same_secret(header: str | None, secret: str) -> bool:
    """`header` is `X-Bot-Api-Secret-Token`."""
    return header is not None and hmac.compare_digest(
        header.encode("utf-8", "replace"), secret.encode()
    )
