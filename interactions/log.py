"""The append-only log: gapless sequence and hash chain per interaction, words sealed, repeats recognised.

    lock heads (id order) ─▶ find repeats ─▶ decide, number, seal, chain (pure) ─▶ insert events, repeat keys
                                                                                ├▶ save heads
                                                                                └▶ blind indexes, if any

Four statements, whatever the number of bundles; five where an event names somebody to be found by. De-duplication
comes after the lock, so that two copies of one message racing on two sockets meet; it comes before the state check,
so that a repeat is answered with its first seq even where the interaction has moved on (DESIGN §4 rules 4 and 6).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from interactions import blind_index
from interactions.append import Appended, append
from interactions.clock import Clock
from interactions.database import Unit
from interactions.errors import HotlineError, NotFound, Unavailable
from interactions.head import Head, Locked, lock_heads, save_heads
from interactions.model import State
from interactions.record import Bundle, Draft, RepeatKey, Written
from interactions.rows import insert_events
from interactions.sealing import KeyRing, WordsCipher, WrappedKey

Outcome = Written | HotlineError
KEPT_CIPHERS = 4096
# Moves that put somebody in line or free a place. An offer, its acceptance and a release hold the seat as before.
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
        locked = await lock_heads(unit.connection, {bundle.interaction_id for bundle in bundles})
        repeats = await _find_repeats(unit.connection, bundles)
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

    def cipher(self, key: WrappedKey | None, *, interaction_id: UUID) -> WordsCipher | None:
        """The cipher of an interaction's words; None once they were erased."""
        return None if key is None else self._cipher(key, interaction_id)

    def append(self, drafts: Sequence[Draft], *, head: Head, key: WrappedKey | None) -> Appended:
        """The rows and the head that `drafts` make after `head` (no I/O)."""
        # An event without words needs no key: one that does not open must not keep its interaction from moving on.
        speaks = any(draft.event.sealed_names for draft in drafts)
        cipher = self.cipher(key, interaction_id=head.interaction_id) if speaks else None
        return append(drafts, head=head, cipher=cipher, at=self._clock.now())

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
            raise NotFound("no such interaction")
        return self._heads[interaction_id]

    async def store(self, unit: Unit) -> None:
        """Writes everything taken."""
        if not self._appended:
            return
        events = [stored for made in self._appended for stored in made.stored]
        await insert_events(unit.connection, events, repeats=self._new_repeats)
        await self._save_heads(unit)
        made = [record for made in self._appended for record in made.recorded]
        await blind_index.remember(unit.connection, made, keys=self._log.keys)
        unit.recorded.extend(made)
        unit.wake_router |= any(record.to_state in MATTERS_TO_ROUTER for record in made)

    async def _save_heads(self, unit: Unit) -> None:
        touched = {made.head.interaction_id: self._heads[made.head.interaction_id] for made in self._appended}
        changes = [(self._locked[interaction_id].head, head) for interaction_id, head in touched.items()]
        if await save_heads(unit.connection, changes) != len(changes):
            # Cannot happen under the lock; if it does, nothing of this transaction may stand.
            raise Unavailable("a head moved under its lock; nothing was done")
        unit.heads.update({one: Locked(head, self._locked[one].key) for one, head in touched.items()})


_FIND_REPEATS = text(
    "select d.scope, d.client_id, d.interaction_id, d.seq from dedupe d "
    "join unnest(cast(:scopes as uuid[]), cast(:clients as text[])) as k(scope, client_id) "
    "on d.scope = k.scope and d.client_id = k.client_id"
).bindparams(bindparam("scopes"), bindparam("clients"))


async def _find_repeats(connection: AsyncConnection, bundles: Sequence[Bundle]) -> dict[RepeatKey, tuple[UUID, int]]:
    keys = [bundle.repeat_of for bundle in bundles if bundle.repeat_of]
    if not keys:
        return {}
    wanted = {"scopes": [key.scope for key in keys], "clients": [key.client_id for key in keys]}
    rows = await connection.execute(_FIND_REPEATS, wanted)
    return {RepeatKey(row.scope, row.client_id): (row.interaction_id, row.seq) for row in rows}
