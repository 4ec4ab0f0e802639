"""From a roster file to rows: what is missing is added, what the file no longer says is removed, the rest stays.

    file ─▶ expanded ─▶ checked in itself ─▶ compared with the rows under the table's lock ─▶ written, or only told
                             │ an overlap                (agents/plan.py)
                             ▼
                         refused, with both lines

Running it again changes nothing. A shift that has begun is never touched, and neither is one that a person put in,
changed or cancelled: what a person decides stands until a person decides otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text

from agents.calendar import Calendar
from agents.plan import Key, Plan, Standing, Stretch, compare, merged
from agents.roster_file import RosterFile
from agents.shift_pattern import Overlap, PlannedShift, expand, instant, overlaps
from agents.yaml_lines import FileUnusable, Loc
from interactions.clock import Clock
from interactions.connections import Connection
from interactions.database import Database, Unit
from interactions.identity import new_id

MOST_DAYS = 366
AT_ONCE_DAYS = 28
MOST_TOLD = 20
_DAY = timedelta(days=1)
_LOCK = text("lock table shift in share row exclusive mode")
_ACCOUNTS = text("select account_id, username, role, disabled_at from account where username = any(:names)")
_SEATS = text("select code, seat_id from seat")
_STANDING = text("""
select h.shift_id, s.code, a.username, h.starts_at, h.ends_at, h.origin
from shift h join seat s on s.seat_id = h.seat_id join account a on a.account_id = h.account_id
where (h.ends_at is null or h.ends_at > :now) and h.starts_at < :reach order by h.starts_at
""")
# Only what a person cancelled: a shift that went with its account comes back with it.
_CANCELLED = text("""
select s.code, a.username, c.starts_at, c.ends_at
from cancelled_shift c join seat s on s.seat_id = c.seat_id join account a on a.account_id = c.account_id
where (c.ends_at is null or c.ends_at > :now) and c.starts_at < :reach and c.cancelled_by is not null
""")
_SEAT = text("""
insert into seat (seat_id, code, name, matters, languages, channels, chat_capacity)
values (:seat_id, :code, :name, :matters, :languages, :channels, :chat_capacity)
on conflict (code) do update set name = excluded.name, matters = excluded.matters, languages = excluded.languages,
    channels = excluded.channels, chat_capacity = excluded.chat_capacity
""")
_REMOVE = text("delete from shift where shift_id = any(:ids)")
_ADD = text("""
insert into shift (shift_id, seat_id, account_id, starts_at, ends_at, origin)
select n.*, 'plan' from unnest(cast(:ids as uuid[]), cast(:seats as uuid[]), cast(:accounts as uuid[]),
                               cast(:starts as timestamptz[]), cast(:ends as timestamptz[])) as n
