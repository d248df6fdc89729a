"""The word lists that ship and a small linker trained on a few entries."""

from pathlib import Path

import pytest

from nlu.lexicon import Lexicon, read_folder

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def lists() -> dict:
    return read_folder(ROOT / "data" / "lexicon")


@pytest.fixture(scope="session")
def lexicon(lists: dict) -> Lexicon:
    return Lexicon(lists)
