"""Matching: a full round, one arrival, and a round that finds nobody, all behind a head of the line that nobody on
duty can serve."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg

from bench.progress import Step, silent
from interactions.clock import SystemClock
from interactions.database import connect
from interactions.log import Log
from interactions.sealing import KeyRing
from interactions.settings import DatabaseSettings
from routing.round import Rounds
from routing.settings import RelaxationSettings, RoutingSettings

LINES = (100, 10_000, 100_000)
SEATS = (15, 1_000)
IDLE_ROUNDS = 15
ARRIVALS = 10
# Rows as the log would leave them in line; words and chains play no part in matching.
_PEOPLE = """
with person as (insert into resident select gen_random_uuid(), now() from generate_series(1, $1) returning resident_id),
     one as (
        insert into interaction (interaction_id, number, resident_id, channel, language, state, urgency, matter,
            district, opened_at, waiting_since, rank_at, last_turn_at, last_seq, head)
        select gen_random_uuid(), $2 || row_number() over (), resident_id, 'web', 'zh', 'waiting', 3, $3, 'unknown',
            now(), now() - interval '1 minute', now() - interval '1 minute', now(), 0, '\\x00' from person
        returning interaction_id)
insert into interaction_key (interaction_id, master_id, wrapped) select interaction_id, 'k', $4 from one
"""
_DESKS = """
with who as (
        insert into account (account_id, username, display_name, password_hash, role)
        select gen_random_uuid(), 'a' || n, 'a' || n, '!', 'lawyer' from generate_series(1, $1) n returning account_id),
     desk as (
        insert into seat (seat_id, code, name, matters, languages, channels, chat_capacity, status, account_id,
            signed_in_at, idle_since, last_seen_at)
        select gen_random_uuid(), 's' || row_number() over (), 's', array['labour'], array['zh'], array['web'], 1,
            'available', account_id, now() - interval '1 hour', now(), now() from who
        returning seat_id, account_id),
     line as (
        insert into connection (connection_id, process_id, seat_id, opened_at)
        select gen_random_uuid(), $2, seat_id, now() from desk)
insert into shift (shift_id, seat_id, account_id, starts_at)
select gen_random_uuid(), seat_id, account_id, now() - interval '1 day' from desk
"""


_SERVED = """
with over as (update offer set state = 'withdrawn', ended_at = now() where state = 'live' returning interaction_id)
update interaction i set state = 'closed', closed_at = now() from over where i.interaction_id = over.interaction_id
"""


async def run(database_url: str, *, step: Step = silent) -> list[dict[str, float]]:
    """A row for each number of seats and length of the line."""
    rows: list[dict[str, float]] = []
    plain = await asyncpg.connect(database_url)
    for seats in SEATS:
        for waiting in LINES:
            step(f"{waiting:,} waiting, {seats:,} seats", len(rows), len(SEATS) * len(LINES))
            rows.append(await _one(plain, database_url, seats=seats, waiting=waiting))
    await plain.close()
    return rows


async def _one(plain: asyncpg.Connection, database_url: str, *, seats: int, waiting: int) -> dict[str, float]:
    await _clear(plain)
    process_id = UUID(int=1)
    await plain.execute("insert into process values ($1, now(), now() + interval '1 day')", process_id)
    await plain.execute(_DESKS, seats, process_id)
    # The head of the line needs what nobody on duty has.
    await plain.execute(_PEOPLE, waiting, f"h{waiting}-", "maritime", b"k" * 60)
    await plain.execute("vacuum analyze interaction")
    rounds, close = _rounds(database_url)
    idle_ms = [await _timed_ms(rounds) for _ in range(IDLE_ROUNDS)]
    arrival_ms = [await _arrival_ms(plain, rounds, number) for number in range(ARRIVALS)]
    await plain.execute(_PEOPLE, seats, f"s{waiting}-", "labour", b"k" * 60)
    started = time.perf_counter()
    offered = (await rounds.run()).offered
    seconds = time.perf_counter() - started
    await close()
    return {
        "seats": seats,
        "waiting": waiting,
        "offers": offered,
        "seconds": seconds,
        "idle_ms": statistics.median(idle_ms),
        "arrival_ms": statistics.median(arrival_ms),
    }


async def _arrival_ms(plain: asyncpg.Connection, rounds: Rounds, number: int) -> float:
    """From one arrival to its offer; the place is free again after it."""
    await plain.execute(_PEOPLE, 1, f"a{number}-", "labour", b"k" * 60)
    found = await _timed_ms(rounds)
    await plain.execute(_SERVED)
    return found


async def _timed_ms(rounds: Rounds) -> float:
    started = time.perf_counter()
    await rounds.run()
    return (time.perf_counter() - started) * 1e3


def _rounds(database_url: str) -> tuple[Rounds, Callable[[], Awaitable[None]]]:
    clock = SystemClock()
    database = connect(database_url, settings=DatabaseSettings(transaction_s=60.0, answer_s=60.0))
    log = Log(clock=clock, keys=KeyRing({"k": os.urandom(32)}, "k", os.urandom(32)))
    # The head stays unservable for as long as the bench takes; what relaxation reads for it is read all the same.
    later = RelaxationSettings(neighbour_s=3_600.0, any_s=3_600.0)
    return Rounds(database, log=log, clock=clock, settings=RoutingSettings(relaxation=later)), database.close


async def _clear(plain: asyncpg.Connection) -> None:
    await plain.execute("set session_replication_role = replica")
    for table in ("offer", "event", "interaction_key", "interaction", "resident"):
        await plain.execute(f"delete from {table}")  # noqa: S608 - names above
    for table in ("connection", "shift", "seat", "account", "process"):
        await plain.execute(f"delete from {table}")  # noqa: S608 - names above
    await plain.execute("set session_replication_role = default")
