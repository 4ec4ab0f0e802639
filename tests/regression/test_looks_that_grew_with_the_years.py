"""Symptom: what the router asks at every look cost more with every shift worked and every offer once declined."""

from __future__ import annotations

from sqlalchemy import text

from routing import capacity, glance
from tests.rig.ground import Ground
from tests.rig.plans import rows_read

YEARS = 5_000
LITTLE = 100
_SHIFTS_WORKED = text("""
insert into shift (shift_id, seat_id, account_id, starts_at, ends_at)
select gen_random_uuid(), seat_id, account_id, at - interval '8 hours', at
from seat, (select cast(:now as timestamptz) - interval '2 days' - n * interval '8 hours' as at
            from generate_series(1, :many) n) worked
""")
_PAUSES_OVER = text("""
insert into exclusion (interaction_id, seat_id, reason, until)
select gen_random_uuid(), seat_id, 'busy', cast(:now as timestamptz) - n * interval '1 hour'
from seat, generate_series(1, :many) n
""")


async def test_shifts_that_ended_are_not_read_again(ground: Ground) -> None:
    await ground.seat()
    now = await _history(ground, _SHIFTS_WORKED, "shift")

    assert await rows_read(ground.database, capacity._ALL, {"now": now, "soon": now}) < LITTLE


async def test_pauses_that_are_over_are_not_read_again(ground: Ground) -> None:
    await ground.seat()
    await ground.waiting()
    now = await _history(ground, _PAUSES_OVER, "exclusion")

    assert await rows_read(ground.database, glance._GLANCE, {"now": now}) < LITTLE


async def _history(ground: Ground, statement: object, table: str) -> object:
    now = ground.clock.now()
    async with ground.database.unit() as unit:
        await unit.connection.execute(text("set local session_replication_role = replica"))
        await unit.connection.execute(statement, {"now": now, "many": YEARS})  # type: ignore[arg-type]
    await ground.database.run(text(f"analyze {table}"))
    return now
