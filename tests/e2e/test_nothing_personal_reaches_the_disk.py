"""A visitor tells everything about himself: no reply, file, table or log has any of it."""

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import ROOT, until

from assistant.releases.service import Releases
from assistant.settings import Settings
from assistant.storage.database import Database
from assistant.storage.migrate import migrate

sys.path.append(str(ROOT / "tests" / "dialogues"))  # last: it has a conftest of its own

from throwaway_postgres import cluster

TOLD = [
    "thẻ 079 388 214 657 bị mờ, đổi thẻ mới mất mấy ngày",
    "cccd 079388214657 làm khai sinh cần gì",
    "CMND 281.946.375 cũ có dùng được không",
    "gọi tôi theo số 0938 271 465 nhé",
    "gọi +84 938.271.465 hoặc (84) 938-271-465",
    "số tôi là không chín ba tám hai bảy một bốn sáu năm",
    "số 0 chín 3 8 hai bảy 1 4 sáu năm ạ",
    "my number is oh nine three eight two seven one four six five",
    "chuyển khoản 19038271465338 vietcombank được không",
    "gửi thư quyen.truong@vidu.example giúp tôi",
    "mail là quyen chấm trương a còng vidu chấm com",
    "hộ chiếu C9182736 hết hạn",
    "xe 51F-382.71 của tôi mất giấy đăng ký",
    "Tên tôi là Trương Thục Quyên, muốn đăng ký kết hôn",
    "toi ten la truong thuc quyen muon lam khai sinh",
    "chồng tôi là ông Lê Hoành Tráng",
    "My name is Quyen Zimmermann and I need a certified copy",
    "nhà em ở 382/14 Trần Khát Chân cần đăng ký tạm trú",
    "tôi sinh ngày 27/03/1938 có được trợ cấp không",
    "hồ sơ H29.12-231127-3827 đến đâu rồi",
    "cháy rồi, gọi 0938271465 cho tôi với",
    "0938271465",
    "đúng rồi",
    "nhắc lại",
    "máy bàn hỏng, nhắn vào 0938271465",
]
DIGITS = (
    "079388214657", "281946375", "0938271465", "84938271465", "19038271465338", "9182736",
    "2311273827", "51F38271", "27031938",
)  # fmt: skip
WORDS = (
    "quyen.truong", "quyen chấm", "C9182736", "51F-382", "Thục Quyên", "thuc quyen", "Hoành Tráng",
    "Zimmermann", "382/14", "Khát Chân", "27/03/1938", "231127-3827",
    "chín ba tám hai bảy", "nine three eight two",
)  # fmt: skip
_BETWEEN_DIGITS = re.compile(rb"(?<=[0-9A-Z])[ .\-_/()+]{1,2}(?=[0-9])")


@dataclass(frozen=True)
class Place:
    """Where a server keeps everything."""

    url: str
    folders: tuple[Path, ...]
    log: Path
    database: str | None

    def call(self, method: str, path: str, body: bytes | None = None) -> tuple[int, str]:
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def answers(self, path: str) -> bool:
        try:
            return self.call("GET", path)[0] == 200
        except OSError:  # nobody listens yet
            return False


def traces(data: bytes) -> list[str]:
    """What of the visitor stands in the bytes, as written or with other separators."""
    found = [
        word
        for word in (*WORDS, *DIGITS)
        if word.encode() in data or json.dumps(word)[1:-1].encode() in data
    ]
    joined = _BETWEEN_DIGITS.sub(b"", data)
    return found + [digits for digits in DIGITS if digits.encode() in joined]


