"""The receptionist in a terminal: rich for people, JSON line by line for programs.

Runs the application's own rooms in this process, or talks to a running server (`--url`).
"""

import asyncio
import json
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, Protocol

import aiohttp
from fastapi import FastAPI
from pydantic import ValidationError
from rich.console import Console

from assistant.channels.terminal_view import show
from assistant.conversation.schemas import MessageIn
from assistant.conversation.service import Conversations
from assistant.conversation.turns import Message
from assistant.conversation.wording import say
from assistant.errors import Language, LetanError
from assistant.problems import from_validation, problem
from assistant.settings import Settings

_START_SECONDS = 180.0


class Desk(Protocol):
    """Whoever answers."""

    async def ask(self, message: MessageIn) -> dict[str, Any]:
        """The reply as on HTTP. Raises LetanError."""
        ...


async def chat(
    settings: Settings,
    *,
    json_lines: bool,
    language: Language | None = None,
    url: str | None = None,
) -> int:
    """Read messages from standard input until it ends; 0, or 1 when nobody can answer."""
    spoken: Language = language or settings.language
    console = Console()
    try:
        async with AsyncExitStack() as stack:
            waiting = say(spoken, "Đang khởi động…")
            if json_lines:
                desk = await stack.enter_async_context(_desk(settings, language, url))
            else:
                with console.status(waiting):
                    desk = await stack.enter_async_context(_desk(settings, language, url))
            if json_lines:
                await _answer_lines(desk, spoken)
            else:
                await _answer_person(desk, console, spoken)
    except LetanError as error:
        if not json_lines:
            raise
        _write({"error": problem(error, spoken)})
        return 1
    except BrokenPipeError:
        return 0
    return 0


async def _answer_lines(desk: Desk, language: Language) -> None:
    """One line out for every line in; an error is a line as well."""
    async for line in _lines():
        if not line.strip():
            continue
        try:
            _write(await desk.ask(_parse(line, language)))
        except LetanError as error:
            _write({"error": problem(error, language)})


async def _answer_person(desk: Desk, console: Console, language: Language) -> None:
    console.print(say(language, "Anh/chị hỏi em nhé; Ctrl-D để kết thúc."), style="dim")
    prompt = say(language, "Anh/chị")
    console.print(f"[bold]{prompt}:[/bold] ", end="")
    async for line in _lines():
        if line.strip():
            try:
                reply = await desk.ask(MessageIn(text=line.rstrip("\n")))
                show(console, reply)
            except LetanError as error:
                console.print(error.text(language), style="red")
        console.print(f"[bold]{prompt}:[/bold] ", end="")
    console.print()


def _parse(line: str, language: Language) -> MessageIn:
    """A JSON object as on HTTP, or the plain text of a message. Raises LetanError."""
    text = line.strip()
    if not text.startswith("{"):
        return MessageIn(text=text)
    try:
        return MessageIn.model_validate_json(text)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        found, _ = from_validation(details, language)
        raise found from None


def _write(data: dict[str, Any]) -> None:
    print(json.dumps(data, ensure_ascii=False), flush=True)


async def _lines() -> AsyncIterator[str]:
    """Standard input line by line; a thread reads, so files, pipes and terminals all work."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[str | None] = asyncio.Queue()

    def read() -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody listens any more
            for raw in sys.stdin.buffer:
                loop.call_soon_threadsafe(queue.put_nowait, raw.decode("utf-8", "replace"))
            loop.call_soon_threadsafe(queue.put_nowait, None)

    threading.Thread(target=read, daemon=True, name="standard input").start()
    while (line := await queue.get()) is not None:
        yield line


@asynccontextmanager
async def _desk(
    settings: Settings, language: Language | None, url: str | None
) -> AsyncIterator[Desk]:
    if url is not None:
        async with aiohttp.ClientSession() as session:
            yield await _Remote.open(session, url.rstrip("/"), language)
        return
    async with rooms(settings) as app:
        conversations: Conversations = app.state.conversations
        opened = await conversations.open("terminal", language=language)
        try:
            yield _Local(conversations, opened.id)
        finally:
            with suppress(LetanError):
                await conversations.close(opened.id)


@asynccontextmanager
async def rooms(settings: Settings, *, speech: bool = False) -> AsyncIterator[FastAPI]:
    """The application without its pages, answering, in this process; robots are not touched.

    Raises LetanError when turns cannot be answered.
    """
    from assistant.main import create_app
    from assistant.startup import Background

    quiet = settings.model_copy(update={"log_level": "error"})
    background = Background(create_app(quiet))
    async with background.running(robots=False, speech=speech, zalo=False):
        await background.wait_engine(_START_SECONDS)
        yield background.app


class _Local:
    """The rooms of this process."""

    def __init__(self, conversations: Conversations, conversation: str) -> None:
        self._conversations = conversations
        self._conversation = conversation

    async def ask(self, message: MessageIn) -> dict[str, Any]:
        reply = await self._conversations.handle(
            self._conversation,
            Message(
                message.text,
                message.payload,
                message.language,
                message.message_id,
                message.comment,
            ),
        )
        return reply.data()


class _Remote:
    """A server somewhere."""

    def __init__(self, session: aiohttp.ClientSession, address: str) -> None:
        self._session = session
        self._address = address

    @classmethod
    async def open(
        cls, session: aiohttp.ClientSession, url: str, language: Language | None
    ) -> "_Remote":
        body = {} if language is None else {"language": language}
        opened = await post(session, f"{url}/api/v1/conversations", body)
        return cls(session, f"{url}/api/v1/conversations/{opened['id']}/messages")

    async def ask(self, message: MessageIn) -> dict[str, Any]:
        return await post(self._session, self._address, message.model_dump(exclude_none=True))


async def post(session: aiohttp.ClientSession, url: str, body: dict[str, Any]) -> dict[str, Any]:
    try:
        async with session.post(url, json=body) as response:
            answer: dict[str, Any] = await response.json(content_type=None)
            status = response.status
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise LetanError(
            "server_unreachable",
            503,
            f"Không gọi được {url}. Máy chủ có đang chạy ở địa chỉ đó không?",
            f"{url} cannot be reached. Does a server run there?",
            log=type(error).__name__,
        ) from error
    if status < 400:
        return answer
    detail = str(answer.get("detail", status))
    raise LetanError(
        str(answer.get("code", "http_error")), status, detail, detail, field=answer.get("field")
    )
