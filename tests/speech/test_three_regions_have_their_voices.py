"""North, central, south: by these names a voice is found, and the South says its own numbers."""

from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vn_numberwords import words_to_number

from speech.client import speak
from speech.errors import SpeechError
from speech.numbers import cardinal
from speech.regions import REGIONS, in_words_of, region_of, voice_of
from speech.synthesisers.espeak import VOICES

NAMES = [voice.name for voice in VOICES if voice.language == "vi"]


def test_every_region_has_a_voice_of_its_own() -> None:
    found = [voice_of(region, NAMES) for region in REGIONS]
    assert found == ["vi", "vi-vn-x-central", "vi-vn-x-south"]
    assert [region_of(str(name)) for name in found] == list(REGIONS)
    assert voice_of("south", ["vi"]) is None


@pytest.mark.parametrize(
    ("north", "south"),
    [
        ("tám nghìn đồng", "tám ngàn đồng"),
        ("một trăm linh năm", "một trăm lẻ năm"),
        ("hai nghìn không trăm linh bảy", "hai ngàn không trăm lẻ bảy"),
        ("Phường Tân Linh", "Phường Tân Linh"),
        ("linh hoạt, trăm linh hồn", "linh hoạt, trăm linh hồn"),
    ],
)
def test_the_south_says_numbers_in_its_own_words(north: str, south: str) -> None:
    assert in_words_of("south", north) == south
    assert in_words_of("north", north) == in_words_of("central", north) == north


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 999_999_999))
def test_the_value_stays(value: int) -> None:
    said = in_words_of("south", cardinal(value, "vi"))
    assert words_to_number(said.replace("ngàn", "nghìn").replace("lẻ", "linh")) == value


async def test_a_region_is_as_good_as_the_name_of_a_voice(
    service: Callable[..., Awaitable[str]],
) -> None:
    uri = await service("espeak", "--voice-vi", "south")
    text = "Lệ phí là tám nghìn đồng."
    preferred = await speak(uri, text, language="vi")
    south = await speak(uri, text, language="vi", voice="vi-vn-x-south")
    north = await speak(uri, text, language="vi", voice="north")
    assert preferred.pcm == south.pcm != north.pcm
    with pytest.raises(SpeechError):
        await speak(uri, text, language="vi", voice="west")
