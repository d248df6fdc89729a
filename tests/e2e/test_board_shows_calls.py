"""A number that a clerk calls stands on the board of the hall, and comes back after a cut."""

import json
import re

import pytest
from conftest import Server
from playwright.sync_api import BrowserContext, WebSocketRoute, expect

pytestmark = pytest.mark.browser


def test_a_called_number_appears_with_its_counter(context: BrowserContext, server: Server) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(server.url + "/display")
    page.wait_for_selector(".board-counter")
    ticket = json.loads(server.request("POST", "/api/v1/tickets", b'{"counter": "3"}'))
    called = json.loads(server.request("POST", "/api/v1/counters/3/call-next"))
    assert called["number"] == ticket["number"]
    latest = page.locator(".call.is-latest")
    expect(latest).to_contain_text(str(ticket["number"]))
    expect(latest).to_contain_text(re.compile(r"Quầy\s*3"))
    size = latest.locator(".call-number").evaluate(
        "(n) => parseFloat(getComputedStyle(n).fontSize)"
    )
    assert size >= 120


def test_the_board_comes_back_by_itself(context: BrowserContext, server: Server) -> None:
    page = context.new_page()
    sockets: list[WebSocketRoute] = []

    def pass_on(route: WebSocketRoute) -> None:
        sockets.append(route)
        route.connect_to_server()

    page.route_web_socket(re.compile("/board/events"), pass_on)
    page.goto(server.url + "/display")
    page.wait_for_selector(".board-counter")
    sockets[0].close(code=1012, reason="the server restarts")
    expect(page.locator("#board-link")).to_be_visible()
    expect(page.locator("#board-link")).to_be_hidden()
    assert len(sockets) >= 2
