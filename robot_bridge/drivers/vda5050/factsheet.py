"""What a vehicle tells of its own abilities, where it does (VDA 5050, §6.15). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from robot_bridge.drivers.vda5050.reader import number, whole

LONGEST_INTERVAL = 5.0
"""Seconds: a vehicle that wants to hear from us more seldom cannot be led."""


@dataclass(frozen=True, slots=True)
class Factsheet:
    """What of a factsheet is of use here."""

    actions: frozenset[str]
    """Types of actions that the vehicle knows."""
    longest_order: int | None
    """Nodes that fit into one order message."""
    order_interval: float
    """Seconds that have to lie between two order messages."""


def read_factsheet(message: Mapping[str, Any]) -> Factsheet:
    """A factsheet; whatever it does not tell is empty or None."""
    features = message.get("protocolFeatures")
    listed = features.get("agvActions") if isinstance(features, dict) else None
    kinds = {
        entry["actionType"]
        for entry in (listed if isinstance(listed, list) else [])
        if isinstance(entry, dict) and isinstance(entry.get("actionType"), str)
    }
    limits = message.get("protocolLimits")
    arrays = limits.get("maxArrayLens") if isinstance(limits, dict) else None
    longest = whole(arrays.get("order.nodes")) if isinstance(arrays, dict) else None
    timing = limits.get("timing") if isinstance(limits, dict) else None
    interval = number(timing.get("minOrderInterval")) if isinstance(timing, dict) else None
    return Factsheet(
        frozenset(kinds),
        longest if longest is not None and longest > 1 else None,
        min(max(interval or 0.0, 0.0), LONGEST_INTERVAL),
    )
