"""Interactions under lock: always in id order, always before seats, each read once a unit (DESIGN §4, claiming)."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from interactions.database import Unit
from interactions.head import Locked, read_heads


async def lock_heads(unit: Unit, interaction_ids: Collection[UUID]) -> dict[UUID, Locked]:
    """Locks the heads in id order, the order that every writer keeps, and returns them by id.

    A head this unit holds already is as its own events left it: nobody else can move it before the unit ends.
    Ids that do not exist are absent from the result.
    """
    new = [one for one in interaction_ids if one not in unit.locked]
    if new:
        unit.locked |= await read_heads(unit.connection, new, locked=True)
    return {one: unit.locked[one] for one in interaction_ids if one in unit.locked}
