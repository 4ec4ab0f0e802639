"""Keys backed up apart from the data, with a shorter life: what was erased must not come back with a restore.

    data backup   everything but the tables in `SHORT_LIVED`      kept as long as the city must
    key backup    one line an interaction, still wrapped; the     kept for days; older ones are deleted, and with them
                  last line says how many and their digest        the last copies of erased keys

An import only adds: a key that is there stays, and where the log says `interaction.erased` none is put back.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from interactions.clock import Clock
from interactions.database import Database
from interactions.errors import Invalid
from interactions.events import ErasedForGood

# Left out of backups of the data: keys, what is found by names, and words on their way in.
SHORT_LIVED = ("interaction_key", "blind_index", "inbound")
BATCH = 1_000
_KEPT = text("""
select interaction_id, master_id, wrapped from interaction_key
where interaction_id > :after and wrapped is not null order by interaction_id limit :most
""")
# Said of each key: what becomes of it.
_RESTORE = text("""
with n as (
    select * from unnest(cast(:ids as uuid[]), cast(:masters as text[]), cast(:wrapped as bytea[])) as
        n(interaction_id, master_id, wrapped)
), told as (
    select n.*, i.interaction_id is not null as known, k.interaction_id is not null as there, exists (
        select from event e where e.interaction_id = n.interaction_id and e.kind = :erased) as erased
    from n left join interaction i on i.interaction_id = n.interaction_id
    left join interaction_key k on k.interaction_id = n.interaction_id
), added as (
    insert into interaction_key (interaction_id, master_id, wrapped)
    select interaction_id, master_id, wrapped from told where known and not there and not erased
    on conflict do nothing
), marked as (
    insert into interaction_key (interaction_id, erased_at)
    select interaction_id, cast(:now as timestamptz) from told where known and not there and erased
    on conflict do nothing
)
select count(*) filter (where known and not there and not erased), count(*) filter (where there and not erased),
       count(*) filter (where known and erased), count(*) filter (where not known) from told
""")


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of the keys of a file: put back, there already, erased since and left out, of none here."""

    restored: int = 0
    kept: int = 0
    erased: int = 0
    unknown: int = 0

    def plus(self, counts: Sequence[int]) -> Restored:
        """With one more batch."""
        restored, kept, erased, unknown = counts
        return Restored(self.restored + restored, self.kept + kept, self.erased + erased, self.unknown + unknown)


async def export_keys(database: Database, *, path: Path) -> int:
    """Writes every key, still wrapped, to `path` (0600); returns how many. Raises `Invalid` where it exists."""
    if await asyncio.to_thread(path.exists):
        raise Invalid(f"{path}: 已存在；备份不覆盖旧文件")
    aside, running, count = path.with_name(f"{path.name}.{os.getpid()}.new"), hashlib.sha256(), 0
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        async with database.snapshot() as connection:
            async for line in _lines(connection):
                running.update(line)
                file.write(line)
                count += 1
        file.write(orjson.dumps({"keys": count, "digest": running.hexdigest()}) + b"\n")
        file.flush()
        await asyncio.to_thread(os.fsync, file.fileno())
    aside.rename(path)
    return count


async def import_keys(database: Database, *, path: Path, clock: Clock) -> Restored:
    """Puts back the keys that are missing; raises `Invalid` where the file is not as it was written."""
    await asyncio.to_thread(_check, path)
    done = Restored()
    with path.open("rb") as file:
        keys = (orjson.loads(line) for line in file)
        while batch := [key for key in islice(keys, BATCH) if "id" in key]:
            done = done.plus(await _restore(database, batch, clock))
    return done


async def _restore(database: Database, batch: list[dict[str, Any]], clock: Clock) -> Sequence[int]:
    values = {
        "ids": [UUID(key["id"]) for key in batch],
        "masters": [key["master"] for key in batch],
        "wrapped": [bytes.fromhex(key["wrapped"]) for key in batch],
        "erased": ErasedForGood.kind,
        "now": clock.now(),
    }
    async with database.unit() as unit:
        return tuple((await unit.connection.execute(_RESTORE, values)).one())


async def _lines(connection: AsyncConnection) -> AsyncIterator[bytes]:
    after = UUID(int=0)
    while rows := (await connection.execute(_KEPT, {"after": after, "most": BATCH})).all():
        for interaction_id, master_id, wrapped in rows:
            yield orjson.dumps({"id": str(interaction_id), "master": master_id, "wrapped": wrapped.hex()}) + b"\n"
        after = rows[-1][0]


def _check(path: Path) -> None:
    running, count, last = hashlib.sha256(), 0, b""
    try:
        with path.open("rb") as file:
            for line in file:
                if last:
                    running.update(last)
                    count += 1
                last = line
        holds = orjson.loads(last) == {"keys": count, "digest": running.hexdigest()}
    except OSError as error:
        raise Invalid(f"{path}: {error.strerror}") from None
    except ValueError:
        holds = False
    if not holds:
        raise Invalid(f"{path}: 与写入时不符，没有恢复任何密钥")
