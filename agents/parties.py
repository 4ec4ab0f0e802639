"""The parties of a dispute, named during the talk: by the lawyer, or by the resident who wishes to.

named ─▶ sealed in the event, indexed blind ─▶ conflicts of interest bind from this commit on
                                               (interactions/conflicts.py; whoever rings in conflict rings no more)
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from agents.serving import Server, require_served
from agents.talk_end import live_segment
from interactions.database import Database
from interactions.errors import Invalid, NotFound
from interactions.head import Head
from interactions.locks import lock_heads
from interactions.log import Log
from interactions.model import IN_HAND, By
from interactions.party_events import PartiesNamed
from interactions.record import Bundle, Draft, RepeatKey, Written


def named(own: str | None, other: str | None) -> PartiesNamed:
    """The event; raises `Invalid` where nobody is named."""
    event = PartiesNamed(own=(own or "").strip() or None, other=(other or "").strip() or None)
    if event.own is None and event.other is None:
        raise Invalid("own：居民本人与对方至少填写一方")
    return event


class Naming:
    """Names given at a console."""

    def __init__(self, database: Database, *, log: Log) -> None:
        self._database = database
        self._log = log

    async def name(
        self,
        server: Server,
        *,
        interaction_id: UUID,
        own: str | None,
        other: str | None,
        repeat_of: RepeatKey | None = None,
    ) -> Written:
        """By the lawyer who has it in hand; raises `NotFound`, `WrongState` or `NotServing` for the others."""
        event = named(own, other)
        async with self._database.unit() as unit:
            if interaction_id not in await lock_heads(unit, [interaction_id]):
                raise NotFound("没有这个服务单")
            segment = await live_segment(unit.connection, interaction_id)

            def decide(head: Head) -> Sequence[Draft]:
                require_served(head, segment, server, only_in=IN_HAND)
                return [Draft(event, By.LAWYER, server.account_id)]

            return await self._log.write_one(unit, Bundle(interaction_id, decide, repeat_of))
