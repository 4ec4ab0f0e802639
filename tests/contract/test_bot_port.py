"""What every bot owes, whichever engine answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bots.phrasing import answer_text, unsure_text
from bots.ports import Answer, Bot, Context, Unavailable, Unsure
from bots.retrieval import load_unanswerable
from tests.rig.engines import ENGINES, engine

ON_THE_WEB = Context(channel="web")


@pytest.fixture(params=ENGINES)
async def bot(request: pytest.FixtureRequest) -> AsyncIterator[Bot]:
    """Each engine in turn."""
    async with engine(request) as one:
        yield one


async def test_the_question_everybody_asks_is_answered_with_its_basis(bot: Bot) -> None:
    said = await bot.answer("老板拖欠我三个月工资怎么办", context=ON_THE_WEB)

    assert isinstance(said, Answer)
    assert said.entry_id == "labour.wages.unpaid"
    assert said.basis
    assert 0.7 <= said.confidence <= 1.0
    assert "劳动合同法》第三十条" in answer_text(said)


@pytest.mark.parametrize("question", load_unanswerable())
async def test_what_the_content_does_not_cover_is_never_answered(bot: Bot, question: str) -> None:
    said = await bot.answer(question, context=ON_THE_WEB)

    assert isinstance(said, Unsure)
    assert "转人工" in unsure_text(said)


@pytest.mark.parametrize("question", ["", " ", "\x00", "\ud800", "？" * 10_000, "<script>", "a" * 100_000])
async def test_hostile_text_gets_one_of_the_three_outcomes(bot: Bot, question: str) -> None:
    said = await bot.answer(question, context=ON_THE_WEB)

    assert isinstance(said, Answer | Unsure | Unavailable)


async def test_it_is_safe_to_ask_many_things_at_once(bot: Bot) -> None:
    questions = ["楼上漏水怎么办", "工伤怎么认定要什么材料"] * 20

    together = await asyncio.gather(*(bot.answer(one, context=ON_THE_WEB) for one in questions))

    alone = [await bot.answer(one, context=ON_THE_WEB) for one in questions[:2]]
    assert together == alone * 20
