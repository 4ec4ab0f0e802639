"""Symptom: with 10,000 people in line on one gateway, telling their places took longer than the database may answer.

Each person's place counted everybody before them: the cost grew with the square of the line.
"""

from __future__ import annotations

from sqlalchemy import text

from routing import ahead
from tests.rig.ground import Ground
from tests.rig.plans import rows_read

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

    read = await rows_read(ground.database, ahead._OF_MANY, values)

    assert WAITING <= read < 20 * WAITING
