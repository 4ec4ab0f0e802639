"""A house on Rasa: what residents read while it is down, and that a lawyer's word is the last (failure 10)."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from pathlib import Path

from aiohttp import web

from bots.faq import load_entries
from bots.rasa_bot import RasaBot
from bots.settings import BotSettings, RasaSettings
from bots.stand_in import StandIn
from interactions.clock import SystemClock
from tests.rig.house import bot as retrieval
from tests.rig.house import running_house
from tests.rig.rasa import CONTENT, fake_rasa

FAQ = Path(__file__).resolve().parent.parent.parent / "bots" / "faq"
NOBODY = RasaSettings(url="http://127.0.0.1:1", token="nobody")


def on_rasa(settings: RasaSettings) -> StandIn:
    """The bot of a house whose engine is Rasa."""
    rasa = RasaBot(
        load_entries(FAQ),
        settings=BotSettings(engine="rasa", rasa=settings),
        unanswerable=["今天天气怎么样"],
        content=CONTENT,
        clock=SystemClock(),
    )
    return StandIn(rasa, retrieval())


async def test_while_rasa_is_down_retrieval_answers_and_the_house_says_so(postgres_url: str, redis_url: str) -> None:
    async with running_house(postgres_url, redis_url, with_bot=on_rasa(NOBODY)) as house:
        resident = await house.resident()

        await resident.say("老板拖欠我三个月工资怎么办")
        answer = await resident.next_of("turn", by="bot")

        assert answer["answer"]["matter"] == "labour.wages"
        async with house.session.get(f"{house.url}/metrics") as metrics:
            assert 'hotline_bot_stand_ins_total{reason="silent"} 1.0' in await metrics.text()
        async with house.session.get(f"{house.url}/health/ready") as ready:
            assert ready.status == HTTPStatus.OK
            assert (await ready.json())["rasa"] == "down"


async def test_with_rasa_up_its_word_counts_and_nobody_stands_in(postgres_url: str, redis_url: str) -> None:
    async with (
        fake_rasa() as rasa,
        running_house(postgres_url, redis_url, with_bot=on_rasa(rasa.settings(answer_s=30.0))) as house,
    ):
        resident = await house.resident()

        await resident.say("干活的钱被扣着不放")
        answer = await resident.next_of("turn", by="bot")

        assert answer["answer"]["matter"] == "labour.wages"
        async with house.session.get(f"{house.url}/metrics") as metrics:
            assert "hotline_bot_stand_ins_total{" not in await metrics.text()
        async with house.session.get(f"{house.url}/health/ready") as ready:
            assert (await ready.json())["rasa"] == "ok"


async def test_rasa_says_nothing_after_a_lawyer_accepted_not_even_what_was_in_flight(
    postgres_url: str, redis_url: str
) -> None:
    asked, let_go = asyncio.Event(), asyncio.Event()

    async def late(_: web.Request) -> web.StreamResponse:
        asked.set()
        await let_go.wait()
        return web.json_response(rasa.says)

    async with (
        fake_rasa() as rasa,
        running_house(postgres_url, redis_url, with_bot=on_rasa(rasa.settings(answer_s=30.0))) as house,
    ):
        # given a question that Rasa is still thinking about
        rasa.instead = late
        lawyer, resident = await house.lawyer(), await house.resident()
        ack = await resident.say("干活的钱被扣着不放")
        await asked.wait()

        # when a lawyer accepts, and then Rasa is done
        await resident.say("转人工")
        await lawyer.accept(ack["interaction_id"])
        accepted = await resident.next_of("state", state="with_lawyer")
        let_go.set()
        await house.house.bot_turns.drain()

        # then its answer is nowhere in the record
        await lawyer.command(type="say", interaction_id=ack["interaction_id"], text="您好")
        await resident.next_of("turn", text="您好")
        assert [turn for turn in resident.turns() if turn["by"] == "bot" and turn["seq"] > accepted["seq"]] == []
        assert not any("answer" in turn for turn in resident.turns() if turn["by"] == "bot")
