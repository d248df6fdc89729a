"""People on foot and passages that a robot keeps for itself are on the kiosk's map."""

import json

import pytest
from conftest import ask
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.browser
AROUND = {
    "people": [[1.5, -2.0], [-3.0, 1.0]],
    "closed": [{"robot": "robot-2", "areas": [[[5.5, 4.5], [7.5, 4.5], [7.5, 5.5], [5.5, 5.5]]]}],
}


def test_people_and_closed_passages_are_shown_and_go_again(kiosk: Page) -> None:
    around = AROUND

    def answer(route: Route) -> None:
        route.fulfill(body=json.dumps(around), content_type="application/json")

    kiosk.route("**/api/v1/robots/surroundings", answer)
    ask(kiosk, "quầy 3 ở đâu")
    expect(kiosk.get_by_test_id("map")).to_be_visible()
    expect(kiosk.locator(".map-person")).to_have_count(2)
    expect(kiosk.locator(".map-closed")).to_have_count(1)
    around = {"people": [], "closed": []}
    expect(kiosk.locator(".map-person")).to_have_count(0)
    expect(kiosk.locator(".map-closed")).to_have_count(0)
