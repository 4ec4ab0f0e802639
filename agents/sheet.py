"""A month's work of a lawyer, from what was planned, sat, served and protected. Pure.

    in shift   seated while on shift                                 ┐
    overtime   with somebody in hand, or protected, outside a shift  ├─ worked: each moment counted once
    protected  after a contact in danger, wherever the lawyer was    ┘
    occupied   worked with somebody in hand or protected             occupancy = occupied / worked

A page left open after the shift is no overtime; a talk that outlasts the shift is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from agents.intervals import Interval, difference, intersection, length, union


@dataclass(frozen=True, slots=True)
class Month:
    """What is known of one lawyer's month; every stretch lies within the month and before now."""

    username: str
    name: str
    firm: str
    shifts: Sequence[Interval] = ()
    sittings: Sequence[Interval] = ()
    in_hand: Sequence[Interval] = ()
    protected: Sequence[Interval] = ()
    contacts: int = 0
    registered: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sheet. `contacts`: stretches of service begun; `registered`: those whose 小结 was written."""

    firm: str
    username: str
    name: str
    planned: timedelta
    in_shift: timedelta
    overtime: timedelta
    protected: timedelta
    occupied: timedelta
    contacts: int
    registered: int

    @property
    def worked(self) -> timedelta:
        """Everything that counts as work."""
        return self.in_shift + self.overtime

    @property
    def occupancy(self) -> float | None:
        """The share of the work with somebody in hand or protected; None without work."""
        return self.occupied / self.worked if self.worked else None


def line_of(month: Month) -> Line:
    """The line of one lawyer."""
    busy = union(intersection(month.in_hand, month.sittings), month.protected)
    on_shift = union(intersection(month.sittings, month.shifts), intersection(month.protected, month.shifts))
    overtime = difference(busy, month.shifts)
    return Line(
        firm=month.firm,
        username=month.username,
        name=month.name,
        planned=length(month.shifts),
        in_shift=length(on_shift),
        overtime=length(overtime),
        protected=length(month.protected),
        occupied=length(busy),
        contacts=month.contacts,
        registered=month.registered,
    )


def firm_lines(lines: Iterable[Line]) -> list[Line]:
    """The sums of each firm, by name; lawyers without one together."""
    firms: dict[str, list[Line]] = {}
    for one in lines:
        firms.setdefault(one.firm, []).append(one)
    return [_sum(firm, of_firm) for firm, of_firm in sorted(firms.items())]


def _sum(firm: str, lines: Sequence[Line]) -> Line:
    return Line(
        firm=firm,
        username="",
        name=f"{len(lines)} 人合计",
        planned=sum((one.planned for one in lines), timedelta()),
        in_shift=sum((one.in_shift for one in lines), timedelta()),
        overtime=sum((one.overtime for one in lines), timedelta()),
        protected=sum((one.protected for one in lines), timedelta()),
        occupied=sum((one.occupied for one in lines), timedelta()),
        contacts=sum(one.contacts for one in lines),
        registered=sum(one.registered for one in lines),
    )
