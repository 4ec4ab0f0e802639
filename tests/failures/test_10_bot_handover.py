"""Failure 10: the bot keeps talking after the human came; a random answer at no confidence.

Tried on every engine of tests/rig/engines.py, each made slow: it answers only when the test lets it, so that a
lawyer's accept meets the answer in flight.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from bots.ports import Answer, Bot, Context, Unavailable, Unsure
from interactions.verify import verify
from tests.rig.clients import Frame, Resident
from tests.rig.engines import ENGINES, engine
from tests.rig.house import RunningHouse, running_house, settings
from tests.rig.real_rasa import FAQ

KNOWN = "老板拖欠我三个月工资怎么办"
OTHER = "楼上漏水怎么办"


class Slow:
    """An engine whose answers wait until they are let; `asked` is set with the first question."""

    def __init__(self, engine: Bot) -> None:
        self._engine = engine
        self.let = asyncio.Event()
        self.asked = asyncio.Event()

    async def answer(self, question: str, *, context: Context) -> Answer | Unsure | Unavailable:
        """The engine's answer, late."""
        self.asked.set()
        said = await self._engine.answer(question, context=context)
        await self.let.wait()
        return said


class Broken:
    """An engine that fails in a way nobody foresaw, or says that it cannot."""

    def __init__(self, said: Unavailable | Exception) -> None:
        self._said = said

    async def answer(self, _: str, *, context: Context) -> Answer | Unsure | Unavailable:
        """No answer."""
        if isinstance(self._said, Exception):
            raise self._said
        return self._said if context.channel else Unavailable("no channel")


@pytest.fixture(params=ENGINES)
async def bot(request: pytest.FixtureRequest) -> AsyncIterator[Bot]:
    """Each engine in turn."""
    async with engine(request) as one:
        yield one


@pytest.fixture
def slow(bot: Bot) -> Slow:
    """Made slow."""
    return Slow(bot)


@pytest.fixture
async def house(postgres_url: str, redis_url: str, slow: Slow) -> AsyncIterator[RunningHouse]:
    """A house whose bot is slow, on the content that every engine knows."""
    chosen = settings(HOTLINE_BOTS__CONTENT=str(FAQ))
    async with running_house(postgres_url, redis_url, chosen=chosen, with_bot=slow) as running:
        yield running


@asynccontextmanager
async def served(house: RunningHouse, resident: Resident, interaction_id: str) -> AsyncIterator[None]:
    """Asks for a lawyer, who accepts; inside, the talk is with the lawyer."""
    lawyer = await house.lawyer()
    await resident.command(type="ask_lawyer")
    await lawyer.accept(interaction_id)
    await resident.next_of("state", state="with_lawyer")
    yield


def said_by_bot(resident: Resident) -> list[Frame]:
    """The bot's turns the resident saw."""
    return [frame for frame in resident.turns() if frame["by"] == "bot"]


async def test_an_answer_in_flight_is_dropped_when_a_lawyer_accepts(house: RunningHouse, slow: Slow) -> None:
    resident = await house.resident()
    ack = await resident.say(KNOWN)
    await slow.asked.wait()

    async with served(house, resident, ack["interaction_id"]):
        slow.let.set()
        await house.house.bot_turns.drain()
        await resident.say("律师您好")

    assert said_by_bot(resident) == []
    assert (await verify(house.house.database)).holds


async def test_the_log_itself_holds_no_turn_of_the_bot_after_the_accept(house: RunningHouse, slow: Slow) -> None:
    resident = await house.resident()
    ack = await resident.say(KNOWN)
    await slow.asked.wait()
    for text in (OTHER, "工伤怎么认定要什么材料"):
        await resident.say(text)

    async with served(house, resident, ack["interaction_id"]):
        slow.let.set()
        await house.house.bot_turns.drain()

    _, records = await house.house.reader.read(UUID(ack["interaction_id"]))
    accepted = next(record.seq for record in records if record.kind == "interaction.accepted")
    assert [record for record in records if record.seq > accepted and record.by == "bot"] == []


async def test_nothing_is_answered_in_the_line_either(house: RunningHouse, slow: Slow) -> None:
    resident = await house.resident()
    await resident.say(KNOWN)
    await slow.asked.wait()

    await resident.say("转人工")
    slow.let.set()
    await house.house.bot_turns.drain()

    await resident.next_of("state", state="waiting")
    assert said_by_bot(resident) == []


async def test_two_messages_at_once_are_answered_in_their_order(house: RunningHouse, slow: Slow) -> None:
    resident = await house.resident()
    await resident.send(type="say", client_id="a", text=KNOWN)
    await resident.send(type="say", client_id="b", text=OTHER)
    await slow.asked.wait()
    slow.let.set()

    await resident.until(lambda frame: frame.get("answer", {}).get("matter") == "housing.neighbour")

    matters = [frame["answer"]["matter"] for frame in said_by_bot(resident)]
    assert matters == ["labour.wages", "housing.neighbour"]


async def test_a_person_as_the_first_word_never_meets_the_bot(house: RunningHouse, slow: Slow) -> None:
    resident = await house.resident()

    await resident.say("zhuan ren gong")

    await resident.next_of("state", state="waiting")
    assert not slow.asked.is_set()


@pytest.mark.parametrize("reason", ["deadline", "circuit_open"])
async def test_a_bot_that_is_down_leads_to_the_line_with_all_that_was_said(
    postgres_url: str, redis_url: str, reason: str
) -> None:
    async with running_house(postgres_url, redis_url, with_bot=Broken(Unavailable(reason))) as house:
        resident, lawyer = await house.resident(), await house.lawyer()

        ack = await resident.say(KNOWN)
        await resident.next_of("state", state="waiting")
        await lawyer.accept(ack["interaction_id"])

        first = await lawyer.next_of("turn", seq=ack["seq"])
        assert first["text"] == KNOWN


async def test_a_bot_that_breaks_keeps_the_question_for_the_sweep(postgres_url: str, redis_url: str) -> None:
    broken = Broken(RuntimeError("garbage"))
    async with running_house(postgres_url, redis_url, with_bot=broken) as house:
        resident = await house.resident()

        ack = await resident.say(KNOWN)
        await house.house.bot_turns.drain()

        head, _ = await house.house.reader.read(UUID(ack["interaction_id"]))
        assert head.unanswered_since is not None
        assert said_by_bot(resident) == []


@pytest.mark.parametrize("text", ["asdfghjkl", "今天天气怎么样", "帮我写一首诗", "？？？", "11111"])
async def test_no_answer_at_no_confidence(bot: Bot, text: str) -> None:
    said = await bot.answer(text, context=Context("web"))

    assert not isinstance(said, Answer)
