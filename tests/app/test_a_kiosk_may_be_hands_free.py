"""Whether a kiosk keeps its microphone open is the centre's choice, told with the conversation."""

import httpx
import pytest

from assistant.settings import KioskSettings, Settings


@pytest.mark.parametrize("chosen", [False, True])
async def test_the_setting_reaches_the_kiosk_and_nobody_else(
    settings: Settings, http: httpx.AsyncClient, chosen: bool
) -> None:
    settings.kiosks[:] = [KioskSettings(hands_free=chosen)]
    paired = (await http.post("/api/v1/kiosks/pair")).json()
    token = {"Authorization": f"Bearer {paired['token']}"}
    opened = await http.post("/api/v1/conversations", json={"kiosk": "kiosk-1"}, headers=token)
    assert opened.json()["hands_free"] is chosen
    assert (await http.post("/api/v1/conversations", json={})).json()["hands_free"] is False
