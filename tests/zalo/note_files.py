"""Voice notes as phones send them, made from eSpeak's speech, and a host that serves them."""

import io
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import av
from aiohttp import web

HERE = ["127.0.0.1"]
NUMBERS = count(1)
QUESTION = "Đăng ký khai sinh cần giấy tờ gì"
CODECS = {
    "aac": ("adts", "aac", 16_000, 64_000),
    "m4a": ("ipod", "aac", 16_000, 64_000),
    "mp3": ("mp3", "libmp3lame", 16_000, 64_000),
    "amr": ("amr", "libopencore_amrnb", 8_000, 12_200),
    "webm": ("webm", "libopus", 48_000, 32_000),
}


def espeak(text: str) -> bytes:
    argv = ["espeak-ng", "-v", "vi", "-s", "140", "--stdout", text]
    return subprocess.run(argv, capture_output=True, check=True).stdout


def encoded(wav: bytes, container: str, codec: str, rate: int, bit_rate: int) -> bytes:
    out = io.BytesIO()
    with av.open(io.BytesIO(wav)) as source, av.open(out, "w", format=container) as target:
        stream: Any = target.add_stream(codec, rate=rate)
        stream.layout, stream.bit_rate = "mono", bit_rate
        context = stream.codec_context
        resampler = av.AudioResampler(
            format=context.format, layout="mono", rate=rate, frame_size=context.frame_size or 1024
        )
        for frame in [*source.decode(audio=0), None]:
            for part in resampler.resample(frame):
                target.mux(stream.encode(part))
        target.mux(stream.encode(None))
    return out.getvalue()


@asynccontextmanager
async def serving(**answers: Callable[[web.Request], Any] | bytes) -> AsyncIterator[str]:
    """A host of files; its address."""

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        found = answers[request.path.strip("/")]
        if isinstance(found, bytes):
            return web.Response(body=found)
        response: web.StreamResponse = await found(request)
        return response

    asked: list[str] = []
    application = web.Application()
    application.router.add_get("/{name}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()
