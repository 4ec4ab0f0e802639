"""What the bot may know of earlier turns: read from its own turns in the log, so that any process goes on.

Only plain facts are read (codes and words of the content); nothing is unsealed for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from bots.facts import earlier_of
from bots.ports import NOTHING_EARLIER, Earlier
from interactions.database import Database

# The interaction is opened by seq 1, the resident's first words are seq 2.
FIRST_WORDS = 2
# Enough for the last matter and two warnings among other turns.
LOOKED_AT = 30
_BOT_TURNS = text("""
select body from event
where interaction_id = :interaction_id and kind = 'turn.said' and by = 'bot'
order by seq desc limit :most
""")


class EarlierTurns:
    """Reads the bot's latest turns of an interaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, interaction_id: UUID, *, asked: int) -> Earlier:
        """What the bot's turns so far leave to know for the turn with seq `asked`.

        Also of turns behind it: two questions at once are answered one after the other, and the second may be about
        what the first was answered with.
        """
        if asked <= FIRST_WORDS:
            return NOTHING_EARLIER
        values = {"interaction_id": interaction_id, "most": LOOKED_AT}
        rows = await self._database.run(_BOT_TURNS, values)
        return earlier_of(_turn(body) for (body,) in rows)


def _turn(body: bytes) -> tuple[str | None, Mapping[str, Any] | None]:
    plain = orjson.loads(body)
    return plain.get("purpose"), plain.get("answer")
