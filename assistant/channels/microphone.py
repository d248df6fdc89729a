"""`./letan listen`: a conversation by voice at this machine's own microphone, or with a recording.

What is heard takes the way of the voice door: the same ear, the same dialogue, the same events.
They are shown, and the reply is said at this machine's loudspeaker as well.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import aiohttp
from rich.console import Console

from assistant.channels.terminal import post, rooms
from assistant.channels.terminal_view import show
from assistant.channels.voice_door.dialogue import Desk, Dialogue
from assistant.channels.voice_door.outbox import Outbox
from assistant.conversation.service import Conversations
from assistant.conversation.wording import say
from assistant.errors import Language, LetanError
from assistant.settings import Settings
from assistant.voice.audio_queue import Setup
from assistant.voice.commands import write_recording
from assistant.voice.ear import Ear
from assistant.voice.end_of_turn import patience
from assistant.voice.errors import speech_unavailable
from assistant.voice.listening import OwnMicrophone, check_microphone
from assistant.voice.service import START_SECONDS
from assistant.voice.transcription import only_warnings, read_clip
from assistant.voice.wording import say as voice_say
from speech.audio import StreamConverter, write_wav
from speech.engines import SAMPLE_RATE
from speech.loudspeaker import Loudspeaker
from speech.turns import as_at_a_microphone

BLOCK_SECONDS = 0.1
QUIET_SECONDS = 1.5
"""A server that says nothing for so long after the last word has nothing more to say."""
_RESTING = ("idle", "listening")
_NO_LOUDSPEAKER = "Máy này không có loa dùng được: em chỉ trả lời bằng chữ."


class Line(Protocol):
    """A conversation by voice that is open; its events go to a `Face`."""

    async def feed(self, pcm: bytes) -> None:
        """s16le mono 16 kHz, as fast as it is spoken."""

    async def finish(self) -> None:
        """No more is said: returns when the last words are answered."""

    def played(self, sentence: int) -> None:
        """A sentence of the reply was heard to its end."""


def check_source(wav: Path | None, device: str | None, *, wait: bool) -> None:
    """Before a first release is trained. Raises LetanError `audio_…`, `microphone_missing`."""
    if wav is not None:
        asyncio.run(read_clip(wav))
    elif not wait:
        check_microphone(device)


async def listen(
    settings: Settings,
    wav: Path | None = None,
    *,
    language: Language = "vi",
    as_json: bool = False,
    device: str | None = None,
    wait: bool = False,
    out: Path | None = None,
    url: str | None = None,
) -> int:
    """Hears and answers at the microphone until Ctrl-C, or until a recording is over.

    ``as_json``: every event of the voice door but `level` as a line of standard output, and
    `microphone {state, text}`. ``wait``: also for a microphone that is not there at the start.
    ``out``: a WAV file of all replies. ``url``: a running server answers. Raises LetanError.
    """
    only_warnings(settings)
    clip = await read_clip(wav) if wav is not None else None
    async with AsyncExitStack() as stack:
        face = Face(language, as_json=as_json, tell_silence=clip is not None)
        stack.callback(face.close)
        if out is not None:
            stack.push_async_callback(face.write, out)
        microphone: OwnMicrophone | None = None
        if clip is None:
            microphone = OwnMicrophone(
                settings.language, device, as_json=as_json, others=face.loudspeaker.silent
            )
            stack.push_async_callback(microphone.close)
            await microphone.open(wait=wait)
        kind = _remote(url, language, face) if url else _local(settings, language, face)
        line = await stack.enter_async_context(kind)
        face.line = line
        if microphone is not None:
            microphone.forget()
            while True:
                await line.feed(await microphone.blocks.get())
        assert clip is not None
        await _play(as_at_a_microphone(clip), line, face)
    return 0


async def _play(pcm: bytes, line: Line, face: "Face") -> None:
    """A recording in real time; it stands still while the desk thinks and speaks."""
    step = 2 * int(BLOCK_SECONDS * SAMPLE_RATE)
    for at in range(0, len(pcm), step):
        await face.until_resting()
        await line.feed(pcm[at : at + step])
        await asyncio.sleep(BLOCK_SECONDS)
    await line.finish()


class Face:
    """What the desk does, for the eyes and the ears of whoever stands here."""

    def __init__(self, language: Language, *, as_json: bool, tell_silence: bool) -> None:
        self._tell_silence = tell_silence
        self.line: Line | None = None
        self.said = bytearray()
        """Every sentence of every reply, s16le mono 16 kHz."""
        self._language: Language = language
        self._as_json = as_json
        self._console = Console()
        self._loop = asyncio.get_running_loop()
        self._state = asyncio.Condition()
        self._resting = False
        self._sentence = 0
        self._converter = StreamConverter(SAMPLE_RATE)
        self.loudspeaker = Loudspeaker(self._played, self._has_loudspeaker)

    async def send_text(self, data: str) -> None:
        """An event of the voice door."""
        event: dict[str, Any] = json.loads(data)
        if event["type"] == "level":
            return
        if self._as_json:
            print(data, flush=True)
        else:
            self._show(event)
        self._say(event)
        if event["type"] == "state":
            async with self._state:
                self._resting = event["state"] in _RESTING
                self._state.notify_all()

    async def send_bytes(self, data: bytes) -> None:
        """Audio of the sentence that began last."""
        self.said += self._converter.convert(data)
        self.loudspeaker.play(data)

    async def until_resting(self) -> None:
        """Until the desk only listens."""
        async with self._state:
            await self._state.wait_for(lambda: self._resting)

    async def write(self, out: Path) -> None:
        """All replies as a WAV file. Raises LetanError `file_unwritable`."""
        await write_recording(out, write_wav(bytes(self.said), SAMPLE_RATE))

    def close(self) -> None:
        self.loudspeaker.close()

    def _say(self, event: dict[str, Any]) -> None:
        match event["type"]:
            case "audio":
                self._converter = StreamConverter(event["rate"])
                self.loudspeaker.begin(event["rate"])
            case "audio_end":
                self.loudspeaker.end(event["sentence"])
            case "interrupted" | "stop":
                self.loudspeaker.hush()

    def _show(self, event: dict[str, Any]) -> None:
        match event["type"]:
            case "final":
                self._print(f"{say(self._language, 'Anh/chị')}: {event['text']}")
            case "rejected" if self._tell_silence or event["reason"] != "silence":
                self._print(event["text"])
            case "reply":
                show(self._console, event)
            case "error":
                print(event["message"], file=sys.stderr, flush=True)

    def _print(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False)

    def _played(self, sentence: int) -> None:
        def tell() -> None:
            if self.line is not None:
                self.line.played(sentence)

        with suppress(RuntimeError):  # the loop is over, the loudspeaker not yet
            self._loop.call_soon_threadsafe(tell)

    def _has_loudspeaker(self, works: bool) -> None:
        if works:
            return
        text = voice_say(self._language, _NO_LOUDSPEAKER)
        told = {"type": "loudspeaker", "state": "absent", "text": text}
        if self._as_json:
            print(json.dumps(told, ensure_ascii=False), flush=True)
        else:
            print(text, file=sys.stderr, flush=True)


@asynccontextmanager
async def _local(settings: Settings, language: Language, face: Face) -> AsyncIterator[Line]:
    """The rooms of this process."""
    async with rooms(settings, speech=True) as app:
        state = app.state
        await state.voice.wait_ready(START_SECONDS)
        for health in state.voice.health():
            if health.role == "recogniser" and health.state != "ready":
                raise speech_unavailable(health.role, health.reason or "it does not answer")
        desk = Desk(
            state.conversations,
            state.voice,
            state.voice_timings,
            state.engine,
            lambda: state.catalogue,
        )
        conversations: Conversations = state.conversations
        conversation = await conversations.open("terminal", language=language)
        outbox = Outbox()
        dialogue = Dialogue(desk, conversation, outbox, language)
        tasks: list[asyncio.Task[None]] = []
        try:
            lost = state.voice_timings.lost
            async with Ear(state.voice, patience, lost, dialogue.offered) as ear:
                ear.set_up(Setup(language=language))
                tasks.append(asyncio.create_task(outbox.run(face), name="voice outbox"))
                tasks.append(asyncio.create_task(dialogue.follow(ear), name="voice dialogue"))
                dialogue.started()
                yield _Local(ear, dialogue, outbox, tasks[1], face)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await dialogue.close()
            with suppress(LetanError):
                await conversations.close(conversation.id)


class _Local:
    """The ear and the dialogue of the voice door, without its socket."""

    def __init__(
        self,
        ear: Ear,
        dialogue: Dialogue,
        outbox: Outbox,
        following: "asyncio.Task[None]",
        face: Face,
    ) -> None:
        self._ear = ear
        self._dialogue = dialogue
        self._outbox = outbox
        self._following = following
        self._face = face

    async def feed(self, pcm: bytes) -> None:
        await self._ear.feed(pcm)

    async def finish(self) -> None:
        await self._ear.hear_out(b"")
        await self._following
        await self._outbox.flush()
        await self._face.until_resting()

    def played(self, sentence: int) -> None:
        self._dialogue.playback.played(sentence)


@asynccontextmanager
async def _remote(url: str, language: Language, face: Face) -> AsyncIterator[Line]:
    """The voice door of a server. Raises LetanError `server_unreachable`."""
    address = url.rstrip("/")
    async with aiohttp.ClientSession() as session:
        opened = await post(session, f"{address}/api/v1/conversations", {"language": language})
        door = f"{address}/api/v1/voice/{opened['id']}"
        async with session.ws_connect(door, max_msg_size=0) as socket:
            start = {"type": "start", "sample_rate": SAMPLE_RATE, "language": language}
            await socket.send_json(start)
            line = _Remote(socket, face)
            reading = asyncio.create_task(line.read(), name="voice door")
            try:
                yield line
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)


class _Remote:
    """A client of the voice door."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, face: Face) -> None:
        self._socket = socket
        self._face = face
        self._said = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()

    async def read(self) -> None:
        async for message in self._socket:
            self._said.set()
            if message.type is aiohttp.WSMsgType.TEXT:
                await self._face.send_text(message.data)
            elif message.type is aiohttp.WSMsgType.BINARY:
                await self._face.send_bytes(message.data)

    async def feed(self, pcm: bytes) -> None:
        try:
            await self._socket.send_bytes(pcm)
        except (aiohttp.ClientError, OSError) as error:
            raise _gone() from error

    async def finish(self) -> None:
        await self._socket.send_json({"type": "stop"})
        quiet = False
        while not quiet:
            if self._socket.closed:
                raise _gone()
            self._said.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._said.wait(), QUIET_SECONDS)
            quiet = not self._said.is_set()
            await self._face.until_resting()

    def played(self, sentence: int) -> None:
        told = self._socket.send_json({"type": "played", "sentence": sentence})
        task = asyncio.create_task(self._quietly(told))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _quietly(self, sending: Any) -> None:
        with suppress(aiohttp.ClientError, OSError):
            await sending


def _gone() -> LetanError:
    return LetanError(
        "server_unreachable",
        503,
        "Mất kết nối với máy chủ. Kiểm tra máy chủ rồi chạy lại lệnh này.",
        "The server is gone. Check it, then start this command again.",
    )
