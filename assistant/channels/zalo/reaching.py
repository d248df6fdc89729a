"""Does an event reach us from outside? Tried as Zalo would: the probe, a genuine, a forged one."""

import json
import time
from collections.abc import AsyncIterator
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

import aiohttp

from assistant.channels.zalo.examination import Finding
from assistant.channels.zalo.explanations import Told
from assistant.channels.zalo.signature import oa_mac
from assistant.settings import Settings

_SECONDS = 10.0
_FAST = 2.0
"""Zalo waits so long, and sends the event again."""


class _Reached(NamedTuple):
    status: int | None
    problem: str
    seconds: float


async def reach(
    settings: Settings, session: aiohttp.ClientSession, address: str | None
) -> AsyncIterator[Finding]:
    """Findings about the webhook at `address`, else at `public_url`, else on this machine."""
    zalo = settings.zalo
    url = address or (
        f"{settings.public_url.rstrip('/')}{zalo.oa_path}" if settings.public_url else ""
    )
    if not url:
        detail = Told(
            "Chưa đặt public_url, nên chỉ thử được từ máy này.",
            "public_url is not set: only this machine's own door can be tried.",
        )
        remedy = Told(
            "Zalo cần một tên miền có HTTPS trỏ về máy này: docs/zalo.md, bước 3.",
            "Zalo needs a domain with HTTPS that leads here: docs/zalo.md, step 3.",
        )
        yield Finding("webhook", "warning", detail, remedy)
        host = settings.host if settings.host not in ("0.0.0.0", "::") else "127.0.0.1"  # noqa: S104
        url = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}{zalo.oa_path}"
    elif (unfit := _unfit(url)) is not None:
        yield unfit
    if not zalo.has_oa:
        return
    probe = await _post(session, url, b"{}", {})
    if probe.status != 200:
        yield Finding("webhook", "failed", _why(probe, url), _remedy(probe))
        return
    genuine, forged = _events(settings)
    answers = [await _post(session, url, *event) for event in (forged, genuine)]
    yield _judged(url, answers[0], answers[1])


def _judged(url: str, forged: _Reached, genuine: _Reached) -> Finding:
    if forged.status == 200:
        detail = Told(
            f"{url} nhận cả sự kiện giả: ở đó không phải là Lễ Tân.",
            f"{url} takes forged events: whatever answers there is not Lễ Tân.",
        )
        remedy = Told(
            "Kiểm tra proxy chuyển yêu cầu đến đâu.", "Check where the proxy sends requests."
        )
        return Finding("webhook", "failed", detail, remedy)
    if genuine.status == 403:
        detail = Told(
            f"{url} từ chối sự kiện đúng chữ ký (403).",
            f"{url} refuses a correctly signed event (403).",
        )
        remedy = Told(
            "Lễ Tân đang chạy với khoá khác (chạy lại sau khi đổi cấu hình), hoặc proxy sửa nội "
            "dung.",
            "The running Lễ Tân has other secrets (restart it after a change), or a proxy changes "
            "the body.",
        )
        return Finding("webhook", "failed", detail, remedy)
    if genuine.status != 200:
        return Finding("webhook", "failed", _why(genuine, url), _remedy(genuine))
    if genuine.seconds > _FAST:
        detail = Told(
            f"{url} trả lời sau {genuine.seconds:.1f} giây; Zalo chỉ đợi 2 giây.",
            f"{url} answers after {genuine.seconds:.1f} s; Zalo waits 2 s.",
        )
        return Finding("webhook", "warning", detail)
    ok = Told(
        f"{url} nhận sự kiện đúng chữ ký và từ chối sự kiện giả.",
        f"{url} takes a genuine event and refuses a forged one.",
    )
    return Finding("webhook", "ok", ok)


def _events(
    settings: Settings,
) -> tuple[tuple[bytes, dict[str, str]], tuple[bytes, dict[str, str]]]:
    """An event of a kind that nobody answers, signed rightly and wrongly."""
    zalo = settings.zalo
    assert zalo.app_id is not None and zalo.oa_secret_key is not None
    timestamp = str(int(time.time() * 1000))
    event = {"app_id": zalo.app_id, "event_name": "letan_check", "timestamp": timestamp}
    raw = json.dumps(event, separators=(",", ":")).encode()
    mac = oa_mac(zalo.app_id, raw, timestamp, zalo.oa_secret_key.get_secret_value())
    kind = {"Content-Type": "application/json"}
    return (
        (raw, {**kind, "X-ZEvent-Signature": f"mac={mac}"}),
        (raw + b" ", {**kind, "X-ZEvent-Signature": f"mac={mac}"}),
    )


