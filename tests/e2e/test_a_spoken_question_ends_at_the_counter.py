"""Recorded speech goes in at the page's microphone; the robot stands at the counter in the end."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, Server, launch, open_kiosk
from fake_microphone import espeak, recording
from playwright.sync_api import Playwright, expect

pytestmark = pytest.mark.browser
_NOTICE = re.compile("không được ghi âm")


_WATCH_MICROPHONES = """
const connect = AudioNode.prototype.connect;
const meters = [];
AudioNode.prototype.connect = function (target, ...rest) {
  if (target instanceof AudioDestinationNode) {
    const meter = new AnalyserNode(target.context, { fftSize: 2048 });
    connect.call(this, meter);
    meters.push(meter);
  }
  return connect.call(this, target, ...rest);
};
window.loudness = () => Math.max(0, ...meters.map((meter) => {
  const samples = new Float32Array(2048);
  meter.getFloatTimeDomainData(samples);
  return Math.max(...samples.map(Math.abs));
}));
const tracks = [];
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  const stream = await open(wanted);
  tracks.push(...stream.getTracks());
  return stream;
};
window.openMicrophones = () => tracks.filter((track) => track.readyState === "live").length;
"""


def test_speech_is_transcribed_answered_aloud_and_led(
    playwright: Playwright, server: Server, tmp_path: Path
) -> None:
    recipes = json.loads((ROOT / "tests/speech/recipes.json").read_text(encoding="utf-8"))
    recipe = next(one for one in recipes["recipes"] if one["purpose"] == "birth registration")
    path = recording(tmp_path / "visitor.wav", 1.0, espeak(recipe), 9.0)
    browser = launch(playwright, f"--use-file-for-fake-audio-capture={path}%noloop")
    page = browser.new_page(viewport={"width": 1080, "height": 1920})
    page.add_init_script(_WATCH_MICROPHONES)
    open_kiosk(page, server)
    with page.expect_response(re.compile("/api/v1/speech$")) as notice:
        page.get_by_test_id("mic").click()
        expect(page.get_by_test_id("transcript")).to_have_attribute("data-hint", _NOTICE)
        assert page.evaluate("openMicrophones()") == 0
    assert notice.value.ok
    page.wait_for_selector("html[data-listening='true']")
    assert page.evaluate("openMicrophones()") == 1
    page.wait_for_selector("[data-state='answer'] .card", timeout=60_000)
    page.wait_for_function("() => loudness() > 0.05")
    for words in recipe["contains"]:
        expect(page.get_by_test_id("transcript")).to_contain_text(words)
    expect(page.get_by_test_id("reply")).to_contain_text("khai sinh")
    page.wait_for_selector(".sentence.is-read")
    assert page.evaluate("openMicrophones()") == 0

    # Whoever speaks again is listened to at once: the reading ends.
    expect(page.locator("html")).to_have_attribute("data-speaking", "true")
    page.get_by_test_id("mic").click()
    expect(page.locator("html")).to_have_attribute("data-speaking", "false")
    page.wait_for_selector("html[data-listening='true']")
    page.wait_for_selector("[data-state='answer'] .card", timeout=60_000)
    assert page.evaluate("openMicrophones()") == 0

    page.locator(".actions").get_by_text("Dẫn tôi đi").click()
    expect(page.get_by_test_id("map")).to_be_visible()
    assert page.locator(".map-route").get_attribute("points")
    page.wait_for_selector(".has-arrived", timeout=120_000)
    robot = page.get_by_test_id("robot")
    place = next(
        place
        for place in json.loads(server.request("GET", "/api/v1/centre/map"))["places"]
        if place["id"] == "counter-3"
    )
    assert abs(float(robot.get_attribute("data-x") or "nan") - place["pose"]["x"]) < 0.5
    assert abs(float(robot.get_attribute("data-y") or "nan") - place["pose"]["y"]) < 0.5
    browser.close()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("NotAllowedError", "Máy chưa được phép dùng micro."),
        ("NotFoundError", "Máy này chưa có micro dùng được."),
    ],
)
def test_without_a_microphone_typing_is_offered(
    playwright: Playwright, server: Server, error: str, words: str
) -> None:
    browser = launch(playwright)
    page = browser.new_page(viewport={"width": 1080, "height": 1920})
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () =>"
        f" Promise.reject(new DOMException('no', '{error}'))"
    )
    open_kiosk(page, server)
    page.get_by_test_id("mic").click()
    expect(page.get_by_role("alert")).to_contain_text(words)
    page.get_by_role("alert").get_by_text("Gõ câu hỏi", exact=True).click()
    expect(page.get_by_test_id("ask-input")).to_be_focused()
    browser.close()


def test_sound_that_the_browser_holds_back_is_told_with_a_way_out(
    playwright: Playwright, server: Server
) -> None:
    browser = launch(playwright)
    page = browser.new_page(viewport={"width": 1080, "height": 1920})
    page.add_init_script(
        "AudioContext.prototype.resume = () => new Promise(() => {});"
        "Object.defineProperty(BaseAudioContext.prototype, 'state', { get: () => 'suspended' });"
    )
    open_kiosk(page, server)
    page.get_by_test_id("mic").click()
    expect(page.get_by_role("alert")).to_contain_text("Trình duyệt chưa cho mở âm thanh.")
    page.get_by_role("alert").get_by_text("Gõ câu hỏi", exact=True).click()
    expect(page.get_by_test_id("ask-input")).to_be_focused()
    browser.close()


# A tone keeps its level, one that 16 kHz cannot hold is gone, and blocks join without a click.
_RESAMPLE = """
async ([rate, frequency]) => {
  const { Resampler } = await import("/web/js/kiosk/resampler.js");
  const resampler = new Resampler(rate, 16000);
  const out = [];
  for (let start = 0; start < rate; start += 128) {
    const block = Float32Array.from({ length: 128 }, (_, i) =>
      0.5 * Math.sin((2 * Math.PI * frequency * (start + i)) / rate));
    out.push(...resampler.push(block));
  }
  const steady = out.slice(2000, 14000);
  const rms = Math.sqrt(steady.reduce((sum, x) => sum + x * x, 0) / steady.length);
  let jump = 0;
  for (let i = 1; i < steady.length; i += 1)
    jump = Math.max(jump, Math.abs(steady[i] - steady[i - 1]));
  return { rms, jump, samples: out.length };
}
"""


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000, 96_000])
def test_the_microphone_is_resampled_properly(
    playwright: Playwright, server: Server, rate: int
) -> None:
    browser = launch(playwright)
    page = browser.new_page()
    page.goto(server.url + "/")
    speech = page.evaluate(_RESAMPLE, [rate, 1000])
    assert abs(speech["samples"] - 16_000) < 60
    assert abs(speech["rms"] - 0.5 / 2**0.5) < 0.005
    assert speech["jump"] < 0.5 * 2 * np.pi * 1000 / 16_000 * 1.05
    if rate > 16_000:
        assert page.evaluate(_RESAMPLE, [rate, 10_000])["rms"] < 0.01
    browser.close()
