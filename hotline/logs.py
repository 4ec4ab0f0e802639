"""Logs as JSON lines, readable lines on a terminal; personal words do not get through.

our line ─────────────▶ personal fields blanked ─▶ error: kinds and places only ─▶ rendered ─▶ stderr
a library's line ─▶ its first line, as a field ─▲
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

# Fields that may carry a person's words or identity. A log line that has one is a defect; it is blanked all the same.
PERSONAL = frozenset(
    {
        "address",
        "answer",
        "body",
        "comment",
        "id_number",
        "name",
        "note",
        "openid",
        "password",
        "phone",
        "question",
        "sealed",
        "secret",
        "summary",
        "text",
        "token",
        "words",
    }
)
BLANKED = "[blanked]"
FRAMES_SHOWN = 8


def configure(*, terminal: bool) -> None:
    """Sets up structlog for the process; standard-library loggers join in at WARNING."""
    renderer = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            place_of_error,
            blank_personal,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[LibraryLines()], force=True)


def blank_personal(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Replaces the value of every personal field, however deep it lies."""
    return {field: _blanked(field, value) for field, value in event.items()}


def place_of_error(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replaces `exc_info` by the error's kind and where it arose: its message may hold a resident's words."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event.update(error=type(error).__name__, at=_places(error))
    return event


class LibraryLines(logging.Handler):
    """Takes lines of libraries: only the first, for asyncio shows an error's message in those below."""

    def emit(self, record: logging.LogRecord) -> None:
        """Passes the record on to structlog."""
        told = record.getMessage().partition("\n")[0]
        structlog.get_logger().log(record.levelno, told, logger=record.name, exc_info=record.exc_info)


def _blanked(field: object, value: object) -> object:
    if isinstance(field, str) and field.lower() in PERSONAL:
        return BLANKED
    if isinstance(value, Mapping):
        return {inner: _blanked(inner, part) for inner, part in value.items()}
    if isinstance(value, list | tuple):
        return [_blanked(None, part) for part in value]
    return value


def _places(error: BaseException) -> list[str]:
    """The innermost frames, `file:line function`, without a line of source or a value."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_SHOWN:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
