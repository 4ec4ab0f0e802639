"""The short way into the log: taken where the known head holds, never where anything about it changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from unittest.mock import patch
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from interactions.blind_index import OTHER_PARTY, find
from interactions.clock import ManualClock
from interactions.database import Database, connect
from interactions.errors import Unavailable, WrongState
from interactions.events import Classified, Closed, Queued, TurnSaid
from interactions.model import OPEN_STATES, By, State
from interactions.record import Bundle, Draft, RepeatKey, drafts
from interactions.settings import DatabaseSettings
from interactions.verify import verify
from tests.rig.ground import Ground

SLOW_IS_FINE = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
async def elsewhere(postgres_url: str, clock: ManualClock) -> AsyncIterator[Ground]:
    """Another process on the same database."""
    database = connect(postgres_url, settings=DatabaseSettings(), application="elsewhere")
    yield Ground.on(database, clock=clock)
    await database.close()


async def test_a_turn_on_a_known_head_needs_no_transaction_of_its_own(ground: Ground) -> None:
    interaction_id = (await ground.opened()).head.interaction_id

    with patch.object(Database, "unit", side_effect=AssertionError("the long way")):
        written = [await ground.say(interaction_id, text, client_id=text) for text in ("一", "二", "三")]

    assert [one.seq for one in written] == [3, 4, 5]
    assert await _said(ground, interaction_id) == ["你好", "一", "二", "三"]
    assert (await verify(ground.database)).holds


async def test_what_feeds_a_blind_index_takes_the_long_way_and_is_found(ground: Ground) -> None:
    interaction_id = (await ground.opened()).head.interaction_id
    await ground.say(interaction_id, "对方是海河建筑公司")
    form = Classified(None, "labour", "120104", "consultation", "answered", other_party="海河建筑公司")

    only_in = frozenset({State.WITH_BOT})
    await ground.shared_commit.submit(Bundle(interaction_id, drafts(Draft(form, By.LAWYER), only_in=only_in)))

    async with ground.database.read() as connection:
        assert await find(connection, OTHER_PARTY, "海河建筑公司", keys=ground.keys) == [interaction_id]


async def test_what_it_writes_is_announced_with_the_head_after_it(ground: Ground) -> None:
    interaction_id = (await ground.opened()).head.interaction_id
    heard: list[tuple[int, int]] = []
    ground.database.listen(
        lambda told: heard.extend((one.seq, told.heads[interaction_id].head.last_seq) for one in told.recorded)
    )

    await asyncio.gather(ground.say(interaction_id, "一"), ground.say(interaction_id, "二"))

    assert heard == [(3, 3), (4, 4)]


async def test_a_head_that_moved_elsewhere_is_read_anew(ground: Ground, elsewhere: Ground) -> None:
    interaction_id = (await ground.opened()).head.interaction_id
    await elsewhere.say(interaction_id, "别处说的")

    written = await ground.say(interaction_id, "这里说的")

    assert written.seq == 4
    assert (await verify(ground.database)).holds


async def test_an_interaction_closed_elsewhere_takes_no_turn(ground: Ground, elsewhere: Ground) -> None:
    interaction_id = (await ground.opened()).head.interaction_id
    await _close(elsewhere, interaction_id)

    with pytest.raises(WrongState):
        await ground.say(interaction_id, "还在吗")

    assert await _said(ground, interaction_id) == ["你好"]


async def test_a_repeat_on_a_known_head_gets_the_seq_of_its_first_copy(ground: Ground) -> None:
    interaction_id = (await ground.opened()).head.interaction_id
    first = await ground.say(interaction_id, "在吗", client_id="c1")

    again = await ground.say(interaction_id, "在吗", client_id="c1")

    assert (again.seq, again.repeated) == (first.seq, True)
    assert await _said(ground, interaction_id) == ["你好", "在吗"]


async def test_a_repeat_among_others_leaves_the_others_alone(ground: Ground) -> None:
    ids = [(await ground.opened()).head.interaction_id for _ in range(4)]
    await ground.say(ids[0], "在吗", client_id="c1")

    written = await asyncio.gather(*(ground.say(one, "在吗", client_id="c1") for one in ids))

    assert [one.repeated for one in written] == [True, False, False, False]


async def test_one_client_id_in_two_interactions_at_once_is_written_once(ground: Ground) -> None:
    first, second = [(await ground.opened()).head.interaction_id for _ in range(2)]
    key = RepeatKey(first, "c1")
    said = drafts(Draft(TurnSaid(text="在吗", client_id="c1"), By.RESIDENT), only_in=OPEN_STATES)

    written = await asyncio.gather(*(ground.shared_commit.submit(Bundle(one, said, key)) for one in (first, second)))

    assert sorted(one.repeated for one in written) == [False, True]
    assert len({(one.interaction_id, one.seq) for one in written}) == 1


async def test_a_question_answered_twice_at_once_is_answered_once(ground: Ground, elsewhere: Ground) -> None:
    opened = await ground.opened()
    interaction_id = opened.head.interaction_id
    await elsewhere.say(interaction_id, "别处也看见了")

    def answer(head: object) -> list[Draft]:
        return [Draft(TurnSaid(text="答"), By.BOT, in_reply_to=2)]

    both = [process.shared_commit.submit(Bundle(interaction_id, answer)) for process in (ground, elsewhere)]
    outcomes = await asyncio.gather(*both, return_exceptions=True)

    assert sum(isinstance(one, BaseException) for one in outcomes) == 1
    assert (await _said(ground, interaction_id)).count("答") == 1


async def test_what_follows_a_move_in_one_flight_stays_behind_it(ground: Ground) -> None:
    interaction_id = (await ground.opened()).head.interaction_id
    now = ground.clock.now()
    line = {"waiting_since": now, "rank_at": now}
    queued = drafts(Draft(Queued("asked"), By.SYSTEM, to=State.WAITING, changes=line), only_in=OPEN_STATES)

    moved = ground.shared_commit.submit(Bundle(interaction_id, queued))
    await asyncio.gather(moved, ground.say(interaction_id, "一"), ground.say(interaction_id, "二"))

    _, records = await ground.reader.read(interaction_id)
    assert [record.kind for record in records][-3:] == ["interaction.queued", "turn.said", "turn.said"]
    assert (await verify(ground.database)).holds


async def test_a_turn_that_changes_the_time_of_the_last_turn_changes_nothing_else(ground: Ground) -> None:
    interaction_id = (await ground.opened()).head.interaction_id
    before, _ = await ground.reader.read(interaction_id)
    ground.clock.advance(timedelta(seconds=5))
    now = ground.clock.now()
    changes = {"last_turn_at": now, "unanswered_since": now}
    said = drafts(Draft(TurnSaid(text="一"), By.RESIDENT, changes=changes), only_in=OPEN_STATES)

    written = await ground.shared_commit.submit(Bundle(interaction_id, said))

    after, _ = await ground.reader.read(interaction_id)
    assert after == written.head
    assert after == before.changed({**changes, "last_seq": 3, "head": after.head})


async def test_a_lost_connection_is_told_and_the_next_turn_goes_through(ground: Ground, elsewhere: Ground) -> None:
    interaction_id = (await ground.opened()).head.interaction_id
    await ground.say(interaction_id, "一", client_id="1")
    async with elsewhere.database.unit() as unit:
        others = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() "
        await unit.connection.execute(text(others + "and application_name <> 'elsewhere'"))

    said = [await _told(ground, interaction_id, client_id="2") for _ in range(12)]

    assert said[-1] == 4  # each dead connection may be met once; then it is through, and it is there once
    assert await _said(elsewhere, interaction_id) == ["你好", "一", "又说"]


@SLOW_IS_FINE
@given(steps=st.lists(st.tuples(st.booleans(), st.integers(0, 2), st.sampled_from(["says", "repeats", "closes"]))))
async def test_two_processes_never_break_the_chain(
    ground: Ground, elsewhere: Ground, steps: list[tuple[bool, int, str]]
) -> None:
    ids = [(await ground.opened()).head.interaction_id for _ in range(3)]
    acknowledged: list[tuple[UUID, int]] = []

    async def step(number: int, here: bool, which: int, what: str) -> None:
        process, interaction_id = ground if here else elsewhere, ids[which]
        if what == "closes":
            await _close(process, interaction_id)
            return
        client_id = f"{number}" if what == "says" else "same"
        written = await process.say(interaction_id, "说", client_id=client_id)
        acknowledged.append((written.interaction_id, written.seq))

    outcomes = await asyncio.gather(*(step(at, *one) for at, one in enumerate(steps)), return_exceptions=True)

    assert all(one is None or isinstance(one, WrongState) for one in outcomes), outcomes
    verdict = await verify(ground.database)
    assert verdict.holds, verdict.violations
    kept = {(one, record.seq) for one in ids for record in (await ground.reader.read(one))[1]}
    assert set(acknowledged) <= kept


async def _said(ground: Ground, interaction_id: UUID) -> list[str | None]:
    _, records = await ground.reader.read(interaction_id)
    return [record.event.text for record in records if isinstance(record.event, TurnSaid)]


async def _close(ground: Ground, interaction_id: UUID) -> None:
    changes = {"closed_at": ground.clock.now()}
    closed = drafts(Draft(Closed("idle"), By.SYSTEM, to=State.CLOSED, changes=changes), only_in=OPEN_STATES)
    await ground.shared_commit.submit(Bundle(interaction_id, closed))


async def _told(ground: Ground, interaction_id: UUID, *, client_id: str) -> int | None:
    try:
        return (await ground.say(interaction_id, "又说", client_id=client_id)).seq
    except Unavailable:
        return None
