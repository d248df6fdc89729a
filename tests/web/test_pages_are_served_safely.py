"""Pages come with validators, never with inline code, and only from their own folder."""

import re
from pathlib import Path

import httpx
import pytest

from assistant.errors import LetanError
from assistant.web import assets, endpoints

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("path", ["/", "/kiosk", "/display", "/p/1.001193", "/s/7KQ4M", "/sw.js"])
async def test_pages_have_an_etag_and_are_not_sent_twice(
    pages: httpx.AsyncClient, path: str
) -> None:
    first = await pages.get(path)
    assert first.status_code == 200
    assert first.headers["cache-control"] == "no-cache"
    again = await pages.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path", ["/web/../endpoints.py", "/web/%2e%2e/endpoints.py", "/web/none.js"]
)
async def test_nothing_else_is_served(pages: httpx.AsyncClient, path: str) -> None:
    assert (await pages.get(path)).status_code == 404


def test_pages_hold_no_inline_code_and_scripts_build_no_markup() -> None:
    for page in endpoints._HERE.glob("pages/*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text), page.name
    for script in endpoints._HERE.glob("static/js/**/*.js"):
        text = script.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)


def test_assets_are_installed_once_and_the_lock_names_no_host() -> None:
    lock = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assets.install_assets(ROOT)
    steps: list[str] = []
    assets.install_assets(ROOT, lambda step, fraction: steps.append(step))
    assert steps == ["web assets"]
    fonts = ROOT / assets.VENDOR / "fonts"
    assert all((fonts / name).read_bytes()[:4] == b"wOF2" for name in assets.font_files())
    styles = (endpoints._HERE / "static/css/base.css").read_text(encoding="utf-8")
    assert all(name in styles for name in assets.font_files())


def test_a_machine_without_npm_is_told_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "package-lock.json").write_text("{}")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LetanError, match="npm") as told:
        assets.install_assets(tmp_path)
    assert told.value.code == "assets_failed"


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_translations_are_served(pages: httpx.AsyncClient, language: str) -> None:
    strings = (await pages.get(f"/api/v1/i18n/{language}")).json()
    assert strings.get("Dẫn tôi đi") == (None if language == "vi" else "Lead me there")
    assert (await pages.get("/api/v1/i18n/fr")).status_code == 422
