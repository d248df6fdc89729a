"""The settings that only a VDA 5050 vehicle has: further keys of its ``[[robots]]`` entry."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from robot_bridge.drivers.vda5050.address import LAYOUT, check_layout
from robot_bridge.drivers.vda5050.dialect import dialect_of

_LEVEL = r"^[^/+#$\s]{1,64}$"
"""One level of a topic."""


class Options(BaseModel):
    """Names, limits and credentials of one vehicle."""

    model_config = ConfigDict(extra="forbid")

    manufacturer: str = Field(pattern=_LEVEL)
    serial: str = Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")
    interface: str | None = Field(
        None, pattern=_LEVEL, description="none: uagv for 2.x, vda5050 for 3.0"
    )
    version: str = Field("2.0", description="2.0, 2.1, 3.0, or in full")
    topics: str = Field(LAYOUT, description="how topics are put together")
    instant_actions_field: Literal["auto", "actions", "instantActions", "both"] = "auto"
    base_length: float = Field(
        1.5, ge=0.5, le=20, description="metres that the vehicle may drive without hearing from us"
    )
    stale_after: float = Field(
        3.0, ge=0.5, le=30, description="seconds without a state while it drives until it is lost"
    )
    quiet_after: float = Field(
        35.0, ge=1, le=300, description="seconds without a state while it stands until it is lost"
    )
    clearance: float = Field(0.3, gt=0, le=2, description="metres from walls that a way keeps")
    deviation: float = Field(
        0.2, gt=0, le=1, description="metres from the goal at which the vehicle may end"
    )
    full_battery: float = Field(100.0, gt=0, description="what the vehicle reports when it is full")
    say_action: str | None = Field(None, description="the vehicle's action that speaks")
    show_action: str | None = Field(None, description="the vehicle's action that shows a page")
    lanes: Path | None = Field(None, description="a layout file (LIF): drive on its edges only")
    keepalive: int = Field(10, ge=2, le=120, description="seconds")
    ca: Path | None = Field(None, description="certificate authority of the broker (PEM)")
    cert: Path | None = Field(None, description="our certificate (PEM)")
    key: Path | None = Field(None, description="its key (PEM)")

    @field_validator("version")
    @classmethod
    def _known_version(cls, version: str) -> str:
        dialect_of(version)
        return version

    @field_validator("topics")
    @classmethod
    def _usable_layout(cls, layout: str) -> str:
        return check_layout(layout)

    @model_validator(mode="after")
    def _pair(self) -> Self:
        if (self.cert is None) != (self.key is None):
            raise ValueError("cert and key are needed together")
        return self
