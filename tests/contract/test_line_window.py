"""The line as the router reads it and as a simulated day keeps it give the policy the same window."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Row, text

from interactions.model import Need, Urgency
from routing.barred import recuse
from routing.candidates import Caller, Seats
from routing.capacity import on_duty
from routing.line import needs_waiting, next_in_line, next_step
from routing.needs import rank_at
from routing.offer_rows import exclude
from routing.settings import RoutingSettings
from routing.simulation.line import VirtualLine
from tests.rig.ground import Ground, Seat

SETTINGS = RoutingSettings()
_LINE = text("select interaction_id, channel, matter, language, urgency, waiting_since, rank_at from interaction")
MATTERS = ("labour", "injury", "family", "maritime", "general")
# An interaction, the seat that may not have it, why, and until when.
Bar = tuple[UUID, UUID, str, datetime | None]


@pytest.mark.parametrize("seed", range(6))
async def test_both_lines_give_the_same_window(ground: Ground, seed: int) -> None:
    chance = random.Random(seed)
    seats = [await ground.seat(matters=skills, capacity=2) for skills in (("labour",), ("family", "labour"))]
    line = [await _joins(ground, chance) for _ in range(14)]
    barred = await _bars(ground, chance, line, seats)
    if seed % 2:
        # Half of the pauses are over, and the line has been looked at before they were.
        ground.clock.advance(timedelta(seconds=45))

    now = ground.clock.now()
    async with ground.database.read() as connection:
        on = Seats(
            [
                one.candidate(now, SETTINGS.ramp_up)
                for one in await on_duty(connection, now=now, tail=SETTINGS.shift_tail)
            ]
        )
        for beyond in (0, 2):
            read = (await next_in_line(connection, on, now=now, settings=SETTINGS, beyond=beyond)).callers
            kept = (await _kept(ground, barred)).window(on, now=now, settings=SETTINGS, beyond=beyond)
            assert _by_place(read) == _by_place(kept)
            assert read
        needs = await needs_waiting(connection)
        step = await next_step(connection, needs, on, now=now, settings=SETTINGS)
        assert step == (await _kept(ground, barred)).next_step(on, now=now, settings=SETTINGS)


async def _joins(ground: Ground, chance: random.Random) -> UUID:
    urgency, now = chance.choice([*Urgency]), ground.clock.now()
    head_start = now - rank_at(now, urgency=urgency, settings=SETTINGS)
    made = await ground.waiting(matter=chance.choice(MATTERS), urgency=urgency, head_start=head_start)
    ground.clock.advance(timedelta(seconds=chance.choice([0, 1, 5, 40])))
    return made


async def _bars(ground: Ground, chance: random.Random, line: list[UUID], seats: list[Seat]) -> list[Bar]:
    """Some seats are kept from some of the line: for good, for half a minute, for a minute."""
    made: list[Bar] = []
    async with ground.database.unit() as unit:
        for one in line:
            for seat in chance.sample(seats, chance.choice([0, 1, 1, 2])):
                reason, pause_s = chance.choice([("conflict", None), ("lapsed", 30), ("declined", 60)])
                now = ground.clock.now()
                until = None if pause_s is None else now + timedelta(seconds=pause_s)
                if until is None:
                    await recuse(unit.connection, [(one, seat.account_id)], reason=reason, now=now)
                else:
                    await exclude(unit.connection, [(one, seat.seat_id)], reason=reason, until=until)
                made.append((one, seat.seat_id, reason, until))
    return made


async def _kept(ground: Ground, barred: list[Bar]) -> VirtualLine:
    """The same line, kept in memory."""
    line = VirtualLine()
    async with ground.database.read() as connection:
        for row in await connection.execute(_LINE):
            line.join(_caller(row))
    for interaction_id, seat_id, reason, until in barred:
        line.bar(interaction_id, seat_id, reason=reason, until=until)
    return line


def _caller(row: Row[Any]) -> Caller:
    need = Need(row.channel, row.matter, row.language, Urgency(row.urgency))
    return Caller(row.interaction_id, need, row.waiting_since, row.rank_at)


def _by_place(found: list[Caller]) -> list[Caller]:
    return sorted(found, key=lambda one: (one.rank_at, one.interaction_id))
