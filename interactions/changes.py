"""Who should look again: commits of this process and wake-ups from the others, by resident and by seat.

    commit here ──▶ Announcement ─┬─▶ subscribers of the resident, of the seats, of the router
                                  └─▶ Wakes.publish ══ Redis ══▶ other processes: the same, without the events

A change is a hint. Subscribers hold cursors: what a change carries is used only where it follows the cursor without
a gap; otherwise they read the rows past it. A lost hint costs seconds (the sweep), never a turn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from interactions.database import Announcement
from interactions.head import Head
from interactions.model import By
from interactions.record import Recorded


@dataclass(frozen=True, slots=True)
class Typed:
    """Somebody began (`on`) or stopped typing."""

    by: By
    on: bool


@dataclass(frozen=True, slots=True)
class Change:
    """Something new about one interaction, or (interaction_id None) about a seat.

    `recorded` is empty and `head` None where another process wrote it. With `typed` nothing was written at all.
    """

    interaction_id: UUID | None
    last_seq: int
    resident_id: UUID | None
    seats: frozenset[UUID]
    recorded: tuple[Recorded, ...] = ()
    head: Head | None = None
    typed: Typed | None = None


Subscriber = Callable[[Change], None]


class Changes:
    """The switchboard of one process."""

    def __init__(self) -> None:
        self._by_topic: defaultdict[UUID, set[Subscriber]] = defaultdict(set)
        self._here: list[Callable[[], None]] = []
        self._elsewhere: list[Callable[[], None]] = []
        self._outward: list[Callable[[tuple[Change, ...], bool], None]] = []

    @contextmanager
    def subscribed(self, topic: UUID, subscriber: Subscriber) -> Iterator[None]:
        """Calls `subscriber` on every change of the resident or seat `topic`; it must not block nor raise."""
        self._by_topic[topic].add(subscriber)
        try:
            yield
        finally:
            self._by_topic[topic].discard(subscriber)
            if not self._by_topic[topic]:
                del self._by_topic[topic]

    def on_router_wake(self, *, here: Callable[[], None], elsewhere: Callable[[], None]) -> None:
        """Calls one of them whenever somebody may be free or waiting: by a commit here, or of another process."""
        self._here.append(here)
        self._elsewhere.append(elsewhere)

    def on_outward(self, publish: Callable[[tuple[Change, ...], bool], None]) -> None:
        """Hands every change made here to `publish`, for the other processes."""
        self._outward.append(publish)

    def committed(self, announcement: Announcement) -> None:
        """Takes a commit of this process; a `Database` listener."""
        changes = tuple(_changes_of(announcement))
        if not changes and not announcement.wake_router:
            return
        self._tell(changes, wake_router=announcement.wake_router)

    def typed(self, change: Change) -> None:
        """Passes on that somebody types: to sockets here and on other processes, never to a row."""
        self._tell((change,), wake_router=False)

    def deliver(self, changes: tuple[Change, ...], *, wake_router: bool) -> None:
        """Takes what another process changed."""
        self._pass_on(changes)
        if wake_router:
            for wake in self._elsewhere:
                wake()

    def _tell(self, changes: tuple[Change, ...], *, wake_router: bool) -> None:
        self._pass_on(changes)
        if wake_router:
            for wake in self._here:
                wake()
        for publish in self._outward:
            publish(changes, wake_router)

    def _pass_on(self, changes: tuple[Change, ...]) -> None:
        for change in changes:
            for topic in {change.resident_id, *change.seats} - {None}:
                for subscriber in tuple(self._by_topic.get(topic, ())):  # type: ignore[arg-type]
                    subscriber(change)


def _changes_of(announcement: Announcement) -> Iterator[Change]:
    by_interaction: defaultdict[UUID, list[Recorded]] = defaultdict(list)
    for record in announcement.recorded:
        by_interaction[record.interaction_id].append(record)
    for interaction_id, records in by_interaction.items():
        yield _change(announcement.heads[interaction_id].head, records)
    if announcement.seats:
        yield Change(None, 0, None, announcement.seats)


def _change(head: Head, records: list[Recorded]) -> Change:
    seats = {seat for record in records for seat in _seats_named(record)}
    named = frozenset(seats if head.seat_id is None else seats | {head.seat_id})
    return Change(head.interaction_id, head.last_seq, head.resident_id, named, tuple(records), head)


def _seats_named(record: Recorded) -> Iterator[UUID]:
    """The seats an event is about: also the one that an interaction has left with it."""
    for name in ("seat_id", "from_seat_id"):
        if named := getattr(record.event, name, None):
            yield UUID(named)
