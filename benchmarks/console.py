"""How fast the console answers with much to show: 10,000 items in the inbox, 3,310 procedures.

    python -m benchmarks.console [--items 10000] [--procedures 3310] [--rounds 40]

A desk of its own on a fresh data folder, without engine, speech and robots; asked through its HTTP
doors by one client, as a clerk does. Prints p50 and p95 of every staff's door and page, in
milliseconds; the pages' first drawing, as the browser gets it. The target is p95 of 200 ms.
"""

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import select

from assistant.catalogue.published import Snapshot
from assistant.catalogue.service import Catalogue
from assistant.catalogue.tables import ProcedureRow
from assistant.catalogue.view import PublishedCatalogue
from assistant.conversation.tables import ConversationRow, TurnRow
from assistant.main import create_app
from assistant.releases.content import ensure_content
from assistant.settings import Settings
from assistant.startup import Background

_WORD = "ba con mèo đen"
_URL = "http://127.0.0.1:8080"
_ERRANDS = ("làm lại", "xin", "đổi", "sửa", "gia hạn", "chứng thực", "tra cứu", "hủy", "mua", "nộp")
_THINGS = ("giấy", "thẻ", "sổ", "đơn", "biên bản", "hồ sơ", "bằng", "phiếu", "tờ khai", "giấy phép")
_ABOUT = ("nhà", "đất", "xe", "con nhỏ", "quán ăn", "chợ", "ao cá", "ruộng", "vườn", "trường học")
_MORE = (
    "hết bao nhiêu",
    "mấy ngày",
    "ở đâu",
    "qua mạng",
    "cho người ở xa",
    "khi ly hôn",
    "lần đầu",
)


async def _fill(app: FastAPI, items: int, procedures: int) -> None:
    """Turns that want somebody, and copies of the shipped procedures under codes of their own."""
    chance = random.Random(7)
    state = app.state
    await ensure_content(state.settings, state.database)
    async with state.database.session() as session:
        rows = list((await session.scalars(_all())).all())
        for number in range(max(0, procedures - len(rows))):
            like = rows[number % len(rows)]
            code = f"9.{number:06d}"
            entry = {**like.data["entry"], "code": code, "same_as": [], "replaced_by": None}
            entry["name"] = {**entry["name"], "vi": f"{entry['name']['vi']} ({number})"}
            session.add(
                ProcedureRow(
                    code=code,
                    data={**like.data, "entry": {k: v for k, v in entry.items() if v is not None}},
                    rank=None,
                    updated_at=like.updated_at,
                    version=1,
                )
            )
    stamp = datetime.now(UTC)
    published = await Catalogue(state.database).all()
    state.catalogue = PublishedCatalogue(
        Snapshot(procedures=published, generated_at=stamp.isoformat())
    )
    async with state.database.session() as session:
        for number in range(items):
            text = " ".join(chance.choice(each) for each in (_ERRANDS, _THINGS, _ABOUT, _MORE))
            at = stamp - timedelta(minutes=chance.randrange(10, 14 * 24 * 60))
            id_ = f"bench-{number:026d}"
            session.add(
                ConversationRow(id=id_, channel="kiosk", language="vi", opened_at=at, last_at=at)
            )
            session.add(
                TurnRow(
                    conversation=id_,
                    message_id="1",
                    message=text,
                    outcome=chance.choice(("out_of_scope", "answered", "handed_over")),
                    intent="ask_procedure",
                    confidence=0.6,
                    procedures=chance.choice(("", "1.001193")) or "1.001193",
                    release="r",
                    engine_ms=1.0,
                    total_ms=2.0,
                    created_at=at,
                )
            )
    began = time.perf_counter()
    await state.inbox.collect()
    waiting = await state.inbox.waiting()
    print(f"taken in: {waiting.groups} groups in {time.perf_counter() - began:.1f} s")


def _all() -> Any:
    return select(ProcedureRow).order_by(ProcedureRow.code)


async def _times(ask: Callable[[], Awaitable[httpx.Response]], rounds: int) -> tuple[float, float]:
    """p50 and p95 in milliseconds; the first two warm up."""
    found = []
    for number in range(rounds + 2):
        began = time.perf_counter()
        answer = await ask()
        if answer.status_code != 200:
            raise SystemExit(f"{answer.request.url}: {answer.status_code} {answer.text[:300]}")
        if number >= 2:
            found.append((time.perf_counter() - began) * 1000)
    return statistics.median(found), statistics.quantiles(found, n=20)[18]


async def measure(items: int, procedures: int, rounds: int) -> dict[str, tuple[float, float]]:
    """Door → p50 and p95."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), operator_token="the operator's token")
        app = create_app(settings)
        transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 40000))
        async with (
            Background(app).running(robots=True, speech=False, zalo=False),
            httpx.AsyncClient(transport=transport, base_url=_URL) as http,
        ):
            await _fill(app, items, procedures)
            return await _measure(app, http, rounds)


async def _measure(
    app: FastAPI, http: httpx.AsyncClient, rounds: int
) -> dict[str, tuple[float, float]]:
    await app.state.staff.create("bench", _WORD, "administrator")
    body = {"name": "bench", "password": _WORD}
    token = (await http.post("/api/v1/staff/login", json=body)).json()["token"]
    header = {"Authorization": f"Bearer {token}"}
    await http.post("/console/login", data=body, headers={"Origin": _URL})
    doors = {
        "GET /staff/inbox": "/api/v1/staff/inbox",
        "GET /staff/inbox?q=": "/api/v1/staff/inbox?q=giay phep",
        "GET /staff/inbox?kind=": "/api/v1/staff/inbox?kind=doubt&offset=200",
        "GET /staff/figures": "/api/v1/staff/figures",
        "GET /staff/procedures": "/api/v1/staff/procedures",
        "GET /staff/procedures?q=": "/api/v1/staff/procedures?q=khai sinh",
        "GET /staff/procedures/{code}": "/api/v1/staff/procedures/1.001193",
        "GET /staff/faqs": "/api/v1/staff/faqs",
        "page /console/": "/console/?lang=vi",
        "page /console/inbox": "/console/inbox?lang=vi",
        "page /console/figures": "/console/figures?lang=vi",
        "page /console/catalogue": "/console/catalogue?lang=vi",
        "page /console/releases": "/console/releases?lang=vi",
        "page /console/notices": "/console/notices?lang=vi",
    }
    found = {}
    for name, address in doors.items():
        found[name] = await _times(
            lambda address=address: http.get(address, headers=header), rounds
        )
        print(f"{name:34} p50 {found[name][0]:7.1f} ms   p95 {found[name][1]:7.1f} ms")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--procedures", type=int, default=3_310)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--out", type=Path, help="where the figures are written as JSON")
    asked = parser.parse_args()
    found = asyncio.run(measure(asked.items, asked.procedures, asked.rounds))
    if asked.out is not None:
        asked.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
