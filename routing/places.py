"""Places in line, looked up: for one person at a change of state, for all who wait here every few seconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from interactions.clock import Clock
from interactions.connections import Connection
from interactions.database import Database
from interactions.model import Need, Urgency
from routing.ahead import Standing, standings
from routing.candidates import Kind, fits, kind_of
from routing.capacity import OnDuty, Skills, skills_on_duty
from routing.estimate import Desk, Place, Staffing
from routing.line import kinds_waiting
from routing.settings import RoutingSettings


class Places:
    """Looks up places in line."""

    def __init__(self, database: Database, *, clock: Clock, settings: RoutingSettings) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings

    async def of(self, interaction_ids: Collection[UUID]) -> Mapping[UUID, Place]:
        """The places of those that wait or are offered; others are absent."""
        async with self._database.read() as connection:
            mine, waiting = await kinds_waiting(connection, interaction_ids)
            if not mine:
                return {}
            duty = await self._on_duty(connection)
            kinds = _kinds_in_the_way(mine, waiting, duty.places)
            found = await standings(connection, interaction_ids, kinds=kinds)
            places = _told(found, kinds, self._staffing(duty, kinds))
            for one in (one for one in found if one.refused):
                left = await self._on_duty(connection, without=one.refused)
                places |= _told([one], kinds, self._staffing(left, kinds))
        return places

    async def _on_duty(self, connection: Connection, *, without: Collection[UUID] = ()) -> OnDuty:
        sample = self._settings.handling_sample
        return await skills_on_duty(connection, now=self._clock.now(), sample=sample, without=without)

    def _staffing(self, duty: OnDuty, kinds: Sequence[Kind]) -> Staffing:
        handling_s = duty.handling_s or self._settings.handling_default_s
        return Staffing(_desks(duty.places, kinds), handling_s=handling_s)


def _told(found: Collection[Standing], kinds: Sequence[Kind], staffing: Staffing) -> dict[UUID, Place]:
    number = {kind: at for at, kind in enumerate(kinds)}
    return {one.interaction_id: staffing.place(number[one.kind], one.ahead) for one in found}


def _kinds_in_the_way(mine: Collection[Kind], waiting: Collection[Need], skills: Collection[Skills]) -> list[Kind]:
    """The needs asked about, and those in line that a seat on duty serves: the others keep nobody waiting."""
    served = (need for need in waiting if any(_serves(one, need) for one in skills))
    return sorted({*mine, *(kind_of(need) for need in served)})


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
