"""The append-only log: gapless sequence and hash chain per interaction, words sealed, repeats recognised.

    lock heads (id order) ─▶ find repeats ─▶ decide, number, seal, chain (pure) ─▶ events, repeat keys, heads

Three statements, whatever the number of bundles; four where an event names somebody to be found by. De-duplication
comes after the lock, so that two copies of one message racing on two sockets meet; it comes before the state check,
so that a repeat is answered with its first seq even where the interaction has moved on (DESIGN §4 rules 4 and 6).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from uuid import UUID

from sqlalchemy import bindparam, text

from interactions import blind_index
from interactions.append import Appended, append
from interactions.batch_rows import write_batch
from interactions.chain import StoredEvent
from interactions.clock import Clock
from interactions.connections import Connection
from interactions.database import Unit
from interactions.errors import HotlineError, NotFound, Unavailable
from interactions.head import Head, Locked, read_head
from interactions.locks import lock_heads
from interactions.model import State
from interactions.record import Bundle, Draft, RepeatKey, Written
from interactions.sealing import KeyRing, WordsCipher, WrappedKey

Outcome = Written | HotlineError
KEPT_CIPHERS = 4096
# Moves that put somebody in line or free a place. An offer, its acceptance and a release hold the seat as before:
# what is wrapped up is still in hand.
MATTERS_TO_ROUTER = frozenset({State.WAITING, State.CLOSED, State.ABANDONED})


class Log:
    """Writes bundles in a unit of work."""

    def __init__(self, *, clock: Clock, keys: KeyRing) -> None:
        self._clock = clock
        self.keys = keys
        # Keyed by the wrapped bytes: an erased key is no longer handed in, so it opens nothing here either.
        self._cipher = lru_cache(KEPT_CIPHERS)(self._unwrap)

    async def write(self, unit: Unit, bundles: Sequence[Bundle]) -> list[Outcome]:
        """What became of each bundle, in order: written, a repeat, or refused with the error to tell.

        A refused bundle leaves no trace and does not disturb its neighbours. Several bundles of one interaction
        see one another's effects.
        """
        locked = await lock_heads(unit, {bundle.interaction_id for bundle in bundles})
        repeats = await _find_repeats(unit.connection, [one.repeat_of for one in bundles if one.repeat_of])
        batch = _Batch(self, locked, repeats)
        outcomes = [batch.take(bundle) for bundle in bundles]
        await batch.store(unit)
        return outcomes

    async def write_one(self, unit: Unit, bundle: Bundle) -> Written:
        """Like `write` for a single bundle; a refusal is raised."""
        (outcome,) = await self.write(unit, [bundle])
        if isinstance(outcome, HotlineError):
            raise outcome
        return outcome

    async def find_repeat(self, connection: Connection, repeat_of: RepeatKey) -> Written | None:
        """What `repeat_of` wrote, if it did: for those who touch more than the log before they write."""
        found = (await _find_repeats(connection, [repeat_of])).get(repeat_of)
        return None if found is None else Written(*found, (await read_head(connection, found[0])).head, ())

    def cipher(self, key: WrappedKey | None, *, interaction_id: UUID) -> WordsCipher | None:
        """The cipher of an interaction's words; None once they were erased."""
        return None if key is None else self._cipher(key, interaction_id)

    def append(self, drafts: Sequence[Draft], *, head: Head, key: WrappedKey | None) -> Appended:
        """The rows and the head that `drafts` make after `head` (no I/O)."""
        return append(
            drafts,
            head=head,
            # Asked for words only: a key that does not open must not keep its interaction from moving on.
            cipher=lambda: self.cipher(key, interaction_id=head.interaction_id),
            at=self._clock.now(),
        )

    def _unwrap(self, key: WrappedKey, interaction_id: UUID) -> WordsCipher:
        return self.keys.unwrap(key, owner=interaction_id)


