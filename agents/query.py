"""What a query string holds: each name once, bounded, times with their offset."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from aiohttp import web

from interactions.errors import Invalid

MAX_PARAMETER = 200


def parameters(request: web.Request) -> dict[str, str]:
    """The query by name; raises `Invalid` where one is given twice, is too long or no text."""
    for name, value in request.query.items():
        if len(request.query.getall(name)) > 1 or len(value) > MAX_PARAMETER:
            raise Invalid(f"{name[:MAX_PARAMETER]}：应只给出一次，最多 {MAX_PARAMETER} 个字符")
        if "\0" in value:  # no text column holds it
            raise Invalid(f"{name[:MAX_PARAMETER]}：不得含有控制字符")
    return dict(request.query)


def time_in(given: Mapping[str, str], name: str) -> datetime | None:
    """A time with its offset, or a date, which begins at midnight UTC; None where it is not given."""
    value = given.get(name)
    if not value:
        return None
    at = _parsed(value)
    if at is None:
        raise Invalid(f"{name}：应为 ISO 8601 时间，如 2026-11-23T01:00:00Z")
    return at


def _parsed(value: str) -> datetime | None:
    with contextlib.suppress(ValueError, OverflowError):
        return datetime.combine(date.fromisoformat(value), time(), UTC)
    with contextlib.suppress(ValueError, OverflowError):
        at = datetime.fromisoformat(value)
        # A time without its offset means two different moments to two people.
        return at.astimezone(UTC) if at.tzinfo else None
    return None
