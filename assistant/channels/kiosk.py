"""The kiosk's microphone: `WS /api/v1/conversations/{id}/voice`.

In: ``start``, binary s16le mono, ``stop``, ``cancel``. Out: ``listening, level, partial, final,
rejected, reply, error`` (docs/architecture.md). No audio is kept, neither in memory after its
utterance nor on disk.
"""

import asyncio
import json
from contextlib import suppress
from typing import Annotated, Any, Literal
from uuid import uuid4

import structlog
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field, StrictInt, TypeAdapter, ValidationError

from assistant.conversation.redaction import concealed
from assistant.conversation.service import Conversations
from assistant.conversation.stop_words import is_stop
from assistant.conversation.turns import Conversation, Message
from assistant.errors import Language, LetanError
from assistant.problems import from_validation, language_of
from assistant.voice import session as voice_events
from assistant.voice.service import Voice
from assistant.voice.session import VoiceSession
from assistant.voice.wording import rejection
from speech.audio import MAX_RATE, MIN_RATE

log = structlog.get_logger(__name__)

router = APIRouter()

MOST_BYTES = 1024 * 1024
"""Of one binary message; half a minute at 16 kHz."""


class Start(BaseModel):
    """Begin an utterance. ``hold``: only ``stop`` ends it; ``auto``: also a pause."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["start"]
    rate: Annotated[StrictInt, Field(ge=MIN_RATE, le=MAX_RATE)] = 16_000
    language: Language | None = None
    mode: Literal["auto", "hold"] = "auto"


class Stop(BaseModel):
    model_config = ConfigDict(extra="forbid")

    type: Literal["stop"]


class Cancel(BaseModel):
    model_config = ConfigDict(extra="forbid")

    type: Literal["cancel"]


Order = Start | Stop | Cancel
_ORDERS: TypeAdapter[Order] = TypeAdapter(Annotated[Order, Field(discriminator="type")])


@router.websocket("/conversations/{conversation_id}/voice")
async def voice(websocket: WebSocket, conversation_id: str) -> None:
    """One microphone; many utterances one after another."""
    await websocket.accept()
    conversations: Conversations = websocket.app.state.conversations
    fallback = language_of(websocket.headers, websocket.app.state.settings.language)
    try:
        conversation = await conversations.find(conversation_id)
    except LetanError as error:
        await websocket.send_json(_error(error, fallback))
        await websocket.close(1008, error.code)
        return
    microphone = Microphone(websocket, conversation, fallback)
    try:
        await microphone.run()
    except WebSocketDisconnect:
        pass
    finally:
        await microphone.close()


class Microphone:
    """The state of one connection."""

    def __init__(
        self, websocket: WebSocket, conversation: Conversation, language: Language
    ) -> None:
        self._websocket = websocket
        self._voice: Voice = websocket.app.state.voice
        self._conversations: Conversations = websocket.app.state.conversations
        self._conversation = conversation
        self._language: Language = conversation.language or language
        self._rate = 16_000
        self._session: VoiceSession | None = None
        self._task: asyncio.Task[None] | None = None
        self._sending = asyncio.Lock()

    async def run(self) -> None:
        """Until the client leaves."""
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            try:
                await self._take(message)
            except LetanError as error:
                await self._send(_error(error, self._language))

    async def close(self) -> None:
        """The client is gone: the utterance ends, nothing is answered."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _take(self, message: Any) -> None:
        pcm = message.get("bytes")
        if pcm is not None:
            self._audio(pcm)
            return
        order = _order(message.get("text") or "")
        if isinstance(order, Start):
            await self._start(order)
        elif isinstance(order, Cancel):
            await self.close()
        elif self._session is not None:
            self._session.stop()

    def _audio(self, pcm: bytes) -> None:
        if len(pcm) > MOST_BYTES:
            raise LetanError(
                "audio_too_large",
                413,
                f"Một gói âm thanh quá lớn (tối đa {MOST_BYTES // 1024} kB). Hãy gửi từng đoạn.",
                f"One block of audio is too large (at most {MOST_BYTES // 1024} kB). "
                "Send it in pieces.",
            )
        # Audio after the end of an utterance is on its way while its result is: no error.
        if self._session is not None:
            self._session.feed(pcm, self._rate)

    async def _start(self, order: Start) -> None:
        await self.close()
        if order.language is not None:
            self._language = order.language
        self._rate = order.rate
        session = self._voice.utterance(self._language, until_stop=order.mode == "hold")
        self._session = session
        self._task = asyncio.create_task(self._utterance(session), name="microphone")

    async def _utterance(self, session: VoiceSession) -> None:
        """Everything from `start` to the reply, in order."""
        heard: str | None = None
        try:
            async with session:
                async for event in session.events():
                    heard = await self._told(event)
                    if heard is not None:
                        break
            self._session = None
            if heard is not None:
                await self._answer(heard)
        except LetanError as error:
            await self._send(_error(error, self._language))
        except (WebSocketDisconnect, RuntimeError) as error:
            # Starlette raises RuntimeError for sending to a client that has left.
            log.debug("microphone left", kind=type(error).__name__)
        finally:
            self._session = None if self._session is session else self._session

    async def _told(self, event: voice_events.VoiceEvent) -> str | None:
        """Sends what the event says; gives the words to be answered, if any.

        What is shown in the hall is shown without what identifies the speaker.
        """
        match event:
            case voice_events.Listening():
                await self._send({"type": "listening"})
            case voice_events.Level(dbfs):
                await self._send({"type": "level", "rms": round(10 ** (dbfs / 20), 4)})
            case voice_events.Hypothesis(text):
                await self._send({"type": "partial", "text": concealed(text)})
                if self._orders_to_stop(text):
                    await self._send({"type": "final", "text": concealed(text), "confidence": None})
                    return text
            case voice_events.Final(text, confidence, decode_s, waited_s):
                log.info("heard", ms=round(1000 * decode_s, 1), waited_ms=round(1000 * waited_s))
                await self._send(
                    {"type": "final", "text": concealed(text), "confidence": confidence}
                )
                return text
            case voice_events.Rejected(reason):
                sentence = rejection(reason, self._language)
                await self._send({"type": "rejected", "reason": reason, "text": sentence})
            case voice_events.Failed(error):
                raise error
        return None

    def _orders_to_stop(self, partial: str) -> bool:
        """An order to stop does not wait for the end of the turn.

        One word alone may be the beginning of a question ("dừng hoạt động …"): it waits.
        """
        return len(partial.split()) > 1 and is_stop(partial, robot=self._conversation.can_move)

    async def _answer(self, heard: str) -> None:
        message = Message(text=heard, language=self._language, message_id=f"v-{uuid4().hex}")
        reply = await self._conversations.handle(self._conversation.id, message)
        await self._send({"type": "reply", **reply.data()})

    async def _send(self, data: dict[str, Any]) -> None:
        async with self._sending:
            await self._websocket.send_text(json.dumps(data, ensure_ascii=False))


def _order(text: str) -> Order:
    try:
        return _ORDERS.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        path = [part for part in first["loc"] if part not in ("start", "stop", "cancel")]
        found, _ = from_validation([{**first, "loc": path or ["type"]}], "vi")
        raise LetanError(
            "voice_order_invalid",
            422,
            f"Lệnh không đúng: {found.vi} Dùng start, stop hoặc cancel; xem docs/architecture.md.",
            f"The order is wrong: {found.en} Use start, stop or cancel; see docs/architecture.md.",
            field=found.field,
        ) from None


def _error(error: LetanError, language: Language) -> dict[str, Any]:
    return {"type": "error", "code": error.code, "detail": error.text(language)}
