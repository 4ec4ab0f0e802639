"""Places in line, looked up: for one person at a change of state, for all who wait here every few seconds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from interactions.clock import Clock
from interactions.connections import Connection
from interactions.database import Database
from routing.ahead import Standing, standings
from routing.candidates import Kind, kind_of
from routing.capacity import skills_on_duty
from routing.desks import Skills, kinds_in_the_way
from routing.estimate import Place, Staffing
from routing.line import kinds_waiting
from routing.observations import Observations
from routing.relaxation import Reach, opens_after
from routing.settings import RoutingSettings
from routing.shift_plan import changes_ahead
from routing.staffing import staffing


class Places:
    """Looks up places in line."""

    def __init__(self, database: Database, *, clock: Clock, settings: RoutingSettings) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._observations = Observations(settings.estimate)

    @property
    def least_growth_s(self) -> float:
        """A wait that grew by less is not told anew."""
        return self._settings.estimate.least_growth_s

    async def of(self, interaction_ids: Collection[UUID]) -> Mapping[UUID, Place]:
        """The places of those that wait or are offered; others are absent."""
        async with self._database.read() as connection:
            mine, waiting = await kinds_waiting(connection, interaction_ids)
            if not mine:
                return {}
            now = self._clock.now()
            skills = await skills_on_duty(connection, now=now)
            kinds = kinds_in_the_way(mine, waiting, skills)
            found = await standings(connection, interaction_ids, kinds=kinds)
            places = self._told(found, kinds, await self._staffing(connection, kinds, skills, now=now), now=now)
            for one in (one for one in found if one.refused):
                left = await skills_on_duty(connection, now=now, without=one.refused)
                staffed = await self._staffing(connection, kinds, left, now=now, without=one.refused)
                places |= self._told([one], kinds, staffed, now=now)
        return places

    async def _staffing(
        self,
        connection: Connection,
        kinds: Sequence[Kind],
        skills: Mapping[Skills, int],
        *,
        now: datetime,
        without: Collection[UUID] = (),
    ) -> Staffing:
        settings, horizon = self._settings, self._settings.estimate.horizon
        ahead = await changes_ahead(connection, now=now, horizon=horizon, tail=settings.shift_tail, without=without)
        seen = await self._observations.look(connection, now=now)
        return staffing(kinds, skills=skills, changes=ahead, seen=seen, settings=settings)

    def _told(
        self, found: Collection[Standing], kinds: Sequence[Kind], staffed: Staffing, *, now: datetime
    ) -> dict[UUID, Place]:
        number = {kind: at for at, kind in enumerate(kinds)}
        return {
            one.interaction_id: staffed.place(
                number[kind_of(one.need)], one.ahead, relaxes_s=self._relaxes_s(one, now=now)
            )
            for one in found
        }

    def _relaxes_s(self, one: Standing, *, now: datetime) -> float:
        """In how many seconds any lawyer may serve them."""
        at = one.waiting_since + opens_after(Reach.ANY, one.need.urgency, self._settings)
        return max(0.0, (at - now).total_seconds())
