"""Symptom: a place stayed free while people waited, because the first in line were held for a lawyer they know.

A round read only as many callers as there were free places; those who wait a little for their lawyer used them up, and
the ones behind them were not looked at until that grace was over.
"""

from __future__ import annotations

from datetime import timedelta

from tests.rig.ground import Ground
from tests.rig.moments import let_time_pass
from tests.rig.routing import Routing


async def test_those_behind_residents_who_wait_for_their_lawyer_are_served_at_once(ground: Ground) -> None:
    routing = Routing.on(ground)
    known = await ground.seat(capacity=1)
    patient = [await ground.resident() for _ in range(3)]
    for resident_id in patient:
        visit = await ground.waiting(resident_id=resident_id)
        await routing.accept_all()
        await routing.release(visit)
        await routing.wrap_up(visit)
    await ground.waiting()
    await routing.accept_all()
    back = [await ground.waiting(resident_id=resident_id) for resident_id in patient]
    behind = await ground.waiting()
    other = await ground.seat(capacity=1)

    await routing.router.turn()
    assert {one: ringing.seat_id for one, ringing in (await routing.live()).items()} == {behind: other.seat_id}

    await ground.seat(capacity=1)
    await let_time_pass(routing, timedelta(seconds=20))
    assert behind in (live := set(await routing.live()))
    assert len(live & set(back)) == 1
    assert known.seat_id not in {ringing.seat_id for ringing in (await routing.live()).values()}
    assert routing.rescues == []
