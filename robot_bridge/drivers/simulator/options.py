"""What only a simulated robot's settings hold."""

from pydantic import BaseModel, ConfigDict, Field


class Options(BaseModel):
    """Further keys of `[[robots]]` with ``driver = "simulator"``."""

    model_config = ConfigDict(extra="forbid")

    people: int = Field(
        0, ge=0, le=40, description="who stroll about in its lobby, so that it has to give way"
    )
