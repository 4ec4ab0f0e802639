"""Presence as rows: leases, clean goodbyes, processes that die or are paused."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from agents.presence import Presence
from interactions.changes import Changes
from interactions.tables import connection, process, seat
from tests.integration.agents.house import House


async def _count(house: House, table: Any) -> int:
    async with house.database.read() as database:
        return int((await database.execute(select(func.count()).select_from(table))).scalar_one())


async def _last_seen(house: House) -> datetime | None:
    async with house.database.read() as database:
        seen: datetime | None = await database.scalar(select(seat.c.last_seen_at))
    return seen


def _other_process(house: House) -> Presence:
    return Presence(house.database, clock=house.clock, settings=house.settings.presence)


async def test_a_connection_is_a_row_and_a_clean_close_says_when_it_was_last_seen(house: House) -> None:
    seat_id = await house.add_seat("seat01")
    async with house.presence.connected(seat_id=seat_id):
        assert await _count(house, connection) == 1
        house.clock.advance(timedelta(seconds=5))
    assert await _count(house, connection) == 0
    assert await _last_seen(house) == house.clock.now()


async def test_residents_are_present_too(house: House) -> None:
    head = await house.open()
    async with house.presence.connected(resident_id=head.resident_id):
        assert await _count(house, connection) == 1
    assert await _count(house, connection) == 0


async def test_renewing_moves_the_lease(house: House) -> None:
    house.clock.advance(timedelta(seconds=3))
    await house.presence.renew()
    async with house.database.read() as database:
        until = await database.scalar(select(process.c.lease_until))
    assert until == house.clock.now() + timedelta(seconds=house.settings.presence.lease_s)


async def test_a_dead_process_is_buried_and_its_seats_were_last_seen_when_its_lease_ended(house: House) -> None:
    seat_id = await house.add_seat("seat01")
    dead = _other_process(house)
    await dead.renew()
    ended_at = house.clock.now() + timedelta(seconds=house.settings.presence.lease_s)
    async with dead.connected(seat_id=seat_id):
        house.clock.advance(timedelta(minutes=1))
        await house.presence.renew()
        assert await _count(house, connection) == 0
        assert await _last_seen(house) == ended_at


async def test_a_process_that_was_paused_past_its_lease_writes_everything_anew(house: House) -> None:
    seat_id = await house.add_seat("seat01")
    async with house.presence.connected(seat_id=seat_id):
        house.clock.advance(timedelta(minutes=1))
        await _other_process(house).renew()
        assert await _count(house, connection) == 0
        await house.presence.renew()
        assert await _count(house, connection) == 1


async def test_a_connection_that_finds_its_process_buried_is_written_with_it(house: House) -> None:
    seat_id = await house.add_seat("seat01")
    house.clock.advance(timedelta(minutes=1))
    await _other_process(house).renew()
    async with house.presence.connected(seat_id=seat_id):
        assert await _count(house, connection) == 1


async def test_leaving_ends_presence_at_once(house: House) -> None:
    seat_id = await house.add_seat("seat01")
    async with house.presence.connected(seat_id=seat_id):
        await house.presence.leave()
        assert await _count(house, process) == 0
        assert await _last_seen(house) == house.clock.now()


async def test_a_seat_that_comes_or_goes_wakes_the_router(house: House) -> None:
    woken: list[str] = []
    assert isinstance(house.changes, Changes)
    seat_id = await house.add_seat("seat01")
    house.changes.on_router_wake(here=lambda: woken.append("wake"), elsewhere=lambda: woken.append("heard"))
    async with house.presence.connected(seat_id=seat_id):
        assert woken == ["wake"]
    assert woken == ["wake", "wake"]


async def test_a_lease_that_had_run_out_and_is_renewed_wakes_the_router(house: House) -> None:
    woken: list[str] = []
    house.changes.on_router_wake(here=lambda: woken.append("wake"), elsewhere=lambda: woken.append("heard"))
    await house.presence.renew()
    assert woken == []
    # Paused, with nobody else to bury it: its seats were not free, and are again.
    house.clock.advance(timedelta(seconds=house.settings.presence.lease_s))
    await house.presence.renew()
    assert woken == ["wake"]
