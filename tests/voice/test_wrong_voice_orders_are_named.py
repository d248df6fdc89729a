"""A wrong order at the microphone's WebSocket names its field and what is allowed."""

import pytest

from assistant.channels.kiosk import _order
from assistant.errors import LetanError


@pytest.mark.parametrize(
    ("text", "field", "said"),
    [
        ('{"type":"start","rate":0}', "rate", "at least 8000"),
        ('{"type":"start","rate":1000000000}', "rate", "at most"),
        ('{"type":"start","rate":16000.5}', "rate", "whole number"),
        ('{"type":"start","x":1}', "x", "not known"),
        ('{"type":"stop","x":1}', "x", "not known"),
        ('{"type":"sing"}', "type", "start"),
        ("[]", "type", "start"),
        ("{", None, "start"),
    ],
)
def test_the_field_is_named(text: str, field: str | None, said: str) -> None:
    with pytest.raises(LetanError) as caught:
        _order(text)
    assert caught.value.code == "voice_order_invalid"
    assert caught.value.field == field
    assert said in caught.value.en
