"""An identity provider that signs whatever a test wants: real HTTP, real keys."""

import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT = "le-tan"


class LyingProvider:
    """`token(claims)` makes the ID token; by default a good one."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.key = RSAKey.generate_key(2048, {"kid": "a", "use": "sig"})
        self.metadata: dict[str, Any] = {
            "issuer": address,
            "authorization_endpoint": f"{address}/authorize",
            "token_endpoint": f"{address}/token",
            "jwks_uri": f"{address}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }
        self.nonce = ""
        self.token: Callable[[dict[str, Any]], str] = self.signed

    def signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "a"}, claims, self.key)

    def claims(self) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": self.address,
            "aud": CLIENT,
            "sub": "person-1",
            "preferred_username": "lan",
            "nonce": self.nonce,
            "iat": now,
            "exp": now + 60,
        }

    def answer(self, path: str) -> Any:
        if path == "/.well-known/openid-configuration":
            return self.metadata
        if path == "/keys":
            return {"keys": [self.key.as_dict(private=False)]}
        return {
            "access_token": "x",
            "token_type": "Bearer",
            "id_token": self.token(self.claims()),
        }


def unsigned(claims: dict[str, Any]) -> str:
    """`alg: none`."""
    parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
    return ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


def signed_with_the_secret(claims: dict[str, Any]) -> str:
    """Signed with what the client knows too, as if that proved anything."""
    return jwt.encode(
        {"alg": "HS256"}, claims, OctKey.import_key("the client's secret, long enough")
    )


def signed_by_somebody_else(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "a"}, claims, RSAKey.generate_key(2048))


@contextmanager
def lying_provider() -> Iterator[LyingProvider]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("content-length", "0"))
            self.rfile.read(length)
            body = json.dumps(provider.answer(self.path)).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name is http.server's

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = LyingProvider(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
