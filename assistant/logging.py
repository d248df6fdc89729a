"""Logs: structlog to standard error, JSON lines or colours; no personal data, no secrets.

What people write or say is never logged; identifiers of conversations are.
"""

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor

from assistant.settings import Settings


def configure(settings: Settings) -> None:
    """Set up structlog and bring the standard library's loggers (uvicorn, SQLAlchemy) along."""
    level = getattr(logging, settings.log_level.upper())
    as_json = settings.log_format == "json" or (
        settings.log_format == "auto" and not sys.stderr.isatty()
    )
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = (
        [
            # Without local variables: they hold tokens and what people wrote.
            structlog.processors.ExceptionRenderer(
                structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
            ),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
        if as_json
        else [
            structlog.dev.ConsoleRenderer(
                exception_formatter=structlog.dev.RichTracebackFormatter(show_locals=False)
            )
        ]
    )
    structlog.configure(
        processors=[*shared, _without_measuring, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(level, logging.INFO))
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = name != "uvicorn.access"  # addresses hold ids of conversations
    for name in ("aiosqlite", "alembic", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _without_measuring(_logger: object, method: str, event: EventDict) -> EventDict:
    """Conversations that only measure a release are no events of the desk; their faults are."""
    if event.pop("measuring", False) and method in {"debug", "info"}:
        raise structlog.DropEvent
    return event
