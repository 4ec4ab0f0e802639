"""A new interaction: resident, number, key, first events, in one transaction.

one statement: find the open one ──▶ there: say it there     (two simultaneous first words: the loser of the unique
                  │ none                                       index on open interactions starts over and finds the
                  ▼                                            winner's)
               next number of the day ─▶ head ─▶ key
events                                                         (a repeat of what was said in an earlier one: rolled
                                                               back, acknowledged where it was said)

Whoever left the line a moment ago, or was lost, and begins anew finds the old place: with the opening goes what the
visit before had waited, its place, and the care it had found (docs/decisions/0016).

The number's row is locked until the commit, so it is drawn as late as can be.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text

from interactions.chain import GENESIS
from interactions.clock import Clock
from interactions.connections import Connection
from interactions.database import Database, Unit
from interactions.errors import Conflict, HotlineError
from interactions.events import Opened, PlaceResumed
from interactions.head import Head, Locked
from interactions.identity import READABLE_NUMBER, new_id
from interactions.log import Log
from interactions.model import GENERAL, UNKNOWN, By, State, Urgency
from interactions.record import Bundle, Draft, RepeatKey, Written
from interactions.sealing import KeyRing, WrappedKey
from interactions.tables import IS_OPEN

ATTEMPTS = 5
# Events of an opening that resumes a place.
OPENED_AND_RESUMED = 2
# The index on open interactions is partial: its condition, word for word, lets it be used.
_OPEN = f"select interaction_id from interaction where resident_id = :resident_id and channel = :channel and {IS_OPEN}"  # noqa: S608 (a condition of ours)
_FIND_OPEN = text(_OPEN)
_GIVEN = [name for name in Head._fields if name != "number"]
_FIND_OR_INSERT = text(f"""
with found as ({_OPEN}), drawn as (
    insert into number_day (day, last) select :day, 1 where not exists (select from found)
    on conflict (day) do update set last = number_day.last + 1 returning day, last
), head as (
    insert into interaction (number, {", ".join(_GIVEN)})
    select {READABLE_NUMBER}, {", ".join(f":{name}" for name in _GIVEN)} from drawn
    returning interaction_id, number
), key as (
    insert into interaction_key (interaction_id, master_id, wrapped)
    select interaction_id, :master_id, :wrapped from head
), last as (
    select * from interaction where resident_id = :resident_id order by opened_at desc, interaction_id desc limit 1
), lost as (
    select interaction_id as before_id, closed_at - waiting_since as waited, rank_at, urgency, dangers, minor, matter
    from last where state = 'abandoned' and closed_at > :lost_after
)
select interaction_id, number, lost.* from (
    select interaction_id, null as number from found union all select interaction_id, number from head
) opened left join lost on number is not null
""")  # noqa: S608 (names of ours)


@dataclass(frozen=True, slots=True)
class FirstWords:
    """How a resident arrives: by which channel, and what to record at once.

    `matter` and `district` may be unknown. `then` writes what goes with the words, in the same transaction.
    """

    resident_id: UUID
    channel: str
    decide: Callable[[Head], Sequence[Draft]]
    repeat_of: RepeatKey | None = None
    language: str = "zh"
    matter: str = GENERAL
    district: str = UNKNOWN
    then: Callable[[Unit, Written], Awaitable[None]] | None = None


class Opening:
    """Opens interactions."""

    def __init__(
        self,
        database: Database,
        *,
        log: Log,
        keys: KeyRing,
        clock: Clock,
        timezone: ZoneInfo,
        redial_window: timedelta = timedelta(),
    ) -> None:
        self._database = database
        self._log = log
        self._keys = keys
        self._clock = clock
        self._timezone = timezone
        self._redial_window = redial_window

    async def open(self, words: FirstWords) -> Written:
        """The first bundle's place, in a new interaction or in the one that is already open on this channel."""
        for _ in range(ATTEMPTS):
            try:
                async with self._database.unit() as unit:
                    written = await self._join_or_open(unit, words)
                    if words.then is not None and not written.repeated:
                        await words.then(unit, written)
                    return written
            except _SaidBefore as before:
                return before.written
            except Conflict as conflict:
                if conflict.constraint != "uq_interaction_open":
                    raise
        raise Conflict("uq_interaction_open")

    async def _join_or_open(self, unit: Unit, words: FirstWords) -> Written:
        found, first = await self._find_or_insert(unit, words)
        if first is None:
            return await self._log.write_one(unit, Bundle(found, words.decide, words.repeat_of))
        said = Bundle(first.interaction_id, words.decide, words.repeat_of)
        # One write for both; what is said is refused alone, and its refusal takes the opening back with it.
        _, outcome = await self._log.write(unit, [first, said])
        if isinstance(outcome, HotlineError):
            raise outcome
        if outcome.repeated:
            raise _SaidBefore(outcome)
        return outcome

    async def _find_or_insert(self, unit: Unit, words: FirstWords) -> tuple[UUID, Bundle | None]:
        """The open interaction; or the id of a new one, whose head and key are written, and its first bundle."""
        now = self._clock.now()
        fresh = self._fresh(words, now=now)
        _, key = self._keys.fresh(owner=fresh.interaction_id)
        times = {"day": now.astimezone(self._timezone).date(), "lost_after": now - self._redial_window}
        found = (await unit.connection.execute(_FIND_OR_INSERT, {**_row(fresh, key), **times})).one()
        if found.number is None:
            return found.interaction_id, None
        head = fresh.changed({"number": found.number})
        # Nobody else can hold what was made a moment ago.
        unit.locked[head.interaction_id] = Locked(head, key)
        opened = Opened(number=head.number, channel=head.channel, language=head.language)
        first = [Draft(opened, By.SYSTEM), *_resumed(found, now=now)]
        return head.interaction_id, Bundle(head.interaction_id, lambda _: first)

    def _fresh(self, words: FirstWords, *, now: datetime) -> Head:
        """A head without its number, which the database gives it."""
        return Head(
            interaction_id=new_id(now),
            number="",
            resident_id=words.resident_id,
            channel=words.channel,
            language=words.language,
            state=State.WITH_BOT,
            urgency=Urgency.NORMAL,
            dangers=(),
            minor=False,
            matter=words.matter,
            district=words.district,
            street=None,
            request_kind=None,
            outcome=None,
            opened_at=now,
            waiting_since=None,
            rank_at=None,
            last_turn_at=now,
            unanswered_since=None,
            closed_at=None,
            seat_id=None,
            last_seq=0,
            head=GENESIS,
        )


