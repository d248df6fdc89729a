"""The Zalo bot's webhook (specification §5)."""

from fastapi import APIRouter, Request

from assistant.channels.zalo.door import Door, body_of
from assistant.channels.zalo.events import (
    BodyUnreadableError,
    ZaloChannel,
    from_bot,
    is_probe,
    parse_object,
)
from assistant.channels.zalo.signature import is_same_secret
from assistant.zalo_settings import ZaloSettings

CHANNEL: ZaloChannel = "zalo_bot"
HEADER = "X-Bot-Api-Secret-Token"


def router(settings: ZaloSettings) -> APIRouter:
    made = APIRouter(tags=["zalo"])

    @made.post(settings.bot_path, summary="Events of the Zalo bot")
    async def bot_event(request: Request) -> dict[str, str]:
        """Carries the secret that was given to `setWebhook`. Answered 200 as soon as the event is
        stored; the reply to the citizen follows by the platform's API."""
        door: Door = request.app.state.zalo.door
        await receive(door, settings, await body_of(request), request.headers.get(HEADER))
        return {"status": "ok"}

    return made


async def receive(door: Door, settings: ZaloSettings, raw: bytes, secret: str | None) -> None:
    """Raises LetanError `zalo_not_configured`, `zalo_signature_wrong`, `database_busy`."""
    if settings.bot_secret is None:
        raise door.closed(CHANNEL)
    if is_probe(raw):
        door.count(CHANNEL, "probe")
        return
    if not is_same_secret(secret, settings.bot_secret.get_secret_value()):
        raise door.forged(CHANNEL, "secret")
    try:
        body = parse_object(raw)
    except BodyUnreadableError:  # from Zalo, and nothing that could be answered
        door.count(CHANNEL, "ignored")
        return
    for event in from_bot(body, door.now()):
        await door.take(event)
