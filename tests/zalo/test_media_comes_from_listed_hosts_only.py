"""An address of a file comes with a signed event and is distrusted all the same."""

import asyncio
import socket
from typing import Any

import pytest
from aiohttp import web
from note_files import HERE, serving

from assistant.channels.zalo.media import MediaError, checked, fetch


async def reason(url: str, **more: Any) -> str:
    how = {"hosts": HERE, "most_bytes": 100_000, "seconds": 10.0, **more}
    with pytest.raises(MediaError) as told:
        await fetch(url, **how)
    assert "127.0.0.1" not in str(told.value)
    return told.value.reason


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://f2-voice-aac-dl.zdn.vn/a/b.aac", ["zdn.vn"]),
        ("https://zdn.vn/a.aac", [".zdn.vn"]),
        ("https://F2.ZDN.VN./a.aac", ["zdn.vn"]),
        ("http://127.0.0.1:8123/a.aac", ["127.0.0.1"]),
        ("http://127.0.0.1:8123/a.aac", ["127.0.0.1:8123"]),
        ("http://localhost:8123/a.aac", ["localhost"]),
        ("http://[::1]:8123/a.aac", ["[::1]:8123"]),
        ("https://media.example:8443/a.aac", ["media.example:8443"]),
    ],
)
def test_a_listed_host_is_asked(url: str, hosts: list[str]) -> None:
    assert checked(url, hosts) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://f2.zdn.vn/a.aac",
        "https://zdn.vn.evil.example/a.aac",
        "https://evilzdn.vn/a.aac",
        "https://zdn.vn@evil.example/a.aac",
        "https://user:pass@zdn.vn/a.aac",
        "https://evil.example/zdn.vn/a.aac",
        "https://zdn.vn:8443/a.aac",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.5/a.aac",
        "http://localhost/a.aac",
        "http://127.0.0.1:8080/api/v1/centre",
        "https://[::1]/a.aac",
        "https://1.2.3.4.zdn.vn:22/",
        "file:///etc/passwd",
        "ftp://zdn.vn/a.aac",
        "gopher://zdn.vn/",
        "https:///a.aac",
        "//zdn.vn/a.aac",
        "https://zdn.vn:99999/a.aac",
        "https://[zdn.vn/a.aac",
        "",
    ],
)
async def test_any_other_address_is_refused_before_anything_is_asked(url: str) -> None:
    assert await reason(url, hosts=["zdn.vn", "dlfl.vn"]) == "refused"


PRIVATE = (
    *("10.0.0.7", "127.0.0.1", "169.254.169.254", "::1", "fd00::1"),
    *("::ffff:192.168.0.1", "224.0.0.1", "0.0.0.0"),
)


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_that_leads_into_a_private_network_is_refused(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is below a listed one; who holds it has it point to us."""
    asked: list[str] = []

    async def lookup(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", lookup)
    assert await reason("https://f9.zdn.vn/a.aac", hosts=["zdn.vn"]) == "refused"
    assert asked == ["f9.zdn.vn"]


async def test_a_redirect_off_the_list_is_not_followed() -> None:
    async def away(_: web.Request) -> web.Response:
        raise web.HTTPFound("http://localhost:1/secret")

    async def on(_: web.Request) -> web.Response:
        raise web.HTTPFound("/note")

    async def for_ever(_: web.Request) -> web.Response:
        raise web.HTTPFound("/for_ever")

    async with serving(away=away, on=on, note=b"sound", for_ever=for_ever) as address:
        assert await reason(f"{address}/away") == "refused"
        assert await reason(f"{address}/for_ever") == "refused"
        assert await fetch(f"{address}/on", hosts=HERE, most_bytes=9, seconds=5) == b"sound"


async def test_too_much_is_not_waited_for() -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(bytes(32_768))
            sent += 32_768

    async def promised(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(10**12)})
        await response.prepare(request)
        return response

    async with serving(endless=endless, promised=promised) as address:
        assert await reason(f"{address}/endless") == "too_large"
        assert await reason(f"{address}/promised") == "too_large"
    assert sent < 50_000_000


async def test_a_host_that_drips_or_says_nothing_is_left() -> None:
    gone = asyncio.Event()

    async def drips(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"x")
        await gone.wait()
        return response

    async def silent(_: web.Request) -> web.StreamResponse:
        await gone.wait()
        return web.Response()

    async def lost(_: web.Request) -> web.Response:
        raise web.HTTPNotFound

    async def broken(_: web.Request) -> web.Response:
        raise web.HTTPBadGateway

    async with serving(drips=drips, silent=silent, lost=lost, broken=broken) as address:
        for name in ("drips", "silent"):
            assert await reason(f"{address}/{name}", seconds=0.2) == "unreachable"
        assert await reason(f"{address}/lost") == "gone"
        assert await reason(f"{address}/broken") == "unreachable"
        gone.set()
    assert await reason(f"{address}/lost") == "unreachable"  # nobody is there any more
