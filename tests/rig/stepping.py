"""Interleavings taken statement by statement: a seed decides whose statement is next, so each can be had again.

    contender A ─▶ point ─┐                       ┌─▶ its statement runs ─▶ next point, or waits for a lock, or is done
    contender B ─▶ point ─┼─▶ the seed picks one ─┤
    contender C ─▶ point ─┘                       └─▶ or its connection is lost, before or after the statement

Each contender is a command on a process of its own. All stand at a point until they are picked; after each pick
everybody is waited for until nobody moves: at the next point, at a lock that another one holds (asked of PostgreSQL
itself, not guessed from time), or done. Nothing here depends on how fast anything is, but for one thing: of two whom
one commit lets go, PostgreSQL decides who is first at the next lock; a replay that went the other way: try it again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import asyncpg

from tests.rig.faults import MEETING, Point, lose

PATIENCE_S = 30.0
# Most statements are done by then; only those that are not make us ask who waits for a lock.
GLANCE_S = 0.004
_BLOCKED = "select pid from unnest($1::int[]) as pid where pg_blocking_pids(pid) <> '{}'"
Looking = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Interleaving:
    """What was picked, in order, and what became of each contender: a value, or the exception it ended with."""

    trace: list[str] = field(default_factory=list)
    outcomes: dict[str, Any] = field(default_factory=dict)

    def told(self) -> str:
        """The steps, one a line, then the outcomes."""
        ends = [f"{name} ⇒ {outcome!r:.120}" for name, outcome in self.outcomes.items()]
        return "\n".join([*self.trace, *ends])


@dataclass(slots=True)
class _Standing:
    """A contender's statement that waits to be picked."""

    point: Point
    session: asyncpg.Connection
    go_on: asyncio.Future[str]


@dataclass(slots=True)
class _Contender:
    """One command under way, as its own statements meet it."""

    name: str
    standing: deque[_Standing] = field(default_factory=deque)
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    pid: int = 0
    lost_after: bool = False
    done: bool = False

    async def reach(self, point: Point, session: asyncpg.Connection) -> None:
        """Stands still before a statement until picked; after it goes on, unless its reply is to be lost."""
        if point.after:
            # Whoever gets this session next is another contender: what it waits for is not our wait.
            self.pid = 0
            if self.lost_after:
                self.lost_after = False
                lose(session)
            return
        standing = _Standing(point, session, asyncio.get_running_loop().create_future())
        self.standing.append(standing)
        self.moved.set()
        told = await standing.go_on
        self.lost_after = told == "lost after"
        if told == "lost before":
            lose(session)


class Stepper:
    """Runs contenders in the order a seed picks; `lost` of all picks lose the connection instead."""

    def __init__(self, random: Random, *, watching: asyncpg.Connection, lost: float = 0.0) -> None:
        self._random = random
        self._watching = watching
        self._lost = lost

    async def run(
        self, ways: Mapping[str, Callable[[], Awaitable[Any]]], *, look: Looking | None = None
    ) -> Interleaving:
        """Everybody's outcome; `look` is called after each pick, when nobody moves."""
        made = Interleaving()
        contenders = [_Contender(name) for name in ways]
        tasks = [asyncio.ensure_future(self._contend(one, ways[one.name], made)) for one in contenders]
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._steps(contenders, made, look)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return made

    async def _steps(self, contenders: Sequence[_Contender], made: Interleaving, look: Looking | None) -> None:
        await self._until_nobody_moves(contenders)
        while not all(one.done for one in contenders):
            ready = [one for one in contenders if one.standing]
            if ready:
                made.trace.append(self._pick(self._random.choice(ready)))
            await self._until_nobody_moves(contenders)
            if look is not None:
                await look()

    def _pick(self, chosen: _Contender) -> str:
        standing = chosen.standing.popleft()
        chosen.pid = standing.session.get_server_pid()
        told = "go on"
        if self._random.random() < self._lost:
            told = self._random.choice(["lost before", "lost after"])
        chosen.moved.clear()
        standing.go_on.set_result(told)
        return f"{chosen.name}: {standing.point.statement}" + ("" if told == "go on" else f" — {told}")

    async def _until_nobody_moves(self, contenders: Sequence[_Contender]) -> None:
        while moving := [one for one in contenders if not (one.standing or one.done)]:
            await _first_moved(moving)
            still = [one for one in moving if not (one.standing or one.done)]
            # Everybody blocked and nobody standing is a deadlock: PostgreSQL ends it, and the outcome tells.
            somebody_stands = any(one.standing for one in contenders)
            if still and somebody_stands and len(await self._blocked(still)) == len(still):
                return

    async def _blocked(self, moving: Sequence[_Contender]) -> list[int]:
        pids = [one.pid for one in moving]
        if 0 in pids:
            return []
        return [row[0] for row in await self._watching.fetch(_BLOCKED, pids)]

    async def _contend(self, contender: _Contender, way: Callable[[], Awaitable[Any]], made: Interleaving) -> None:
        MEETING.set(contender)
        try:
            made.outcomes[contender.name] = await way()
        except Exception as error:
            made.outcomes[contender.name] = error
        contender.done = True
        contender.moved.set()


async def _first_moved(moving: Sequence[_Contender]) -> None:
    """Returns when one of them stands again or is done, or when a moment is over."""
    waits = [asyncio.ensure_future(one.moved.wait()) for one in moving]
    await asyncio.wait(waits, timeout=GLANCE_S, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