""")


class Planning:
    """Puts roster files into the database."""

    def __init__(self, database: Database, *, clock: Clock, calendar: Calendar, timezone: ZoneInfo) -> None:
        self._database = database
        self._clock = clock
        self._calendar = calendar
        self._timezone = timezone

    async def plan(self, roster: RosterFile, *, first: date, last: date, dry_run: bool = False) -> Plan:
        """Plans the days from `first` to `last`, both included; raises `FileUnusable` with every problem.

        Written in stretches, because a transaction is short; one that was broken off is finished by the next run.
        """
        if not 0 <= (last - first).days < MOST_DAYS:
            raise FileUnusable([f"排班区间应为 1–{MOST_DAYS} 天，且结束日不早于开始日"])
        wanted = self._wanted(roster, first, last)
        plans = [await self._plan(roster, wanted, stretch, dry_run=dry_run) for stretch in self._stretches(first, last)]
        return merged(plans)

    async def _plan(
        self, roster: RosterFile, wanted: Sequence[PlannedShift], stretch: Stretch, *, dry_run: bool
    ) -> Plan:
        async with self._database.unit() as unit:
            # Nobody else changes shifts between our look and our writing; reading them goes on.
            await unit.connection.execute(_LOCK)
            accounts = await self._accounts(unit.connection, roster)
            seats = {row.code: row.seat_id for row in await unit.connection.execute(_SEATS)}
            _refuse([*_unknown_seats(roster, {*seats, *roster.entries.seats})])
            plan = await self._compared(
                unit.connection, [one for one in wanted if stretch.holds(one.starts_at)], stretch
            )
            plan = replace(plan, seats_added=sorted(roster.entries.seats.keys() - seats.keys()))
            if not dry_run:
                await self._write(unit, roster, plan, accounts=accounts, seats=seats)
        return plan

    def _stretches(self, first: date, last: date) -> Iterator[Stretch]:
        while first <= last:
            until = min(last, first + timedelta(days=AT_ONCE_DAYS - 1))
            yield Stretch(instant(first, 0, self._timezone), instant(until + _DAY, 0, self._timezone))
            first = until + _DAY

    def _wanted(self, roster: RosterFile, first: date, last: date) -> list[PlannedShift]:
        # A day more on either side: a night shift may meet what begins just outside.
        around = expand(
            roster.entries, first=first - _DAY, last=last + _DAY, calendar=self._calendar, timezone=self._timezone
        )
        _refuse([_clash(roster, one, self._timezone) for one in overlaps(around)[:MOST_TOLD]])
        return around

    async def _accounts(self, connection: Connection, roster: RosterFile) -> Mapping[str, UUID]:
        """Ids by username; refused where somebody is no account that may serve."""
        named = dict(_named(roster))
        rows = {row.username: row for row in await connection.execute(_ACCOUNTS, {"names": sorted(named.values())})}
        told = ((where, name, _unfit(rows.get(name))) for where, name in named.items())
        _refuse([roster.told(where, f"{name}：{what}") for where, name, what in told if what])
        return {name: row.account_id for name, row in rows.items()}

    async def _compared(self, connection: Connection, wanted: Sequence[PlannedShift], stretch: Stretch) -> Plan:
        now = self._clock.now()
        values = {"now": now, "reach": max([stretch.end, *(one.ends_at for one in wanted)])}
        standing = [Standing(*row) for row in await connection.execute(_STANDING, values)]
        cancelled: set[Key] = {
            (row.code, row.username, at)
            for row in await connection.execute(_CANCELLED, values)
            for at in (row.starts_at, row.ends_at)
        }
        return compare(wanted, standing, cancelled=cancelled, stretch=stretch, now=now)

    async def _write(
        self, unit: Unit, roster: RosterFile, plan: Plan, *, accounts: Mapping[str, UUID], seats: Mapping[str, UUID]
    ) -> None:
        now = self._clock.now()
        made = {code: new_id(now) for code in plan.seats_added}
        for code, entry in roster.entries.seats.items():
            values = {name: list(value) if isinstance(value, tuple) else value for name, value in entry}
            values["channels"] = list(entry.channels or roster.channels)
            seat_id = seats.get(code) or made[code]
            await unit.connection.execute(_SEAT, {"seat_id": seat_id, "code": code, **values})
        await unit.connection.execute(_REMOVE, {"ids": [one.shift_id for one in plan.removed]})
        rows = {
            "ids": [new_id(now) for _ in plan.added],
            "seats": [{**seats, **made}[one.seat] for one in plan.added],
            "accounts": [accounts[one.lawyer] for one in plan.added],
            "starts": [one.starts_at for one in plan.added],
            "ends": [one.ends_at for one in plan.added],
        }
        await unit.connection.execute(_ADD, rows)
        unit.wake_router = True


def _refuse(problems: Sequence[str]) -> None:
    if problems:
        raise FileUnusable(problems)


def _named(roster: RosterFile) -> Iterator[tuple[Loc, str]]:
    """Where a lawyer is named, and which."""
    for section in ("shifts", "once"):
        for number, one in enumerate(getattr(roster.entries, section)):
            for seat, lawyer in one.who.items():
                yield (section, number, "who", seat), lawyer
    for number, leave in enumerate(roster.entries.leave):
        yield ("leave", number, "lawyer"), leave.lawyer


def _unfit(row: object) -> str | None:
    if row is None:
        return "没有这个账号"
    if row.role != "lawyer":  # type: ignore[attr-defined]
        return "不是律师账号"
    return "账号已停用" if row.disabled_at is not None else None  # type: ignore[attr-defined]


def _unknown_seats(roster: RosterFile, known: set[str]) -> Iterator[str]:
    for section in ("shifts", "once"):
        for number, one in enumerate(getattr(roster.entries, section)):
            for code in one.who.keys() - known:
                yield roster.told((section, number, "who", code), f"没有坐席 {code}，请先写在 seats 中")


def _clash(roster: RosterFile, one: Overlap, timezone: ZoneInfo) -> str:
    """Both entries by line: the first may stand far away from the second."""
    who, other = getattr(one.second, one.whose), roster.lined.line(one.first.where)
    what = "坐席" if one.whose == "seat" else "律师"
    times = f"{_local(one.second, timezone)} 与第 {other} 行的 {_local(one.first, timezone)} 重叠"
    return roster.told(one.second.where, f"{what} {who} 的班次 {times}")


def _local(one: PlannedShift, timezone: ZoneInfo) -> str:
    begin, end = one.starts_at.astimezone(timezone), one.ends_at.astimezone(timezone)
    return f"{begin:%m-%d %H:%M}–{end:%H:%M}"
