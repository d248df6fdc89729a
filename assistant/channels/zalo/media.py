"""Files of the platform, fetched from its own hosts and nowhere else.

The address comes with a signed event and is distrusted all the same: https, a host of the list,
no way around it by a redirect or by a name that leads into our own network, a cap on size and time
while it streams. Nothing is written to a disk, no address is logged. Source: zalo.md §3.4.
"""

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

_REDIRECTS = 3
_CONNECT_SECONDS = 5.0
_BLOCK = 64 * 1024
_HTTPS, _HTTP = 443, 80


class MediaError(Exception):
    """A file that is not fetched; `reason`: `refused`, `too_large`, `gone`, `unreachable`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def fetch(url: str, *, hosts: Sequence[str], most_bytes: int, seconds: float) -> bytes:
    """The body of a file of at most ``most_bytes``. Raises MediaError.

    ``hosts``: names, with all below them; an entry may be an address, and may have a port.
    """
    resolver = _PublicOnly(hosts)
    connector = aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False, force_close=True)
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS)
    try:
        async with (
            asyncio.timeout(seconds),
            aiohttp.ClientSession(
                connector=connector,
                timeout=timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,  # a small body may become a large one
                headers={"Accept-Encoding": "identity"},
            ) as session,
        ):
            for _ in range(_REDIRECTS + 1):
                found = await _one(session, checked(url, hosts), most_bytes)
                if isinstance(found, bytes):
                    return found
                url = urljoin(url, found)
    except (aiohttp.ClientError, OSError, ValueError, UnicodeError) as error:
        # A refused address comes out of the connector wrapped.
        refused = resolver.refused or isinstance(error, aiohttp.InvalidURL)
        raise MediaError("refused" if refused else "unreachable") from None
    except TimeoutError:
        raise MediaError("unreachable") from None
    raise MediaError("refused")


async def _one(session: aiohttp.ClientSession, url: str, most_bytes: int) -> bytes | str:
    """The body, or the address that it leads on to."""
    async with session.get(url, allow_redirects=False) as response:
        if 300 <= response.status < 400:
            return response.headers.get("Location", "")
        if response.status != 200:
            raise MediaError("gone" if response.status < 500 else "unreachable")
        if (response.content_length or 0) > most_bytes:
            raise MediaError("too_large")
        body = bytearray()
        async for block in response.content.iter_chunked(_BLOCK):
            body += block
            if len(body) > most_bytes:
                raise MediaError("too_large")
        return bytes(body)


def checked(url: str, hosts: Sequence[str]) -> str:
    """The address, if a file may be fetched from it. Raises MediaError `refused`."""
    try:
        parts = urlsplit(url)
        host, port = _host(parts), parts.port
    except ValueError:
        raise MediaError("refused") from None
    if not host or parts.username is not None or parts.password is not None:
        raise MediaError("refused")
    default = {"https": _HTTPS, "http": _HTTP}.get(parts.scheme)
    if default is None or (parts.scheme == "http" and not _is_loopback(host)):
        raise MediaError("refused")
    entry = _entry(host, port or default, hosts)
    free = _is_loopback(host) or port in (None, default)
    if entry is None or (not free and not _has_port(entry)):
        raise MediaError("refused")
    return url


def _entry(host: str, port: int, hosts: Sequence[str]) -> str | None:
    """The entry of the list that allows a host."""
    for entry in hosts:
        name, wanted = _split(entry)
        if wanted is not None and wanted != port:
            continue
        if host == name or (_address(host) is None and host.endswith("." + name)):
            return entry
    return None


def _split(entry: str) -> tuple[str, int | None]:
    """Name and port of an entry: "zdn.vn", ".zdn.vn", "localhost:9000", "[::1]:9000", "::1"."""
    text = entry.strip().lower()
    if text.count(":") > 1 and not text.startswith("["):
        return text, None
    name, colon, port = text.rpartition(":")
    if colon and port.isdigit() and not text.endswith("]"):
        return name.strip("[]").strip("."), int(port)
    return text.strip("[]").strip("."), None


def _has_port(entry: str) -> bool:
    return _split(entry)[1] is not None


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").lower().rstrip(".")


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback


def _is_public(host: str) -> bool:
    address = _address(host.partition("%")[0])
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address.sixtofour or address
    return address is not None and address.is_global and not address.is_multicast


class _PublicOnly(AbstractResolver):
    """A name of the list that leads into a private network is refused, unless the list has this
    very name. The addresses that were checked are those that are connected to."""

    def __init__(self, hosts: Sequence[str]) -> None:
        self._named = {_split(entry)[0] for entry in hosts}
        self.refused = False

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
        results: list[ResolveResult] = []
        for kind, _, protocol, _, address in found:
            if host.lower().rstrip(".") not in self._named and not _is_public(str(address[0])):
                self.refused = True
                raise OSError("not a public address")
            results.append(
                ResolveResult(
                    hostname=host,
                    host=str(address[0]),
                    port=port,
                    family=kind,
                    proto=protocol,
                    flags=socket.AI_NUMERICHOST,
                )
            )
        return results

    async def close(self) -> None:
        """Nothing is held."""
