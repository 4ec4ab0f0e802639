"""Failure 6: agents reserved until the next restart; every node with an idea of its own."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable

import asyncpg
import pytest
from redis.asyncio import Redis

from interactions.database import Database
from tests.rig.budget import LEDGER, RACED, STEPPED
from tests.rig.checker import against_heads, check, read_on
from tests.rig.fleet import Fleet, Refused, fleet
from tests.rig.interleavings import LOST, Stage, play_all
from tests.rig.killing import COMMANDS, STEADY, Case, Killing, worth_striking
from tests.rig.storm import Storm, staff, storm
from tests.rig.waiting import until_found

PROCESSES, SEATS = 4, 15
FLUSHES = 5
PATIENCE_S = 300.0
# Seats are judged at once when their console is gone: the rows decide, not the time a test takes.
BY_HAND = {
    "HOTLINE_ROUTING__GRACE_S": "0",
    "HOTLINE_ROUTING__RAMP_UP__CAP": "3",
    "HOTLINE_INTERACTIONS__DATABASE__TRANSACTION_S": "1",
}
# Quantiles of χ² at 0.999: fourteen degrees of freedom for the seats, three for the processes.
SEATS_LIMIT, PROCESSES_LIMIT = 36.12, 16.27


@pytest.fixture
async def by_hand(postgres_url: str, redis_url: str) -> AsyncIterator[Fleet]:
    """Processes that do what they are told."""
    async with fleet(postgres_url, redis_url, count=STEADY, by_hand=True, overrides=BY_HAND) as made:
        yield made


async def test_after_kill_9_at_every_fault_point_the_house_goes_on(
    by_hand: Fleet, database: Database, plain: asyncpg.Connection
) -> None:
    killing = Killing.of(by_hand, database, plain)
    found: dict[tuple[str, str], list[str]] = {}
    for name in COMMANDS:
        points = await killing.points(name)
        for at in worth_striking(points):
            found[name, points[at]] = await killing.kill_at(name, at)

    LEDGER["killed: kill -9 at a fault point"] += len(found)
    assert {at: told for at, told in found.items() if told} == {}
    # Every command but the short way into the log commits a transaction of its own, and was killed on both sides.
    assert {name for name, point in found if point.endswith(" commit")} == COMMANDS.keys() - {"say"}


async def test_a_dispatcher_that_stands_still_in_mid_round_is_noticed_and_another_takes_over(
    by_hand: Fleet, database: Database, plain: asyncpg.Connection
) -> None:
    killing = Killing.of(by_hand, database, plain)
    before_commit = (await killing.points("match")).index("before commit")
    case = await killing.case()
    frozen = await by_hand.start("about to stand still")
    dispatching = await frozen.pause_in("turn", at=before_commit)
    frozen.freeze()

    for other in by_hand.members[:STEADY]:
        await other.order("route")
    await _until_offered(case)

    frozen.thaw()
    await frozen.order("go_on")
    with pytest.raises(Refused, match="Unavailable"):
        await dispatching
    assert await case.finish() == []


async def test_redis_is_flushed_under_load_and_every_seat_on_every_process_gets_its_share(
    postgres_url: str, redis_url: str, plain: asyncpg.Connection
) -> None:
    async with asyncio.timeout(PATIENCE_S), fleet(postgres_url, redis_url, count=PROCESSES) as house:
        seats = await staff(house, postgres_url, seats=SEATS)
        blown = await _storm_with_flushes(house, postgres_url, redis_url)

    LEDGER["raced: stuck_reservation"] += len(blown.accepts)
    facts = await read_on(plain)
    assert check(facts, acknowledged=blown.acknowledged) + await against_heads(plain, facts) == []
    taken = Counter(fact.body["seat_id"] for fact in facts if fact.kind == "interaction.accepted")
    assert sum(taken.values()) == RACED["stuck_reservation"]
    by_seat = [taken[str(one.seat_id)] for one in seats]
    assert _chi_square(by_seat, [1] * SEATS) < SEATS_LIMIT
    spread = [range(at, SEATS, PROCESSES) for at in range(PROCESSES)]
    by_process = [sum(by_seat[at] for at in numbers) for numbers in spread]
    assert _chi_square(by_process, [len(numbers) for numbers in spread]) < PROCESSES_LIMIT


async def test_lost_connections_at_any_statement_leave_nothing_reserved(on_stage: Stage) -> None:
    kinds = ["double_assignment", "capacity", "vanished_seat", "ghost_ring", "leaving_seat", "handing_on"]
    share = STEPPED["stuck_reservation"] // len(kinds)
    for kind in kinds:
        await play_all(on_stage, kind, seeds=range(share), lost=LOST, ledger="stuck_reservation")


async def _storm_with_flushes(house: Fleet, postgres_url: str, redis_url: str) -> Storm:
    """Redis forgets everything, and everybody's subscription is cut, several times while people are served."""
    due: asyncio.Queue[int] = asyncio.Queue()
    residents = RACED["stuck_reservation"]

    def served(so_far: int) -> None:
        if so_far % (residents // FLUSHES) == 0:
            due.put_nowait(so_far)

    flushing = asyncio.create_task(_flush(redis_url, due))
    blown = await storm(house, postgres_url, residents=residents, at_once=30, seed="flushes", on_served=served)
    flushing.cancel()
    return blown


async def _flush(redis_url: str, due: asyncio.Queue[int]) -> None:
    async with Redis.from_url(redis_url) as redis:
        while True:
            await due.get()
            await redis.flushall()
            await redis.client_kill_filter(_type="pubsub")


async def _until_offered(case: Case) -> None:
    async def offered() -> bool:
        return bool((await case.place())["state"] == "offered")

    await until_found(offered)


def _chi_square(counted: Iterable[int], shares: list[int]) -> float:
    """Pearson's χ² against counts in proportion to `shares`."""
    found = list(counted)
    expected = [sum(found) * share / sum(shares) for share in shares]
    return sum((one - due) ** 2 / due for one, due in zip(found, expected, strict=True))
