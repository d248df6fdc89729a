"""What a client sends at the voice door, checked."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, TypeAdapter
from pydantic import ValidationError as Invalid

from assistant.errors import Language, LetanError
from assistant.problems import from_validation
from speech.audio import MAX_RATE, MIN_RATE

MOST_TEXT = 4096
"""Characters of an order."""
MOST_BYTES = 1024 * 1024
"""Of one block of audio; half a minute at 16 kHz."""


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Start(_Order):
    """Listen, and how; again at any time to change it."""

    type: Literal["start"]
    version: Annotated[Literal[1], Field(description="of this protocol")] = 1
    sample_rate: Annotated[
        StrictInt, Field(ge=MIN_RATE, le=MAX_RATE, description="of the audio that is sent, Hz")
    ] = 16_000
    format: Annotated[Literal["s16le"], Field(description="signed 16-bit, little-endian")] = "s16le"
    channels: Annotated[Literal[1], Field(description="mono")] = 1
    language: Annotated[Language | None, Field(description="the conversation's when left out")] = (
        None
    )
    mode: Annotated[
        Literal["auto", "hold"],
        Field(description="auto: a pause ends an utterance, listening goes on; hold: `stop` does"),
    ] = "auto"
    resume: Annotated[
        StrictStr | None,
        Field(max_length=64, description="the `voice` of a connection that was lost"),
    ] = None
    speak: Annotated[StrictBool, Field(description="whether replies come as audio as well")] = True


class Stop(_Order):
    """The utterance is over: the button was let go."""

    type: Literal["stop"]


class Cancel(_Order):
    """Drop the utterance and what is being said."""

    type: Literal["cancel"]


class Played(_Order):
    """The playback of a sentence has ended."""

    type: Literal["played"]
    sentence: Annotated[StrictInt, Field(ge=0, description="its number in `audio`")]


Order = Start | Stop | Cancel | Played
ORDERS: TypeAdapter[Order] = TypeAdapter(Annotated[Order, Field(discriminator="type")])
_NAMES = ("start", "stop", "cancel", "played")


def order_of(text: str) -> Order:
    """Raises LetanError `voice_order_invalid` that names the field."""
    if len(text) > MOST_TEXT:
        raise _invalid(f"dài quá {MOST_TEXT} ký tự.", f"longer than {MOST_TEXT} characters.", None)
    try:
        return ORDERS.validate_json(text)
    except Invalid as error:
        first = error.errors(include_input=False, include_url=False)[0]
        path = [part for part in first["loc"] if part not in _NAMES]
        found, _ = from_validation([{**first, "loc": path or ["type"]}], "vi")
        raise _invalid(found.vi, found.en, found.field) from None


def block_of(pcm: bytes) -> bytes:
    """Raises LetanError `audio_too_large`, `audio_odd_length`."""
    if len(pcm) > MOST_BYTES:
        raise LetanError(
            "audio_too_large",
            413,
            f"Một gói âm thanh quá lớn (tối đa {MOST_BYTES // 1024} kB). Hãy gửi từng đoạn.",
            f"One block of audio is too large (at most {MOST_BYTES // 1024} kB). "
            "Send it in pieces.",
        )
    if len(pcm) % 2:
        raise LetanError(
            "audio_odd_length",
            422,
            f"Gói âm thanh dài {len(pcm)} byte, không chia hết cho 2. Hãy gửi trọn mẫu 16 bit.",
            f"An audio block of {len(pcm)} bytes is no multiple of 2. Send whole 16-bit samples.",
        )
    return pcm


def _invalid(vi: str, en: str, field: str | None) -> LetanError:
    return LetanError(
        "voice_order_invalid",
        422,
        f"Lệnh không đúng: {vi} Dùng {', '.join(_NAMES)}; xem /api/v1/asyncapi.json.",
        f"The order is wrong: {en} Use {', '.join(_NAMES)}; see /api/v1/asyncapi.json.",
        field=field,
    )
