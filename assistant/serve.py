"""`./letan run`: the port is ours, a release is there, everything starts, Ctrl-C ends it."""

import asyncio
import socket
import sys
from contextlib import suppress

import uvicorn
from fastapi import FastAPI
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from assistant.errors import LetanError
from assistant.main import create_app
from assistant.releases.build import build
from assistant.releases.conflicts import conflict_lines
from assistant.releases.service import Releases
from assistant.security import operator_token
from assistant.settings import Settings
from assistant.storage.database import Database
from assistant.storage.migrate import migrate

_STEPS = {
    "content": "Đọc nội dung · Reading the content",
    "training data": "Soạn dữ liệu huấn luyện · Making training data",
    "manifest": "Niêm phong · Sealing",
    "evaluation": "Đánh giá · Measuring",
    "done": "Xong · Done",
}
_OTHER_STEP = "Huấn luyện · Training"
_GRACE_SECONDS = 1


def serve(settings: Settings) -> int:
    """Runs until Ctrl-C or SIGTERM. Raises LetanError `port_in_use` and those of the build."""
    console = Console()
    with listening_socket(settings) as sock:
        token, made_now = operator_token(settings)
        ensure_release(settings)
        config = uvicorn.Config(
            create_app(settings),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            ws_max_size=1 << 20,
        )
        server = _Server(config, console, _address(settings, sock))
        if made_now:
            console.print("Mã của người vận hành (chỉ in một lần) · operator's token:")
            console.print(f"  {token}", soft_wrap=True, highlight=False)
        with suppress(KeyboardInterrupt):  # raised again once everything has ended
            server.run(sockets=[sock])
    return 0 if server.started else 1


class _Server(uvicorn.Server):
    """Says where the pages are once they answer, and when the first question can be asked."""

    def __init__(self, config: uvicorn.Config, console: Console, address: str) -> None:
        super().__init__(config)
        self._console = console
        self._address = address
        self._ready: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.started:
            return
        self._console.print("[bold]Lễ Tân[/]")
        for name, path in (("kiosk", "/kiosk"), ("display", "/display"), ("console", "/console")):
            self._console.print(f"  {name:8} {self._address}{path}", soft_wrap=True)
        self._console.print("  Đang khởi động bộ hội thoại … · the dialogue engine is warming up …")
        app = self.config.app
        assert isinstance(app, FastAPI)
        code = await app.state.staff.invite_first()
        if code is not None:
            self._console.print(
                "  Tạo tài khoản quản trị đầu tiên (liên kết dùng một lần, trong 24 giờ)"
            )
            self._console.print("  creates the first administrator (once, within 24 hours):")
            link = f"{self._address}/console/setup#{code}"
            self._console.print(f"    {link}", soft_wrap=True, highlight=False)
        self._ready = asyncio.create_task(self._say_when_ready(app))

    async def _say_when_ready(self, app: FastAPI) -> None:
        if await app.state.engine.wait_ready():
            self._console.print("  Sẵn sàng. Ctrl-C để dừng. · Ready. Ctrl-C stops it.")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._ready is not None:
            self._ready.cancel()
        await super().shutdown(sockets)


def listening_socket(settings: Settings) -> socket.socket:
    """A bound socket. Raises LetanError `port_in_use` or `address_unusable`."""
    host, port = settings.host, settings.port
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        sock = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _unusable(host, error) from error
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(address)
    except PermissionError as error:
        sock.close()
        raise _unusable(f"{host}:{port}", error) from error
    except OSError as error:
        sock.close()
        if error.errno != 98:
            raise _unusable(host, error) from error
        raise LetanError(
            "port_in_use",
            500,
            f"Cổng {port} trên {host} đang có chương trình khác dùng. "
            f"Hãy dừng chương trình đó, hoặc chạy './letan run --port {port + 1}'.",
            f"Port {port} on {host} is in use by another program. "
            f"Stop that program, or run './letan run --port {port + 1}'.",
            field="port",
        ) from error
    return sock


def _unusable(host: str, error: OSError) -> LetanError:
    return LetanError(
        "address_unusable",
        500,
        f"Không mở được địa chỉ '{host}' ({error.strerror}). Hãy đổi --host, --port.",
        f"Cannot listen on '{host}' ({error.strerror}). Choose another with --host and --port.",
        field="host",
    )


def _address(settings: Settings, sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104  (shown, not bound)
        host = socket.gethostname()
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def ensure_release(settings: Settings, *, quiet: bool = False) -> None:
    """Builds the first release when nothing was ever published; progress goes to standard error."""
    if asyncio.run(_has_release(settings)):
        return
    build_release(settings, quiet=quiet)


async def _has_release(settings: Settings) -> bool:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    try:
        await migrate(database)
        return await Releases(settings.data_dir, database).published() is not None
    finally:
        await database.close()


def build_release(settings: Settings, *, quiet: bool = False) -> str:
    """Builds and publishes a release, with a progress bar; returns its id."""
    return asyncio.run(_build(settings, quiet=quiet))


async def _build(settings: Settings, *, quiet: bool) -> str:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=Console(file=sys.stderr),
        disable=quiet,
    )
    release = ""
    try:
        await migrate(database)
        with bar:
            task = bar.add_task(_STEPS["content"], total=1.0)
            async for progress in build(settings, database):
                description = _STEPS.get(progress.step, _OTHER_STEP)
                bar.update(task, completed=progress.fraction, description=description)
                release = progress.release or release
    finally:
        await database.close()
    if not quiet:
        for line in conflict_lines(settings.data_dir / "releases" / release / "training"):
            print(line, file=sys.stderr)
    return release
