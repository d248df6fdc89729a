"""Conversations over HTTP."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Path, Request, Response

from assistant.conversation.schemas import ConversationIn, ConversationOut, MessageIn, ReplyOut
from assistant.conversation.service import Conversations
from assistant.conversation.turns import Channel, Message
from assistant.security import Credentials, bearer

router = APIRouter(prefix="/conversations", tags=["conversations"])

ConversationId = Annotated[str, Path(max_length=64, examples=["fW3mYkq0T1mXy1vJ8b2gUw"])]

_REPLY: dict[int | str, dict[str, Any]] = {200: {"model": ReplyOut}}


def conversations_of(request: Request) -> Conversations:
    return cast(Conversations, request.app.state.conversations)


@router.post("", status_code=201, summary="Begin a conversation")
async def open_conversation(
    request: Request, _: Credentials, body: ConversationIn | None = None
) -> ConversationOut:
    """With `kiosk` and that kiosk's token it is a visitor's conversation at the kiosk: only such
    a conversation may have the robot lead the way."""
    body = body or ConversationIn()
    principal = await bearer(request)
    channel: Channel = "rest" if body.kiosk is None else "kiosk"
    opened = await conversations_of(request).open(channel, body.kiosk, body.language, principal)
    return ConversationOut(
        id=opened.id,
        language=opened.language or request.app.state.settings.language,
        kiosk=opened.kiosk,
        can_move=opened.can_move,
        hands_free=any(
            one.hands_free for one in request.app.state.settings.kiosks if one.id == opened.kiosk
        ),
    )


@router.post(
    "/{conversation_id}/messages",
    summary="Say something, get the reply",
    response_class=Response,
    responses=_REPLY,
)
async def send_message(
    request: Request, conversation_id: ConversationId, body: MessageIn
) -> Response:
    """A reply that was answered with 200 is stored: the same `message_id` gets it again."""
    reply = await conversations_of(request).handle(
        conversation_id,
        Message(body.text, body.payload, body.language, body.message_id, body.comment),
    )
    return Response(
        reply.body, media_type="application/json", headers={"Cache-Control": "no-store"}
    )


@router.delete("/{conversation_id}", status_code=204, summary="End it and forget the visitor")
async def close_conversation(request: Request, conversation_id: ConversationId) -> None:
    await conversations_of(request).close(conversation_id)
