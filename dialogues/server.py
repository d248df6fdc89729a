"""The engine's server: HTTP/JSON on a Unix domain socket that only its owner can open.

`python -m dialogues.server --socket S --release DIR [--tracker URL] [--watch-stdin] [--unverified]`
or `--spare` instead of `--release`: everything is imported, and the first `POST /load` names the
folder, so that another release is served in half the time of a start.

Turns run one after another in a single worker thread (they are pure computation), so `/health`
always answers. Exit codes: 0 asked to end, 2 wrong arguments or store unreachable, 3 the release
was refused (not whole, changed, or made for other code).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import logging
import os
import signal
import socket
import sys
import warnings
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from dialogues.release import ReleaseRefusedError, verify

if TYPE_CHECKING:
    from dialogues.engine import Engine, TurnRequest

log = logging.getLogger("dialogues.server")
MAX_BODY = 256 * 1024
MAX_TEXT = 4000
"""Characters of one message; the application's own limit is lower."""
MAX_WAITING = 128
"""Turns that may wait for the worker; beyond that the engine says that it is busy."""
SWEEP_SECONDS = 60.0
TRACKER_URL = "LETAN_TRACKER_URL"

_AS_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
for _name, _value in QUIET.items():
    os.environ.setdefault(_name, _value)


class RequestError(Exception):
    """A request that cannot be served; answered as JSON with a stable code."""

    def __init__(self, status: int, code: str, detail: str, field: str | None = None) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.field = status, code, detail, field


