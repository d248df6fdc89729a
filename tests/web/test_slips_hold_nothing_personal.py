"""A slip carries a procedure and papers, for seven days, under a code that can be read aloud."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import update

from assistant.storage.database import Database
from assistant.web.service import ALPHABET
from assistant.web.tables import SlipRow


async def test_a_slip_is_found_again_in_any_case(pages: httpx.AsyncClient) -> None:
    body = {"procedure": "1.001193", "case": "c1", "have": ["d1", "d3"]}
    made = await pages.post("/api/v1/slips", json=body)
    assert made.status_code == 201
    slip = made.json()
    assert re.fullmatch(f"[{ALPHABET}]{{5}}", slip["short"])
    assert slip["path"] == f"/p/1.001193?s={slip['short']}"
    assert slip["url"] == "https://minhhoa.example" + slip["path"]
    assert slip["reachable"] is True
    found = await pages.get(f"/api/v1/slips/{slip['short'].lower()}")
    assert found.json() == slip


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "procedure"),
        ({"procedure": "Nguyễn Văn A"}, "procedure"),
        ({"procedure": "x" * 65}, "procedure"),
        ({"procedure": "1.001193", "name": "Nguyễn Văn A"}, "name"),
        ({"procedure": "1.001193", "have": ["tôi tên A"]}, "have"),
        ({"procedure": "1.001193", "have": ["d"] * 61}, "have"),
        ({"procedure": "1.001193", "case": 7}, "case"),
    ],
)
async def test_what_is_no_key_is_refused_by_name(
    pages: httpx.AsyncClient, body: dict[str, object], field: str
) -> None:
    refused = await pages.post("/api/v1/slips", json=body)
    assert refused.status_code == 422
    assert field in refused.text


async def test_a_slip_expires(pages: httpx.AsyncClient, database: Database) -> None:
    slip = (await pages.post("/api/v1/slips", json={"procedure": "1.001193"})).json()
    async with database.session() as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await session.execute(update(SlipRow).values(expires_at=past))
    gone = await pages.get(f"/api/v1/slips/{slip['short']}")
    assert gone.status_code == 404
    assert gone.json()["code"] == "slip_unknown"


@pytest.mark.parametrize("short", ["AAAAA", "x", "💥", "A" * 500, "%00"])
async def test_an_unknown_code_is_told_so(pages: httpx.AsyncClient, short: str) -> None:
    unknown = await pages.get(f"/api/v1/slips/{short}")
    assert unknown.status_code == 404


@pytest.mark.parametrize("path", ["/p/1.001193", "/p/1.001193?s=7KQ4M", "/s/7KQ4M", "/", "/kiosk"])
async def test_qr_codes_of_our_own_pages(pages: httpx.AsyncClient, path: str) -> None:
    drawn = await pages.get("/api/v1/qr.svg", params={"path": path})
    assert drawn.status_code == 200
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert drawn.text.startswith("<svg")


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "https://evil.example", "/p/../x", "/api/v1/centre", "p", "", "/s/<x>"],
)
async def test_qr_codes_of_nothing_else(pages: httpx.AsyncClient, path: str) -> None:
    refused = await pages.get("/api/v1/qr.svg", params={"path": path})
    assert refused.status_code == 422
    assert refused.json()["field"] == "path"
