import sys
from pathlib import Path

_TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(_TESTS / "app"), str(_TESTS / "zalo")]

from zalo_events import ward, zalo  # noqa: E402, F401
