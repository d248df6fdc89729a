"""The Official Account's webhook (specification §3)."""

from fastapi import APIRouter, Request

from assistant.channels.zalo.door import Door, body_of
from assistant.channels.zalo.events import (
    BodyUnreadableError,
    ZaloChannel,
    from_oa,
    is_probe,
    parse_object,
)
from assistant.channels.zalo.signature import is_signed_by_oa
from assistant.zalo_settings import ZaloSettings

CHANNEL: ZaloChannel = "zalo_oa"
HEADER = "X-ZEvent-Signature"


def router(settings: ZaloSettings) -> APIRouter:
    made = APIRouter(tags=["zalo"])

    @made.post(settings.oa_path, summary="Events of the Official Account")
    async def oa_event(request: Request) -> dict[str, str]:
        """Signed by Zalo over the raw body. Answered 200 as soon as the event is stored; the
        reply to the citizen follows by the platform's API."""
        door: Door = request.app.state.zalo.door
        await receive(door, settings, await body_of(request), request.headers.get(HEADER))
        return {"status": "ok"}

    return made


async def receive(door: Door, settings: ZaloSettings, raw: bytes, signature: str | None) -> None:
    """Raises LetanError `zalo_not_configured`, `zalo_signature_wrong`, `database_busy`."""
    if settings.app_id is None or settings.oa_secret_key is None:
        raise door.closed(CHANNEL)
    if is_probe(raw):  # sent when the address is saved, and not signed
        door.count(CHANNEL, "probe")
        return
    try:
        body = parse_object(raw)
    except BodyUnreadableError as error:
        raise door.forged(CHANNEL, "unreadable") from error
    timestamp = body.get("timestamp")
    if body.get("app_id") != settings.app_id:
        raise door.forged(CHANNEL, "another app")
    if not isinstance(timestamp, str) or not is_signed_by_oa(
        signature,
        raw,
        app_id=settings.app_id,
        timestamp=timestamp,
        secret=settings.oa_secret_key.get_secret_value(),
    ):
        raise door.forged(CHANNEL, "signature")
    await door.take(from_oa(body, anonymous=settings.anonymous))
