"""What a scripted vehicle can do wrong."""

from dataclasses import dataclass


@dataclass
class Faults:
    """What it does wrong, until told otherwise."""

    drop_orders: int = 0
    """So many order messages never arrive."""
    refuse_orders: str = ""
    """Error type of the refusal."""
    deaf_to_cancel: bool = False
    mute: bool = False
    """No states."""
    frozen: bool = False
    """Says that it drives, and does not get on."""
    blocked: bool = False
    """Stands on the way."""
    position: object = None
    """Sent as it is instead of its position."""
    battery: object = "real"
    """Sent as it is instead of its charge."""
    headers_from: int | None = None
    fail_actions: tuple[str, ...] = ()
    no_charge: bool = False
    strict: bool = False
    """Refuses a message with an array that it does not know."""
