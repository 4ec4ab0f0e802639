"""A supervisor closes what would not end by itself, from wherever it is; never a running call, nor what is owed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Row, select, update

from agents.errors import CallRunning
from agents.roles import Viewer
from interactions.errors import WrongState
from interactions.events import Abandoned, Closed, TurnSaid
from interactions.head import Head
from interactions.model import How, State, WorkKind, WorkState
from interactions.supervisor_events import CloseOrdered
from interactions.tables import assignment, interaction, offer, work_item
from interactions.verify import verify
from interactions.work_rows import confirm
from tests.integration.agents.house import House, Lawyer

REASON = "居民已在别处解决"


@pytest.fixture
async def chief(house: House) -> Viewer:
    """A supervisor of the whole city."""
    return await house.add_chief()


@pytest.fixture
async def lawyer(house: House) -> Lawyer:
    """A lawyer at work."""
    return await house.add_lawyer("seat01")


async def close(house: House, chief: Viewer, head: Head) -> list[str]:
    """Closes it; the kinds of the events that were written."""
    before = (await house.reader.read(head.interaction_id))[0].last_seq
    await house.supervising.close(chief, interaction_id=head.interaction_id, reason=REASON)
    _, records = await house.reader.read(head.interaction_id)
    assert (await verify(house.database, keys=house.keys)).violations == []
    return [record.kind for record in records if record.seq > before]


async def last(house: House, head: Head, of: type[Any]) -> Any:
    """The last event of a class."""
    _, records = await house.reader.read(head.interaction_id)
    return [record.event for record in records if isinstance(record.event, of)][-1]


async def owe_a_call(house: House, head: Head) -> Row[Any]:
    """What a callback that is due leaves as a row."""
    now = house.clock.now()
    values = {
        "work_item_id": head.interaction_id,
        "interaction_id": head.interaction_id,
        "kind": WorkKind.CALLBACK.value,
        "state": WorkState.DUE.value,
        "how": How.PHONE.value,
        "soon": True,
        **dict.fromkeys(("asked_at", "from_at", "due_at", "until_at"), now),
    }
    async with house.database.unit() as unit:
        await unit.connection.execute(work_item.insert().values(values))
        found: Row[Any] = (await unit.connection.execute(select(assignment))).first()
    return found


async def test_from_the_bot_it_is_closed_and_the_resident_hears_of_it(house: House, chief: Viewer) -> None:
    head = await house.open()

    assert await close(house, chief, head) == ["interaction.close_ordered", "turn.said", "interaction.closed"]

    assert (await last(house, head, CloseOrdered)).reason_given == REASON
    assert (await last(house, head, Closed)).how == "supervisor"
    assert head.number in (await last(house, head, TurnSaid)).text


@pytest.mark.parametrize("rings", [False, True])
async def test_in_line_it_is_abandoned_with_its_wait_and_rings_no_more(
    house: House, chief: Viewer, lawyer: Lawyer, *, rings: bool
) -> None:
    head = await house.open()
    await house.offers.queue(head.interaction_id)
    if rings:
        await house.offers.make(head.interaction_id, seat_id=lawyer.seat_id)
    house.clock.advance(timedelta(seconds=90))

    assert (await close(house, chief, head))[-1] == "interaction.abandoned"

    gone = await last(house, head, Abandoned)
    assert (gone.how, gone.waited_s) == ("supervisor", 90.0)
    assert (await house.reader.read(head.interaction_id))[0].state is State.ABANDONED
    async with house.database.read() as connection:
        assert await connection.scalars(select(offer.c.state)) == (["withdrawn"] if rings else [])


async def test_from_a_talk_it_is_released_first(house: House, chief: Viewer, lawyer: Lawyer) -> None:
    head = await house.open()
    await house.give(head, lawyer)

    kinds = await close(house, chief, head)

    assert kinds == ["interaction.close_ordered", "interaction.released", "turn.said", "interaction.closed"]
    async with house.database.read() as connection:
        (row,) = (await connection.execute(select(assignment))).all()
    assert row.finished_at == house.clock.now()


async def test_from_wrap_up_the_resident_who_heard_the_farewell_hears_it_once(
    house: House, chief: Viewer, lawyer: Lawyer
) -> None:
    head = await house.open()
    await house.give(head, lawyer)
    await house.serving.release(lawyer.server, interaction_id=head.interaction_id)

    assert await close(house, chief, head) == ["interaction.close_ordered", "interaction.closed"]


async def test_what_has_ended_is_not_closed_again(house: House, chief: Viewer) -> None:
    head = await house.open()
    await close(house, chief, head)

    with pytest.raises(WrongState):
        await house.supervising.close(chief, interaction_id=head.interaction_id, reason=REASON)


async def test_a_running_call_is_cut_by_no_supervisor(house: House, chief: Viewer, lawyer: Lawyer) -> None:
    head = await house.open()
    await house.give(head, lawyer)
    async with house.database.unit() as unit:
        await unit.connection.execute(update(interaction).values(channel="voice"))

    with pytest.raises(CallRunning):
        await house.supervising.close(chief, interaction_id=head.interaction_id, reason=REASON)

    assert (await house.reader.read(head.interaction_id))[0].state is State.WITH_LAWYER
    # Once the line is free, it may.
    await house.serving.release(lawyer.server, interaction_id=head.interaction_id)
    assert (await close(house, chief, head))[-1] == "interaction.closed"


@pytest.mark.parametrize(("confirmed", "error"), [(False, WrongState), (True, CallRunning)])
async def test_what_is_owed_is_not_closed_and_told_apart_from_a_call_that_runs(
    house: House, chief: Viewer, lawyer: Lawyer, *, confirmed: bool, error: type[WrongState]
) -> None:
    head = await house.open()
    await house.give(head, lawyer)
    segment = await owe_a_call(house, head)
    if confirmed:
        async with house.database.unit() as unit:
            await confirm(unit.connection, head.interaction_id, segment_id=segment.segment_id)

    with pytest.raises(error) as refused:
        await house.supervising.close(chief, interaction_id=head.interaction_id, reason=REASON)

    assert isinstance(refused.value, CallRunning) == confirmed
    assert (await house.reader.read(head.interaction_id))[0].state is State.WITH_LAWYER


async def test_whoever_waits_for_a_callback_is_not_closed_away(house: House, chief: Viewer, lawyer: Lawyer) -> None:
    head = await house.open()
    await house.offers.queue(head.interaction_id)
    await owe_a_call(house, head)

    with pytest.raises(WrongState, match="还有未完成的回电"):
        await house.supervising.close(chief, interaction_id=head.interaction_id, reason=REASON)
