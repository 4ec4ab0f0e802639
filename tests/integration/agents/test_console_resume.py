"""A console that comes back sees what a console that never left has seen: cursors, lost hints, other processes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from agents.closing import CloseCode
from interactions.changes import Change
from interactions.head import Head
from interactions.tables import seat
from tests.integration.agents.console_client import ConsoleClient, Frame, log_in
from tests.integration.agents.house import House, Lawyer


async def _some_words(house: House, head: Head, lawyer: Lawyer, chance: random.Random) -> None:
    for number in range(chance.randrange(4)):
        who = chance.choice(("resident", "lawyer", "note"))
        if who == "resident":
            await house.resident_says(head, f"居民 {number}")
        elif who == "lawyer":
            await house.serving.say(lawyer.server, interaction_id=head.interaction_id, text=f"律师 {number}")
        else:
            await house.serving.note(lawyer.server, interaction_id=head.interaction_id, text=f"备注 {number}")


@pytest.mark.parametrize("seed", range(6))
async def test_reconnecting_with_cursors_shows_exactly_what_a_full_read_shows(
    house: House, client: TestClient[Any, Any], seed: int
) -> None:
    chance = random.Random(seed)
    lawyer = await house.add_lawyer("seat01")
    heads = [await house.open(f"问题 {number}") for number in range(3)]
    for head in heads:
        await house.give(head, lawyer)
    token = await log_in(client, "seat01")
    seen: list[Frame] = []
    cursors: dict[str, int] = {}
    for _ in range(5):
        async with ConsoleClient(client) as console:
            welcome = await console.hello(token, dict(cursors))
            for head in heads:
                await _some_words(house, head, lawyer, chance)
            wanted = {item["interaction_id"]: item["last"] for item in welcome["interactions"]}
            await _read_until(console, wanted, cursors, stop=chance.random)
            seen += [frame for frame in console.received if frame["type"] == "turn"]
        for head in heads:
            await _some_words(house, head, lawyer, chance)
    async with ConsoleClient(client) as console:
        welcome = await console.hello(token, dict(cursors))
        wanted = {item["interaction_id"]: item["last"] for item in welcome["interactions"]}
        await _read_until(console, wanted, cursors)
        seen += [frame for frame in console.received if frame["type"] == "turn"]
    async with ConsoleClient(client) as console:
        await console.hello(token)
        await _read_until(console, wanted, {})
        for head in heads:
            mine = [frame for frame in seen if frame["interaction_id"] == str(head.interaction_id)]
            assert mine == console.turns(head.interaction_id)
            _assert_unbroken(mine)


async def _read_until(
    console: ConsoleClient, wanted: dict[str, int], cursors: dict[str, int], stop: Callable[[], float] = lambda: 1.0
) -> None:
    """Reads until everything in `wanted` was seen, or chance cuts the line; `cursors` keep what was seen."""
    while any(cursors.get(one, 0) < last for one, last in wanted.items()) and stop() > 0.1:
        frame = await console.until("turn")
        cursors[frame["interaction_id"]] = frame["seq"]
    for frame in console.received:
        if frame["type"] == "turn":
            cursors[frame["interaction_id"]] = max(cursors.get(frame["interaction_id"], 0), frame["seq"])


def _assert_unbroken(turns: list[Frame]) -> None:
    """Every `prev` names the turn before, so that a client can tell that it missed nothing."""
    assert [turn["prev"] for turn in turns] == [0, *(turn["seq"] for turn in turns[:-1])]


async def test_a_cursor_beyond_the_log_is_answered_from_the_start(house: House, client: TestClient[Any, Any]) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await house.open("第一句")
    await house.give(head, lawyer)
    async with ConsoleClient(client) as console:
        await console.hello(await log_in(client, "seat01"), {str(head.interaction_id): 10_000})
        assert (await console.until("turn"))["text"] == "第一句"


async def test_a_lost_hint_is_found_by_the_re_check_and_counted(house: House, client: TestClient[Any, Any]) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await house.open()
    await house.give(head, lawyer)
    async with ConsoleClient(client) as console:
        await console.hello(await log_in(client, "seat01"))
        await console.until("turn")
        (stream,) = house.consoles._streams
        # given: the commit's hint never arrives here
        house.changes._by_topic.clear()
        await house.resident_says(head, "有人吗")
        # when
        await house.consoles._recheck.compare([stream])
        # then
        assert (await console.until("turn"))["text"] == "有人吗"
        await house.consoles._recheck.compare([stream])
    assert house.rescues == ["interaction"]


async def test_without_faults_the_re_check_counts_nothing(house: House, client: TestClient[Any, Any]) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await house.open()
    async with ConsoleClient(client) as console:
        await console.hello(await log_in(client, "seat01"))
        (stream,) = house.consoles._streams
        offer_id = await house.offer(head, lawyer)
        await house.consoles._recheck.compare([stream])
        await console.ask({"type": "accept", "offer_id": str(offer_id), "client_id": "1"})
        await house.consoles._recheck.compare([stream])
        await house.resident_says(head, "在")
        await house.consoles._recheck.compare([stream])
        await console.until("turn", text="在")
        await house.consoles._recheck.compare([stream])
    assert house.rescues == []


async def test_another_processs_wake_up_carries_no_words_and_shows_them_all_the_same(
    house: House, client: TestClient[Any, Any]
) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await house.open()
    await house.give(head, lawyer)
    async with ConsoleClient(client) as console:
        await console.hello(await log_in(client, "seat01"))
        outward: list[tuple[Change, ...]] = []
        house.changes.on_outward(lambda changes, _: outward.append(changes))
        silenced = {topic: set(group) for topic, group in house.changes._by_topic.items()}
        house.changes._by_topic.clear()
        await house.resident_says(head, "从另一个进程")
        house.changes._by_topic.update(silenced)
        (change,) = outward[-1]
        bare = Change(change.interaction_id, change.last_seq, change.resident_id, change.seats)
        house.changes.deliver((bare,), wake_router=False)
        await console.until("turn", text="从另一个进程")


async def test_the_re_check_runs_by_the_clock_and_ends_dead_logins(house: House, client: TestClient[Any, Any]) -> None:
    await house.add_lawyer("seat01")
    token = await log_in(client, "seat01")
    running = asyncio.ensure_future(house.consoles.run())
    # The login above and the hello below take many turns of the loop: the re-check is waiting by then.
    try:
        async with ConsoleClient(client) as console:
            await console.hello(token)
            holder = await house.tokens.holder(token)
            await house.tokens.revoke(holder.login_id)
            house.clock.advance(timedelta(seconds=2))
            assert await console.closed() == CloseCode.BAD_TOKEN
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_restart_tells_every_socket_to_come_back(house: House, client: TestClient[Any, Any]) -> None:
    await house.add_lawyer("seat01")
    async with ConsoleClient(client) as console:
        await console.hello(await log_in(client, "seat01"))
        house.consoles.restart()
        assert await console.closed() == CloseCode.RESTART


async def test_logging_out_closes_the_sockets_of_that_login_and_signs_the_seat_out(
    house: House, client: TestClient[Any, Any]
) -> None:
    lawyer = await house.add_lawyer("seat01")
    token = await log_in(client, "seat01")
    async with ConsoleClient(client) as console:
        await console.hello(token)
        bearer = {"Authorization": f"Bearer {token}"}
        assert (await client.post("/api/logout", headers=bearer)).status == 200
        assert await console.closed() == CloseCode.BAD_TOKEN
        assert (await client.get("/api/codes", headers=bearer)).status == 401
    assert await house.roster.find_seat(lawyer.account_id) == "seat01"
    async with house.database.read() as connection:
        seats = select(seat.c.seat_id).where(seat.c.account_id == lawyer.account_id)
        assert await connection.scalar(seats) is None
