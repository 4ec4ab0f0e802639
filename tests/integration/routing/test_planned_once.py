"""A round's statements are planned once a connection, and nobody else's transaction is planned otherwise for it."""

from __future__ import annotations

from sqlalchemy import text

from tests.rig.ground import Ground
from tests.rig.routing import Routing

ROUNDS = 12
_PLANS = text("""
select sum(custom_plans) as custom, sum(generic_plans) as generic
from pg_prepared_statements where statement like '%first as materialized%'
""")


async def test_the_line_is_read_by_a_plan_that_is_kept(ground: Ground) -> None:
    routing = Routing.on(ground)
    await ground.seat(capacity=2 * ROUNDS)
    for _ in range(ROUNDS):
        await ground.waiting()
        await routing.rounds.run()

    # The connection used last is used next.
    async with ground.database.read() as reading:
        plans = (await reading.execute(_PLANS)).one()
        mode = await reading.scalar(text("show plan_cache_mode"))
    assert plans.custom == 0
    assert plans.generic >= ROUNDS
    assert mode == "auto"
