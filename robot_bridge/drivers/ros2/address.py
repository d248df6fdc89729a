"""Where a rosbridge server is to be found, and how one gets in."""

import base64
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit, urlunsplit

from robot_bridge.drivers.ros2.options import Options

PROBLEM = "url: ws://host:port or wss://… is needed"


@dataclass(frozen=True, slots=True)
class Server:
    """A rosbridge server. What is secret is not shown."""

    url: str
    """Without a name and a password."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)


def read_server(url: str | None, options: Options) -> Server:
    """``ws://user:password@host:port/path`` and the options. Raises ValueError without the URL."""
    if not url:
        raise ValueError(PROBLEM)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(PROBLEM) from error
    if parts.scheme not in ("ws", "wss") or not parts.hostname or parts.fragment:
        raise ValueError(PROBLEM)
    headers = dict(options.headers)
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    if options.token is not None:
        headers["Authorization"] = f"Bearer {options.token.get_secret_value()}"
    for name, value in headers.items():
        if not (name + value).isprintable() or not name.isascii():
            raise ValueError("headers: a name or a value that no header may have")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if port is None:
        port = 443 if parts.scheme == "wss" else 9090
    plain = urlunsplit((parts.scheme, f"{host}:{port}", parts.path or "/", parts.query, ""))
    return Server(plain, headers, _tls(options) if parts.scheme == "wss" else None)


def _tls(options: Options) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=options.ca)
        if options.cert is not None:
            context.load_cert_chain(options.cert, options.key)
    except OSError as error:  # ssl.SSLError is one
        raise ValueError(f"ca, cert, key: {error}") from error
    return context
