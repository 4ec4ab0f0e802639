"""Residents and lawyers at work on a running instance while a test breaks what it stands on.

talkers    with a lawyer each, one sentence after the other, never ending
arrivals   one after the other: 转人工, a lawyer, 就这些, closed
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from tests.rig.checker import Acknowledged
from tests.rig.pages import GOODBYE, Desk, ResidentPage

PATIENCE_S = 120.0
DESKS = ("seat11", "seat12", "seat13", "seat14", "seat15")
TALKERS, QUEUES = 6, 2


@dataclass(frozen=True, slots=True)
class Mark:
    """How far everybody was at some moment."""

    said: tuple[int, ...]
    visits: int


@dataclass(slots=True)
class Load:
    """Everybody at work, and how far they are; `visits` counts arrivals that went all the way."""

    session: aiohttp.ClientSession
    url: str
    desks: list[Desk] = field(default_factory=list)
    talkers: list[ResidentPage] = field(default_factory=list)
    said: list[int] = field(default_factory=list)
    visits: int = 0
    visitors: list[ResidentPage] = field(default_factory=list)
    working: list[asyncio.Task[None]] = field(default_factory=list)

    def mark(self) -> Mark:
        """Now."""
        return Mark(tuple(self.said), self.visits)

    def went_on_since(self, mark: Mark, *, sentences: int = 3, visits: int = 2) -> bool:
        """Whether every talker has said so many more, and so many more visits went all the way."""
        talked = all(now - then >= sentences for now, then in zip(self.said, mark.said, strict=True))
        return talked and self.visits - mark.visits >= visits

    async def go_on(self, *, sentences: int = 3, visits: int = 2, also: Callable[[], bool] = lambda: True) -> None:
        """Returns once everybody went on by so much, and `also` holds."""
        mark = self.mark()
        await self.until(lambda: self.went_on_since(mark, sentences=sentences, visits=visits) and also())

    async def until(self, condition: Callable[[], bool]) -> None:
        """Returns when `condition` holds; whoever fails meanwhile, fails it."""
        async with self.patience():
            while not condition():
                self.check()
                await asyncio.sleep(0.02)

    @asynccontextmanager
    async def patience(self) -> AsyncIterator[None]:
        """So much time for what is inside; when it is over, tells where everybody stands."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                yield
        except TimeoutError:
            raise AssertionError(f"somebody stood still:\n{self.told()}") from None

    def check(self) -> None:
        """Raises what stopped a page, a lawyer's hand or somebody's work: none of them ever ends by itself."""
        for page in (*self.pages, *self.desks):
            if page.failed is not None:
                raise AssertionError(f"a page failed: {page.told()}") from page.failed
        for one in self.working:
            if one.done():
                one.result()
                raise AssertionError("somebody's work ended")

    async def stop(self) -> None:
        """Everybody goes home."""
        for one in self.working:
            one.cancel()
        await asyncio.gather(*self.working, return_exceptions=True)
        await asyncio.gather(*(page.stop() for page in (*self.pages, *self.desks)))

    def told(self) -> str:
        """Where everybody stands."""
        talkers = [f"talker, said {said}: {page.told()}" for page, said in zip(self.talkers, self.said, strict=True)]
        visitors = [f"visitor: {page.told()}" for page in self.visitors if page.state != "closed"]
        desks = [f"desk {name}: {desk.told()}" for name, desk in zip(DESKS, self.desks, strict=False)]
        return "\n".join([*talkers, f"visits: {self.visits}", *visitors, *desks])

    @property
    def pages(self) -> list[ResidentPage]:
        """Every resident's page so far."""
        return [*self.talkers, *self.visitors]

    @property
    def acknowledged(self) -> list[Acknowledged]:
        """Everything that residents were told is durable."""
        return [ack for page in self.pages for ack in page.acknowledged]

    @property
    def refused(self) -> int:
        """How often somebody was told to come again later."""
        return sum(page.refused["unavailable"] for page in (*self.pages, *self.desks))

    async def talk(self, number: int) -> None:
        """One talker's work."""
        page = self.talkers[number]
        await page.say("转人工")
        await page.until_state("with_lawyer")
        for sentence in itertools.count(1):
            await page.say(f"第{sentence}句")
            self.said[number] = sentence

    async def arrive(self) -> None:
        """Visits, one after the other."""
        while True:
            page = ResidentPage(self.session, self.url)
            self.visitors.append(page)
            await page.say("转人工")
            await page.until_state("with_lawyer")
            await page.say(GOODBYE)
            await page.until_state("closed")
            await page.stop()
            self.visits += 1


@asynccontextmanager
async def at_work(session: aiohttp.ClientSession, url: str) -> AsyncIterator[Load]:
    """Everybody at work while inside the block; whoever fails at it, fails the test."""
    load = Load(session, url)
    load.desks = [await Desk.open(session, url, username=name) for name in DESKS]
    load.talkers = [ResidentPage(session, url) for _ in range(TALKERS)]
    load.said = [0] * TALKERS
    works = [load.talk(number) for number in range(TALKERS)] + [load.arrive() for _ in range(QUEUES)]
    load.working = [asyncio.ensure_future(work) for work in works]
    try:
        yield load
        load.check()
    finally:
        await load.stop()
