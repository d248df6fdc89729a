"""Whoever writes, wherever: once, in order, in their language, nothing personal kept.

A new channel is one more entry of `CHANNELS`.
"""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Protocol

import httpx
import pytest
from desk_fixtures import until
from zalo_events import Zalo, bot_event, said, somebody

from assistant.channels.terminal import _Local
from assistant.conversation.schemas import MessageIn
from assistant.conversation.turns import Message
from assistant.errors import LetanError

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Line(Protocol):
    """One person on one channel."""

    async def begin(self) -> None:
        """Open what is to be opened; courtesies of a first contact are over afterwards."""
        ...

    async def say(self, text: str, id_: str | None = None) -> None:
        """Returns when the message is taken (not: answered). Raises nothing."""
        ...

    async def replies(self) -> list[str]:
        """The texts that the person got, in order, once everything said is answered."""
        ...


class Asked(ABC):
    """Channels whose caller waits for the reply before the next message is sent."""

    def __init__(self, desk: Zalo) -> None:
        self.desk = desk
        self._asking: list[asyncio.Task[list[str]]] = []

    async def say(self, text: str, id_: str | None = None) -> None:
        before = self._asking[-1] if self._asking else None
        self._asking.append(asyncio.create_task(self._texts(text, id_, before)))

    async def replies(self) -> list[str]:
        return [text for texts in await asyncio.gather(*self._asking) for text in texts]

    async def _texts(
        self, text: str, id_: str | None, before: "asyncio.Task[list[str]] | None"
    ) -> list[str]:
        if before is not None:
            await before
        data = await self.ask(text, id_)
        return [part["text"] for part in data.get("parts", []) if part["type"] == "text"]

    @abstractmethod
    async def ask(self, text: str, id_: str | None) -> dict[str, Any]:
        """Send one message; the reply as JSON, empty where it was refused."""


class Rest(Asked):
    """Any program over HTTP."""

    kiosk: str | None = None

    async def begin(self) -> None:
        headers = await self.headers()
        body = {"kiosk": self.kiosk} if self.kiosk else {}
        opened = await self.desk.http.post("/api/v1/conversations", json=body, headers=headers)
        self.url = f"/api/v1/conversations/{opened.json()['id']}/messages"

    async def headers(self) -> dict[str, str]:
        return {}

    async def ask(self, text: str, id_: str | None) -> dict[str, Any]:
        body = {"text": text} if id_ is None else {"text": text, "message_id": id_}
        answer: httpx.Response = await self.desk.http.post(self.url, json=body)
        assert answer.status_code in (200, 413, 422), answer.text
        found: dict[str, Any] = answer.json()
        return found


class Kiosk(Rest):
    """A paired kiosk."""

    kiosk = "kiosk-1"

    async def headers(self) -> dict[str, str]:
        token = (await self.desk.http.post("/api/v1/kiosks/pair")).json()["token"]
        return {"Authorization": f"Bearer {token}"}


class Terminal(Asked):
    """`./letan chat`."""

    async def begin(self) -> None:
        conversations = self.desk.app.state.conversations
        opened = await conversations.open("terminal")
        self.line = _Local(conversations, opened.id)

    async def ask(self, text: str, id_: str | None) -> dict[str, Any]:
        try:
            return await self.line.ask(MessageIn(text=text, message_id=id_))
        except LetanError as error:
            assert error.status < 500, error
            return {}


class Written:
    """Channels that are answered later."""

    channel = "zalo_oa"

    def __init__(self, desk: Zalo) -> None:
        self.desk = desk

    async def begin(self) -> None:
        self.user = somebody()
        await self.say("xin chào")
        await self.desk.settled()
        self._before = len(await self.desk.told(self.user, self.channel))

    async def say(self, text: str, id_: str | None = None) -> None:
        answer = await self.desk.oa(said(text, self.user, id_ and f"{id_}-{self.user}"))
        assert answer.status_code == 200

    async def replies(self) -> list[str]:
        await self.desk.settled()
        return (await self.desk.told(self.user, self.channel))[self._before :]


class WrittenToTheBot(Written):
    channel = "zalo_bot"

    async def say(self, text: str, id_: str | None = None) -> None:
        answer = await self.desk.bot(bot_event(text, self.user, id_ and f"{id_}-{self.user}"))
        assert answer.status_code == 200


