"""Chain heads outside the database: who could rewrite every row could not rewrite yesterday's file.

    heads/2026-11-23.jsonl    one line an interaction: id, number, last seq, head hash
                              last line: how many, up to which transaction of which server, and the digest of the
                              file before chained with this one's

The first file, and that of each first of the month, holds all heads; the others those that moved since the one before
(by transaction, so that none is missed however clocks differ), so that nights do not grow with the years.
Written aside and renamed. `compare` finds a chain that was cut or rewritten after a file was written: at the file's
seq the stored hash must still be the one in the file.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from interactions.database import Database
from interactions.errors import Invalid
from interactions.verify import Violation

BATCH = 1_000
LAST_LINE = 1_024
_MOVED = text("""
select h.id, h.seq
from unnest(cast(:ids as uuid[]), cast(:seqs as bigint[]), cast(:hashes as bytea[])) as h(id, seq, hash)
left join event e on e.interaction_id = h.id and e.seq = h.seq
where e.hash is distinct from h.hash order by h.id
""")
_ALL = text("""
select interaction_id, number, last_seq, head from interaction
where interaction_id > :after order by interaction_id limit :most
""")
_MOVED_SINCE = text("""
select i.interaction_id, i.number, i.last_seq, i.head from interaction i
where i.interaction_id > :after
  and i.interaction_id in (select e.interaction_id from event e where e.tx >= cast(cast(:since as text) as xid8))
order by i.interaction_id limit :most
""")
_POSITION = text("""
select (select system_identifier::text from pg_control_system()) as server,
       pg_snapshot_xmin(pg_current_snapshot())::text as tx
""")


@dataclass(frozen=True, slots=True)
class HeadsFile:
    """What was written: where, how many heads, and the digest that the next file chains to."""

    path: Path
    heads: int
    digest: str


async def write_heads(database: Database, *, folder: Path, day: date) -> HeadsFile:
    """Writes the heads as of now; an existing file of the day is replaced as a whole."""
    before = _before(folder, day)
    async with database.snapshot() as connection:
        server, tx = (await connection.execute(_POSITION)).one()
        since = before.get("tx") if before.get("server") == server and day.day != 1 else None
        writer = _Writer(folder / f"{day.isoformat()}.jsonl", before=before.get("digest", ""))
        async for line in _lines(connection, since):
            writer.add(line)
    return await asyncio.to_thread(writer.close, {"server": server, "tx": tx})


class _Writer:
    """Lines gathered aside in a buffered file, a running digest, and the rename at the end."""

    def __init__(self, path: Path, *, before: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        # Named for the process: two of one machine may share the folder.
        self._aside = path.with_suffix(f".{os.getpid()}.new")
        self._file = self._aside.open("wb")
        self._running = hashlib.sha256(before.encode())
        self._count = 0

    def add(self, line: bytes) -> None:
        """One more head."""
        self._running.update(line)
        self._file.write(line)
        self._count += 1

    def close(self, position: dict[str, str]) -> HeadsFile:
        """Seals the file and puts it in its place."""
        self._running.update(orjson.dumps(position))
        digest = self._running.hexdigest()
        with self._file:
            self._file.write(orjson.dumps({"heads": self._count, **position, "digest": digest}) + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        self._aside.rename(self._path)
        return HeadsFile(self._path, self._count, digest)


def files_in(path: Path) -> list[Path]:
    """The file itself, or every file of a folder, the oldest first; raises `Invalid` where there is none."""
    found = sorted(path.glob("*.jsonl")) if path.is_dir() else [path] if path.is_file() else []
    if not found:
        raise Invalid(f"{path}: no file of chain heads")
    return found


async def compare(database: Database, *, path: Path) -> list[Violation]:
    """What of the log no longer is as the file `path` says; raises `Invalid` where the file itself was changed."""
    await asyncio.to_thread(_check, path)
    found: list[Violation] = []
    async with database.snapshot() as connection:
        with path.open("rb") as file:
            heads = (orjson.loads(line) for line in file)
            while batch := [head for head in islice(heads, BATCH) if "id" in head]:
                found += await _moved(connection, batch, path.name)
    return found


def _check(path: Path) -> None:
    """Raises `Invalid` unless the file, after the one before it, gives the digest in its last line."""
    running, count, last = hashlib.sha256(), 0, b""
    try:
        running.update(_before(path.parent, date.fromisoformat(path.stem)).get("digest", "").encode())
        with path.open("rb") as file:
            for line in file:
                if last:
                    running.update(last)
                    count += 1
                last = line
        told = orjson.loads(last)
        running.update(orjson.dumps({"server": told["server"], "tx": told["tx"]}))
        holds = (told["heads"], told["digest"]) == (count, running.hexdigest())
    except (ValueError, KeyError, TypeError, AttributeError):
        holds = False  # no date, no JSON, no last line: not as it was written
    if not holds:
        raise Invalid(f"{path}: the file does not match its own digest")


async def _moved(connection: AsyncConnection, heads: list[dict[str, Any]], file: str) -> list[Violation]:
    numbers = {UUID(one["id"]): one["number"] for one in heads}
    values = {
        "ids": list(numbers),
        "seqs": [one["seq"] for one in heads],
        "hashes": [bytes.fromhex(one["hash"]) for one in heads],
    }
    rows = await connection.execute(_MOVED, values)
    return [Violation(numbers[row.id], row.seq, f"not as written down in {file}") for row in rows]


async def _lines(connection: AsyncConnection, since: str | None) -> AsyncIterator[bytes]:
    after = UUID(int=0)
    statement, values = (_ALL, {}) if since is None else (_MOVED_SINCE, {"since": since})
    while rows := (await connection.execute(statement, {**values, "after": after, "most": BATCH})).all():
        for row in rows:
            line = {"id": str(row.interaction_id), "number": row.number, "seq": row.last_seq, "hash": row.head.hex()}
            yield orjson.dumps(line) + b"\n"
        after = rows[-1].interaction_id


def _before(folder: Path, day: date) -> dict[str, Any]:
    """The last line of the newest file before `day`; empty for the first, and where it cannot be read.

    A damaged file is named by `compare`; it must not keep tonight's from being written, with all heads.
    """
    earlier = max((path for path in folder.glob("*.jsonl") if path.stem < day.isoformat()), default=None)
    if earlier is None:
        return {}
    try:
        with earlier.open("rb") as file:
            file.seek(max(0, earlier.stat().st_size - LAST_LINE))
            found = orjson.loads(file.read().splitlines()[-1])
    except (ValueError, IndexError):
        return {}
    return found if isinstance(found, dict) else {}
