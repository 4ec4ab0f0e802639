"""Symptom: who became urgent in a talk went back in line, when the seat was lost, at the place of a normal request."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from agents.settings import ServingSettings
from hotline.resuming import Resuming
from interactions.events import Flagged, TurnSaid
from interactions.model import By, State, Urgency
from interactions.record import Bundle, Draft, RepeatKey, drafts
from interactions.tables import seat
from routing.needs import rank_at
from routing.settings import RoutingSettings
from tests.rig.ground import Ground
from tests.rig.moments import let_time_pass
from tests.rig.routing import Routing

SETTINGS = RoutingSettings()
DANGER = Draft(
    Flagged(dangers=("violence",), urgency_to=0),
    By.SYSTEM,
    changes={"dangers": ("violence",), "urgency": Urgency.DANGER},
)


async def test_a_vanished_seat_gives_back_at_the_place_of_the_urgency_now(ground: Ground) -> None:
    routing = Routing.on(ground)
    at = await ground.seat(connected=False)
    await ground.connect(at, lease=timedelta(seconds=6))
    interaction_id = await ground.waiting()
    since = ground.clock.now()
    await routing.accept_all()
    only_in = frozenset({State.WITH_LAWYER})
    await ground.shared_commit.submit(Bundle(interaction_id, drafts(DANGER, only_in=only_in)))

    await let_time_pass(routing, timedelta(seconds=30))

    head, _ = await ground.reader.read(interaction_id)
    assert (head.state, head.waiting_since) == (State.WAITING, since)
    assert head.rank_at == rank_at(since, urgency=Urgency.DANGER, settings=SETTINGS)


async def test_words_that_lead_back_into_the_line_count_for_the_place(ground: Ground) -> None:
    routing = Routing.on(ground)
    at = await ground.seat()
    interaction_id = await ground.waiting()
    since = ground.clock.now()
    await routing.accept_all()
    await routing.release(interaction_id)
    async with ground.database.unit() as unit:
        gone = update(seat).where(seat.c.seat_id == at.seat_id)
        await unit.connection.execute(gone.values(status="signed_out", account_id=None))
    resuming = Resuming(
        ground.database, log=ground.log, clock=ground.clock, settings=SETTINGS, serving=ServingSettings()
    )

    said = [Draft(TurnSaid(text="他又打我了"), By.RESIDENT), DANGER]
    await resuming.say(interaction_id, said, repeat_of=RepeatKey(interaction_id, "again"))

    head, _ = await ground.reader.read(interaction_id)
    assert (head.state, head.waiting_since) == (State.WAITING, since)
    assert head.rank_at == rank_at(since, urgency=Urgency.DANGER, settings=SETTINGS)
