"""Watches the statements of every transaction and names those that lock out of order (DESIGN §4, claiming).

process ─▶ seats          interactions, by id ─▶ seats          never the other way round
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, event

from interactions.database import Database

_HEADS = re.compile(r"for no key update of interaction\b")
_SEATS = re.compile(r"from seat\b.* for no key update|^update seat\b", re.DOTALL)
_PROCESS = re.compile(r"from process\b.* for (no key )?update|^(update|delete from) process\b", re.DOTALL)
_KEPT = "locks of this transaction"


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
        engine = database.engine.sync_engine
        event.listen(engine, "begin", _begin)
        event.listen(engine, "before_cursor_execute", self._look)

    def _look(self, connection: Connection, _: object, statement: str, parameters: Any, *__: object) -> None:
        held: _Held = connection.info.setdefault(_KEPT, _Held())
        said = statement.strip().lower()
        if _HEADS.search(said):
            self._heads(held, set(_ids(parameters)), said)
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


def _begin(connection: Connection) -> None:
    connection.info[_KEPT] = _Held()


def _ids(parameters: Any) -> Iterator[UUID]:
    for one in parameters:
        if isinstance(one, UUID):
            yield one
        elif isinstance(one, list | tuple):
            yield from _ids(one)