class Server:
    """Health, and the engine once it is loaded."""

    def __init__(self, release_id: str) -> None:
        self._release_id = release_id
        """Empty for a spare engine that has not been told yet."""
        self._engine: Engine | None = None
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="turns")
        self._waiting = 0
        self._told: asyncio.Future[Path] | None = None

    async def load(self, folder: Path, tracker: str) -> None:
        """Load and warm up in the worker; raises what loading raises."""
        self._engine = await self._in_worker(_load, folder, self._release_id, tracker)

    async def wait_and_load(self, tracker: str) -> None:
        """Import everything, wait until a folder is told, load it. Raises as `load` does."""
        await self._in_worker(_import)
        self._told = asyncio.get_running_loop().create_future()
        folder = await self._told
        self._release_id = await self._in_worker(verify, folder)
        await self.load(folder, tracker)

    def app(self) -> web.Application:
        app = web.Application(client_max_size=MAX_BODY, middlewares=[_errors])
        app.router.add_get("/health", self.health)
        app.router.add_post("/load", self.tell)
        app.router.add_post("/turn", self.turn)
        app.router.add_post("/parse", self.parse)
        app.router.add_delete("/conversations/{conversation}", self.forget)
        return app

    async def health(self, _request: web.Request) -> web.Response:
        engine, told = self._engine, self._told
        idle = told is not None and not told.done()
        return _json(
            {
                "status": "spare" if idle else "warming" if engine is None else "ready",
                "release": self._release_id,
                "pid": os.getpid(),
                "rss_mb": _rss_mb(),
                "turns": engine.turns if engine is not None else 0,
            }
        )

    async def tell(self, request: web.Request) -> web.Response:
        """`POST /load {"release": DIR}`, once; again with the same folder changes nothing."""
        folder = Path(_text(await _body(request), "release") or "")
        if self._told is None:
            raise RequestError(409, "no_spare", "this engine has its release, or is not ready yet")
        if not self._told.done():
            self._told.set_result(folder)
        elif self._told.result() != folder:
            raise RequestError(409, "no_spare", "another release was told before")
        return _json({"release": str(folder)}, 202)

    async def turn(self, request: web.Request) -> web.Response:
        message = turn_request(await _body(request))
        return _json(await self._in_worker(self._ready().turn, message))

    async def parse(self, request: web.Request) -> web.Response:
        body = await _body(request)
        text = _text(body, "text")
        if text is None:
            raise RequestError(422, "invalid_request", "text is missing", "text")
        topic = _optional(body, "topic")
        return _json(await self._in_worker(self._ready().parse, text, topic))

    async def forget(self, request: web.Request) -> web.Response:
        conversation = _identifier(request.match_info["conversation"], "conversation")
        erased = await self._in_worker(self._ready().forget, conversation)
        return _json({"conversation": conversation, "erased_events": erased})

    async def sweep(self, minutes: float, prefix: str) -> None:
        """Erase idle conversations until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                forgotten = await self._in_worker(self._ready().forget_idle, minutes, prefix)
            except RequestError as error:
                log.warning("idle conversations were not erased: %s", error.detail)
                continue
            if forgotten:
                log.info("erased %d idle conversations", forgotten)

    async def close(self) -> None:
        if self._engine is not None:
            await asyncio.get_running_loop().run_in_executor(self._worker, self._engine.close)
        self._worker.shutdown(wait=True)

    def _ready(self) -> Engine:
        if self._engine is None:
            raise RequestError(503, "warming", "the engine is still loading")
        return self._engine

    async def _in_worker(self, function: Callable[..., Any], *arguments: Any) -> Any:
        if self._waiting >= MAX_WAITING:
            raise RequestError(503, "busy", "too many turns are waiting")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._worker, function, *arguments)
        finally:
            self._waiting -= 1


def _import(*, tensorflow: bool = False) -> None:
    """What every release needs; the garbage collector would look at each new module."""
    gc.disable()
    warnings.filterwarnings("ignore")
    from dialogues import lazy_tensorflow
    from dialogues.logs import quiet_logs

    if not tensorflow:
        lazy_tensorflow.install()
    quiet_logs()
    import dialogues.engine  # noqa: F401


def _load(folder: Path, release_id: str, tracker: str) -> Engine:
    from dialogues.lazy_tensorflow import model_needs_tensorflow

    tensorflow = model_needs_tensorflow(folder / "model.tar.gz")
    if tensorflow and "dialogues.engine" in sys.modules:
        raise ReleaseRefusedError(f"{folder} needs TensorFlow, which a spare engine leaves out")
    _import(tensorflow=tensorflow)
    from dialogues.engine import load

    engine = load(folder, release_id, tracker)
    engine.warm_up()
    # A release lives as long as its process: collecting need not look at it again.
    gc.freeze()
    gc.enable()
    return engine


def turn_request(body: Mapping[str, Any]) -> TurnRequest:
    """Check the fields of `POST /turn`; raises `RequestError` naming the field."""
    from dialogues.engine import TurnRequest

    conversation = _identifier(body.get("conversation"), "conversation")
    message_id = body.get("message_id")
    message_id = "" if message_id is None else _identifier(message_id, "message_id")
    text, payload = _text(body, "text"), _optional(body, "payload")
    if (text is None) == (payload is None):
        raise RequestError(422, "invalid_request", "give exactly one of text and payload", "text")
    language = _optional(body, "language")
    if language not in {None, "vi", "en"}:
        raise RequestError(422, "invalid_request", "language is vi or en", "language")
    context = body.get("context")
    if context is None:
        context = {}
    if not isinstance(context, dict):
        raise RequestError(422, "invalid_request", "context is an object", "context")
    topic = _optional(body, "topic")
    return TurnRequest(conversation, message_id, text, payload, language, topic, context)


def _identifier(value: Any, field: str) -> str:
    """Ids are mandatory: without them strangers would share a conversation."""
    if not isinstance(value, str) or not 0 < len(value) <= 200 or not value.isprintable():
        raise RequestError(
            422, "invalid_request", f"{field} is a text of 1 to 200 characters", field
        )
    return value


def _text(body: Mapping[str, Any], field: str) -> str | None:
    value = _optional(body, field, MAX_TEXT)
    return value


def _optional(body: Mapping[str, Any], field: str, longest: int = 300) -> str | None:
    value = body.get(field)
    if value is None:
        return None
    if not isinstance(value, str):
        raise RequestError(422, "invalid_request", f"{field} is a text", field)
    if len(value) > longest:
        raise RequestError(422, "too_long", f"{field} has more than {longest} characters", field)
    return value


async def _body(request: web.Request) -> Mapping[str, Any]:
    try:
        body = json.loads(await request.read())
    except (ValueError, RecursionError) as error:
        raise RequestError(400, "invalid_json", "the body is not JSON") from error
    if not isinstance(body, dict):
        raise RequestError(422, "invalid_request", "the body is an object")
    return body


@web.middleware
async def _errors(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except RequestError as error:
        return _problem(error)
    except web.HTTPRequestEntityTooLarge:
        return _problem(RequestError(413, "too_long", f"the body is over {MAX_BODY} bytes"))
    except web.HTTPException as error:
        return _problem(RequestError(error.status, "http", error.reason))
    except asyncio.CancelledError:
        raise
    except Exception as error:
        if type(error).__name__ == "StorageError":
            log.error("the tracker store failed: %s", error)
            return _problem(RequestError(503, "storage", "the conversation store does not answer"))
        # the trace names code, never what the visitor said
        log.exception("a turn failed: %s", type(error).__name__)
        return _problem(RequestError(500, "internal", type(error).__name__))


def _problem(error: RequestError) -> web.Response:
    problem = {"code": error.code, "detail": error.detail, "field": error.field}
    return _json({"error": problem}, error.status)


def _json(body: Any, status: int = 200) -> web.Response:
    data = _AS_JSON(body).encode()
    return web.Response(body=data, status=status, content_type="application/json")


def _rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def listening_socket(path: Path) -> socket.socket:
    """A Unix socket with mode 0600. A stale file is removed; raises `OSError` when somebody
    still answers there."""
    if path.exists():
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(path))
            except OSError:
                path.unlink()
            else:
                raise OSError(f"{path} is in use by another engine")
    listener = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    listener.listen(128)
    return listener


async def _standard_input_closed() -> None:
    """Returns when standard input ends: the parent is gone."""
    loop = asyncio.get_running_loop()
    closed = loop.create_future()

    def readable() -> None:
        try:
            data = os.read(0, 4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data and not closed.done():
            closed.set_result(None)

    try:
        loop.add_reader(0, readable)
    except OSError:  # a plain file or /dev/null cannot be watched, and never closes by itself
        await asyncio.Event().wait()
    try:
        await closed
    finally:
        loop.remove_reader(0)


async def serve(arguments: argparse.Namespace, release_id: str) -> int:
    """Serve until a signal, the end of standard input, or a failed start."""
    server = Server(release_id)
    runner = web.AppRunner(server.app(), access_log=None)
    await runner.setup()
    await web.SockSite(runner, listening_socket(arguments.socket)).start()
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    tasks: list[asyncio.Task[Any]] = [asyncio.create_task(ended.wait())]
    if arguments.watch_stdin:
        tasks.append(asyncio.create_task(_standard_input_closed()))
    loading = asyncio.create_task(
        server.wait_and_load(arguments.tracker)
        if arguments.spare
        else server.load(arguments.release, arguments.tracker)
    )
    status = 0
    try:
        await asyncio.wait({loading, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        if loading.done():
            status = _loaded(loading)
            if status == 0:
                if arguments.forget_after > 0:
                    sweeping = server.sweep(arguments.forget_after, arguments.forget_prefix)
                    tasks.append(asyncio.create_task(sweeping))
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        else:
            # importing cannot be interrupted: leave at once, there is nothing to save
            arguments.socket.unlink(missing_ok=True)
            os._exit(0)
    finally:
        for task in tasks:
            task.cancel()
        await runner.cleanup()
        arguments.socket.unlink(missing_ok=True)
        await server.close()
    return status


def _loaded(loading: asyncio.Task[None]) -> int:
    """The exit code of a finished start; a model that this code cannot load is a refused
    release."""
    error = loading.exception()
    if error is None:
        return 0
    cause = error
    while cause.__cause__ is not None:  # Rasa wraps what went wrong in a component
        cause = cause.__cause__
    because = "" if cause is error else f" because of {cause!r}"
    text = f"the engine cannot start: {type(error).__name__}: {error}{because}"
    print(text[:1000], file=sys.stderr)
    return 2 if type(error).__name__ == "StorageError" else 3


def main() -> int:
    parser = argparse.ArgumentParser(prog="dialogues.server")
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--release", type=Path)
    parser.add_argument("--spare", action="store_true", help="wait for POST /load {release}")
    parser.add_argument(
        "--tracker",
        default=os.environ.get(TRACKER_URL),
        help=f"sqlite:///PATH or postgresql://…; {TRACKER_URL} keeps a password out of `ps`",
    )
    parser.add_argument("--watch-stdin", action="store_true", help="end when standard input does")
    parser.add_argument(
        "--unverified", action="store_true", help="accept a folder without manifest"
    )
    parser.add_argument(
        "--forget-after", type=float, default=0.0, help="minutes of silence; 0 keeps conversations"
    )
    parser.add_argument("--forget-prefix", default="", help="only conversations whose id begins so")
    arguments = parser.parse_args()
    if not arguments.tracker:
        parser.error(f"--tracker or {TRACKER_URL} is required")
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    log.setLevel(logging.INFO)
    if arguments.spare == (arguments.release is not None):
        parser.error("exactly one of --release and --spare is required")
    try:
        if arguments.spare:
            release_id = ""
        elif arguments.unverified and not (arguments.release / "manifest.json").exists():
            release_id = arguments.release.resolve().name
        else:
            release_id = verify(arguments.release)
    except (ReleaseRefusedError, OSError) as error:
        print(f"release refused: {error}", file=sys.stderr)
        return 3
    with contextlib.suppress(ImportError):
        import uvloop

        uvloop.install()
    try:
        return asyncio.run(serve(arguments, release_id))
    except OSError as error:
        print(f"the socket cannot be opened: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
