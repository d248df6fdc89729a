import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "app"))

from desk_fixtures import content, desk, fault, http, settings  # noqa: F401
from outbound_fixtures import platform, postgres, way_out, zalo_settings  # noqa: F401
from zalo_events import ward, zalo  # noqa: F401
