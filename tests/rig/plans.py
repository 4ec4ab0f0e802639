"""What a statement really read, from PostgreSQL's own account of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import TextClause, text

from interactions.database import Database


async def rows_read(database: Database, statement: TextClause, values: Mapping[str, Any]) -> float:
    """How many rows all parts of its plan touched, kept or thrown away."""
    async with database.read() as connection:
        told = await connection.scalar(text(f"explain (analyze, format json) {statement.text}"), values)
    plan = orjson.loads(told) if isinstance(told, str) else told
    return sum(_touched(node) for node in _nodes(plan[0]["Plan"]))


def _touched(node: Mapping[str, Any]) -> float:
    rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    touched: float = rows * node["Actual Loops"]
    return touched


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)
