import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "app"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "staff"))

from desk_fixtures import content, desk, fault, http, settings  # noqa: F401
