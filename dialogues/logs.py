"""Rasa's logs without the debug events that print what visitors said."""

from __future__ import annotations

import logging

import structlog


def quiet_logs() -> None:
    """Only warnings and worse; a debug event costs nothing but the call."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    for name in ("rasa", "apscheduler", "matplotlib", "sqlalchemy"):
        logging.getLogger(name).setLevel(logging.WARNING)
