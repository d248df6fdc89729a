"""`POST /api/v1/speech`: a text as speech."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StrictStr

from assistant.errors import Language
from assistant.voice.service import Voice
from speech.regions import Region

router = APIRouter(tags=["speech"])


class SpeechIn(BaseModel):
    """What to say."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"text": "Lệ phí là 8.000 đồng.", "language": "vi"}},
    )

    text: Annotated[
        StrictStr,
        Field(description="1 to 2,000 characters; as written or already in spoken form"),
    ]
    language: Language | None = None
    rate: Annotated[
        float, Field(ge=0.5, le=2.0, allow_inf_nan=False, description="1 is the normal pace")
    ] = 1.0
    voice: Annotated[
        Region | None, Field(description="whose Vietnamese; of the settings when absent")
    ] = None


@router.post(
    "/speech",
    summary="Speak a text",
    response_class=Response,
    responses={200: {"content": {"audio/wav": {}}, "description": "Mono, 16 bit"}},
)
async def speech(body: SpeechIn, request: Request) -> Response:
    """Numbers, dates, money and abbreviations are said in words."""
    voice: Voice = request.app.state.voice
    language = body.language or request.app.state.settings.language
    wav = await voice.synthesise(body.text, language, body.rate, body.voice)
    return Response(wav, media_type="audio/wav", headers={"Cache-Control": "no-store"})
