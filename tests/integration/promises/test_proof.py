"""Verification names a promise nobody keeps, and one that is kept in the wrong place."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from interactions.verify import verify
from tests.rig.ground import KEYS, Ground
from tests.rig.promises import Promises

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("begins", "statement", "told"),
    [
        (HOUR, "delete from work_item", "callback_due with 0 open work items"),
        (HOUR, "update work_item set state = 'due'", "callback_due with a work item that is due"),
        (HOUR, "update work_item set state = 'done', ended_at = asked_at", "callback_due with 0 open work items"),
        (None, "update work_item set state = 'scheduled'", "waiting with a work item that is scheduled"),
        (
            HOUR,
            "drop index uq_work_item_open; insert into work_item select gen_random_uuid(), interaction_id, kind, state,"
            " how, soon, asked_at, from_at, due_at, until_at from work_item",
            "callback_due with 2 open work items",
        ),
    ],
)
async def test_what_is_owed_is_exactly_what_the_state_says(
    ground: Ground, begins: timedelta | None, statement: str, told: str
) -> None:
    promises = Promises.on(ground)
    await promises.promise(await ground.resident(), promises.callback(begins))

    async with ground.database.unit() as unit:
        for one in statement.split("; "):
            await unit.connection.execute(text(one))

    assert [one.what for one in (await verify(ground.database, keys=KEYS)).violations] == [told]


async def test_an_item_that_outlived_its_interaction_is_named(ground: Ground) -> None:
    promises, resident = Promises.on(ground), await ground.resident()
    await promises.promise(resident, promises.callback(HOUR))
    await promises.cancel(resident)

    async with ground.database.unit() as unit:
        await unit.connection.execute(text("update work_item set state = 'scheduled', ended_at = null"))

    (found,) = (await verify(ground.database, keys=KEYS)).violations
    assert found.what == "abandoned with a work item that is scheduled"
