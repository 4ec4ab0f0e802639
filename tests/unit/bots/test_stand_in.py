"""While one engine is down another answers, and only then."""

from __future__ import annotations

import pytest

from bots.errors import EngineSilent
from bots.ports import Answer, Context, Unavailable, Unsure
from bots.stand_in import StandIn

CONTEXT = Context(channel="web")
ANSWER = Answer("labour.x", "答", 0.9, "labour", (), "", "", True)


class Says:
    """An engine that says one thing, and remembers what it was asked."""

    def __init__(self, said: Answer | Unsure | Unavailable) -> None:
        self.said = said
        self.asked: list[str] = []
        self.closed = False

    async def answer(self, question: str, *, context: Context) -> Answer | Unsure | Unavailable:
        """What it says."""
        self.asked.append(question)
        return self.said

    async def check(self) -> None:
        """Down where it says so."""
        if isinstance(self.said, Unavailable):
            raise EngineSilent(self.said.reason)

    async def close(self) -> None:
        """Closed."""
        self.closed = True


@pytest.mark.parametrize("said", [ANSWER, Unsure(0.3, ("近似问题",), None)])
async def test_what_the_first_says_stands_sure_or_not(said: Answer | Unsure) -> None:
    first, second = Says(said), Says(ANSWER)
    counted: list[str] = []
    bot = StandIn(first, second)
    bot.on_stood_in(counted.append)

    assert await bot.answer("问", context=CONTEXT) is said
    assert (second.asked, counted) == ([], [])


async def test_the_second_answers_for_one_that_is_down_and_that_is_counted_with_its_reason() -> None:
    first, second = Says(Unavailable("silent")), Says(ANSWER)
    counted: list[str] = []
    bot = StandIn(first, second)
    bot.on_stood_in(counted.append)

    assert await bot.answer("问", context=CONTEXT) is ANSWER
    assert counted == ["silent"]


async def test_it_is_checked_and_closed_by_its_first() -> None:
    first = Says(Unavailable("silent"))
    bot = StandIn(first, Says(ANSWER))

    with pytest.raises(EngineSilent):
        await bot.check()
    await bot.close()

    assert first.closed
