"""What a service of ours tells about itself beyond Wyoming's ``info``.

Each program has ``capabilities``: an object that others ignore (`speech.engines.Capabilities`,
`SpeakingCapabilities`).
"""

from typing import Any, Literal

from wyoming.event import Event
from wyoming.info import Attribution, Info

from speech.engines import MAKERS

OWN = Attribution(name="Lễ Tân", url="")


def made_by(engine: str) -> Attribution:
    """Whose model or voices these are; an engine from elsewhere is told by its name."""
    maker = MAKERS.get(engine)
    return Attribution(maker.name, maker.url) if maker is not None else Attribution(engine, "")


def with_capabilities(
    info: Info, kind: Literal["asr", "tts"], capabilities: dict[str, Any]
) -> Event:
    """The ``info`` event with the capabilities of its only program."""
    event = info.event()
    event.data[kind][0]["capabilities"] = capabilities
    return event
