"""Everything open in a supervisor's scope, what is in limbo first: found by what rows say now, not by memory.

seat_gone        with a lawyer or in wrap-up, and nobody of that stretch sits at its seat with a console open
long_wrap_up     in wrap-up for longer than `agents.supervisor.long_wrap_up_s`
nobody_serves    in line, and nobody on duty serves its matter, channel and language
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import literal_column, select, text

from agents.record_form import urgency_name, utc
from agents.roles import Right, Viewer, scoped
from agents.settings import SupervisorSettings
from interactions.clock import Clock
from interactions.database import Database
from interactions.tables import IS_OPEN, interaction

MOST = 300
_FACTS = text("""
select i.interaction_id, i.number, i.state, i.channel, i.matter, i.district, i.urgency, i.waiting_since,
       i.last_turn_at, s.code as seat, s.name as seat_name, a.started_at, a.released_at, a.held_until,
       case when i.state in ('with_lawyer', 'wrap_up') and not exists (
                select from seat t where t.seat_id = i.seat_id and t.account_id = a.account_id
                and exists (select from connection c join process p on p.process_id = c.process_id
                            where c.seat_id = t.seat_id and p.lease_until > :now)) then 'seat_gone'
            when i.state = 'wrap_up' and a.released_at < :wrapped_before then 'long_wrap_up'
            when i.state = 'waiting' and not exists (
                select from seat t where t.status = 'available' and i.channel = any(t.channels)
                and i.language = any(t.languages)
                and (i.matter = 'general' or 'general' = any(t.matters) or i.matter = any(t.matters))
                and exists (select from connection c join process p on p.process_id = c.process_id
                            where c.seat_id = t.seat_id and p.lease_until > :now)) then 'nobody_serves'
       end as limbo
from interaction i left join assignment a on a.interaction_id = i.interaction_id and a.finished_at is null
left join seat s on s.seat_id = i.seat_id
where i.interaction_id = any(:ids)
""")


class OpenList:
    """Looks up what is open."""

    def __init__(self, database: Database, *, clock: Clock, settings: SupervisorSettings) -> None:
        self._database = database
        self._clock = clock
        self._long_wrap_up = timedelta(seconds=settings.long_wrap_up_s)

    async def read(self, viewer: Viewer) -> list[dict[str, Any]]:
        """The open interactions in the viewer's scope, no word of them; limbo first, then the oldest."""
        viewer.require(Right.SUPERVISE)
        now = self._clock.now()
        found = select(interaction.c.interaction_id).where(literal_column(IS_OPEN))
        oldest = scoped(found, viewer).order_by(interaction.c.interaction_id).limit(MOST)
        async with self._database.read() as connection:
            ids = list(await connection.scalars(oldest))
            values = {"ids": ids, "now": now, "wrapped_before": now - self._long_wrap_up}
            rows = [_row(row) for row in await connection.execute(_FACTS, values)]
        return sorted(rows, key=lambda one: (one["limbo"] is None, one["interaction_id"]))


def _row(row: Any) -> dict[str, Any]:
    times = {name: _time(getattr(row, name)) for name in ("waiting_since", "last_turn_at", "started_at", "held_until")}
    return {
        "interaction_id": str(row.interaction_id),
        "number": row.number,
        "state": row.state,
        "channel": row.channel,
        "matter": row.matter,
        "district": row.district,
        "urgency": urgency_name(row.urgency),
        "seat": row.seat,
        "seat_name": row.seat_name,
        "limbo": row.limbo,
        **times,
    }


def _time(at: Any) -> str | None:
    return utc(at) if at else None
