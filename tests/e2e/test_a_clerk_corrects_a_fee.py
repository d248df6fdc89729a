"""A fee is corrected, previewed, published; the kiosk says the new one. Real engine throughout."""

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Server, ask
from playwright.sync_api import Page, Response, expect
from test_pages_are_accessible import serious

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORD = "ba con mèo đen"
CODE = "2.000815"
"""Certified copies; few fees are asked for more often."""


class StaffClient:
    """Calls the staff's API."""

    def __init__(self, server: Server, data_dir: Path, name: str, role: str) -> None:
        command = [sys.executable, "-m", "assistant.cli", "staff", "create"]
        options = ["--name", name, "--role", role, "--data-dir", str(data_dir)]
        env = {**os.environ, "LETAN_CONFIG": "/dev/null"}
        subprocess.run(
            [*command, *options], input=WORD, text=True, cwd=ROOT, env=env, check=True, timeout=60
        )
        self._url = f"{server.url}/api/v1/staff"
        self._token = ""
        self._token = self.call("POST", "/login", {"name": name, "password": WORD})["token"]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self._url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            return {"status": error.code, **json.loads(error.read())}
        return json.loads(text) if text else None


def _built_and_judged(page: Page, server: Server, staff: StaffClient) -> str:
    """What the clerk does in the browser before publishing; the id of the release."""
    page.set_default_timeout(30_000)
    page.goto(server.url + "/console/login?lang=vi")
    page.locator("#name").fill("hoa")
    page.locator("#password").fill(WORD)
    page.get_by_role("button", name="Vào", exact=True).click()
    page.wait_for_url("**/console/**")
    page.goto(server.url + "/console/releases?lang=vi")
    page.get_by_test_id("build").click()
    expect(page.get_by_test_id("progress")).to_be_visible()
    expect(page.get_by_test_id("newest")).to_be_visible(timeout=240_000)
    assert serious(page) == []
    page.get_by_test_id("newest").click()
    expect(page.get_by_test_id("publish")).to_be_disabled()
    id_ = page.url.split("?")[0].rsplit("/", 1)[1]
    release = staff.call("GET", f"/releases/{id_}")
    assert release["report"]["n"] > 100
    assert any("4.321" in each["after"]["text"] for each in release["differences"])
    refused = staff.call("POST", f"/releases/{id_}/publish", {"password": WORD})
    assert refused["code"] == "release_unjudged", refused
    assert serious(page) == []
    cards = page.get_by_test_id("difference")
    expect(cards.first).to_contain_text("4.321")
    for number in range(cards.count()):
        cards.nth(number).focus()
        page.keyboard.press("1")
        expect(cards.nth(number).get_by_test_id("better")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_test_id("publish")).to_be_enabled()
    return id_


def _says_the_new_fee(response: Response) -> bool:
    """Whether the kiosk got it as sound."""
    if not response.url.endswith("/api/v1/speech") or not response.ok:
        return False
    return (
        "bốn nghìn ba trăm hai mươi mốt" in json.loads(response.request.post_data or "{}")["text"]
    )


@pytest.mark.timeout(300)
def test_a_corrected_fee_is_judged_published_and_said(
    kiosk: Page, server: Server, data_dir: Path
) -> None:
    staff = StaffClient(server, data_dir, "hoa", "publisher")
    before = staff.call("GET", f"/procedures/{CODE}")
    changed = {**before, "fee_vnd": 4321, "fee_note": None, "cases": []}
    saved = staff.call("PUT", f"/procedures/{CODE}", changed)
    assert saved["version"] == before["version"] + 1, saved
    ask(kiosk, "chứng thực bản sao từ bản chính lệ phí bao nhiêu")
    expect(kiosk.get_by_test_id("reply")).not_to_contain_text("4.321")

    page = kiosk.context.new_page()
    release = _built_and_judged(page, server, staff)
    page.get_by_test_id("publish").click()
    page.get_by_test_id("password").fill(WORD)
    page.get_by_test_id("confirm").click()
    expect(page.get_by_test_id("is-live")).to_be_visible(timeout=60_000)
    assert staff.call("GET", f"/releases/{release}")["state"] == "live"

    kiosk.bring_to_front()
    with kiosk.expect_response(_says_the_new_fee) as aloud:
        ask(kiosk, "chứng thực bản sao từ bản chính lệ phí bao nhiêu")
    expect(kiosk.get_by_test_id("reply")).to_contain_text(re.compile(r"4\.321"))
    assert len(aloud.value.body()) > 20_000, "a sentence of sound"
    back = staff.call("POST", "/releases/rollback")
    assert back["state"] == "live"
    ask(kiosk, "chứng thực bản sao từ bản chính lệ phí bao nhiêu")
    expect(kiosk.get_by_test_id("reply")).not_to_contain_text("4.321")