@contextmanager
def serving(folder: Path, releases: Path, database: str | None) -> Iterator[Place]:
    (release,) = [path for path in releases.iterdir() if (path / "manifest.json").exists()][:1]
    shutil.copytree(release, folder / "releases" / release.name)
    settings = Settings(data_dir=folder, database_url=database)

    async def publish() -> None:
        storage = Database(settings.database)
        await migrate(storage)
        kept = Releases(folder, storage)
        await kept.register(release.name, 1)
        await kept.publish(release.name)
        await storage.close()

    asyncio.run(publish())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "server.log"
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LETAN_")},
        "LETAN_DATA_DIR": str(folder),
        "LETAN_CONFIG": "/dev/null",
        "LETAN_LOG_LEVEL": "debug",
        **({"LETAN_DATABASE_URL": database} if database else {}),
    }
    command = [sys.executable, "-m", "uvicorn", "--factory", "assistant.main:create_app"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--log-level", "debug"],
            cwd=ROOT,
            env=env,
            stdout=output,
            stderr=output,
        )
    place = Place(f"http://127.0.0.1:{port}", (folder,), log, database)
    try:
        until(lambda: process.poll() is not None or place.answers("/healthz"), 60)
        until(lambda: process.poll() is not None or place.answers("/readyz"), 180)
        assert process.poll() is None, log.read_text()
        yield place
    finally:
        process.terminate()
        process.wait(30)


def tell_everything(place: Place) -> list[str]:
    """All answers and error texts, from three conversations."""
    shown = []
    for language in ("vi", "en", None):
        body = json.dumps({"language": language} if language else {}).encode()
        conversation = json.loads(place.call("POST", "/api/v1/conversations", body)[1])["id"]
        url = f"/api/v1/conversations/{conversation}/messages"
        for text in TOLD:
            status, answer = place.call("POST", url, json.dumps({"text": text}).encode())
            assert status == 200, answer
            shown.append(answer)
        wrong = [
            {"payload": "procedure:079388214657"},
            {"payload": "C9182736"},
            {"text": "0938271465 " * 400},
            {"text": ["079388214657"]},
            {"text": "a", "language": "0938271465"},
            {"text": "a", "message_id": "079 388 214 657"},
        ]
        for fields in wrong:
            status, answer = place.call("POST", url, json.dumps(fields).encode())
            assert status < 500, answer
            shown.append(answer)
        shown.append(place.call("POST", url, b'{"text": "cccd 079388214657')[1])
        assert place.call("POST", url, json.dumps({"text": "cảm ơn"}).encode())[0] == 200
    assert place.call("DELETE", f"/api/v1/conversations/{conversation}")[0] == 204
    return shown


def files(place: Place) -> dict[str, list[str]]:
    """Files with a trace; the release was there before."""
    kept = [path for folder in place.folders for path in folder.rglob("*") if path.is_file()]
    kept = [path for path in kept if "releases" not in path.parts]
    assert kept
    return {str(path): found for path in kept if (found := traces(path.read_bytes()))}


def test_what_is_searched_for_would_be_found() -> None:
    for text in TOLD[:20]:
        assert traces(text.encode()) or "0 chín" in text, text
        assert traces(json.dumps({"text": text}).encode()) or "0 chín" in text, text


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_on_sqlite(data_dir: Path, tmp_path: Path) -> None:
    with serving(tmp_path / "var", data_dir / "releases", None) as place:
        shown = tell_everything(place)
        assert [found for answer in shown if (found := traces(answer.encode()))] == []
        assert list((tmp_path / "var").glob("letan.db-wal"))
        assert files(place) == {}
    assert files(place) == {}


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_on_postgresql(data_dir: Path, tmp_path: Path) -> None:
    with cluster() as database, serving(tmp_path / "var", data_dir / "releases", database) as place:
        shown = tell_everything(place)
        assert [found for answer in shown if (found := traces(answer.encode()))] == []
        cluster_folder = Path(database.partition("host=")[2])
        everywhere = Place(place.url, (*place.folders, cluster_folder), place.log, database)
        assert files(everywhere) == {}
        dump = shutil.which("pg_dump") or str(
            next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))))
        )
        rows = subprocess.run([dump, database], check=True, capture_output=True).stdout
        assert b"COPY public.turns" in rows  # compressed values are hidden in the files
        assert traces(rows) == []
