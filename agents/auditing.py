"""Who looked at what, or did it by hand: one row, in the transaction that shows or does it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import insert

from agents.roles import Viewer
from interactions.clock import Clock
from interactions.database import Unit
from interactions.identity import new_id
from interactions.tables import audit


async def write_audit(
    unit: Unit,
    viewer: Viewer,
    *,
    action: str,
    clock: Clock,
    interaction_id: UUID | None = None,
    about: str | None = None,
) -> None:
    """Writes the row; `about` names what else it was about, in words of ours, never a resident's."""
    now = clock.now()
    row = {
        "audit_id": new_id(now),
        "at": now,
        "account_id": viewer.account_id,
        "action": action,
        "interaction_id": interaction_id,
        "about": about,
    }
    await unit.connection.execute(insert(audit).values(row))
