"""The robots' peers and the database server of other rooms' tests, for tests of this room."""

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
for folder in ("robot_bridge", "robot_bridge/vda5050", "dialogues"):
    sys.path.append(str(TESTS / folder))
