"""Two engines as one bot: while the first is down, the second answers.

question ─▶ first ─┬─▶ Answer, Unsure: said as it is, also where the second might know better
                   └─▶ Unavailable ─▶ counted, with its reason ─▶ second
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from bots.ports import Answer, Bot, Context, Unavailable, Unsure

Counted = Callable[[str], None]


class Engine(Bot, Protocol):
    """A bot that leans on something outside this process."""

    async def check(self) -> None:
        """Raises `EngineDown` where it could not answer now."""

    async def close(self) -> None:
        """Lets go of what it holds."""


class StandIn:
    """`second` answers while `first` is down."""

    def __init__(self, first: Engine, second: Bot) -> None:
        self._first = first
        self._second = second
        self._counted: Counted = lambda _: None

    def on_stood_in(self, counted: Counted) -> None:
        """`counted` is told the reason each time the second answers."""
        self._counted = counted

    async def answer(self, question: str, *, context: Context) -> Answer | Unsure | Unavailable:
        """The first's word, else the second's."""
        said = await self._first.answer(question, context=context)
        if not isinstance(said, Unavailable):
            return said
        self._counted(said.reason)
        return await self._second.answer(question, context=context)

    async def check(self) -> None:
        """Raises `EngineDown` while the second stands in."""
        await self._first.check()

    async def close(self) -> None:
        """Lets go of what the first holds."""
        await self._first.close()
