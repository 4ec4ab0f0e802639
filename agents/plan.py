"""What a roster changes, compared with the shifts that are there. Pure.

wanted, not there ─▶ added        wanted and there ─▶ kept        there from an earlier plan, not wanted ─▶ removed
wanted, but it meets what a person put there, was cancelled by a person, or has begun ─▶ left out, and why
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from agents.shift_pattern import PlannedShift

Key = tuple[str, str, datetime]
"""Seat, lawyer, and when a shift that a person took out began or ended: one that had begun may have begun late."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start`, before `end`."""

    start: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        """Whether `at` lies in it."""
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Standing:
    """A shift that is in the database; `ends_at` is None where it has no end."""

    shift_id: UUID
    seat: str
    lawyer: str
    starts_at: datetime
    ends_at: datetime | None
    origin: str

    def is_meant(self, one: PlannedShift) -> bool:
        """Whether it is the very shift that is planned."""
        return (self.seat, self.lawyer, self.starts_at, self.ends_at) == (
            one.seat,
            one.lawyer,
            one.starts_at,
            one.ends_at,
        )

    def meets(self, one: PlannedShift) -> bool:
        """Whether both are at one time, of one seat or of one lawyer."""
        if one.seat != self.seat and one.lawyer != self.lawyer:
            return False
        return self.starts_at < one.ends_at and (self.ends_at is None or one.starts_at < self.ends_at)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A wanted shift that is not taken over, and why: `by_hand`, `cancelled`, `begun`, `other_days`."""

    shift: PlannedShift
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What changes; `added` may begin now where a shift of the file is under way and nobody has it."""

    added: Sequence[PlannedShift]
    removed: Sequence[Standing]
    kept: int
    left_out: Sequence[LeftOut]
    seats_added: Sequence[str] = ()


def compare(
    wanted: Iterable[PlannedShift],
    standing: Collection[Standing],
    *,
    cancelled: Collection[Key],
    stretch: Stretch,
    now: datetime,
) -> Plan:
    """The plan for `stretch`; `standing` is all that has not ended and begins before the last wanted shift ends."""
    # Only these may be removed: not begun, not by a person's hand, and of the days that are planned.
    ours = [one for one in standing if one.origin == "plan" and one.starts_at > now and stretch.holds(one.starts_at)]
    replaceable = {one.shift_id for one in ours}
    theirs = [one for one in standing if one.shift_id not in replaceable]
    meant = {(one.seat, one.lawyer, one.starts_at, one.ends_at): one for one in ours}
    added: list[PlannedShift] = []
    kept: set[UUID] = set()
    left_out: list[LeftOut] = []
    count = 0
    for one in wanted:
        if one.ends_at <= now:
            continue
        found = meant.get((one.seat, one.lawyer, one.starts_at, one.ends_at))
        if found is not None:
            kept.add(found.shift_id)
        elif why := _in_the_way(one, theirs, cancelled, now=now):
            left_out.append(LeftOut(one, why))
        elif any(_under_way(other, one, now=now) for other in theirs):
            count += 1
        else:
            added.append(replace(one, starts_at=max(one.starts_at, now)))
    removed = [one for one in ours if one.shift_id not in kept]
    return Plan(added, removed, len(kept) + count, left_out)


def merged(plans: Sequence[Plan]) -> Plan:
    """The plans of stretches that follow one another, as one."""
    return Plan(
        [shift for one in plans for shift in one.added],
        [shift for one in plans for shift in one.removed],
        sum(one.kept for one in plans),
        [left for one in plans for left in one.left_out],
        plans[0].seats_added,
    )


def _in_the_way(
    one: PlannedShift, theirs: Iterable[Standing], cancelled: Collection[Key], *, now: datetime
) -> str | None:
    if {(one.seat, one.lawyer, one.starts_at), (one.seat, one.lawyer, one.ends_at)} & set(cancelled):
        return "cancelled"
    for other in theirs:
        if not other.meets(one) or other.is_meant(one) or _under_way(other, one, now=now):
            continue
        return _whose(other, now=now)
    return None


def _whose(other: Standing, *, now: datetime) -> str:
    if other.starts_at <= now:
        return "begun"
    return "by_hand" if other.origin == "hand" else "other_days"


def _under_way(other: Standing, one: PlannedShift, *, now: datetime) -> bool:
    """Whether `other` is the wanted shift, begun: from an earlier plan it may have begun later than its clock says."""
    same = (other.seat, other.lawyer, other.ends_at) == (one.seat, one.lawyer, one.ends_at)
    return same and (other.starts_at <= now or other.is_meant(one))
