"""Numbers, names and indecent mishearings are neither shown nor kept, whoever heard them.

No synthetic voice says an identity number so that it is understood: here a recogniser of somebody
else, a Wyoming service by URI, hears what the test tells it to have heard.
"""

import asyncio
import json
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from conftest import DEADLINE, Hall, running, spoken, visitor
from wyoming.asr import Transcript
from wyoming.audio import AudioStop
from wyoming.event import Event
from wyoming.info import AsrModel, AsrProgram, Attribution, Describe, Info
from wyoming.server import AsyncEventHandler, AsyncServer

PHONE, IDENTITY, NAME = "0912345678", "001093012345", "Nguyễn Văn An"
IN_WORDS = "không chín một hai ba bốn năm sáu bảy tám"


class Stranger(AsyncEventHandler):
    """Hears what it is told, however it sounds."""

    def __init__(self, script: dict[str, Any], *connection: Any) -> None:
        super().__init__(*connection)
        self._script = script

    async def handle_event(self, event: Event) -> bool:
        if Describe.is_type(event.type):
            by = Attribution("others", "")
            model = AsrModel("script", by, True, None, None, languages=["vi"])
            program = AsrProgram("script", by, True, None, None, models=[model])
            await self.write_event(Info(asr=[program]).event())
        elif AudioStop.is_type(event.type):
            heard = Event("transcript-partial", {"text": self._script["text"], "language": "vi"})
            await self.write_event(heard)
            answer = Transcript(self._script["text"], language="vi").event()
            answer.data["confidence"] = self._script["confidence"]
            await self.write_event(answer)
        return True


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return {"text": "", "confidence": 0.97}


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory, script: dict[str, Any]) -> Iterator[Hall]:
    folder = tmp_path_factory.mktemp("hall")
    # This engine would say back, in its reply, what it was asked.
    (folder / "parts.json").write_text(json.dumps([{"type": "text", "text": "Dạ."}]))
    uri = f"unix://{folder}/stranger.sock"
    started, over = threading.Event(), threading.Event()

    async def serve() -> None:
        server = AsyncServer.from_uri(uri)
        await server.start(partial(Stranger, script))
        started.set()
        await asyncio.to_thread(over.wait)
        await server.stop()

    thread = threading.Thread(target=asyncio.run, args=[serve()])
    thread.start()
    assert started.wait(DEADLINE)
    try:
        with running(folder, recogniser_uri=uri, recogniser_en="none") as found:
            yield found
    finally:
        over.set()
        thread.join()


def kept(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("said", "secrets"),
    [
        (f"số điện thoại của tôi là {PHONE}", [PHONE]),
        (f"căn cước của tôi số {IDENTITY}", [IDENTITY]),
        (f"tôi gọi từ số {IN_WORDS}", [IN_WORDS, PHONE]),
        (f"tôi tên là {NAME}, muốn làm khai sinh", [NAME, NAME.lower()]),
    ],
)
async def test_who_speaks_stays_unknown(
    hall: Hall,
    http: aiohttp.ClientSession,
    script: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    said: str,
    secrets: list[str],
) -> None:
    script.update(text=said, confidence=0.97)
    async with visitor(http, hall) as one:
        await one.start(speak=False)
        await one.say(spoken("xin chào"))
        await one.until("reply")
    shown = [event["text"] for event in one.events if event["type"] in ("partial", "final")]
    assert len(shown) >= 2
    stored = await asyncio.to_thread(kept, hall.app.state.settings.data_dir)
    logged = caplog.text + "".join(capfd.readouterr())
    for secret in secrets:
        assert not [text for text in shown if secret in text]
        assert secret.encode() not in stored
        assert secret not in logged
    assert all("•••" in text for text in shown)


async def test_indecent_mishearings_are_masked_or_not_answered(
    hall: Hall, http: aiohttp.ClientSession, script: dict[str, Any]
) -> None:
    async with visitor(http, hall) as one:
        await one.start(speak=False)
        script.update(text="địt", confidence=0.97)
        await one.say(spoken("xin chào"))
        assert (await one.until("rejected", "final"))["type"] == "rejected"
        script.update(text="lồn bùi em quầy số ba", confidence=0.97)
        await one.say(spoken("xin chào"))
        assert (await one.until("final"))["text"] == "… bùi em quầy số ba"
        reply = await one.until("reply")
    assert "reply" not in [event["type"] for event in one.events[: one.events.index(reply)]]
