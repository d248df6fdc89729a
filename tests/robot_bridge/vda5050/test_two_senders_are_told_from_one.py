"""Counters of one vehicle, with losses and restarts, against those of two (VDA 5050, §6.4)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from robot_bridge.drivers.vda5050.vehicle import HeaderWatch

STEPS = st.lists(st.integers(0, 40), min_size=1, max_size=60)


@settings(deadline=None, max_examples=60)
@given(STEPS, st.integers(0, 2), st.floats(0.05, 30))
def test_one_vehicle_that_loses_messages_and_starts_anew_twice_is_one(
    steps: list[int], restarts: int, period: float
) -> None:
    watch, count, now = HeaderWatch(), 0, 0.0
    for place, step in enumerate(steps):
        now += period
        count = 0 if place in range(5, 5 + 20 * restarts, 20) else count + step
        assert not watch.look(count, now)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 200), st.integers(0, 2**32 - 200), st.floats(0.05, 30))
def test_two_vehicles_are_noticed_within_a_few_messages(
    first: int, second: int, period: float
) -> None:
    watch, now, noticed = HeaderWatch(), 0.0, False
    for turn in range(10):
        now += period / 2
        noticed = watch.look(first + turn, now) or noticed
        now += period / 2
        noticed = watch.look(second + turn, now) or noticed
    assert noticed == (abs(first - second) > 1 or second < first)


def test_a_vehicle_that_does_not_count_is_no_crowd() -> None:
    watch = HeaderWatch()
    assert not any(watch.look(0, float(second)) for second in range(100))
    assert not watch.look(None, 101.0)
