"""What is owed is counted, and what is overdue is seen: in numbers, without a word of anybody."""

from __future__ import annotations

from datetime import timedelta

from interactions.model import WorkKind, WorkState
from interactions.work_rows import Owed, owed
from tests.rig.ground import Ground
from tests.rig.promises import Promises

HOUR = timedelta(hours=1)


async def _owed(ground: Ground) -> Owed:
    async with ground.database.read() as connection:
        return await owed(connection, now=ground.clock.now())


async def test_each_kind_and_state_is_counted_until_it_ends(ground: Ground) -> None:
    promises = Promises.on(ground)
    called, written = await ground.resident(), await ground.resident()
    await promises.promise(called, promises.callback(HOUR))
    await promises.promise(written, promises.message())

    found = await _owed(ground)
    assert found.items == {(kind, WorkState.SCHEDULED): 1 for kind in WorkKind}
    await promises.cancel(called)
    found = await _owed(ground)

    assert found.items == {(WorkKind.MESSAGE, WorkState.SCHEDULED): 1}
    assert sum(found.overdue.values()) == 0


async def test_past_its_time_it_is_overdue_and_still_owed(ground: Ground) -> None:
    promises = Promises.on(ground)
    await promises.promise(await ground.resident(), promises.callback(HOUR))
    ground.clock.advance(4 * HOUR)
    await promises.routing.router.turn()

    found = await _owed(ground)

    assert found.items == {(WorkKind.CALLBACK, WorkState.DUE): 1}
    assert found.overdue == {WorkKind.CALLBACK: 1}
