"""Failure 3: conversations stay with an agent who is gone for ever; or are torn away from one who blinked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg

from tests.rig.budget import STEPPED
from tests.rig.checker import against_heads, check, read_on
from tests.rig.fleet import Fleet, Member, fleet
from tests.rig.interleavings import Stage, play_all
from tests.rig.storm import staff
from tests.rig.waiting import until_found

KIND = "vanished_seat"
FLAPS = 20
LEASE = {"HOTLINE_AGENTS__PRESENCE__RENEW_S": "0.5", "HOTLINE_AGENTS__PRESENCE__LEASE_S": "3"}
SHORT_GRACE = {**LEASE, "HOTLINE_ROUTING__GRACE_S": "0.5"}
LONG_GRACE = {**LEASE, "HOTLINE_ROUTING__GRACE_S": "3600"}
_PLACE = """
select i.state, i.waiting_since, coalesce(o.seat_id, i.seat_id) as seat_id, o.offer_id, s.account_id, s.misses
from interaction i left join offer o on o.interaction_id = i.interaction_id and o.state = 'live'
left join seat s on s.seat_id = coalesce(o.seat_id, i.seat_id) where i.interaction_id = $1
"""
_PROCESSES = "select count(*) from process where process_id = (select process_id from connection where seat_id = $1)"


async def test_whoever_is_faster_nobody_is_lost_and_nobody_is_taken_twice(on_stage: Stage) -> None:
    different = await play_all(on_stage, KIND, seeds=range(STEPPED[KIND]), ledger=KIND)

    assert different > STEPPED[KIND] * 0.9


async def test_a_killed_gateway_gives_its_talk_to_the_next_seat_at_its_original_age(
    postgres_url: str, redis_url: str, plain: asyncpg.Connection
) -> None:
    async with fleet(postgres_url, redis_url, overrides=SHORT_GRACE) as house:
        # One seat on each of the first two processes.
        seats = await staff(house, postgres_url, seats=2, capacity=1)
        interaction_id, before = await _talking(house, plain)
        at = next(number for number, one in enumerate(seats) if one.seat_id == before["seat_id"])

        house.members[at].kill()
        house.members.pop(at)
        after = await _until(plain, interaction_id, state="offered")

        assert after["seat_id"] == seats[1 - at].seat_id
        assert after["waiting_since"] == before["waiting_since"]
        await _require_true_log(plain, interaction_id)


async def test_a_reconnect_inside_the_grace_through_another_gateway_loses_nothing(
    postgres_url: str, redis_url: str, plain: asyncpg.Connection
) -> None:
    async with fleet(postgres_url, redis_url, overrides=LONG_GRACE) as house:
        (at,) = await staff(house, postgres_url, seats=1, capacity=1)
        interaction_id, before = await _talking(house, plain)

        first, second, *_ = house.members
        first.kill()
        house.members.remove(first)
        # The dead one is buried by its fellows; the console comes back elsewhere.
        await _until_none(plain, _PROCESSES, at.seat_id)
        await second.order("connect", seat_id=str(at.seat_id))
        await second.order("turn")

        assert await _place(plain, interaction_id) == before
        await _require_true_log(plain, interaction_id)


async def test_flapping_neither_plays_ping_pong_nor_punishes(
    postgres_url: str, redis_url: str, plain: asyncpg.Connection
) -> None:
    async with fleet(postgres_url, redis_url, overrides=LONG_GRACE) as house:
        (at,) = await staff(house, postgres_url, seats=1, capacity=1)
        interaction_id, before = await _talking(house, plain)
        await house.members[0].order("disconnect", seat_id=str(at.seat_id))

        for number in range(FLAPS):
            member = house.members[number % len(house.members)]
            await member.order("connect", seat_id=str(at.seat_id))
            await member.order("disconnect", seat_id=str(at.seat_id))
            await member.order("turn")

        assert await _place(plain, interaction_id) == before
        assert before["misses"] == 0
        await _require_true_log(plain, interaction_id)


async def _talking(house: Fleet, plain: asyncpg.Connection) -> tuple[UUID, Mapping[str, Any]]:
    """A talk under way, and where it is."""
    member = house.members[-1]
    interaction_id = await _asks(member)
    ringing = await _until(plain, interaction_id, state="offered")
    await member.order("accept", **{name: str(ringing[name]) for name in ("offer_id", "seat_id", "account_id")})
    return interaction_id, await _place(plain, interaction_id)


async def _asks(member: Member) -> UUID:
    who = await member.order("resident")
    return UUID((await member.order("ask_lawyer", client_id="ask", **who))["interaction_id"])


async def _place(plain: asyncpg.Connection, interaction_id: UUID) -> Mapping[str, Any]:
    return dict(await plain.fetchrow(_PLACE, interaction_id))


async def _until(plain: asyncpg.Connection, interaction_id: UUID, *, state: str) -> Mapping[str, Any]:
    async def there() -> Mapping[str, Any]:
        place = await _place(plain, interaction_id)
        return place if place["state"] == state else {}

    return await until_found(there)


async def _until_none(plain: asyncpg.Connection, counting: str, value: UUID) -> None:
    async def none() -> bool:
        return not await plain.fetchval(counting, value)

    await until_found(none)


async def _require_true_log(plain: asyncpg.Connection, interaction_id: UUID) -> None:
    facts = await read_on(plain, [interaction_id])
    assert check(facts) + await against_heads(plain, facts) == []
