"""Roster files on a real database: planned once, planned again, refused with line and field, races lost cleanly."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Row, insert, select, update

from agents.calendar import Calendar
from agents.cancelling import cancel_shifts, clear_shifts
from agents.coverage_policy import CoverageSettings
from agents.licence import LicenceSettings
from agents.plan import Plan
from agents.planning import Planning
from agents.roles import Role
from agents.roster_file import read_roster
from agents.shift_changes import ShiftChanges, Wanted
from agents.staffing import Staffing
from agents.whereabouts import seats_now
from agents.yaml_lines import FileUnusable
from interactions.errors import Conflict
from interactions.identity import new_id
from interactions.tables import account, seat, shift
from tests.integration.agents.house import House
from tests.rig.serving import CODES

ZONE = ZoneInfo("Asia/Shanghai")
FIRST = date(2026, 11, 30)
ROSTER = """
seats:
  A01: {name: 01号坐席, matters: [labour]}
  A02: {name: 02号坐席, matters: [general], channels: [web], chat_capacity: 5}
shifts:
  - {who: {A01: one}, days: [mon, tue, wed, thu, fri], from: "21:00", to: "05:00"}
  - {who: {A01: two, A02: one}, days: [mon, tue, wed, thu, fri], from: "08:00", to: "16:00"}
