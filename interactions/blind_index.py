"""Finding interactions by a party's name or a number that is stored nowhere in the clear.

    words of an event ─▶ brought into one form ─▶ keyed digest ─▶ rows (interaction, kind, digest)
    a name or number to look for ─▶ the same form ─▶ the same digest ─▶ interactions

The rows are written with their event, leave with the interaction's words, and can always be made anew from the log
(reindexing.py). Digests of another index key find nothing: `index_id` tells whose they are.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from interactions.connections import Connection
from interactions.party_names import name_form, single_names
from interactions.record import Recorded
from interactions.sealing import KeyRing
from interactions.tables import blind_index

OWN_PARTY = "own_party"
OTHER_PARTY = "other_party"
PHONE = "phone"
_PARTIES = frozenset({OWN_PARTY, OTHER_PARTY})
# Counted up when a form below changes: what was indexed in the old one is outdated, and made anew (reindexing.py).
FORMS_VERSION = b"2 "
# Whoever is one side in one dispute may be the other in the next: both kinds make the same digest of one name.
_DOMAINS = {OWN_PARTY: OTHER_PARTY}
# A mainland mobile number, with the country code or without.
_MAINLAND = re.compile(r"(?:00)?86(1\d{10})")


def index_id(keys: KeyRing) -> str:
    """The public name of the index key and of the forms of names; it tells nothing of the key."""
    return hmac.digest(keys.index_key, FORMS_VERSION + b"name of this index key", "sha256")[:8].hex()


def digest_of(kind: str, value: str, *, keys: KeyRing) -> bytes | None:
    """The digest `value` is found by (32 bytes); None where nothing is left of it to look for."""
    form = _FORMS[kind](unicodedata.normalize("NFKC", value))
    return keys.blind_index(_DOMAINS.get(kind, kind), form) if form else None


async def remember(connection: Connection, records: Collection[Recorded], *, keys: KeyRing) -> None:
    """Writes the indexes of `records`, in the transaction that writes them."""
    rows = [row for record in records if record.event.indexed_names for row in _rows(record, keys)]
    if rows:
        await connection.execute(insert(blind_index).values(rows).on_conflict_do_nothing())


async def forget(connection: Connection, interaction_id: UUID) -> None:
    """Nothing finds the interaction any more."""
    await connection.execute(delete(blind_index).where(blind_index.c.interaction_id == interaction_id))


async def find(connection: Connection, kind: str, value: str, *, keys: KeyRing) -> Sequence[UUID]:
    """The interactions in which `value` was named, the oldest first."""
    digest = digest_of(kind, value, keys=keys)
    if digest is None:
        return []
    named = (blind_index.c.kind == kind, blind_index.c.digest == digest)
    found = select(blind_index.c.interaction_id).where(*named).order_by(blind_index.c.interaction_id)
    return await connection.scalars(found)


def _rows(record: Recorded, keys: KeyRing) -> Iterator[dict[str, object]]:
    for name, kind in record.event.indexed_names:
        value = getattr(record.event, name) or ""
        for one in single_names(value) if kind in _PARTIES else [value]:
            digest = digest_of(kind, one, keys=keys)
            if digest is not None:
                row = {"interaction_id": record.interaction_id, "kind": kind, "digest": digest}
                yield {**row, "index_id": index_id(keys)}


def _number(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    mainland = _MAINLAND.fullmatch(digits)
    return mainland[1] if mainland else digits


_FORMS: Mapping[str, Callable[[str], str | None]] = MappingProxyType(
    {OWN_PARTY: name_form, OTHER_PARTY: name_form, PHONE: _number}
)
