"""What a writer hands to the log, and what the log hands back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from interactions.chain import StoredEvent
from interactions.errors import Invalid, WrongState
from interactions.event import Event
from interactions.head import Head
from interactions.model import STATE_NAMES, By, State

MAX_CLIENT_ID = 128


class Draft(NamedTuple):
    """One event to be written.

    `to` moves the state with it; `changes` are columns of the head that change with it (`head.CHANGEABLE`);
    `in_reply_to` is the seq of the resident's turn that a bot's turn answers.
    """

    event: Event
    by: By
    by_id: UUID | None = None
    to: State | None = None
    changes: Mapping[str, object] = MappingProxyType({})
    in_reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class RepeatKey:
    """What makes a repeat recognisable: a client's id within its token or account."""

    scope: UUID
    client_id: str

    def __post_init__(self) -> None:
        """Refuses what PostgreSQL would refuse, before it shares a transaction with others."""
        if not 0 < len(self.client_id) <= MAX_CLIENT_ID or not self.client_id.isprintable():
            raise Invalid(f"client_id：应为 1–{MAX_CLIENT_ID} 个可见字符")


class Bundle(NamedTuple):
    """Events of one interaction that are written together or not at all.

    `decide` is pure: it sees the head under the lock and returns the drafts, or raises what the caller should be
    told. `repeat_of`: a second bundle with the same key writes nothing and gets the first one's seq.
    """

    interaction_id: UUID
    decide: Callable[[Head], Sequence[Draft]]
    repeat_of: RepeatKey | None = None


class Recorded(NamedTuple):
    """One event as it stands in the log, its words open to the process that wrote or read it.

    `event.words` fields are None once erased.
    """

    stored: StoredEvent
    event: Event

    @property
    def interaction_id(self) -> UUID:
        """Whose event."""
        return self.stored.interaction_id

    @property
    def seq(self) -> int:
        """Its place, from 1."""
        return self.stored.seq

    @property
    def kind(self) -> str:
        """What happened."""
        return self.stored.kind

    @property
    def by(self) -> By:
        """Who did it."""
        return By(self.stored.by)

    @property
    def by_id(self) -> UUID | None:
        """Which of them."""
        return self.stored.by_id

    @property
    def at(self) -> datetime:
        """When, UTC."""
        return self.stored.at

    @property
    def from_state(self) -> State | None:
        """The state it left, where it moved one."""
        return State(self.stored.from_state) if self.stored.from_state else None

    @property
    def to_state(self) -> State | None:
        """The state it led to, where it moved one."""
        return State(self.stored.to_state) if self.stored.to_state else None

    @property
    def matter(self) -> str:
        """The interaction's matter after it."""
        return self.stored.matter

    @property
    def in_reply_to(self) -> int | None:
        """The seq of the resident's turn that a bot's turn answers."""
        return self.stored.in_reply_to

    @property
    def hash(self) -> bytes:
        """Its link of the chain."""
        return self.stored.hash


class Written(NamedTuple):
    """What became of a bundle: its events and the head after them.

    `interaction_id` and `seq` are those of its first event; of a repeat, the first one's, wherever that was said,
    with `recorded` empty.
    """

    interaction_id: UUID
    seq: int
    head: Head
    recorded: tuple[Recorded, ...]

    @property
    def repeated(self) -> bool:
        """Whether this was written before."""
        return not self.recorded


def drafts(*made: Draft, only_in: frozenset[State]) -> Callable[[Head], Sequence[Draft]]:
    """A decision that is always the same, allowed in the states `only_in`."""

    def decide(head: Head) -> Sequence[Draft]:
        require_state(head, only_in)
        return made

    return decide


def require_state(head: Head, allowed: frozenset[State]) -> None:
    """Raises `WrongState` where the interaction is in none of `allowed`."""
    if head.state not in allowed:
        raise WrongState(f"该服务单{STATE_NAMES[head.state]}，不能执行此操作")
