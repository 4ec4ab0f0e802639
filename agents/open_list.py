"""Everything open in a supervisor's scope, what is in limbo first: found by what rows say now, not by memory.

seat_gone        with a lawyer or in wrap-up, and nobody of that stretch sits at its seat with a console open
long_wrap_up     in wrap-up for longer than `agents.supervisor.long_wrap_up_s`
nobody_serves    in line, and nobody on duty may have it by now, with room or without: as the router sees it
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import literal_column, select, text

from agents.record_form import urgency_name, utc
from agents.roles import Right, Viewer, scoped
from agents.settings import SupervisorSettings
from interactions.clock import Clock
from interactions.connections import Connection
from interactions.database import Database
from interactions.model import Need, State, Urgency
from interactions.present import seat_present
from interactions.tables import IS_OPEN, interaction
from routing.barred import barred_seats
from routing.capacity import DutySeat, on_duty
from routing.relaxation import somebody_serves
from routing.settings import RoutingSettings

MOST = 300
_FACTS = text(f"""
select i.interaction_id, i.number, i.state, i.channel, i.matter, i.language, i.district, i.urgency, i.waiting_since,
       i.last_turn_at, s.code as seat, s.name as seat_name, a.started_at, a.released_at, a.held_until,
       case when i.state in ('with_lawyer', 'wrap_up') and not exists (
                select from seat t where t.seat_id = i.seat_id and t.account_id = a.account_id
                and {seat_present("t.seat_id")}) then 'seat_gone'
            when i.state = 'wrap_up' and a.released_at < :wrapped_before then 'long_wrap_up'
       end as limbo
from interaction i left join assignment a on a.interaction_id = i.interaction_id and a.finished_at is null
left join seat s on s.seat_id = i.seat_id
where i.interaction_id = any(:ids)
""")  # noqa: S608 - constants above


class OpenList:
    """Looks up what is open."""

    def __init__(
        self, database: Database, *, clock: Clock, settings: SupervisorSettings, routing: RoutingSettings
    ) -> None:
        self._database = database
        self._clock = clock
        self._routing = routing
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
            rows = (await connection.execute(_FACTS, values)).all()
            unserved = await self._unserved(connection, [row for row in rows if row.state == State.WAITING], now=now)
        told = [_row(row, "nobody_serves" if row.interaction_id in unserved else row.limbo) for row in rows]
        return sorted(told, key=lambda one: (one["limbo"] is None, one["interaction_id"]))

    async def _unserved(self, connection: Connection, waiting: Sequence[Any], *, now: datetime) -> set[UUID]:
        """Those whom nobody on duty may have, as far as skills have relaxed for each by now."""
        seats = await on_duty(connection, now=now, tail=self._routing.shift_tail)
        barred = await barred_seats(connection, [row.interaction_id for row in waiting])
        return {row.interaction_id for row in waiting if not self._serves(row, seats, barred, now=now)}

    def _serves(
        self, row: Any, seats: Sequence[DutySeat], barred: Mapping[UUID, Collection[UUID]], *, now: datetime
    ) -> bool:
        need = Need(row.channel, row.matter, row.language, Urgency(row.urgency))
        left = (one for one in seats if one.seat_id not in barred.get(row.interaction_id, ()))
        return somebody_serves(left, need, row.waiting_since, now=now, settings=self._routing)


def _row(row: Any, limbo: str | None) -> dict[str, Any]:
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
        "limbo": limbo,
        **times,
    }


def _time(at: Any) -> str | None:
    return utc(at) if at else None
