"""Logs as JSON lines, readable lines on a terminal; personal words do not get through."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

# Fields that may carry a person's words or identity. A log line that has one is a defect; it is blanked all the same.
PERSONAL = frozenset(
    {
        "text",
        "words",
        "summary",
        "comment",
        "note",
        "phone",
        "name",
        "openid",
        "token",
        "password",
        "address",
        "question",
    }
)


def configure(*, terminal: bool) -> None:
    """Sets up structlog for the process; standard-library loggers join in at WARNING."""
    renderer = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            blank_personal,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")


def blank_personal(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Replaces the value of every personal field."""
    for field in PERSONAL & event.keys():
        event[field] = "[blanked]"
    return event