class _SaidBefore(Exception):
    """The first words were said in an earlier interaction: the one just begun is taken back."""

    def __init__(self, written: Written) -> None:
        super().__init__("said before")
        self.written = written


async def find_open(connection: Connection, resident_id: UUID, *, channel: str) -> UUID | None:
    """The resident's open interaction on `channel`, if there is one."""
    found: UUID | None = await connection.scalar(_FIND_OPEN, {"resident_id": resident_id, "channel": channel})
    return found


def is_resumed(head: Head) -> bool:
    """Whether `head` was opened a moment ago with the place of a visit before, and nothing was said since."""
    return head.state is State.WITH_BOT and head.rank_at is not None and head.last_seq == OPENED_AND_RESUMED


def begins(head: Head) -> bool:
    """Whether nothing was said in it yet: `head` was opened a moment ago, with a place resumed or without."""
    return head.last_seq == 1 or is_resumed(head)


def _resumed(found: Any, *, now: datetime) -> Sequence[Draft]:
    """What a visit that was lost a moment ago leaves to this one; the time in between was no wait."""
    if found.before_id is None:
        return []
    urgency, dangers = Urgency(found.urgency), tuple(found.dangers)
    resumed = PlaceResumed(
        before_id=str(found.before_id),
        waited_s=round(found.waited.total_seconds(), 3),
        dangers=dangers,
        minor=found.minor,
        urgency=int(urgency),
    )
    place = {"waiting_since": now - found.waited, "rank_at": found.rank_at}
    care = {"urgency": urgency, "dangers": dangers, "minor": found.minor, "matter": found.matter}
    return [Draft(resumed, By.SYSTEM, changes={**place, **care})]


def _row(head: Head, key: WrappedKey) -> dict[str, object]:
    return {**head._asdict(), "master_id": key.master_id, "wrapped": key.wrapped}
