"""Who somebody is, told by an identity provider (OpenID Connect Core 1.0, code flow with PKCE).

authlib does the protocol. What is added: algorithms that need no shared secret only, the issuer of
the discovery document is the one that was configured, and words for people. Costs more than a
second to import: only where a provider is set, and at the first log-in.
"""

from typing import Any

import httpx
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth
from fastapi import Request
from joserfc.errors import JoseError
from starlette.responses import RedirectResponse

from assistant.openid_settings import OpenIdSettings
from assistant.staff import problems
from assistant.staff.identity import Identity

log = structlog.get_logger(__name__)

_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
_BROKEN = (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError, RuntimeError)
"""What authlib raises about an answer that is not as it must be."""


class OpenId:
    """One provider."""

    def __init__(self, settings: OpenIdSettings) -> None:
        self._settings = settings
        self._client: Any = None

    async def begin(self, request: Request, back: str) -> RedirectResponse:
        """Send the browser to the provider; what must come back unchanged is in its session.

        ``back``: our address for its return. Raises LetanError `openid_unavailable`.
        """
        try:
            client = await self._provider()
            answer: RedirectResponse = await client.authorize_redirect(request, back)
        except (httpx.HTTPError, *_BROKEN) as error:
            raise self._unavailable(error) from error
        return answer

    async def finish(self, request: Request) -> Identity:
        """Whom the provider sent back. Raises `openid_unavailable`, `openid_refused`."""
        try:
            client = await self._provider()
            token = await client.authorize_access_token(request)
            claims = token["userinfo"]
            return self._identity(claims)
        except httpx.HTTPError as error:
            raise self._unavailable(error) from error
        except _BROKEN as error:
            log.warning("log-in by OpenID Connect refused", reason=type(error).__name__)
            raise problems.openid_refused() from error

    async def _provider(self) -> Any:
        if self._client is None:
            given = self._settings
            secret = given.client_secret
            client: Any = OAuth().register(
                "openid",
                client_id=given.client_id,
                client_secret=None if secret is None else secret.get_secret_value(),
                server_metadata_url=f"{str(given.issuer).rstrip('/')}/.well-known/openid-configuration",
                client_kwargs={
                    "scope": given.scope,
                    "code_challenge_method": "S256",
                    "timeout": given.timeout,
                    "follow_redirects": False,
                },
            )
            found = await client.load_server_metadata()
            if found.get("issuer") != given.issuer:
                raise ValueError("another issuer")
            offered = found.get("id_token_signing_alg_values_supported") or ["RS256"]
            usable = [name for name in offered if name in _ALGORITHMS]
            client.server_metadata["id_token_signing_alg_values_supported"] = usable or ["RS256"]
            self._client = client
        return self._client

    def _identity(self, claims: Any) -> Identity:
        name, subject = claims.get(self._settings.name_claim), claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise ValueError("no subject")
        verified = self._settings.name_claim != "email" or claims.get("email_verified") is True
        known = name if isinstance(name, str) and verified else ""
        return Identity(str(self._settings.issuer), subject, known)

    def _unavailable(self, error: Exception) -> Exception:
        log.warning("identity provider unavailable", reason=type(error).__name__)
        return problems.openid_unavailable()
