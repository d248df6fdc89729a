"""`POST /kiosks/pair`."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from assistant.errors import LetanError
from assistant.kiosks.schemas import PairIn, PairOut
from assistant.kiosks.service import Kiosks
from assistant.security import comes_from_this_machine

router = APIRouter(tags=["kiosks"])


@router.post("/kiosks/pair", summary="Become a kiosk")
async def pair(
    request: Request, response: Response, body: Annotated[PairIn | None, Body()] = None
) -> PairOut:
    """On the server's own machine a kiosk pairs without a code, elsewhere with a one-time code."""
    kiosks: Kiosks = request.app.state.kiosks
    body = body or PairIn()
    if body.code:
        kiosk, token = await kiosks.pair_by_code(body.code)
    elif request.app.state.settings.pair_on_loopback and comes_from_this_machine(request):
        kiosk, token = await kiosks.pair_here(body.kiosk)
    else:
        raise LetanError(
            "pairing_code_missing",
            403,
            "Kiosk ở máy khác cần mã ghép nối.",
            "A kiosk on another machine needs a pairing code.",
            field="code",
            remedy_vi="Chạy './letan kiosk pair' trên máy chủ rồi nhập mã 8 ký tự.",
            remedy_en="Run './letan kiosk pair' on the server and enter the 8 characters.",
        )
    response.headers["Cache-Control"] = "no-store"
    return PairOut(kiosk=kiosk.id, token=token, robot=kiosk.robot)
