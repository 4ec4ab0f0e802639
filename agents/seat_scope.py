"""Whose seats and shifts somebody may see and change: the whole city's, or those of one firm's lawyers.

Seats serve the whole city, so a district or a street has no roster of its own. What is out of reach does not exist.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from agents.roles import ScopeKind, Viewer
from interactions.connections import Connection
from interactions.errors import NotAllowed, NotFound

_FIRM = text("select firm from account where account_id = :account_id")


def firm_of(viewer: Viewer) -> str | None:
    """The firm a viewer's reach is cut to; None for the whole city. Raises `NotAllowed` for other scopes."""
    match viewer.scope.kind:
        case ScopeKind.CITY:
            return None
        case ScopeKind.FIRM:
            return viewer.scope.value or ""
        case _:
            raise NotAllowed("scope：班次与坐席只按全市或律所管理")


async def require_reach(connection: Connection, viewer: Viewer, account_id: UUID) -> None:
    """Raises `NotFound` where the account is out of the viewer's reach."""
    firm = firm_of(viewer)
    if firm is not None and await connection.scalar(_FIRM, {"account_id": account_id}) != firm:
        raise NotFound("没有这个坐席或班次")
