"""What was wished for is how the next replies sound, through the real synthesiser."""

import asyncio
from pathlib import Path
from typing import Any

from assistant.channels.voice_door.outbox import Outbox
from assistant.channels.voice_door.playback import Playback
from assistant.settings import Settings
from assistant.voice.service import Voice
from assistant.voice.timings import VoiceTimings


class Client:
    """Collects the audio of everything that is sent."""

    def __init__(self) -> None:
        self.pcm = b""

    async def send_text(self, data: str) -> None:
        return

    async def send_bytes(self, data: bytes) -> None:
        self.pcm += data


class Turns:
    """Tells when the speaking is over."""

    def __init__(self) -> None:
        self.over = asyncio.Event()

    def speaking_began(self) -> None:
        return

    def speaking_over(self) -> None:
        self.over.set()

    def fail(self, error: Exception) -> None:
        raise error


def reply(text: str, language: str = "vi", voice: str | None = None) -> dict[str, Any]:
    control = {"type": "control", "action": "voice", "value": voice}
    text_part = {"type": "text", "text": text}
    parts = [text_part] if voice is None else [control, text_part]
    return {"language": language, "outcome": "answered", "parts": parts}


async def heard(playback: Playback, outbox: Outbox, turns: Turns, said: dict[str, Any]) -> bytes:
    client = Client()
    sending = asyncio.create_task(outbox.run(client))
    turns.over.clear()
    assert await playback.say(said, VoiceTimings().begin("vi"))
    async with asyncio.timeout(30):
        await turns.over.wait()
    sending.cancel()
    return client.pcm


async def test_a_wished_voice_stays_until_another_is_wished_for(tmp_path: Path) -> None:
    voice = Voice(Settings(data_dir=tmp_path / "var"))
    await voice.start()
    try:
        outbox, turns = Outbox(), Turns()
        playback = Playback(voice, outbox, turns)
        sentence = "Lệ phí."
        usual = await heard(playback, outbox, turns, reply(sentence))
        south = await heard(playback, outbox, turns, reply(sentence, voice="south"))
        kept = await heard(playback, outbox, turns, reply(sentence))
        north = await heard(playback, outbox, turns, reply(sentence, voice="north"))
        unknown = await heard(playback, outbox, turns, reply(sentence, voice="moon"))
        assert usual == north == unknown
        assert south == kept != usual
        assert await heard(playback, outbox, turns, reply("Counter 3", "en", voice="south"))
        await playback.close()
    finally:
        await voice.close()
