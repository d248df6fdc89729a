"""Real processes of the application, to be killed."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from desk_fixtures import ROOT, until

from assistant.settings import Settings

_PROGRAM = """
import socket, sys, uvicorn
from pathlib import Path
from assistant.main import create_app
from assistant.settings import Settings
data, content, engine, url = sys.argv[1:5]
settings = Settings(data_dir=data, content_dir=content, engine_python=engine,
                    database_url=url or None, robots=[], kiosks=[],
                    operator_token="the operator's token")
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(create_app(settings), log_config=None)).run(sockets=[listener])
"""


@dataclass
class Running:
    """One process."""

    process: Process
    url: str

    async def post(self, raw: bytes, headers: dict[str, str]) -> int:
        async with httpx.AsyncClient(timeout=20) as http:
            answer = await http.post(f"{self.url}/webhooks/zalo/oa", content=raw, headers=headers)
        return answer.status_code

    async def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        await self.process.wait()

    async def end(self) -> None:
        if self.process.returncode is None:
            self.process.terminate()
            await asyncio.wait_for(self.process.wait(), 20)


async def start(
    settings: Settings, environment: dict[str, str], url: str = "", log: Path | None = None
) -> Running:
    """A server on a port of its own, ready to take events and to answer them."""
    folders = (settings.data_dir, settings.content_dir, settings.engine_python)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _PROGRAM, *map(str, folders), url),
        cwd=ROOT,
        env={**os.environ, **environment, "LETAN_CONFIG": os.devnull},
        stdout=asyncio.subprocess.PIPE,
        stderr=None if log is None else log.open("ab"),
    )
    assert process.stdout is not None
    running = Running(process, f"http://127.0.0.1:{int(await process.stdout.readline())}")

    async def ready() -> bool:
        try:
            async with httpx.AsyncClient() as http:
                return (await http.get(f"{running.url}/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    await until(ready, 60)
    return running


def in_order(texts: Sequence[str], wanted: Sequence[Any]) -> bool:
    """Whether of what a citizen got, exactly the wanted is there, once each, in order."""
    return [one for one in texts if one in wanted] == list(wanted)
