"""Chain heads outside the database: who could rewrite every row could not rewrite yesterday's file.

    heads/2026-11-23.jsonl    one line an interaction: id, number, last seq, head hash
                              last line: how many, and the digest of the file before chained with this one's

Written aside and renamed. `compare` finds a chain that was cut or rewritten after the file was written: at the file's
seq the stored hash must still be the one in the file.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from interactions.database import Database
from interactions.errors import Invalid
from interactions.tables import interaction
from interactions.verify import Violation

BATCH = 1_000
_MOVED = text("""
select h.id, h.seq
from unnest(cast(:ids as uuid[]), cast(:seqs as bigint[]), cast(:hashes as bytea[])) as h(id, seq, hash)
left join event e on e.interaction_id = h.id and e.seq = h.seq
where e.hash is distinct from h.hash
""")


@dataclass(frozen=True, slots=True)
class HeadsFile:
    """What was written: where, how many heads, and the digest that the next file chains to."""

    path: Path
    heads: int
    digest: str


async def write_heads(database: Database, *, folder: Path, day: date) -> HeadsFile:
    """Writes the heads of all interactions as of now; an existing file of the day is replaced as a whole."""
    path = folder / f"{day.isoformat()}.jsonl"
    writer = _Writer(path, before=_digest_before(folder, day))
    async with database.snapshot() as connection:
        async for line in _lines(connection):
            writer.add(line)
    return await asyncio.to_thread(writer.close)


class _Writer:
    """Lines gathered aside in a buffered file, a running digest, and the rename at the end."""

    def __init__(self, path: Path, *, before: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._file = path.with_suffix(".new").open("wb")
        self._running = hashlib.sha256(before.encode())
        self._count = 0

    def add(self, line: bytes) -> None:
        """One more head."""
        self._running.update(line)
        self._file.write(line)
        self._count += 1

    def close(self) -> HeadsFile:
        """Seals the file and puts it in its place."""
        digest = self._running.hexdigest()
        with self._file:
            self._file.write(orjson.dumps({"heads": self._count, "digest": digest}) + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        self._path.with_suffix(".new").rename(self._path)
        return HeadsFile(self._path, self._count, digest)


async def compare(database: Database, *, path: Path) -> list[Violation]:
    """What of the log no longer is as `path` says; raises `Invalid` where the file itself was changed."""
    heads = list(read_heads(path))
    found: list[Violation] = []
    async with database.snapshot() as connection:
        for start in range(0, len(heads), BATCH):
            found += await _moved(connection, heads[start : start + BATCH], path.name)
    return found


def read_heads(path: Path) -> Iterator[dict[str, Any]]:
    """The heads in a file, after its digest was checked; raises `Invalid`."""
    *lines, last = path.read_bytes().splitlines(keepends=True)
    running = hashlib.sha256(_digest_before(path.parent, date.fromisoformat(path.stem)).encode())
    for line in lines:
        running.update(line)
    told = orjson.loads(last)
    if told != {"heads": len(lines), "digest": running.hexdigest()}:
        raise Invalid(f"{path.name}: the file does not match its own digest")
    return (orjson.loads(line) for line in lines)


async def _moved(connection: AsyncConnection, heads: list[dict[str, Any]], file: str) -> list[Violation]:
    numbers = {UUID(one["id"]): one["number"] for one in heads}
    values = {
        "ids": list(numbers),
        "seqs": [one["seq"] for one in heads],
        "hashes": [bytes.fromhex(one["hash"]) for one in heads],
    }
    rows = await connection.execute(_MOVED, values)
    return [Violation(numbers[row.id], row.seq, f"not as written down in {file}") for row in rows]


async def _lines(connection: AsyncConnection) -> AsyncIterator[bytes]:
    after = UUID(int=0)
    columns = (interaction.c.interaction_id, interaction.c.number, interaction.c.last_seq, interaction.c.head)
    statement = select(*columns).order_by(interaction.c.interaction_id).limit(BATCH)
    while rows := (await connection.execute(statement.where(interaction.c.interaction_id > after))).all():
        for row in rows:
            line = {"id": str(row.interaction_id), "number": row.number, "seq": row.last_seq, "hash": row.head.hex()}
            yield orjson.dumps(line) + b"\n"
        after = rows[-1].interaction_id


def _digest_before(folder: Path, day: date) -> str:
    """The digest of the newest file before `day`; empty for the first."""
    earlier = sorted(path for path in folder.glob("*.jsonl") if path.stem < day.isoformat())
    if not earlier:
        return ""
    return str(orjson.loads(earlier[-1].read_bytes().splitlines()[-1])["digest"])
