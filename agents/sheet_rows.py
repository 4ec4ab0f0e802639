"""What a month's sheet is made of, read from rows: each stretch cut to the month, and to now."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, TextClause, text

from agents.intervals import Interval
from agents.sheet import Line, Month, line_of
from interactions.clock import Clock
from interactions.connections import Connection
from interactions.database import Database
from interactions.errors import Invalid
from interactions.present import seat_present

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
_LAWYERS = text("""
select account_id, username, display_name, coalesce(firm, '') as firm, disabled_at from account
where role = 'lawyer' and (cast(:firm as text) is null or firm = :firm)
""")
_SHIFTS = text("""
select account_id, starts_at, coalesce(ends_at, :end) as ends_at from shift
where starts_at < :end and (ends_at is null or ends_at > :start)
""")
# Who did not sign out has sat as long as they were seen.
_SITTINGS = text(f"""
select t.account_id, t.started_at, coalesce(t.ended_at, case
    when {seat_present("t.seat_id")} then :now
    else greatest(t.started_at, s.last_seen_at) end) as ended_at
from sitting t join seat s on s.seat_id = t.seat_id
where t.started_at < :end and (t.ended_at is null or t.ended_at > :start)
""")  # noqa: S608 - constants above
_IN_HAND = text("""
select account_id, started_at, coalesce(finished_at, :end) as finished_at from assignment
where started_at < :end and (finished_at is null or finished_at > :start)
""")
_PROTECTED = text("select account_id, starts_at, ends_at from protection where starts_at < :end and ends_at > :start")
_CONTACTS = text("""
select a.account_id, count(*) as contacts,
       count(*) filter (where exists (select from event e where e.interaction_id = a.interaction_id
                        and e.kind = 'interaction.classified' and e.by_id = a.account_id)) as registered
from assignment a where a.started_at >= :start and a.started_at < :end group by a.account_id
""")


def month_of(given: str, timezone: ZoneInfo) -> Interval:
    """The two instants a month lies between, in the city's time; raises `Invalid`."""
    found = _MONTH.fullmatch(given)
    if found is None:
        raise Invalid("month：应为年月，如 2026-11")
    year, month = int(found[1]), int(found[2])
    following = date(year + month // 12, month % 12 + 1, 1)
    start, end = (datetime.combine(day, time(), timezone) for day in (date(year, month, 1), following))
    return start.astimezone(UTC), end.astimezone(UTC)


class Sheets:
    """Makes monthly sheets."""

    def __init__(self, database: Database, *, clock: Clock, timezone: ZoneInfo) -> None:
        self._database = database
        self._clock = clock
        self._timezone = timezone

    async def read(self, month: str, *, firm: str | None = None) -> list[Line]:
        """A line for each lawyer who had a shift or served in the month, of one firm or of all."""
        start, end = month_of(month, self._timezone)
        now = self._clock.now()
        values = {"start": start, "end": min(end, now), "now": now}
        async with self._database.read() as connection:
            lawyers = (await connection.execute(_LAWYERS, {"firm": firm})).all()
            shifts, sittings, in_hand, protected = [
                await _stretches(connection, one, values) for one in (_SHIFTS, _SITTINGS, _IN_HAND, _PROTECTED)
            ]
            contacts = {row.account_id: row for row in await connection.execute(_CONTACTS, values)}
        months = [_month(row, contacts.get(row.account_id), shifts, sittings, in_hand, protected) for row in lawyers]
        return [line_of(one) for one in months if one.shifts or one.sittings or one.contacts]


async def _stretches(
    connection: Connection, statement: TextClause, values: Mapping[str, Any]
) -> Mapping[UUID, Sequence[Interval]]:
    """By lawyer, cut to the month; what has no length left is nothing."""
    found: defaultdict[UUID, list[Interval]] = defaultdict(list)
    for account_id, begins, ends in await connection.execute(statement, values):
        cut = max(begins, values["start"]), min(ends, values["end"])
        if cut[0] < cut[1]:
            found[account_id].append(cut)
    return found


def _month(row: Row[Any], counted: Row[Any] | None, *stretches: Mapping[UUID, Iterable[Interval]]) -> Month:
    shifts, sittings, in_hand, protected = (list(one.get(row.account_id, ())) for one in stretches)
    return Month(
        row.username,
        row.display_name,
        row.firm,
        shifts=shifts,
        sittings=sittings,
        in_hand=in_hand,
        protected=protected,
        contacts=counted.contacts if counted else 0,
        registered=counted.registered if counted else 0,
    )