class _Batch:
    """Bundles of one transaction, each seeing the heads its predecessors left."""

    def __init__(self, log: Log, locked: Mapping[UUID, Locked], repeats: Mapping[RepeatKey, tuple[UUID, int]]) -> None:
        self._log = log
        self._locked = locked
        self._heads = {interaction_id: one.head for interaction_id, one in locked.items()}
        self._repeats = dict(repeats)
        self._new_repeats: dict[RepeatKey, tuple[UUID, int]] = {}
        self._appended: list[Appended] = []

    def take(self, bundle: Bundle) -> Outcome:
        """Appends in memory; a refusal is returned, not raised, so that neighbours go on."""
        try:
            return self._known(bundle) or self._append(bundle)
        except HotlineError as refusal:
            return refusal

    def _known(self, bundle: Bundle) -> Written | None:
        found = self._repeats.get(bundle.repeat_of) if bundle.repeat_of else None
        if found is None:
            return None
        interaction_id, seq = found
        return Written(interaction_id, seq, self._head(bundle.interaction_id), ())

    def _append(self, bundle: Bundle) -> Written:
        head = self._head(bundle.interaction_id)
        made = self._log.append(bundle.decide(head), head=head, key=self._locked[bundle.interaction_id].key)
        self._appended.append(made)
        self._heads[bundle.interaction_id] = made.head
        if bundle.repeat_of:
            self._repeats[bundle.repeat_of] = (bundle.interaction_id, made.first_seq)
            self._new_repeats[bundle.repeat_of] = self._repeats[bundle.repeat_of]
        return Written(bundle.interaction_id, made.first_seq, made.head, made.recorded)

    def _head(self, interaction_id: UUID) -> Head:
        if interaction_id not in self._heads:
            raise NotFound("没有这个服务单")
        return self._heads[interaction_id]

    async def store(self, unit: Unit) -> None:
        """Writes everything taken."""
        if not self._appended:
            return
        events = [stored for made in self._appended for stored in made.stored]
        await self._write(unit, events)
        made = [record for made in self._appended for record in made.recorded]
        await blind_index.remember(unit.connection, made, keys=self._log.keys)
        unit.recorded.extend(made)
        # A name may tell that whoever rings must not serve (conflicts.py).
        unit.wake_router |= any(record.to_state in MATTERS_TO_ROUTER or record.event.indexed_names for record in made)

    async def _write(self, unit: Unit, events: Sequence[StoredEvent]) -> None:
        touched = {made.head.interaction_id: self._heads[made.head.interaction_id] for made in self._appended}
        changes = [(self._locked[interaction_id].head, head) for interaction_id, head in touched.items()]
        unit.wake_router |= any(_moved_in_line(old, new) for old, new in changes)
        met = await write_batch(unit.connection, events=events, repeats=self._new_repeats, moves=changes)
        if met != len(changes):
            # Cannot happen under the lock; if it does, nothing of this transaction may stand.
            raise Unavailable("服务单刚被改动，未作任何更改，请重试")
        moved = {one: Locked(head, self._locked[one].key) for one, head in touched.items()}
        unit.locked |= moved
        unit.heads |= moved


def _moved_in_line(old: Head, new: Head) -> bool:
    """Whether a place in line changed: who became urgent no longer waits for a lawyer they know."""
    return new.state is State.WAITING and new.rank_at != old.rank_at


_FIND_REPEATS = text(
    "select d.scope, d.client_id, d.interaction_id, d.seq from dedupe d "
    "join unnest(cast(:scopes as uuid[]), cast(:clients as text[])) as k(scope, client_id) "
    "on d.scope = k.scope and d.client_id = k.client_id"
).bindparams(bindparam("scopes"), bindparam("clients"))


async def _find_repeats(connection: Connection, keys: Sequence[RepeatKey]) -> dict[RepeatKey, tuple[UUID, int]]:
    if not keys:
        return {}
    wanted = {"scopes": [key.scope for key in keys], "clients": [key.client_id for key in keys]}
    rows = await connection.execute(_FIND_REPEATS, wanted)
    return {RepeatKey(row.scope, row.client_id): (row.interaction_id, row.seq) for row in rows}
