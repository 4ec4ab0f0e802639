"""Who would wait long, or for nobody, is told so once, and offered a callback or a message that keeps the place.

    the line, from rows (every few seconds by one of the processes; by each where the last seat has left)
      ─▶ owed nothing yet
      ─▶ no seat on duty could serve, or the estimate is above the setting
      ─▶ never told, or worse than was told ─▶ event and words in the chat, in one bundle

Whether a page is open makes no difference: who comes back reads it. What was told is in the log, so a process that
just started tells nobody twice; two that tell at once share a repeat key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy import text

from hotline import work_phrases
from interactions.database import Database
from interactions.errors import Unavailable, WrongState
from interactions.events import TurnSaid
from interactions.head import Head
from interactions.model import By, State
from interactions.record import Bundle, Draft, RepeatKey, require_state
from interactions.shared_commit import SharedCommit
from interactions.work_events import CallbackOffered
from routing.estimate import Place
from routing.places import Places
from routing.settings import CallbackSettings

WAITING = frozenset({State.WAITING})
NO_SEAT, LONG_WAIT = "no_seat", "long_wait"
# So many are looked at together: numbering the line once for each few would cost, and all at once would hold the loop.
TOGETHER = 2_000
_WAITING = text("""
select i.interaction_id from interaction i
where i.state = 'waiting'
  and not exists (select from work_item w where w.interaction_id = i.interaction_id and w.ended_at is null)
order by i.rank_at, i.interaction_id
""")
_TOLD = text("""
select distinct on (interaction_id) interaction_id, body, count(*) over (partition by interaction_id) as times
from event where interaction_id = any(:ids) and kind = 'callback.offered' order by interaction_id, seq desc
""")


@dataclass(frozen=True, slots=True)
class _Told:
    """What somebody was told last, and how often in all; `wait_s` is None where nobody could serve."""

    times: int = 0
    wait_s: int | None = None


class CallbackOffers:
    """Tells and offers."""

    def __init__(
        self, database: Database, *, shared_commit: SharedCommit, places: Places, settings: CallbackSettings
    ) -> None:
        self._database = database
        self._shared_commit = shared_commit
        self._places = places
        self._settings = settings
        # What the log said of those looked at last: thousands may wait, and they are looked at every few seconds.
        self._known: dict[UUID, _Told] = {}

    async def consider_all(self) -> int:
        """Tells everybody in line who has to know and is owed nothing, on whatever channel; returns how many."""
        async with self._database.read() as connection:
            waiting = list(await connection.scalars(_WAITING))
        in_line = set(waiting)
        self._known = {one: told for one, told in self._known.items() if one in in_line}
        parts = [waiting[at : at + TOGETHER] for at in range(0, len(waiting), TOGETHER)]
        return sum([await self.consider(await self._places.of(part)) for part in parts])

    async def consider(self, places: Mapping[UUID, Place]) -> int:
        """Tells those of `places` who have to know; returns how many were told."""
        long = {one: place for one, place in places.items() if self._is_long(place)}
        asked = [one for one, place in long.items() if self._is_worse(place, self._known.get(one, _Told()))]
        if not asked:
            return 0
        told = await self._told(asked)
        self._known |= {one: last for one, last in told.items() if last.times}
        worse = [one for one in asked if self._is_worse(long[one], told[one])]
        written = await asyncio.gather(*(self._tell(one, long[one], told[one]) for one in worse))
        return sum(written)

    def _is_long(self, place: Place) -> bool:
        return place.wait_s is None or place.wait_s > self._settings.offer_after_s

    def _is_worse(self, place: Place, told: _Told) -> bool:
        """Never told; or nobody can serve any more; or longer by as much again as brings the offer."""
        if told.times == 0:
            return True
        if told.wait_s is None or place.wait_s is None:
            return told.wait_s is not None
        return place.wait_s >= told.wait_s + self._settings.offer_after_s

    async def _told(self, interaction_ids: Collection[UUID]) -> dict[UUID, _Told]:
        ids = {"ids": list(interaction_ids)}
        async with self._database.read() as connection:
            rows = (await connection.execute(_TOLD, ids)).all()
        last = {row.interaction_id: _Told(row.times, orjson.loads(row.body).get("wait_s")) for row in rows}
        return {one: last.get(one, _Told()) for one in interaction_ids}

    async def _tell(self, interaction_id: UUID, place: Place, told: _Told) -> bool:
        event = CallbackOffered(
            reason=NO_SEAT if place.wait_s is None else LONG_WAIT, position=place.position, wait_s=place.wait_s
        )
        words = TurnSaid(text=work_phrases.offered(place.position, place.wait_s), purpose="callback_offer")

        def decide(head: Head) -> Sequence[Draft]:
            require_state(head, WAITING)
            return [Draft(event, By.SYSTEM), Draft(words, By.SYSTEM)]

        key = RepeatKey(interaction_id, f"callback-offer:{told.times}")
        try:
            return not (await self._shared_commit.submit(Bundle(interaction_id, decide, key))).repeated
        except (WrongState, Unavailable):
            # Taken by a lawyer meanwhile, or told at the next look.
            return False
