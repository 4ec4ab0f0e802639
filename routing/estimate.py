"""An honest word to those who wait: how many are before you, and about how long that takes.

wait_s = position × mean handling time / places of the seats on duty that could serve you

Handling time is what was observed lately; where no seat on duty could serve, there is no estimate and people are
told so. The estimate falls with the position; it grows only when urgent callers come in or lawyers leave.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from interactions.clock import Clock
from interactions.database import Database
from interactions.model import Need, Urgency
from routing.candidates import fits
from routing.capacity import DutySeat, on_duty
from routing.settings import RoutingSettings

_POSITIONS = text("""
select me.interaction_id, me.channel, me.matter, me.language,
       (select count(*) from interaction i where i.state = 'waiting' and i.channel = me.channel
        and i.matter = me.matter and i.language = me.language
        and (i.rank_at, i.interaction_id) < (me.rank_at, me.interaction_id)) + 1 as position
from interaction me where me.interaction_id = any(:ids) and me.state in ('waiting', 'offered')
""")
_HANDLING = text("""
select avg(handling_s) from (
    select handling_s from assignment where finished_at is not null and handling_s is not null
    order by finished_at desc limit :sample) latest having count(*) = :sample
""")


@dataclass(frozen=True, slots=True)
class Place:
    """`position` counts from 1; `wait_s` is None where nobody on duty could serve."""

    position: int
    wait_s: int | None


class Places:
    """Looks up places in line."""

    def __init__(self, database: Database, *, clock: Clock, settings: RoutingSettings) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings

    async def of(self, interaction_ids: Collection[UUID]) -> Mapping[UUID, Place]:
        """The places of those that wait or are offered; others are absent."""
        async with self._database.read() as connection:
            rows = (await connection.execute(_POSITIONS, {"ids": list(interaction_ids)})).all()
            if not rows:
                return {}
            seats = await on_duty(connection, now=self._clock.now())
            handling_s = await self._handling_s(connection)
        return {
            row.interaction_id: Place(
                row.position,
                estimate_s(
                    position=row.position,
                    handling_s=handling_s,
                    places=_places(seats, Need(row.channel, row.matter, row.language, Urgency.NORMAL)),
                ),
            )
            for row in rows
        }

    async def _handling_s(self, connection: AsyncConnection) -> float:
        observed = await connection.scalar(_HANDLING, {"sample": self._settings.handling_sample})
        return float(observed) if observed else self._settings.handling_default_s


def estimate_s(*, position: int, handling_s: float, places: int) -> int | None:
    """Seconds until the `position`-th in line is served by `places` parallel places; None without any."""
    return round(position * handling_s / places) if places else None


def _places(seats: Collection[DutySeat], need: Need) -> int:
    able = (one for one in seats if fits(need, matters=one.matters, languages=one.languages, channels=one.channels))
    return sum(one.capacity for one in able)
