"""Which interaction is a resident's current one, and whether one is theirs at all."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text

from interactions.database import Database
from interactions.errors import NotFound
from interactions.tables import IS_OPEN

_CURRENT = text("""
select interaction_id from interaction where resident_id = :resident_id and channel = :channel
order by opened_at desc, interaction_id desc limit 1
""")
_OPEN_OF = text(
    f"select resident_id, interaction_id from interaction where resident_id = any(:ids) and channel = :channel "  # noqa: S608 (a condition of ours)
    f"and {IS_OPEN}"
)
_OWN = text("select from interaction where interaction_id = :interaction_id and resident_id = :resident_id")


class ResidentInteractions:
    """Looks up interactions for their own residents."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def current(self, resident_id: UUID, *, channel: str) -> UUID | None:
        """The newest interaction on `channel`: the open one where there is one."""
        values = {"resident_id": resident_id, "channel": channel}
        found: UUID | None = (await self._database.run(_CURRENT, values)).scalar()
        return found

    async def open_of(self, resident_ids: Collection[UUID], *, channel: str) -> dict[UUID, UUID]:
        """The open interactions on `channel` of those residents who have one."""
        if not resident_ids:
            return {}
        rows = await self._database.run(_OPEN_OF, {"ids": list(resident_ids), "channel": channel})
        return {row.resident_id: row.interaction_id for row in rows}

    async def require_own(self, interaction_id: UUID, *, resident_id: UUID) -> None:
        """Raises `NotFound` for an interaction of somebody else, as for one that does not exist."""
        values = {"interaction_id": interaction_id, "resident_id": resident_id}
        if (await self._database.run(_OWN, values)).first() is None:
            raise NotFound("没有这个服务单")
