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
from conftest import ROOT, Server, ask, until
from playwright.sync_api import Page, expect

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

    url = f"/releases/{staff.call('POST', '/releases')['id']}"
    until(lambda: staff.call("GET", url)["state"] != "building", 200)
    release = staff.call("GET", url)
    assert release["state"] == "built", release["problem"]
    assert release["report"]["n"] > 100
    refused = staff.call("POST", f"{url}/publish", {"password": WORD})
    assert refused["code"] == "release_unjudged", refused
    fees = [d for d in release["differences"] if "4.321" in d["after"]["text"]]
    assert fees
    for difference in release["differences"]:
        verdict = {"difference": difference["id"], "verdict": "better"}
        staff.call("POST", f"{url}/judge", verdict)
    assert staff.call("POST", f"{url}/publish")["state"] == "live"

    ask(kiosk, "chứng thực bản sao từ bản chính lệ phí bao nhiêu")
    expect(kiosk.get_by_test_id("reply")).to_contain_text(re.compile(r"4\.321"))
    back = staff.call("POST", "/releases/rollback")
    assert back["state"] == "live"
    ask(kiosk, "chứng thực bản sao từ bản chính lệ phí bao nhiêu")
    expect(kiosk.get_by_test_id("reply")).not_to_contain_text("4.321")
