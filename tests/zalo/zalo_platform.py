"""Zalo as far as it can be stood in for: oauth, openapi v2/v3, upload, Bot API and media files.

A real HTTP server of its own (a thread in tests, a process beside a benchmark) that keeps the
rules of the specification, logs everything it received, and fails on command:

    with Platform().running() as zalo:
        zalo.settings()                    # the LETAN_ZALO_* addresses that point here
        zalo.fault("send", "html", times=2)
        zalo.texts("2468")                 # what this citizen has been sent, in order
    python zalo_platform.py --port 9000    # the same over HTTP: POST /stub/faults, GET /stub/log
"""

import argparse
import asyncio
import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from typing import Any

from aiohttp import web
from zalo_world import State, World


@dataclass
class Fault:
    """How the next answers of one kind fail."""

    what: str
    """`send`, `upload`, `refresh`, `exchange`, `conversation`, `getoa`, `bot`, `media` or `*`."""
    kind: str
    """`html` (502), `html200`, `empty`, `error`, `status`, `drop` (no answer), `hold` (none until
    `release()`), `slow`."""
    times: int | None = None
    """None: until cleared."""
    share: float = 1.0
    """Which part of the requests it hits."""
    after: bool = False
    """The request is carried out, only its answer is lost."""
    code: int = -200
    status: int = 500
    seconds: float = 1.0