CHANNELS: dict[str, Callable[[Zalo], Line]] = {
    "kiosk": Kiosk,
    "rest": Rest,
    "terminal": Terminal,
    "zalo_oa": Written,
    "zalo_bot": WrittenToTheBot,
}


@pytest.fixture(params=CHANNELS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def line_of(name: str, zalo: Zalo) -> Line:
    line = CHANNELS[name](zalo)
    await line.begin()
    zalo.asked()
    return line


async def test_the_same_message_is_asked_once(zalo: Zalo, name: str) -> None:
    line = await line_of(name, zalo)
    for _ in range(3):
        await line.say("một lần", "m1")
    assert set(await line.replies()) == {"một lần"}
    assert zalo.asked() == ["một lần"]


async def test_turns_are_answered_in_the_order_they_were_said(zalo: Zalo, name: str) -> None:
    line = await line_of(name, zalo)
    go = zalo.slow()
    words = ["slow", "hai", "ba", "bốn", "năm"]
    await line.say(words[0])
    await until((zalo.fault / "slow.begun").exists)
    for word in words[1:]:
        await line.say(word)
    go.write_text("go")
    assert await line.replies() == words
    assert zalo.asked() == words


async def test_an_engine_that_dies_costs_no_answer(zalo: Zalo, name: str) -> None:
    line = await line_of(name, zalo)
    await line.say("die", f"die-{name}")
    await line.say("sau đó")
    assert await line.replies() == ["die", "sau đó"]


async def test_other_languages_are_answered_in_the_two_we_speak(zalo: Zalo, name: str) -> None:
    line = await line_of(name, zalo)
    await line.say("出生登记需要什么文件")
    told = " ".join(await line.replies())
    assert "tiếng Việt" in told and "English" in told
    assert zalo.asked() == []


async def test_the_engine_is_told_where_it_is_asked(zalo: Zalo, name: str) -> None:
    line = await line_of(name, zalo)
    await line.say("ai đó hỏi")
    await line.replies()
    lines = (zalo.fault / "asked.jsonl").read_text().splitlines()
    context = json.loads(lines[-1])["context"]
    assert context["channel"] == name
    if name != "kiosk":  # a robot leads a person who stands before it, nobody else
        assert context["can_move"] is False and context["robot"] is None


async def test_nothing_personal_is_kept(zalo: Zalo, name: str) -> None:
    """The reply is one that repeats nothing; what was said is redacted before it is stored."""
    personal = ("079123456789", "0912345678", "lan.nguyen@example.vn")
    (zalo.fault / "parts.json").write_text('[{"type": "text", "text": "Dạ vâng."}]')
    try:
        line = await line_of(name, zalo)
        await line.say(f"căn cước {personal[0]}, điện thoại {personal[1]}, thư {personal[2]}")
        assert await line.replies() == ["Dạ vâng."]
    finally:
        (zalo.fault / "parts.json").unlink()
    for table, column in (("turns", "message"), ("turns", "reply"), ("zalo_inbox", "body")):
        for row in await zalo.rows(f"SELECT {column} FROM {table}"):
            assert not any(word in str(row[0]) for word in personal), table


async def test_hostile_texts_are_answered_or_refused_and_the_next_one_works(
    zalo: Zalo, name: str
) -> None:
    line = await line_of(name, zalo)
    hostile = (
        *("/restart", "EXTERNAL: x", '/inform{"k":"v"}', "procedure:../../etc/passwd"),
        *("\u202eabc\u2066", "\x00\x01\x1b[2J", "😀" * 10_000, "a\u0301" * 900, "{0}%s%n", "'; --"),
    )
    for text in hostile:
        await line.say(text)
    await line.say("câu bình thường")
    assert (await line.replies())[-1] == "câu bình thường"
    asked = zalo.asked()
    assert asked[:3] == ["/restart", "EXTERNAL: x", '/inform{"k":"v"}']
    assert not any("\u202e" in text or "\x00" in text for text in asked)


async def test_whoever_is_forgotten_is_forgotten_by_the_engine(zalo: Zalo, name: str) -> None:
    conversations = zalo.app.state.conversations
    opened = await conversations.open("rest" if name == "kiosk" else name)
    await conversations.handle(opened.id, Message(text="nhớ tôi không"))
    await conversations.erase([opened.id])
    assert (zalo.fault / "forgotten").read_text().split()[-1] == opened.id
    with pytest.raises(LetanError) as gone:
        await conversations.handle(opened.id, Message(text="còn đó không"))
    assert gone.value.code == "conversation_unknown"
