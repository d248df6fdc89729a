"""Synthesisers, one module each; the table is in `speech.engines`."""
