"""Watches the statements of every transaction and names those that lock out of order (DESIGN §4, claiming).

process ─▶ seats          interactions, by id ─▶ seats          never the other way round
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, TextClause
from sqlalchemy.dialects import postgresql

from interactions.connections import Connection, Rows
from interactions.database import Database

_HEADS = re.compile(r"for no key update of i\b")
_SEATS = re.compile(r"from seat\b.* for no key update|^update seat\b", re.DOTALL)
_PROCESS = re.compile(r"from process\b.* for (no key )?update|^(update|delete from) process\b", re.DOTALL)


@dataclass(slots=True)
class _Held:
    """What one transaction has locked so far."""

    heads: set[UUID] = field(default_factory=set)
    seats: bool = False


@dataclass(slots=True)
class LockOrder:
    """Every violation seen."""

    violations: list[str] = field(default_factory=list)

    def watch(self, database: Database) -> None:
        """Looks at every statement of `database` from now on."""
        connections = database._connections
        opening = connections._open

        async def opened() -> Connection:
            return self._watched(await opening())

        for idle in connections._idle:
            self._watched(idle)
        connections._open = opened  # type: ignore[method-assign]

    def _watched(self, connection: Connection) -> Connection:
        held = _Held()
        beginning, executing = connection.begin, connection.execute

        async def begin() -> None:
            held.heads, held.seats = set(), False
            await beginning()

        async def execute(statement: Executable, values: Any = None) -> Rows:
            self._look(held, *_said(statement, values))
            return await executing(statement, values)

        connection.begin = begin  # type: ignore[method-assign]
        connection.execute = execute  # type: ignore[method-assign]
        return connection

    def _look(self, held: _Held, statement: str, arguments: Any) -> None:
        said = statement.strip().lower()
        if _HEADS.search(said):
            self._heads(held, set(_ids(arguments or ())), said)
        elif _SEATS.search(said):
            held.seats = True
        elif _PROCESS.search(said):
            self._require(not held.seats or "delete" in said, f"a process after a seat: {said}")

    def _heads(self, held: _Held, ids: set[UUID], said: str) -> None:
        fresh = ids - held.heads
        self._require(not (fresh and held.seats), f"an interaction after a seat: {said}")
        in_order = not fresh or not held.heads or min(fresh) > max(held.heads)
        self._require(in_order, f"interactions out of order: {said}")
        held.heads |= ids

    def _require(self, holds: bool, told: str) -> None:
        if not holds:
            self.violations.append(told)


def _said(statement: Executable, values: Any) -> tuple[str, list[Any]]:
    """The statement's words and everything bound to it."""
    given = list(values.values()) if isinstance(values, dict) else list(values or ())
    if isinstance(statement, TextClause):
        return statement.text, given
    compiled = statement.compile(dialect=postgresql.dialect())  # type: ignore[attr-defined, no-untyped-call]
    return str(compiled), [*compiled.params.values(), *given]


def _ids(parameters: Any) -> Iterator[UUID]:
    for one in parameters:
        if isinstance(one, UUID):
            yield one
        elif isinstance(one, list | tuple):
            yield from _ids(one)