async def _post(
    session: aiohttp.ClientSession, url: str, body: bytes, headers: dict[str, str]
) -> _Reached:
    began = time.monotonic()
    try:
        async with session.post(
            url,
            data=body,
            headers={"Content-Type": "application/json", **headers},
            timeout=aiohttp.ClientTimeout(total=_SECONDS),
            allow_redirects=False,
        ) as answer:
            await answer.content.read(1000)
            return _Reached(answer.status, "", time.monotonic() - began)
    except aiohttp.ClientConnectorDNSError:
        problem = "dns"
    except aiohttp.ClientSSLError:
        problem = "tls"
    except TimeoutError:
        problem = "timeout"
    except (aiohttp.ClientError, OSError, ValueError):
        problem = "refused"
    return _Reached(None, problem, time.monotonic() - began)


_PROBLEMS = {
    "dns": Told("không tìm thấy tên miền", "the domain is not known"),
    "tls": Told("chứng chỉ HTTPS không hợp lệ", "the HTTPS certificate is not valid"),
    "timeout": Told("không trả lời trong 10 giây", "no answer within 10 seconds"),
    "refused": Told("không kết nối được", "no connection"),
}
_REMEDIES = {
    "dns": Told("Kiểm tra bản ghi DNS của tên miền.", "Check the domain's DNS record."),
    "tls": Told(
        "Gia hạn chứng chỉ, kiểm tra đủ chuỗi chứng chỉ.",
        "Renew the certificate; check that its chain is complete.",
    ),
    "timeout": Told(
        "Kiểm tra tường lửa và proxy. Nếu thử từ trong mạng nội bộ, router có thể chặn vòng lại.",
        "Check firewall and proxy. From inside the network the router may not lead back in.",
    ),
    "refused": Told(
        "Lễ Tân đang chạy chưa? Proxy có chuyển /webhooks/zalo/ đến đúng cổng không?",
        "Is Lễ Tân running? Does the proxy send /webhooks/zalo/ to the right port?",
    ),
    "redirect": Told(
        "Zalo không đi theo chuyển hướng: dùng đúng địa chỉ cuối.",
        "Zalo follows no redirect: use the final address.",
    ),
    "503": Told(
        "Lễ Tân đang chạy chưa có LETAN_ZALO_APP_ID và LETAN_ZALO_OA_SECRET_KEY: đặt rồi chạy lại.",
        "The running Lễ Tân has no LETAN_ZALO_APP_ID and LETAN_ZALO_OA_SECRET_KEY: set, restart.",
    ),
    "421": Told(
        "Đặt public_url là tên miền này (hoặc thêm vào allowed_hosts) rồi chạy lại.",
        "Set public_url to this domain (or add it to allowed_hosts), and restart.",
    ),
    "404": Told(
        "Proxy chưa chuyển đường dẫn này đến Lễ Tân.",
        "The proxy does not send this path to Lễ Tân.",
    ),
}


def _why(reached: _Reached, url: str) -> Told:
    if reached.status is None:
        problem = _PROBLEMS[reached.problem]
        return Told(f"{url}: {problem.vi}.", f"{url}: {problem.en}.")
    return Told(
        f"{url} trả lời {reached.status}, phải là 200.",
        f"{url} answers {reached.status}; it must be 200.",
    )


def _remedy(reached: _Reached) -> Told | None:
    if reached.status is None:
        return _REMEDIES[reached.problem]
    if 300 <= reached.status < 400:
        return _REMEDIES["redirect"]
    return _REMEDIES.get(str(reached.status))


def _unfit(url: str) -> Finding | None:
    """An address that Zalo's console does not take."""
    parts = urlsplit(url)
    try:
        ip_address(parts.hostname or "")
        is_name = False
    except ValueError:
        is_name = "." in (parts.hostname or "")
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme == "https" and port is None and is_name:
        return None
    detail = Told(
        f"Zalo chỉ nhận địa chỉ https://tên-miền/… không có cổng; đây là {url}.",
        f"Zalo takes only https://domain/… without a port; this is {url}.",
    )
    return Finding("webhook", "warning", detail)