class Platform:
    """The server; every public method may be called from the test's thread."""

    def __init__(self, seed: int = 6) -> None:
        self.world = World()
        self.log: list[dict[str, Any]] = []
        """Every request: `{"n", "at", "what", "user", "outcome", "body", "headers"}`."""
        self.url = ""
        self._faults: list[Fault] = []
        self._media: dict[str, dict[str, Any]] = {}
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._gate = threading.Event()
        self._open: asyncio.Event | None = None

    # What tests say and ask

    @property
    def state(self) -> State:
        return self.world.state

    @property
    def sent(self) -> dict[str, list[dict[str, Any]]]:
        """What each citizen really got, oldest first."""
        return self.world.sent

    def fault(self, what: str, kind: str, **options: Any) -> Fault:
        fault = Fault(what, kind, **options)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """No more faults; whoever is held goes on."""
        with self._lock:
            self._faults.clear()
        self.release()

    def release(self) -> None:
        """Answer the requests that are held."""
        loop, gate = self._loop, self._open
        if loop is not None and gate is not None:
            loop.call_soon_threadsafe(_open_once, gate)

    def texts(self, user: str) -> list[str]:
        return [message["text"] for message in self.sent.get(user, [])]

    def requests(self, what: str) -> list[dict[str, Any]]:
        return [entry for entry in list(self.log) if entry["what"] == what]

    def media(self, name: str, data: bytes, kind: str = "audio/aac", **how: Any) -> str:
        """Serve a file; its address. `how`: `redirect=url`, `endless=True`, `drip=seconds`,
        `status=404`, `length=n` (a Content-Length that is not true)."""
        self._media[name] = {"data": data, "kind": kind, **how}
        return f"{self.url}/media/{name}"

    def consent(self, challenge: str) -> str:
        """An administrator agrees: the code of the redirect."""
        code = f"code-{self.world.next()}"
        self.state.codes[code] = challenge
        return code

    def expire_access(self) -> None:
        self.state.access.clear()

    def settings(self) -> dict[str, str]:
        """Environment variables of an application that talks to this platform."""
        state = self.state
        return {
            "LETAN_ZALO_APP_ID": state.app_id,
            "LETAN_ZALO_APP_SECRET": state.app_secret,
            "LETAN_ZALO_OA_ID": state.oa_id,
            "LETAN_ZALO_OA_SECRET_KEY": state.oa_key,
            "LETAN_ZALO_ACCESS_TOKEN": "AT-first",
            "LETAN_ZALO_REFRESH_TOKEN": "RT-first",
            "LETAN_ZALO_OAUTH_URL": self.url,
            "LETAN_ZALO_API_URL": self.url,
            "LETAN_ZALO_BOT_URL": self.url,
            "LETAN_ZALO_BOT_TOKEN": state.bot_token,
            "LETAN_ZALO_BOT_SECRET": "secret-of-the-bot-webhook",
            "LETAN_ZALO_MEDIA_HOSTS": "127.0.0.1",
        }

    def signed(self, event: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
        """A webhook call as Zalo makes it: the raw body, and its headers."""
        raw = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        joined = str(event["app_id"]).encode() + raw + str(event["timestamp"]).encode()
        mac = sha256(joined + self.state.oa_key.encode()).hexdigest()
        return raw, {"X-ZEvent-Signature": f"mac={mac}", "Content-Type": "application/json"}

    def text_event(self, user: str, text: str, msg_id: str, at: float | None = None) -> Any:
        """`signed` of a citizen's text."""
        return self.signed(
            {
                "app_id": self.state.app_id,
                "sender": {"id": user},
                "user_id_by_app": f"9{user}",
                "recipient": {"id": self.state.oa_id},
                "event_name": "user_send_text",
                "message": {"text": text, "msg_id": msg_id},
                "timestamp": str(int((at or time.time()) * 1000)),
            }
        )

    # Running

    def application(self) -> web.Application:
        app = web.Application(client_max_size=8_000_000)
        app.on_startup.append(self._started)
        app.router.add_post("/v4/oa/access_token", self._oauth)
        app.router.add_get("/v4/oa/permission", self._permission)
        app.router.add_post("/v3.0/oa/message/cs", self._send)
        app.router.add_post("/v2.0/oa/message", self._send)  # to a guest without an account
        app.router.add_post("/v2.0/oa/upload/image", self._upload)
        app.router.add_get("/v2.0/oa/conversation", self._conversation)
        app.router.add_get("/v2.0/oa/getoa", self._getoa)
        app.router.add_post("/bot{token:[^/]+}/{method}", self._bot)
        app.router.add_get("/media/{name}", self._serve_media)
        app.router.add_post("/stub/faults", self._take_fault)
        app.router.add_post("/stub/clear", self._take_clear)
        app.router.add_post("/stub/state", self._take_state)
        app.router.add_get("/stub/log", self._show_log)
        app.router.add_get("/stub/sent", self._show_sent)
        return app

    @contextmanager
    def running(self, port: int = 0) -> Iterator["Platform"]:
        thread = threading.Thread(target=asyncio.run, args=(self._serve(port),), daemon=True)
        thread.start()
        assert self._gate.wait(10), "the stub did not start"
        try:
            yield self
        finally:
            self.clear()
            assert self._loop is not None
            self._loop.call_soon_threadsafe(self._stop.set)
            thread.join(10)

    async def _serve(self, port: int) -> None:
        self._stop = asyncio.Event()
        runner = web.AppRunner(self.application(), shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._gate.set()
        await self._stop.wait()
        await runner.cleanup()

    async def _started(self, _app: web.Application) -> None:
        self._loop, self._open = asyncio.get_running_loop(), asyncio.Event()

    # Faults

    def _fault_for(self, what: str) -> Fault | None:
        with self._lock:
            for fault in self._faults:
                if fault.what not in (what, "*") or fault.times == 0:
                    continue
                if self._random.random() >= fault.share:
                    continue
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    async def _answer(self, request: web.Request, what: str, body: Any, act: Any) -> web.Response:
        """Log, carry out, answer; or fail in the way that was ordered."""
        fault = self._fault_for(what)
        entry = {
            "n": self.world.next(),
            "at": time.time(),
            "what": what,
            "body": body,
            "headers": dict(request.headers),
            "outcome": "under way",
        }
        self.log.append(entry)
        if fault is not None and fault.kind == "slow":
            await _pass(fault.seconds)
            fault = None
        if fault is None:
            answer = act(entry)
            entry["outcome"] = str(answer.get("error", "ok"))
            return web.json_response(answer, headers={"X-RateLimit-Remain": "3999"})
        if fault.after:
            act(entry)
        entry["outcome"] = fault.kind
        return await self._failing(request, fault, entry, act)

    async def _failing(
        self, request: web.Request, fault: Fault, entry: dict[str, Any], act: Any
    ) -> web.Response:
        html = "<html><body><h1>502 Bad Gateway</h1></body></html>"
        match fault.kind:
            case "html":
                return web.Response(text=html, status=502, content_type="text/html")
            case "html200":
                return web.Response(text=html, content_type="text/html")
            case "empty":
                return web.Response(body=b"")
            case "status":
                return web.Response(text="no", status=fault.status)
            case "error":
                name = "error_code" if entry["what"] == "bot" else "error"
                told: dict[str, Any] = {name: fault.code, "message": "the stub was told to fail"}
                return web.json_response({**told, "ok": False, "description": "told to fail"})
            case "drop":
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            case _:  # hold
                assert self._open is not None
                await self._open.wait()
                entry["outcome"] = "held"
                if fault.after or fault.code != -200:
                    return web.json_response({"error": fault.code})
                return web.json_response(act(entry))

    # OAuth

    async def _permission(self, request: web.Request) -> web.Response:
        code = self.consent(request.query.get("code_challenge", ""))
        target = request.query["redirect_uri"]
        state = request.query.get("state", "")
        raise web.HTTPFound(f"{target}?code={code}&oa_id={self.state.oa_id}&state={state}")

    async def _oauth(self, request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        what = "refresh" if form.get("grant_type") == "refresh_token" else "exchange"
        consumed = form.get("refresh_token", "") in self.state.used

        def act(entry: dict[str, Any]) -> dict[str, Any]:
            return self.world.grant(form, request.headers.get("secret_key", ""), entry)

        answer = await self._answer(request, what, form, act)
        return web.Response(body=b"") if consumed and what == "refresh" else answer

    # OpenAPI

    async def _send(self, request: web.Request) -> web.Response:
        body = json.loads(await request.read())
        access = request.headers.get("access_token", "")
        return await self._answer(
            request, "send", body, lambda entry: self.world.deliver(body, access, entry)
        )

    async def _upload(self, request: web.Request) -> web.Response:
        form = await request.post()
        part = form.get("file")
        data = part.file.read() if isinstance(part, web.FileField) else b""
        access = request.headers.get("access_token", "")

        return await self._answer(
            request, "upload", {"bytes": len(data)}, lambda _: self.world.upload(data, access)
        )

    async def _conversation(self, request: web.Request) -> web.Response:
        asked = json.loads(request.query["data"])
        access = request.headers.get("access_token", "")

        return await self._answer(
            request, "conversation", asked, lambda _: self.world.conversation(asked, access)
        )

    async def _getoa(self, request: web.Request) -> web.Response:
        access = request.headers.get("access_token", "")

        return await self._answer(request, "getoa", None, lambda _: self.world.getoa(access))

    # Zalo Bot

    async def _bot(self, request: web.Request) -> web.Response:
        method, token = request.match_info["method"], request.match_info["token"]
        body = json.loads(await request.read() or b"{}")

        def act(entry: dict[str, Any]) -> dict[str, Any]:
            entry["method"] = method
            return self.world.bot(token, method, body, entry)

        return await self._answer(request, "bot", body, act)

    # Media, and the stub's own door

    async def _serve_media(self, request: web.Request) -> web.StreamResponse:
        self.log.append(
            {"n": self.world.next(), "what": "media", "name": request.match_info["name"]}
        )
        file = self._media.get(request.match_info["name"])
        if file is None or "status" in file:
            return web.Response(status=404 if file is None else file["status"])
        if "redirect" in file:
            raise web.HTTPFound(file["redirect"])
        response = web.StreamResponse(headers={"Content-Type": file["kind"]})
        if "length" in file:
            response.headers["Content-Length"] = str(file["length"])
        await response.prepare(request)
        data = file["data"] or b"\0"
        while True:
            if "drip" in file:
                for place in range(len(data)):
                    await response.write(data[place : place + 1])
                    await _pass(file["drip"])
            else:
                await response.write(data)
            if not file.get("endless"):
                return response

    async def _take_fault(self, request: web.Request) -> web.Response:
        return web.json_response(asdict(self.fault(**(await request.json()))))

    async def _take_clear(self, _request: web.Request) -> web.Response:
        self.clear()
        return web.json_response({})

    async def _take_state(self, request: web.Request) -> web.Response:
        known = {each.name for each in fields(State)}
        for name, value in (await request.json()).items():
            assert name in known, name
            setattr(self.state, name, set(value) if name in ("access", "used") else value)
        return web.json_response({})

    async def _show_log(self, _request: web.Request) -> web.Response:
        return web.json_response(self.log)

    async def _show_sent(self, _request: web.Request) -> web.Response:
        return web.json_response(self.sent)


def _open_once(gate: asyncio.Event) -> None:
    gate.set()
    gate.clear()


async def _pass(seconds: float) -> None:
    """Time goes by at the other end: a timer of the loop, nothing is waited for in a test."""
    passed = asyncio.get_running_loop().create_future()
    timer = asyncio.get_running_loop().call_later(seconds, passed.set_result, None)
    try:
        await passed
    finally:
        timer.cancel()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    web.run_app(
        Platform().application(), host="127.0.0.1", port=parser.parse_args().port, access_log=None
    )
