"""A program at the engine's door that fails on command; it only serves to provoke faults.

Started like `dialogues.server`. What a message says decides what happens to it:
`die` ends the process before it answers, the first time a message id is seen;
`die always` every time; `hang` never answers; `refuse` answers 500;
`slow` answers when somebody writes to the pipe
FOLDER/slow.go.
Everything else is answered with the parts in FOLDER/parts.json, or else with the text itself.
What was asked is kept in FOLDER/asked.jsonl, so that a test can see whether a turn was asked twice.
"""

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path

from aiohttp import web

FOLDER = Path(os.environ["FAULT_FOLDER"])
SERVES = asyncio.Event()
"""Not set in a spare engine that was not told its release."""


def asked() -> list[dict[str, str]]:
    path = FOLDER / "asked.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


async def turn(request: web.Request) -> web.Response:
    body = await request.json()
    before = [entry["message_id"] for entry in asked()]
    with (FOLDER / "asked.jsonl").open("a") as file:
        file.write(json.dumps(body) + "\n")
    text = body["text"] or body["payload"]
    if text == "die always" or (text == "die" and body["message_id"] not in before):
        os._exit(1)
    if text == "hang":
        await asyncio.Event().wait()
    if text == "refuse":
        return web.json_response({"error": {"code": "internal", "detail": "asked to"}}, status=500)
    if text == "slow":
        os.mkfifo(FOLDER / "slow.go")
        (FOLDER / "slow.begun").touch()
        await asyncio.to_thread((FOLDER / "slow.go").read_text)
    said = FOLDER / "parts.json"
    if said.exists():
        text = f"parts {said.read_text()}"
    parts = json.loads(text[6:]) if text.startswith("parts ") else [{"type": "text", "text": text}]
    return web.json_response(
        {
            "conversation": body["conversation"],
            "language": body["language"] or "vi",
            "outcome": "answered",
            "understanding": {
                "intent": "greet",
                "confidence": 1.0,
                "procedures": [],
                "aspects": [],
                "out_of_scope": False,
            },
            "parts": parts,
            "topic": None,
        }
    )


async def parse(request: web.Request) -> web.Response:
    text = (await request.json())["text"]
    if text == "hang":
        (FOLDER / "hanging").touch()
        await asyncio.Event().wait()
    if (FOLDER / "parse.json").exists():
        return web.json_response(json.loads((FOLDER / "parse.json").read_text()))
    return web.json_response(
        {"intent": {"name": "greet", "confidence": 1.0}, "procedures": [], "aspects": []}
    )


async def health(_: web.Request) -> web.Response:
    status = "ready" if SERVES.is_set() else "spare"
    return web.json_response({"status": status, "release": "r", "pid": os.getpid()})


async def load(request: web.Request) -> web.Response:
    if (FOLDER / "refuse-to-start").exists():
        os._exit(3)
    SERVES.set()
    return web.json_response(await request.json(), status=202)


async def forget(request: web.Request) -> web.Response:
    with (FOLDER / "forgotten").open("a") as file:
        file.write(request.match_info["id"] + "\n")
    return web.json_response({})


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--socket")
    parser.add_argument("--release")
    parser.add_argument("--spare", action="store_true")
    parser.add_argument("--tracker")
    parser.add_argument("--watch-stdin", action="store_true")
    options = parser.parse_args()
    if not options.spare:
        SERVES.set()
        if (FOLDER / "refuse-to-start").exists():
            sys.exit("asked to refuse")
    app = web.Application()
    app.router.add_post("/load", load)
    app.router.add_post("/turn", turn)
    app.router.add_post("/parse", parse)
    app.router.add_get("/health", health)
    app.router.add_delete("/conversations/{id}", forget)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.UnixSite(runner, options.socket).start()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)


asyncio.run(main())
