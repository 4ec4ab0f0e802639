"""Places in line, looked up: for one person at a change of state, for all who wait here every few seconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import text

from interactions.clock import Clock
from interactions.connections import Connection
from interactions.database import Database
from interactions.model import Need, Urgency
from routing.ahead import Standing, standings
from routing.candidates import Kind, fits, kind_of
from routing.capacity import Skills, skills_on_duty
from routing.estimate import Desk, Place, Staffing
from routing.line import needs_waiting
from routing.settings import RoutingSettings

_ASKING = text("""
select distinct channel, matter, language from interaction
where interaction_id = any(:ids) and state in ('waiting', 'offered')
""")
_EXCLUDED_FOR_GOOD = text("""
select interaction_id, array_agg(seat_id) as seats from exclusion
where interaction_id = any(:ids) and until is null group by interaction_id
""")
_HANDLING = text("""
select avg(handling_s) from (
    select handling_s from assignment where finished_at is not null and handling_s is not null
    order by finished_at desc limit :sample) latest having count(*) = :sample
""")


class Places:
    """Looks up places in line."""

    def __init__(self, database: Database, *, clock: Clock, settings: RoutingSettings) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings

    async def of(self, interaction_ids: Collection[UUID]) -> Mapping[UUID, Place]:
        """The places of those that wait or are offered; others are absent."""
        async with self._database.read() as connection:
            mine = await _kinds_of(connection, interaction_ids)
            if not mine:
                return {}
            skills = await skills_on_duty(connection, now=self._clock.now())
            kinds = await _kinds_in_the_way(connection, mine, skills)
            found = await standings(connection, interaction_ids, kinds=kinds)
            refused = await _refused_for_good(connection, [one.interaction_id for one in found])
            staffing = await self._staffing(connection, skills, kinds)
            places = _told(found, kinds, staffing)
            for one in (one for one in found if one.interaction_id in refused):
                left = await skills_on_duty(connection, now=self._clock.now(), without=refused[one.interaction_id])
                places |= _told([one], kinds, await self._staffing(connection, left, kinds))
        return places

    async def _staffing(self, connection: Connection, skills: Mapping[Skills, int], kinds: Sequence[Kind]) -> Staffing:
        observed = await connection.scalar(_HANDLING, {"sample": self._settings.handling_sample})
        return Staffing(_desks(skills, kinds), handling_s=float(observed or self._settings.handling_default_s))


def _told(found: Collection[Standing], kinds: Sequence[Kind], staffing: Staffing) -> dict[UUID, Place]:
    number = {kind: at for at, kind in enumerate(kinds)}
    return {one.interaction_id: staffing.place(number[one.kind], one.ahead) for one in found}


async def _kinds_of(connection: Connection, interaction_ids: Collection[UUID]) -> set[Kind]:
    rows = await connection.execute(_ASKING, {"ids": list(interaction_ids)})
    return {(row.channel, row.matter, row.language) for row in rows}


async def _kinds_in_the_way(connection: Connection, mine: Collection[Kind], skills: Collection[Skills]) -> list[Kind]:
    """The needs asked about, and those in line that a seat on duty serves: the others keep nobody waiting."""
    waiting = [need for need in await needs_waiting(connection) if any(_serves(one, need) for one in skills)]
    return sorted({*mine, *(kind_of(need) for need in waiting)})


async def _refused_for_good(
    connection: Connection, interaction_ids: Collection[UUID]
) -> Mapping[UUID, Collection[UUID]]:
    """The seats that may never have these interactions."""
    rows = await connection.execute(_EXCLUDED_FOR_GOOD, {"ids": list(interaction_ids)})
    return {row.interaction_id: row.seats for row in rows}


def _desks(skills: Mapping[Skills, int], kinds: Sequence[Kind]) -> list[Desk]:
    """The places by what they serve of `kinds`, numbered in that order."""
    needs = [Need(*kind, Urgency.NORMAL) for kind in kinds]
    places: Counter[tuple[int, ...]] = Counter()
    for one, count in skills.items():
        places[tuple(at for at, need in enumerate(needs) if _serves(one, need))] += count
    return [Desk(serves, count) for serves, count in places.items()]


def _serves(skills: Skills, need: Need) -> bool:
    matters, languages, channels = skills
    return fits(need, matters=matters, languages=languages, channels=channels)
