"""The socket itself: who may speak, and what each message is."""

import asyncio
import secrets
from asyncio import FIRST_COMPLETED
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from assistant import __version__
from assistant.channels.voice_door import events
from assistant.channels.voice_door.asyncapi import document
from assistant.channels.voice_door.connections import Connections, Talk
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
from assistant.voice.audio_queue import Setup
from assistant.voice.ear import Ear
from assistant.voice.end_of_turn import patience
from assistant.voice.offers import Offer

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
        self._connections: Connections = state.voice_connections
        desk = Desk(
            state.conversations,
            state.voice,
            state.voice_timings,
            state.engine,
            lambda: state.catalogue,
        )
        outbox = Outbox()
        dialogue = Dialogue(desk, conversation, outbox, language)
        self._talk = Talk(secrets.token_urlsafe(12), conversation.id, dialogue, outbox)
        self._ear = Ear(state.voice, patience, state.voice_timings.lost, self._offered)
        self._started = False
        self._told = False
        """That audio came before any start: said once."""
        self._given_way = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        """Until the client leaves, or reads nothing for too long."""
        self._connections.enter(self._conversation.id, self)
        try:
            await self._ear.__aenter__()
            self._follow()
            ends = [
                asyncio.create_task(self._receive(), name="voice orders"),
                asyncio.create_task(self._taken_over(), name="voice taken over"),
            ]
            self._tasks += ends
            while not any(task.done() for task in (*ends, *self._tasks[:2])):
                await asyncio.wait({*ends, *self._tasks[:2]}, return_when=FIRST_COMPLETED)
        finally:
            # Whoever cancels us must not interrupt the cleaning up.
            await asyncio.shield(self._connections.finish(self._close()))

    def give_way(self) -> None:
        """Another socket carries the conversation now."""
        self._given_way.set()

    async def _offered(self) -> Offer | None:
        """Of the talk that this socket carries by now."""
        return await self._talk.dialogue.offered()

    def _follow(self) -> None:
        """Send and answer for the talk that this socket carries."""
        self._tasks[:0] = [
            asyncio.create_task(self._talk.outbox.run(self._websocket), name="voice outbox"),
            asyncio.create_task(self._talk.dialogue.follow(self._ear), name="voice dialogue"),
        ]

    async def _taken_over(self) -> None:
        await self._given_way.wait()
        self._talk.dialogue.fail(_taken_over())
        await self._talk.outbox.flush()

    async def _close(self) -> None:
        self._connections.leave(self._conversation.id, self)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._ear.__aexit__(None, None, None)
        if self._given_way.is_set() or not self._started:
            await self._talk.dialogue.close()
        else:
            self._connections.keep(self._talk)
        with suppress(RuntimeError, WebSocketDisconnect, OSError):
            await self._websocket.close(1008 if self._given_way.is_set() else 1000)

    async def _receive(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            try:
                await self._take(message)
            except LetanError as error:
                self._talk.dialogue.fail(error)

    async def _take(self, message: Any) -> None:
        pcm = message.get("bytes")
        if pcm is not None:
            await self._audio(pcm)
            return
        match order_of(message.get("text") or ""):
            case Start() as order:
                await self._start(order)
            case Stop():
                self._ear.stop()
            case Cancel():
                await self._ear.drop()
                await self._talk.dialogue.cancel()
            case Played(sentence=sentence):
                self._talk.dialogue.playback.played(sentence)

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

    async def _start(self, order: Start) -> None:
        resumed = not self._started and order.resume is not None and await self._resume(order)
        dialogue = self._talk.dialogue
        dialogue.language = order.language or dialogue.language
        dialogue.mode, dialogue.speak = order.mode, order.speak
        self._ear.set_up(Setup(order.sample_rate, dialogue.language, order.mode))
        if not self._started:
            self._started = True
            self._talk.outbox.put_first(
                events.Ready(
                    voice=self._talk.voice,
                    conversation=self._conversation.id,
                    language=dialogue.language,
                    resumed=resumed,
                )
            )
        if resumed:
            await dialogue.come_back()
        else:
            dialogue.started()

    async def _resume(self, order: Start) -> bool:
        """Carry the talk of a connection that was lost, if it is still kept."""
        found = self._connections.come_back(order.resume or "", self._conversation.id)
        if found is None:
            return False
        mine, self._tasks = self._tasks[:2], self._tasks[2:]
        for task in mine:
            task.cancel()
        await asyncio.gather(*mine, return_exceptions=True)
        await self._talk.dialogue.close()
        self._talk = found
        self._follow()
        return True


def _taken_over() -> LetanError:
    return LetanError(
        "voice_taken_over",
        409,
        "Cuộc trò chuyện này đã được mở bằng giọng nói ở một kết nối khác.",
        "This conversation has been taken over by another voice connection.",
    )
