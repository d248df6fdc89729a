"""Citizens on Zalo: the Official Account and the Zalo Bot, each a thin adapter around a turn."""
