"""The desk ends in any state of a conversation, and no process of its voice is left."""

from pathlib import Path

import aiohttp
import pytest
from conftest import SILENCE, running, spoken, visitor


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.parametrize("state", ["idle", "listening", "speaking"])
async def test_it_ends(tmp_path: Path, http: aiohttp.ClientSession, state: str) -> None:
    with running(tmp_path) as hall:
        children = dict(hall.children)
        assert set(children) == {"recogniser", "synthesiser"}
        async with visitor(http, hall) as one:
            if state != "idle":
                await one.start()
                await one.say(spoken("tôi muốn đăng ký kết hôn")[: -len(SILENCE)])
                await one.until("speech_started")
            if state == "speaking":
                await one.say(SILENCE)
                await one.until("audio", "rejected")
            hall.server.should_exit = True  # as SIGTERM does
            await hall.until(lambda: not hall.thread.is_alive())
    assert not [role for role, pid in children.items() if alive(pid)]
