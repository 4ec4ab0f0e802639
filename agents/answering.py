"""Values as JSON answers: what every route of this room ends with."""

from __future__ import annotations

from typing import Any

import orjson
from aiohttp import web


def json_answer(value: Any, *, status: int = 200) -> web.Response:
    """`value` as JSON; times and ids as they are written everywhere."""
    return web.Response(body=orjson.dumps(value), status=status, content_type="application/json", charset="utf-8")
