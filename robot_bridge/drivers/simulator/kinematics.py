"""A differential drive: two speeds, their limits, and where they carry the body."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one robot; metres, seconds, radians."""

    speed: float = 0.6
    turn: float = 1.2
    acceleration: float = 0.5
    turn_acceleration: float = 2.5
    braking: float = 0.8
    radius: float = 0.25

    @property
    def emergency_braking(self) -> float:
        """Stands still from full speed in 0.12 s: well inside the 200 ms of the stop promise."""
        return max(4.0, self.speed / 0.12)


@dataclass(frozen=True, slots=True)
class Motion:
    """Where the body is and how it moves: x, y, theta, metres a second, radians a second."""

    x: float
    y: float
    theta: float
    speed: float = 0.0
    turn: float = 0.0

    @property
    def still(self) -> bool:
        return self.speed == 0 and self.turn == 0


def step(motion: Motion, speed: float, turn: float, limits: Limits, seconds: float) -> Motion:
    """Move for a moment towards the wanted speeds, as fast as the motors allow."""
    up = limits.acceleration if abs(speed) > abs(motion.speed) else limits.braking
    new_speed = approach(motion.speed, max(-limits.speed, min(limits.speed, speed)), up * seconds)
    wanted = max(-limits.turn, min(limits.turn, turn))
    new_turn = approach(motion.turn, wanted, limits.turn_acceleration * seconds)
    return _integrate(motion, new_speed, new_turn, seconds)


def brake(motion: Motion, limits: Limits, seconds: float) -> Motion:
    """Move for a moment with the emergency brake on."""
    change = limits.emergency_braking * seconds
    return _integrate(
        motion,
        approach(motion.speed, 0.0, change),
        approach(motion.turn, 0.0, max(2 * change, limits.turn / 0.12 * seconds)),
        seconds,
    )


def approach(value: float, target: float, change: float) -> float:
    """``value`` moved towards ``target`` by at most ``change``."""
    return min(target, value + change) if value < target else max(target, value - change)


def wrap(angle: float) -> float:
    """The same direction in -pi..pi."""
    return math.remainder(angle, math.tau)


def _integrate(motion: Motion, speed: float, turn: float, seconds: float) -> Motion:
    middle = motion.theta + turn * seconds / 2
    return Motion(
        motion.x + speed * seconds * math.cos(middle),
        motion.y + speed * seconds * math.sin(middle),
        wrap(motion.theta + turn * seconds),
        speed,
        turn,
    )
