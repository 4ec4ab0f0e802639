"""How much each seat on duty can take, counted from rows at the moment of asking; there is no counter to drift."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text

from interactions.connections import Connection
from interactions.model import Need
from interactions.present import seat_present
from interactions.work_rows import TO_DIAL
from routing.candidates import Candidate, fits
from routing.desks import Skills
from routing.settings import RampUpSettings

# Reservation, capacity and presence are three facts: live offers, what is in hand, and a console on a living process.
DUTY = f"""
from seat s
where s.status = 'available'
  and {seat_present("s.seat_id")}
  and exists (select from shift h where h.seat_id = s.seat_id and h.account_id = s.account_id
              and h.starts_at <= :now and (h.ends_at is null or h.ends_at > :now)
              and (h.ends_at is null or h.ends_at > :soon
                   or exists (select from shift n where n.seat_id = h.seat_id and n.account_id = h.account_id
                              and n.starts_at = h.ends_at)))
"""  # noqa: S608 - constants above
# Seats on a callback, from its offer to the end of its wrap-up.
_CALLING = f"""
select unnest(array[o.seat_id, a.seat_id]) from work_item w
left join offer o on o.interaction_id = w.interaction_id and o.state = 'live'
left join assignment a on a.interaction_id = w.interaction_id and a.finished_at is null
where w.state = 'due' and {TO_DIAL}
"""  # noqa: S608 - constants above
_ONDUTY = f"""
select s.seat_id, s.account_id, s.matters, s.languages, s.channels, s.chat_capacity, s.signed_in_at,
       s.idle_since, s.protected_until,
       (select count(*) from offer o where o.seat_id = s.seat_id and o.state = 'live')
     + (select count(*) from assignment a where a.seat_id = s.seat_id and a.finished_at is null) as load,
       s.seat_id = any(array({_CALLING})) as calling
{DUTY}"""  # noqa: S608 - constants above
_ALL = text(_ONDUTY)
_SOME = text(_ONDUTY + "  and s.seat_id = any(:ids)")
_SKILLS = text(f"""
select s.matters, s.languages, s.channels, sum(s.chat_capacity) as places
{DUTY} and not s.seat_id = any(:without) group by s.matters, s.languages, s.channels
""")


class DutySeat(NamedTuple):
    """A seat on duty with what it has in hand (`load`: live offers and unfinished assignments; `calling`: a callback).

    A tuple, because every round makes one of each seat.
    """

    seat_id: UUID
    account_id: UUID
    matters: frozenset[str]
    languages: frozenset[str]
    channels: frozenset[str]
    capacity: int
    signed_in_at: datetime
    idle_since: datetime
    protected_until: datetime | None
    load: int
    calling: bool = False

    def slots(self, now: datetime, ramp_up: RampUpSettings) -> int:
        """How many more it can take now; none in protected minutes and during a call, few right after sign-in."""
        if self.calling or (self.protected_until is not None and now < self.protected_until):
            return 0
        grown = self.capacity <= ramp_up.cap
        most = self.capacity if grown else min(self.capacity, ramp_up.cap + self._steps(now, ramp_up))
        return max(0, most - self.load)

    def can_serve(self, need: Need, further: frozenset[str]) -> bool:
        """Whether skills and channel fit; capacity is another question."""
        return fits(need, matters=self.matters, languages=self.languages, channels=self.channels, further=further)

    def candidate(self, now: datetime, ramp_up: RampUpSettings) -> Candidate:
        """The seat as the policy sees it."""
        return Candidate(
            self.seat_id,
            self.account_id,
            self.matters,
            self.languages,
            self.channels,
            self.slots(now, ramp_up),
            self.load,
            self.idle_since,
            self.protected_until,
        )

    def changes_at(self, now: datetime, ramp_up: RampUpSettings) -> datetime | None:
        """When time alone will give it more slots; None where it will not."""
        if self.protected_until is not None and now < self.protected_until:
            return self.protected_until
        if self.capacity <= ramp_up.cap or ramp_up.cap + (steps := self._steps(now, ramp_up)) >= self.capacity:
            return None
        return self.signed_in_at + timedelta(seconds=(steps + 1) * ramp_up.step_s)

    def _steps(self, now: datetime, ramp_up: RampUpSettings) -> int:
        # Never below none: the process that signed it in may be a few milliseconds ahead of this one.
        return max(0, int((now - self.signed_in_at).total_seconds() // ramp_up.step_s))


async def on_duty(
    connection: Connection, *, now: datetime, tail: timedelta, seat_ids: Collection[UUID] | None = None
) -> list[DutySeat]:
    """Seats that are available, connected and on shift now; all of them, or those of `seat_ids`.

    Not those whose lawyer's shift is over within `tail`: they finish what they have.
    """
    values = {"now": now, "soon": now + tail}
    if seat_ids is None:
        rows = await connection.execute(_ALL, values)
    else:
        rows = await connection.execute(_SOME, {**values, "ids": list(seat_ids)})
    skills = _AlikeSkills()
    return [_duty_seat(row, skills) for row in rows]


async def skills_on_duty(
    connection: Connection, *, now: datetime, without: Collection[UUID] = ()
) -> Mapping[Skills, int]:
    """The places on duty by what they serve, taken or not, leaving out the seats `without`."""
    found: Counter[Skills] = Counter()
    for row in await connection.execute(_SKILLS, {"now": now, "soon": now, "without": list(without)}):
        found[frozenset(row.matters), frozenset(row.languages), frozenset(row.channels)] += row.places
    return found


class _AlikeSkills(dict[tuple[tuple[str, ...], ...], Skills]):
    """One object for all seats of the same skills: sets compare and hash slowly, an object with itself does not."""

    def __missing__(self, key: tuple[tuple[str, ...], ...]) -> Skills:
        matters, languages, channels = map(frozenset, key)
        self[key] = matters, languages, channels
        return self[key]


def _duty_seat(row: Sequence[object], alike: _AlikeSkills) -> DutySeat:
    seat_id, account_id, matters, languages, channels, *rest = row
    skills = alike[tuple(matters), tuple(languages), tuple(channels)]  # type: ignore[arg-type]
    return DutySeat(seat_id, account_id, *skills, *rest)  # type: ignore[arg-type]
