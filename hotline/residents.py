"""Which interaction is a resident's current one, and whether one is theirs at all."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from interactions.database import Database
from interactions.errors import NotFound
from interactions.model import OPEN_STATES
from interactions.tables import interaction


class ResidentInteractions:
    """Looks up interactions for their own residents."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def current(self, resident_id: UUID, *, channel: str) -> UUID | None:
        """The newest interaction on `channel`: the open one where there is one."""
        statement = (
            select(interaction.c.interaction_id)
            .where(interaction.c.resident_id == resident_id, interaction.c.channel == channel)
            .order_by(interaction.c.opened_at.desc(), interaction.c.interaction_id.desc())
            .limit(1)
        )
        async with self._database.read() as connection:
            found: UUID | None = await connection.scalar(statement)
        return found

    async def open_of(self, resident_ids: Collection[UUID], *, channel: str) -> dict[UUID, UUID]:
        """The open interactions on `channel` of those residents who have one."""
        if not resident_ids:
            return {}
        statement = select(interaction.c.resident_id, interaction.c.interaction_id).where(
            interaction.c.resident_id.in_(resident_ids),
            interaction.c.channel == channel,
            interaction.c.state.in_([state.value for state in OPEN_STATES]),
        )
        async with self._database.read() as connection:
            return {row.resident_id: row.interaction_id for row in await connection.execute(statement)}

    async def require_own(self, interaction_id: UUID, *, resident_id: UUID) -> None:
        """Raises `NotFound` for an interaction of somebody else, as for one that does not exist."""
        statement = select(interaction.c.interaction_id).where(
            interaction.c.interaction_id == interaction_id, interaction.c.resident_id == resident_id
        )
        async with self._database.read() as connection:
            if await connection.scalar(statement) is None:
                raise NotFound("没有这个服务单")
