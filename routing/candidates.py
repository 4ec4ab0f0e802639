"""Who is matched: callers in line and seats on duty, as the policy sees them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from interactions.model import GENERAL, Need

Kind = tuple[str, str, str]
_NONE: frozenset[str] = frozenset()


def kind_of(need: Need) -> Kind:
    """What decides which seats can serve: channel, matter, language."""
    return need.channel, need.matter, need.language


def fits(
    need: Need,
    *,
    matters: frozenset[str],
    languages: frozenset[str],
    channels: frozenset[str],
    further: frozenset[str] = _NONE,
) -> bool:
    """Whether skills fit the need. A generalist serves every matter; a matter nobody knows yet fits every lawyer.

    `further`: other matters whose lawyers may serve it by now (relaxation), `general` among them for any.
    """
    skilled = GENERAL in matters or need.matter == GENERAL or need.matter in matters
    skilled = skilled or GENERAL in further or not further.isdisjoint(matters)
    return skilled and need.language in languages and need.channel in channels


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody in line. `exclusions`: seats that may not get this interaction now, with the reason.

    `work`: the kind of work item that is due. `calls`: the lawyer is to dial, and takes nothing beside it.
    """

    interaction_id: UUID
    need: Need
    waiting_since: datetime
    rank_at: datetime
    last_account_id: UUID | None = None
    exclusions: Mapping[UUID, str] = field(default_factory=dict)
    work: str | None = None
    calls: bool = False


class Candidate(NamedTuple):
    """A seat on duty that can take `slots` more now, with none its hands are full.

    `load` is what it has in hand, `idle_since` is over all channels, in `protected_until` it gets nothing.
    A tuple, because every round makes one of each seat.
    """

    seat_id: UUID
    account_id: UUID
    matters: frozenset[str]
    languages: frozenset[str]
    channels: frozenset[str]
    slots: int
    load: int
    idle_since: datetime
    protected_until: datetime | None = None

    @property
    def generalist(self) -> bool:
        """Whether it serves every matter."""
        return GENERAL in self.matters

    def can_serve(self, need: Need, further: frozenset[str] = _NONE) -> bool:
        """Whether skills and channel fit; capacity is another question."""
        return fits(need, matters=self.matters, languages=self.languages, channels=self.channels, further=further)


class Seats:
    """The seats of one round by what they serve: whether they fit is asked once for all of the same skills."""

    def __init__(self, seats: Sequence[Candidate]) -> None:
        self._by_skills: defaultdict[tuple[frozenset[str], ...], list[Candidate]] = defaultdict(list)
        for one in seats:
            self._by_skills[one.matters, one.languages, one.channels].append(one)

    def __iter__(self) -> Iterator[Candidate]:
        """All of them."""
        return (one for group in self._by_skills.values() for one in group)

    def who_serve(self, need: Need, further: frozenset[str] = _NONE) -> list[Candidate]:
        """Those whose skills fit the need, with room or without."""
        return [one for group in self._by_skills.values() if group[0].can_serve(need, further) for one in group]

    def of_account(self, account_id: UUID, need: Need) -> list[Candidate]:
        """Where this lawyer sits and serves the need."""
        return [one for one in self._by_account.get(account_id, ()) if one.can_serve(need)]

    @cached_property
    def _by_account(self) -> Mapping[UUID, Sequence[Candidate]]:
        found: defaultdict[UUID, list[Candidate]] = defaultdict(list)
        for one in self:
            found[one.account_id].append(one)
        return found

    def generalists(self) -> list[Candidate]:
        """Those who serve every matter."""
        return [one for group in self._by_skills.values() if group[0].generalist for one in group]

    def specialist_serves(self, need: Need) -> bool:
        """Whether somebody with room who does not serve every matter serves this one."""
        groups = (group for group in self._by_skills.values() if not group[0].generalist and group[0].can_serve(need))
        return any(one.slots > 0 for group in groups for one in group)
