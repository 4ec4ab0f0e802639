"""Watches the statements of every transaction and names those that lock out of order (DESIGN §4, claiming).

process ─▶ seats          interactions, by id ─▶ seats          never the other way round
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Executable
from sqlalchemy.dialects import postgresql

from interactions.connections import Connection, Rows
from interactions.database import Database, Unit

_POSTGRESQL: Any = postgresql.dialect()  # type: ignore[no-untyped-call]
_HEADS = re.compile(r"from interaction i\b.* for no key update of i\b", re.DOTALL)
_SEATS = re.compile(r"from seat\b.* for no key update|^update seat\b", re.DOTALL)
_PROCESS = re.compile(r"from process\b.* for (no key )?update|^update process\b", re.DOTALL)


@dataclass(slots=True)
class _Held:
    """What one transaction has locked so far."""

    heads: set[UUID] = field(default_factory=set)
    seats: bool = False


@dataclass(slots=True)
class LockOrder:
    """Every violation seen."""

    violations: list[str] = field(default_factory=list)

    def watch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Looks at every statement of every unit from now on."""
        unit, execute = Database.unit, Connection.execute
        held: dict[Connection, _Held] = {}

        @asynccontextmanager
        async def watched_unit(database: Database) -> AsyncIterator[Unit]:
            async with unit(database) as made:
                held[made.connection] = _Held()
                try:
                    yield made
                finally:
                    del held[made.connection]

        async def watched(connection: Connection, statement: Executable, values: Any = None) -> Rows:
            if connection in held:
                self._look(held[connection], statement, values)
            return await execute(connection, statement, values)

        monkeypatch.setattr(Database, "unit", watched_unit)
        monkeypatch.setattr(Connection, "execute", watched)

    def _look(self, held: _Held, statement: Executable, values: Any) -> None:
        said = str(statement.compile(dialect=_POSTGRESQL)).strip().lower()  # type: ignore[attr-defined]
        if _HEADS.search(said):
            self._heads(held, set(_ids(values)), said)
        elif _SEATS.search(said):
            held.seats = True
        elif _PROCESS.search(said) and held.seats:
            self.violations.append(f"a process after a seat: {said}")

    def _heads(self, held: _Held, ids: set[UUID], said: str) -> None:
        fresh = ids - held.heads
        if fresh and held.seats:
            self.violations.append(f"an interaction after a seat: {said}")
        if fresh and held.heads and min(fresh) < max(held.heads):
            self.violations.append(f"interactions out of order: {said}")
        held.heads |= ids


def _ids(values: Any) -> Iterator[UUID]:
    for one in values.values() if isinstance(values, dict) else values or ():
        if isinstance(one, UUID):
            yield one
        elif isinstance(one, list | tuple):
            yield from _ids(one)
