"""A month on a real database: what was planned, sat, served and protected becomes lines, cut to the month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import update

from agents.sheet import Line
from agents.sheet_rows import Sheets
from interactions.tables import shift
from tests.integration.agents.house import House

ZONE = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)


async def sheet(house: House, month: str = "2026-11", *, firm: str | None = None) -> dict[str, Line]:
    """The lines by username."""
    lines = await Sheets(house.database, clock=house.clock, timezone=ZONE).read(month, firm=firm)
    return {one.username: one for one in lines}


async def test_a_working_day_with_a_danger_contact_and_a_talk_that_ran_over(house: House) -> None:
    lawyer = await house.add_lawyer("seat01", firm="甲所", sits=False)
    # A shift of two hours, seated half an hour late, a danger contact at the end that runs over by a quarter.
    async with house.database.unit() as unit:
        await unit.connection.execute(update(shift).values(ends_at=house.clock.now() + 2 * HOUR))
    house.clock.advance(0.5 * HOUR)
    await house.roster.sign_in(lawyer.account_id)
    async with house.presence.connected(seat_id=lawyer.seat_id):
        house.clock.advance(HOUR)
        head = await house.open(dangers=("violence",), urgency=0)
        await house.give(head, lawyer)
        house.clock.advance(0.75 * HOUR)
        await house.serving.release(lawyer.server, interaction_id=head.interaction_id)
        await house.wrap_up(head, lawyer)
        house.clock.advance(HOUR)
        await house.roster.sign_out(lawyer.account_id)

    line = (await sheet(house))["seat01"]

    assert (line.firm, line.planned, line.in_shift) == ("甲所", 2 * HOUR, 1.5 * HOUR)
    assert line.protected == timedelta(minutes=5)
    assert line.overtime == timedelta(minutes=20)
    assert line.occupied == timedelta(minutes=50)
    assert (line.contacts, line.registered) == (1, 1)


async def test_a_night_across_the_turn_of_the_month_is_cut_at_midnight_in_the_city(house: House) -> None:
    viewer = await house.add_account("lawyer", firm="甲所")
    start = datetime(2026, 11, 30, 13, tzinfo=UTC)  # 21:00
    house.clock.advance(start - house.clock.now())
    seat_id = await house.add_seat("seat01")
    await house.add_shift(viewer.account_id, seat_id, starts_at=start, ends_at=start + 8 * HOUR)
    await house.roster.sign_in(viewer.account_id)
    async with house.presence.connected(seat_id=seat_id):
        house.clock.advance(8 * HOUR)
        await house.roster.sign_out(viewer.account_id)

    november, december = await sheet(house, "2026-11"), await sheet(house, "2026-12")

    assert (november["lawyer"].planned, november["lawyer"].in_shift) == (3 * HOUR, 3 * HOUR)
    assert (december["lawyer"].planned, december["lawyer"].in_shift) == (5 * HOUR, 5 * HOUR)


async def test_who_never_signed_out_has_sat_as_long_as_they_were_seen(house: House) -> None:
    lawyer = await house.add_lawyer("seat01")
    async with house.presence.connected(seat_id=lawyer.seat_id):
        house.clock.advance(2 * HOUR)
        await house.presence.renew()
        assert (await sheet(house))["seat01"].in_shift == 2 * HOUR
    house.clock.advance(20 * HOUR)

    assert (await sheet(house))["seat01"].in_shift == 2 * HOUR


async def test_a_firm_sees_its_own(house: House) -> None:
    await house.add_lawyer("seat01", firm="甲所")
    await house.add_lawyer("seat02", firm="乙所")
    house.clock.advance(HOUR)

    assert set(await sheet(house, firm="甲所")) == {"seat01"}
    assert set(await sheet(house)) == {"seat01", "seat02"}
    assert await sheet(house, "2026-10") == {}
