"""What goes in and out when a kiosk is paired."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class PairIn(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"code": "K7NR-3WXA"}})

    code: Annotated[
        str | None,
        Field(max_length=16, description="from `./letan kiosk pair`; not needed on this machine"),
    ] = None
    kiosk: Annotated[
        str | None,
        Field(max_length=32, description="which kiosk, on this machine; default: the first"),
    ] = None


class PairOut(BaseModel):
    kiosk: str = Field(examples=["kiosk-1"])
    token: str = Field(description="to be sent as `Authorization: Bearer …`; shown only here")
    robot: str | None = Field(examples=["robot-1"])
