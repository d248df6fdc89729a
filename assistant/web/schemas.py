"""What the pages' API takes and gives."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class SlipIn(BaseModel):
    """A procedure, the case that applies and the papers at hand; no field can hold a name."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"procedure": "1.001193", "have": ["d1", "d3"]}},
    )

    procedure: _Key
    case: _Key | None = None
    have: Annotated[list[_Key], Field(max_length=60)] = []


class SlipOut(BaseModel):
    short: str = Field(examples=["7KQ4M"])
    procedure: str
    case: str | None
    have: list[str]
    expires_at: datetime
    path: str = Field(description="The phone page of this slip, to be shown as a QR code.")
    url: str
    reachable: bool = Field(
        description="False while the server's address only works on this machine."
    )
