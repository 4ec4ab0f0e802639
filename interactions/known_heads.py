"""The heads of open interactions as this process last saw them committed.

A known head is a guess: whoever appends on it lets the database check that it still holds. It is never shown to
anybody and never decides anything by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from interactions.database import Announcement
from interactions.head import Locked
from interactions.model import OPEN_STATES


class KnownHeads:
    """At most `most` heads; those learned first go first."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._heads: dict[UUID, Locked] = {}

    def get(self, interaction_id: UUID) -> Locked | None:
        """The head as last seen, or None."""
        return self._heads.get(interaction_id)

    def committed(self, announcement: Announcement) -> None:
        """Takes the heads after a commit of this process; a `Database` listener.

        Two commits may be announced the other way round; the older head then meets nothing and is forgotten.
        """
        for interaction_id, locked in announcement.heads.items():
            if locked.head.state in OPEN_STATES:
                self._heads[interaction_id] = locked
            else:
                self._heads.pop(interaction_id, None)
        while len(self._heads) > self._most:
            del self._heads[next(iter(self._heads))]

    def forget(self, interaction_ids: Iterable[UUID]) -> None:
        """Drops heads that did not hold."""
        for interaction_id in interaction_ids:
            self._heads.pop(interaction_id, None)
