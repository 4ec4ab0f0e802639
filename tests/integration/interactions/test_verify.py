"""Verification names what somebody with a superuser's rights did to the log."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from interactions.verify import verify
from tests.rig.ground import Ground
from tests.rig.routing import Routing


async def tampered(ground: Ground, *statements: str) -> list[str]:
    """What verification says after these statements, run with the guards and constraints off."""
    async with ground.database.unit() as unit:
        await unit.connection.execute(text("set local session_replication_role = replica"))
        for statement in statements:
            await unit.connection.execute(text(statement))
    return [violation.what for violation in (await verify(ground.database)).violations]


async def test_an_untouched_log_holds(ground: Ground) -> None:
    await ground.seat()
    await ground.waiting()
    await ground.opened()
    await Routing.on(ground).rounds.run()

    verdict = await verify(ground.database)

    assert verdict.holds, verdict.violations
    assert (verdict.interactions, verdict.events) == (2, 6)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("update event set body = '{}' where seq = 2", "hash does not match"),
        ("update event set at = at + interval '1 second' where seq = 2", "hash does not match"),
        ("update event set sealed = sealed || '\\x00' where seq = 2", "hash does not match"),
        ("update event set by = 'lawyer' where seq = 2", "hash does not match"),
        ("delete from event where seq = 2", "expected seq 2"),
        ("delete from event where seq = 3", "the last event is 2"),
        ("update interaction set state = 'closed', closed_at = now()", "the last move was to waiting"),
        ("update interaction set number = '20000101-000001'", "opened with another number"),
        ("update interaction set head = '\\x00'", "head hash"),
        ("delete from interaction", "events without an interaction"),
        (
            "insert into dedupe select interaction_id, 'x', interaction_id, 99 from interaction",
            "acknowledged, but not in the log",
        ),
        (
            "insert into offer select interaction_id, interaction_id, interaction_id, now(), now() from interaction",
            "live offers",
        ),
    ],
)
async def test_every_kind_of_tampering_is_named(ground: Ground, statement: str, told: str) -> None:
    await ground.waiting()

    assert any(told in what for what in await tampered(ground, statement))
