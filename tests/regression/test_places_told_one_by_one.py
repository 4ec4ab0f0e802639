"""Symptom: with 10,000 people in line on one gateway, telling their places took longer than the database may answer.

Each person's place counted everybody before them: the cost grew with the square of the line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from sqlalchemy import text

from routing import ahead
from tests.rig.ground import Ground

WAITING = 300
_PEOPLE = text("""
with person as (insert into resident select gen_random_uuid(), now() from generate_series(1, :people)
                returning resident_id),
     one as (
        insert into interaction (interaction_id, number, resident_id, channel, language, state, urgency, matter,
            district, opened_at, waiting_since, rank_at, last_turn_at, last_seq, head)
        select gen_random_uuid(), row_number() over (), resident_id, 'web', 'zh', 'waiting', 3, 'labour', 'unknown',
            now(), now(), now(), now(), 0, '' from person returning interaction_id)
select interaction_id from one
""")


async def test_telling_everybody_reads_the_line_a_few_times_not_once_for_each(ground: Ground) -> None:
    async with ground.database.unit() as unit:
        ids = list(await unit.connection.scalars(_PEOPLE, {"people": WAITING}))
    values = {"ids": ids, "channels": ["web"], "matters": ["labour"], "languages": ["zh"]}

    async with ground.database.read() as connection:
        explained = text(f"explain (analyze, format json) {ahead._OF_MANY.text}")
        plan = await connection.scalar(explained, values)

    read = sum(node["Actual Rows"] * node["Actual Loops"] for node in _nodes(_root(plan)))
    assert WAITING <= read < 20 * WAITING


def _root(plan: Any) -> dict[str, Any]:
    parsed = orjson.loads(plan) if isinstance(plan, str) else plan
    root: dict[str, Any] = parsed[0]["Plan"]
    return root


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)