"""


@pytest.fixture
async def staffed(house: House) -> House:
    """Two lawyers and an analyst, on a Monday morning at 07:00 in the city."""
    house.clock.advance(datetime(2026, 11, 29, 23, tzinfo=UTC) - house.clock.now())
    for name in ("one", "two"):
        await house.add_account(name)
    return house


async def plan(house: House, tmp_path: Path, text: str = ROSTER, **options: Any) -> Plan:
    """Plans two weeks from a file."""
    path = tmp_path / "roster.yaml"
    path.write_text(text, encoding="utf-8")
    roster = read_roster(path, matters=CODES.matters, channels=CODES.channels)
    planning = Planning(house.database, clock=house.clock, calendar=Calendar(), timezone=ZONE)
    return await planning.plan(roster, **{"first": FIRST, "last": FIRST + timedelta(days=13), **options})


async def shifts(house: House) -> list[Row[Any]]:
    """All shifts by their start."""
    async with house.database.read() as connection:
        found = select(shift, seat.c.code).join(seat, seat.c.seat_id == shift.c.seat_id)
        return list((await connection.execute(found.order_by(shift.c.starts_at, seat.c.code))).all())


async def test_a_file_becomes_seats_and_shifts_and_a_second_run_changes_nothing(staffed: House, tmp_path: Path) -> None:
    tried = await plan(staffed, tmp_path, dry_run=True)
    assert (len(tried.added), tried.seats_added, await shifts(staffed)) == (30, ["A01", "A02"], [])

    done = await plan(staffed, tmp_path)
    assert (len(done.added), len(done.removed), done.kept, done.left_out) == (30, 0, 0, [])
    before = await shifts(staffed)
    again = await plan(staffed, tmp_path)

    assert (again.added, again.removed, again.kept) == ([], [], 30)
    assert [row.shift_id for row in await shifts(staffed)] == [row.shift_id for row in before]
    assert {row.origin for row in before} == {"plan"}
    async with staffed.database.read() as connection:
        made = (await connection.execute(select(seat).where(seat.c.code == "A02"))).one()
    assert (made.channels, made.chat_capacity, made.status) == (["web"], 5, "signed_out")


async def test_a_changed_file_moves_only_what_has_not_begun(staffed: House, tmp_path: Path) -> None:
    await plan(staffed, tmp_path)
    staffed.clock.advance(timedelta(hours=2))  # 09:00: the day shift has begun

    changed = await plan(staffed, tmp_path, ROSTER.replace('"16:00"', '"17:00"'))

    begun = [one for one in await shifts(staffed) if one.starts_at <= staffed.clock.now()]
    assert [one.ends_at for one in begun] == [datetime(2026, 11, 30, 8, tzinfo=UTC)] * 2
    assert [one.why for one in changed.left_out] == ["begun", "begun"]
    assert len(changed.added) == len(changed.removed) == 18


async def test_what_a_person_cancelled_or_put_in_stays_as_the_person_decided(staffed: House, tmp_path: Path) -> None:
    await plan(staffed, tmp_path)
    supervisor = await staffed.add_account("chief")
    tomorrow = [one for one in await shifts(staffed) if one.code == "A02"][1]
    async with staffed.database.unit() as unit:
        now = staffed.clock.now()
        assert await cancel_shifts(unit, [tomorrow.shift_id], by=supervisor.account_id, reason="病假", now=now) == 1
    two = (await staffed.accounts.verify("two", password="a-password-of-the-tests")).account_id  # type: ignore[union-attr]
    # The other lawyer is not free in these hours: an hour of somebody's own choosing, by hand.
    await staffed.add_shift(
        two,
        tomorrow.seat_id,
        starts_at=tomorrow.starts_at + timedelta(hours=8),
        ends_at=tomorrow.starts_at + timedelta(hours=9),
    )

    again = await plan(staffed, tmp_path)

    assert [one.why for one in again.left_out] == ["cancelled"]
    assert (again.added, again.removed, again.kept) == ([], [], 29)


async def test_a_running_shift_that_a_person_cut_short_is_not_given_back(staffed: House, tmp_path: Path) -> None:
    await plan(staffed, tmp_path)
    chief = await staffed.add_account("chief", role=Role.SUPERVISOR)
    staffed.clock.advance(timedelta(hours=3))
    running = next(one for one in await shifts(staffed) if one.code == "A02")
    wanted = Wanted("A02", "one", running.starts_at, staffed.clock.now())
    changes = ShiftChanges(staffed.database, clock=staffed.clock)
    await changes.change(chief, running.shift_id, wanted)

    again = await plan(staffed, tmp_path)

    assert [one.why for one in again.left_out] == ["cancelled"]
    assert again.added == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            ROSTER + '  - {who: {A01: two}, days: [mon], from: "15:59", to: "17:00"}',
            "roster.yaml:8: shifts.3.who.A01：坐席 A01 的班次 11-30 15:59–17:00 与第 7 行的 11-30 08:00–16:00 重叠",
        ),
        (
            ROSTER + '  - {who: {A02: two}, days: [mon], from: "04:00", to: "08:30"}',
            "坐席 A02 的班次",
        ),
        (
            ROSTER + '  - {who: {A02: one}, days: [tue], from: "04:59", to: "06:00"}',
            "律师 one 的班次 12-01 04:59–06:00 与第 6 行的 11-30 21:00–05:00 重叠",
        ),
        (ROSTER.replace("A02: one}", "A02: nobody}"), "roster.yaml:7: shifts.2.who.A02：nobody：没有这个账号"),
        (ROSTER.replace("A02: one}", "A02: clerk}"), "clerk：不是律师账号"),
        (ROSTER.replace("A02: one}", "A02: gone}"), "gone：账号已停用"),
        (ROSTER.replace("A02: one}", "A03: one}"), "roster.yaml:7: shifts.2.who.A03：没有坐席 A03"),
        (ROSTER.replace("[labour]", "[astrology]"), "roster.yaml:3: seats.A01.matters：astrology 不在代码表中"),
        (ROSTER.replace('"21:00"', '"25:00"'), 'roster.yaml:6: shifts.1.from：应为时刻，如 "21:00"'),
        (ROSTER.replace('from: "21:00", ', ""), "roster.yaml:6: shifts.1.from：缺少该字段"),
        (ROSTER.replace("days: [mon, tue, wed, thu, fri], from", "from"), "shifts.1：应写明 days、kinds 或 cycle"),
        (ROSTER.replace("days:", "weekdays:"), "shifts.1.weekdays：没有这个字段"),
        (ROSTER.replace("mon", "monday"), "roster.yaml:6: shifts.1.days.1：不在允许的取值中"),
    ],
)
async def test_a_mistake_is_told_with_its_line_and_field_and_changes_nothing(
    staffed: House, tmp_path: Path, text: str, told: str
) -> None:
    await staffed.add_account("clerk", role=Role.ANALYST)
    gone = await staffed.add_account("gone")
    async with staffed.database.unit() as unit:
        await staffed.accounts.disable(unit, gone.account_id)

    with pytest.raises(FileUnusable, match=re.escape(told)):
        await plan(staffed, tmp_path, text)

    assert await shifts(staffed) == []


async def test_a_year_is_planned_in_stretches_and_a_second_run_changes_nothing(staffed: House, tmp_path: Path) -> None:
    last = FIRST + timedelta(days=365)
    done = await plan(staffed, tmp_path, last=last)
    again = await plan(staffed, tmp_path, last=last)

    assert (len(done.added), done.seats_added) == (262 * 3, ["A01", "A02"])
    assert (again.added, again.removed, again.kept, again.left_out) == ([], [], 262 * 3, [])


async def test_of_two_who_plan_at_once_one_does_the_work(staffed: House, tmp_path: Path) -> None:
    done = await asyncio.gather(*(plan(staffed, tmp_path) for _ in range(3)))

    assert sorted(len(one.added) for one in done) == [0, 0, 30]
    assert len(await shifts(staffed)) == 30


@pytest.mark.parametrize("same", ["seat_id", "account_id"])
async def test_the_database_itself_lets_nobody_be_in_two_places(staffed: House, tmp_path: Path, same: str) -> None:
    await plan(staffed, tmp_path)
    first, *_, last = await shifts(staffed)
    other = {"seat_id": last.seat_id, "account_id": last.account_id, same: getattr(first, same)}
    if same == "seat_id":
        other["account_id"] = (await staffed.add_account("third")).account_id
    else:
        other["seat_id"] = await staffed.add_seat("A09")
    row = {"shift_id": new_id(staffed.clock.now()), **other}
    touching = {"starts_at": first.ends_at - timedelta(seconds=1), "ends_at": first.ends_at + timedelta(hours=1)}

    with pytest.raises(Conflict) as refused:
        async with staffed.database.unit() as unit:
            await unit.connection.execute(insert(shift).values(**row, **touching))

    assert refused.value.constraint == f"ex_shift_{same}"


async def test_a_disabled_lawyer_has_no_shift_left_and_planning_again_brings_them_back(
    staffed: House, tmp_path: Path
) -> None:
    await plan(staffed, tmp_path)
    staffed.clock.advance(timedelta(hours=2))
    account_id = (await shifts(staffed))[0].account_id
    async with staffed.database.unit() as unit:
        cleared = await clear_shifts(unit, [account_id], reason="disabled", now=staffed.clock.now())

    left = [one for one in await shifts(staffed) if one.account_id == account_id]
    assert cleared in {9, 19}  # two has the days, one the days and the nights
    assert [one.ends_at for one in left] == [staffed.clock.now()]

    # The rest of the shift that was cut short, too.
    assert len((await plan(staffed, tmp_path)).added) == cleared + 1


async def test_who_sits_where_now_and_next(staffed: House, tmp_path: Path) -> None:
    await plan(staffed, tmp_path)
    staffed.clock.advance(timedelta(hours=2))
    async with staffed.database.read() as connection:
        first, second = await seats_now(connection, now=staffed.clock.now())

    assert (first.code, first.on_shift, first.next_lawyer) == ("A01", "two 的显示名", "one 的显示名")
    assert (second.on_shift, second.next_lawyer) == ("one 的显示名", "one 的显示名")
    assert first.next_at == datetime(2026, 11, 30, 13, tzinfo=UTC)
    assert first.sits is None


async def test_only_lawyers_whose_papers_hold_count_as_coverage(house: House) -> None:
    lawyer = await house.add_lawyer("seat01")
    settings, licence = CoverageSettings(), LicenceSettings(training_days=30)
    staffing = Staffing(
        house.database, clock=house.clock, policy=settings, licence=licence, calendar=Calendar(), timezone=ZONE
    )
    today = house.clock.now().astimezone(ZONE).date()

    async def staffed_days(**papers: object) -> float:
        async with house.database.unit() as unit:
            ours = update(account).where(account.c.account_id == lawyer.account_id)
            await unit.connection.execute(ours.values(**papers))
        return sum(one.seats for one in (await staffing.coverage()).hours) / 24

    assert await staffed_days(trained_on=today) == 14
    until = house.clock.now().astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=3)
    assert (
        await staffed_days(licence_until=today + timedelta(days=2))
        == ((until - house.clock.now()) // timedelta(hours=1)) / 24
    )
    assert await staffed_days(licence_until=today - timedelta(days=1)) == 0
    assert await staffed_days(licence_until=today + timedelta(days=99), trained_on=today - timedelta(days=31)) == 0
    assert await staffed_days(trained_on=None) == 0
