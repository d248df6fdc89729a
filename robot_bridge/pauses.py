"""Where on a long way a robot stands and asks whether the visitor still follows."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

from robot_bridge.driver import Pose
from robot_bridge.planner import Point

STEP = 0.2
"""Metres between two places that are looked at."""


def pauses(path: Sequence[Point], every: float, safe: Callable[[Point], bool]) -> list[Pose]:
    """Places on ``path`` at least ``every`` metres after one another, looking along the way.

    A pause stands at the first safe place there is; none comes so late that less than half as far
    is left to go. ``path`` and ``every`` are in metres; ``every`` 0 or less: no pauses.
    """
    found: list[Pose] = []
    if every <= 0 or len(path) < 2:
        return found
    left = sum(math.dist(a, b) for a, b in pairwise(path))
    since = 0.0
    for a, b in pairwise(path):
        length = math.dist(a, b)
        direction = math.atan2(b[1] - a[1], b[0] - a[0])
        steps = max(1, math.ceil(length / STEP))
        for number in range(1, steps + 1):
            since += length / steps
            left -= length / steps
            share = number / steps
            here = (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
            if since >= every and left >= every / 2 and safe(here):
                found.append(Pose(*here, direction))
                since = 0.0
    return found
