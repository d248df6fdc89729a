"""OAuth v4 of Zalo for an Official Account: consent with PKCE, exchange, refresh.

Addresses, fields and answers: specification of the platform, §2. Answers are HTTP 200 also when
they refuse; a refresh token that was used already is answered with nothing at all.
"""

import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Literal
from urllib.parse import urlencode

import aiohttp

from assistant.zalo_settings import ZaloSettings

SECONDS = 20.0
"""For one call; shorter than the lock of whoever refreshes."""
_LIFE_UNKNOWN = 3600
_MOST_BYTES = 100_000
_FINAL = frozenset((-14001, -14002, -14003, -14004, -14014))


@dataclass(frozen=True, slots=True)
class Pair:
    """Tokens as they were granted; never printed."""

    access: str = field(repr=False)
    refresh: str | None = field(repr=False)
    """None: the answer had none, the former one goes on."""
    granted_at: datetime
    expires_at: datetime

    def to_json(self) -> str:
        return json.dumps(
            {
                "access": self.access,
                "refresh": self.refresh,
                "granted_at": self.granted_at.isoformat(),
                "expires_at": self.expires_at.isoformat(),
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "Pair":
        data = json.loads(text)
        times = (datetime.fromisoformat(data[key]) for key in ("granted_at", "expires_at"))
        return cls(data["access"], data["refresh"], *times)


@dataclass(frozen=True, slots=True)
class Refusal:
    """No tokens."""

    kind: Literal["final", "transient"]
    """Final: only an administrator's consent helps. Transient: later it may work."""
    reason: str
    """For the log and for `letan zalo check`: `empty`, `error -14014`, `html`, `timeout` …"""


class OAuth:
    """The two calls for tokens. Neither raises; nothing that is secret is in what they give."""

    def __init__(self, settings: ZaloSettings, session: aiohttp.ClientSession) -> None:
        self._settings = settings
        self._session = session

    async def exchange(self, code: str, verifier: str) -> Pair | Refusal:
        """The first pair for the code of a consent (valid for 10 minutes, once)."""
        return await self._call(
            {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
        )

    async def refresh(self, refresh_token: str) -> Pair | Refusal:
        """The next pair; consumes the refresh token."""
        return await self._call({"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def _call(self, form: dict[str, str]) -> Pair | Refusal:
        settings = self._settings
        if settings.app_id is None or settings.app_secret is None:
            return Refusal("final", "not configured")
        url = f"{settings.oauth_url}/v4/oa/access_token"
        headers = {"secret_key": settings.app_secret.get_secret_value()}
        try:
            async with self._session.post(
                url,
                data={**form, "app_id": settings.app_id},
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=SECONDS),
            ) as answer:
                raw = b""
                async for chunk in answer.content.iter_chunked(16_384):
                    raw += chunk
                    if len(raw) > _MOST_BYTES:
                        return Refusal("transient", "too long")
                return read_answer(answer.status, raw, datetime.now(UTC))
        except TimeoutError:
            return Refusal("transient", "timeout")
        except (aiohttp.ClientError, OSError, ValueError) as error:  # their texts may hold secrets
            return Refusal("transient", type(error).__name__)


def read_answer(status: int, raw: bytes, now: datetime) -> Pair | Refusal:
    """What an answer of the token address means."""
    if status == 200 and not raw.strip():
        return Refusal("final", "empty")
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        return Refusal("transient", "html" if status == 200 else f"http {status}")
    if not isinstance(data, dict):
        return Refusal("transient", "not an object")
    access, refresh = data.get("access_token"), data.get("refresh_token")
    if status == 200 and isinstance(access, str) and access.strip():
        lives = timedelta(seconds=_seconds(data.get("expires_in")))
        kept = refresh if isinstance(refresh, str) and refresh.strip() else None
        return Pair(access, kept, now, now + lives)
    code = error_code(data.get("error"))
    if code is None:
        return Refusal("transient", f"http {status}, no token")
    return Refusal("final" if code in _FINAL else "transient", f"error {code}")


def error_code(value: Any) -> int | None:
    """A code, also where it is written as a text; None for anything else."""
    if isinstance(value, bool):
        return None
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def new_verifier() -> str:
    """PKCE: 43 characters that nobody can guess."""
    return secrets.token_urlsafe(32)


def challenge_of(verifier: str) -> str:
    """base64url without padding of the verifier's SHA-256."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def consent_address(settings: ZaloSettings, redirect: str, challenge: str, state: str) -> str:
    """Where the administrator of the account agrees."""
    query = {
        "app_id": settings.app_id or "",
        "redirect_uri": redirect,
        "code_challenge": challenge,
        "state": state,
    }
    return f"{settings.oauth_url}/v4/oa/permission?{urlencode(query)}"


def _seconds(value: Any) -> int:
    number = error_code(value)
    return number if number is not None and 0 < number < 366 * 24 * 3600 else _LIFE_UNKNOWN
