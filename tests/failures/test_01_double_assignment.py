"""Failure 1: two take one; automatic overrides manual."""

from __future__ import annotations

import asyncio
from collections import Counter

import aiohttp
import asyncpg

from agents.demo_roster import Demo, seed_demo
from agents.passwords import Passwords
from interactions.clock import SystemClock
from interactions.database import connect
from interactions.settings import DatabaseSettings
from interactions.verify import verify
from tests.rig.budget import LEDGER, RACED, STEPPED
from tests.rig.checker import against_heads, check, read_on
from tests.rig.clients import Lawyer, Resident
from tests.rig.fleet import fleet
from tests.rig.house import PASSWORD, settings
from tests.rig.interleavings import Stage, play_all
from tests.rig.storm import staff, storm

KIND = "double_assignment"
PROCESSES, SEATS, ROUNDS = 4, 15, 3
PATIENCE_S = 400.0


async def test_of_two_accepts_one_wins_in_every_order_of_their_statements(on_stage: Stage) -> None:
    different = await play_all(on_stage, KIND, seeds=range(STEPPED[KIND]), ledger=KIND)

    assert different > STEPPED[KIND] * 0.9


async def test_a_thousand_requests_fifteen_seats_four_processes(postgres_url: str, redis_url: str) -> None:
    async with (
        asyncio.timeout(PATIENCE_S),
        fleet(postgres_url, redis_url, count=PROCESSES, delayed=0.05, lost=0.002) as house,
    ):
        await staff(house, postgres_url, seats=SEATS)
        blown = await storm(house, postgres_url, residents=RACED[KIND], at_once=60, seed=KIND)

    LEDGER[f"raced: {KIND}"] += len(blown.accepts)
    reading = await asyncpg.connect(postgres_url)
    facts = await read_on(reading)
    assert check(facts, acknowledged=blown.acknowledged) + await against_heads(reading, facts) == []
    await reading.close()

    stored = Counter(fact.body["offer_id"] for fact in facts if fact.kind == "interaction.accepted")
    assert {offer_id: sum(won) for offer_id, won in blown.accepts.items() if any(won)} == stored
    assert len(stored) == len(set(blown.interactions)) == RACED[KIND]
    database = connect(postgres_url, settings=DatabaseSettings())
    assert (await verify(database)).holds
    await database.close()


async def test_the_losers_screen_is_cleared_by_the_news_of_the_accept_and_not_by_a_sweep(
    postgres_url: str, redis_url: str
) -> None:
    # With a re-check once an hour, what clears a screen on another process is the wake-up or nothing.
    quick = {"HOTLINE_AGENTS__CONSOLE__RECHECK_S": "3600", "HOTLINE_ROUTING__RAMP_UP__CAP": str(ROUNDS)}
    async with (
        fleet(postgres_url, redis_url, count=PROCESSES, overrides=quick) as house,
        aiohttp.ClientSession() as net,
    ):
        await _lawyers(postgres_url)
        here, there, *_, doors = house.members
        tabs = [await Lawyer.open(net, one.url, username="seat01", password=PASSWORD) for one in (here, there)]
        for _ in range(ROUNDS):
            page = await Resident.open(net, doors.url)
            asked = await page.command(type="ask_lawyer")

            told = await asyncio.gather(*(tab.accept(asked["interaction_id"]) for tab in tabs))

            assert sorted(one["type"] for one in told) == ["ack", "error"]
            loser = tabs[[one["type"] for one in told].index("error")]
            offer = await loser.next_of("offer", interaction_id=asked["interaction_id"])
            gone = await loser.next_of("offer_gone", offer_id=offer["offer_id"])
            assert gone["reason"] == "accepted_elsewhere"
        assert [await one.order("rescues") for one in (here, there)] == [{}, {}]


async def _lawyers(url: str) -> None:
    """The accounts of the demo, by which lawyers sign in."""
    database = connect(url, settings=DatabaseSettings())
    passwords = Passwords(settings().agents.password)
    await seed_demo(database, passwords=passwords, clock=SystemClock(), demo=Demo(PASSWORD))
    await database.close()
