"""Symptom: one interaction whose stored key did not open was offered without leaving the line, and from then on every
matching round failed on the constraint of live offers: nobody was offered to anybody any more."""

from __future__ import annotations

from sqlalchemy import update

from interactions.tables import interaction_key
from tests.rig.ground import Ground
from tests.rig.routing import Routing


async def test_routing_goes_on_for_it_and_for_those_behind_it(ground: Ground) -> None:
    spoilt, behind = await ground.waiting(), await ground.waiting()
    async with ground.database.unit() as unit:
        its_key = interaction_key.c.interaction_id == spoilt
        await unit.connection.execute(update(interaction_key).where(its_key).values(wrapped=bytes(60)))
    await ground.seat(capacity=3)
    routing = Routing.on(ground)

    await routing.rounds.run()
    await routing.rounds.run()

    assert (await routing.live()).keys() == {spoilt, behind}
