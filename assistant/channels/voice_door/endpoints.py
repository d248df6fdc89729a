"""The socket itself: who may speak, and what each message is."""

import asyncio
import secrets
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from assistant import __version__
from assistant.channels.voice_door import events
from assistant.channels.voice_door.asyncapi import document
from assistant.channels.voice_door.dialogue import Desk, Dialogue
from assistant.channels.voice_door.orders import (
    Cancel,
    Played,
    Start,
    Stop,
    block_of,
    order_of,
)
from assistant.channels.voice_door.outbox import Outbox
from assistant.conversation.service import Conversations
from assistant.conversation.turns import Conversation
from assistant.errors import Language, LetanError
from assistant.problems import language_of
from assistant.voice.ear import Ear, Setup
from assistant.voice.end_of_turn import patience

router = APIRouter()


@router.get("/asyncapi.json", tags=["operation"], summary="The voice door's document (AsyncAPI 3)")
async def asyncapi() -> dict[str, Any]:
    """Every message of `WS /api/v1/voice/{conversation}`."""
    return document(__version__)


@router.websocket("/voice/{conversation_id}")
async def voice(websocket: WebSocket, conversation_id: str) -> None:
    """One microphone and one loudspeaker; turn after turn (`/api/v1/asyncapi.json`)."""
    await websocket.accept()
    state = websocket.app.state
    fallback = language_of(websocket.headers, state.settings.language)
    conversations: Conversations = state.conversations
    try:
        conversation = await conversations.find(conversation_id)
    except LetanError as error:
        refusal = events.Error(code=error.code, message=error.text(fallback))
        with suppress(RuntimeError, WebSocketDisconnect):
            await websocket.send_text(refusal.model_dump_json(exclude_none=True))
            await websocket.close(1008, error.code)
        return
    await Door(websocket, conversation, conversation.language or fallback).run()


class Door:
    """One connection."""

    def __init__(
        self, websocket: WebSocket, conversation: Conversation, language: Language
    ) -> None:
        state = websocket.app.state
        self._websocket = websocket
        self._conversation = conversation
        self._outbox = Outbox(websocket)
        self._ear = Ear(state.voice, patience)
        desk = Desk(
            state.conversations,
            state.voice,
            state.voice_timings,
            state.engine,
            lambda: state.catalogue,
        )
        self._dialogue = Dialogue(desk, conversation, self._outbox, language)
        self._voice_id = secrets.token_urlsafe(12)
        self._started = False
        self._told = False
        """That audio came before any start: said once."""

    async def run(self) -> None:
        """Until the client leaves, or reads nothing for too long."""
        sending = asyncio.create_task(self._outbox.run(), name="voice outbox")
        following = None
        try:
            async with self._ear:
                following = asyncio.create_task(self._dialogue.follow(self._ear), name="dialogue")
                receiving = asyncio.create_task(self._receive(), name="voice orders")
                tasks = {sending, following, receiving}
                try:
                    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for task in tasks:
                        task.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            await self._dialogue.close()
            with suppress(RuntimeError, WebSocketDisconnect):
                await self._websocket.close()

    async def _receive(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            try:
                await self._take(message)
            except LetanError as error:
                self._dialogue.fail(error)

    async def _take(self, message: Any) -> None:
        pcm = message.get("bytes")
        if pcm is not None:
            await self._audio(pcm)
            return
        match order_of(message.get("text") or ""):
            case Start() as order:
                self._start(order)
            case Stop():
                self._ear.stop()
            case Cancel():
                await self._ear.drop()
                await self._dialogue.cancel()
            case Played(sentence=sentence):
                self._dialogue.playback.played(sentence)

    async def _audio(self, pcm: bytes) -> None:
        pcm = block_of(pcm)
        if self._started:
            await self._ear.feed(pcm)
        elif not self._told:
            self._told = True
            raise LetanError(
                "voice_not_started",
                409,
                'Hãy gửi {"type":"start"} trước âm thanh.',
                'Send {"type":"start"} before audio.',
            )

    def _start(self, order: Start) -> None:
        dialogue = self._dialogue
        dialogue.language = order.language or dialogue.language
        dialogue.mode, dialogue.speak = order.mode, order.speak
        self._ear.set_up(Setup(order.sample_rate, dialogue.language, order.mode))
        if not self._started:
            self._started = True
            self._outbox.put(
                events.Ready(
                    voice=self._voice_id,
                    conversation=self._conversation.id,
                    language=dialogue.language,
                )
            )
        dialogue.started()
