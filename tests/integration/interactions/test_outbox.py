"""The outbox on a real PostgreSQL: in order, by lease, at least once, never lost, dead letters visible."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from datetime import timedelta
from typing import Literal
from uuid import UUID

import pytest
from sqlalchemy import select

from interactions.courier import Refused, Retry, Sent
from interactions.erasure import erase
from interactions.errors import NotFound
from interactions.events import Closed
from interactions.identity import new_id
from interactions.locks import lock_heads
from interactions.model import OPEN_STATES, By, State
from interactions.outbox import Outbox
from interactions.outbox_worker import OutboxWorker, Pace
from interactions.record import Bundle, Draft, drafts
from interactions.stuck import Stuck
from interactions.tables import outbox as outbox_table
from tests.rig.ground import Ground


class RecordingCourier:
    """Carries to a list; answers as told, once for each answer, then `Sent`."""

    def __init__(
        self, *answers: Sent | Retry | Refused | Exception, unknown: Literal["resend", "hold"] = "resend"
    ) -> None:
        self.kind = "sms"
        self.unknown_outcome: Literal["resend", "hold"] = unknown
        self.answers = list(answers)
        self.sent: list[bytes] = []
        self.keys: defaultdict[bytes, set[str]] = defaultdict(set)

    async def send(self, payload: bytes, *, idempotency_key: str) -> Sent | Retry | Refused:
        """Records it and answers."""
        self.keys[payload].add(idempotency_key)
        answer = self.answers.pop(0) if self.answers else Sent()
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Sent):
            self.sent.append(payload)
        return answer


class SlowCourier(RecordingCourier):
    """Sends when told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()

    async def send(self, payload: bytes, *, idempotency_key: str) -> Sent | Retry | Refused:
        """Waits first."""
        self.begun.set()
        await self.go_on.wait()
        return await super().send(payload, idempotency_key=idempotency_key)


def worker(ground: Ground, courier: RecordingCourier, **pace: float) -> OutboxWorker:
    """A worker of a process of its own."""
    return OutboxWorker(
        outbox(ground),
        couriers={courier.kind: courier},
        clock=ground.clock,
        process_id=new_id(ground.clock.now()),
        pace=Pace(**pace),  # type: ignore[arg-type]
        chance=random.Random(1),
    )


def outbox(ground: Ground) -> Outbox:
    """The outbox of the ground."""
    return Outbox(ground.database, log=ground.log, clock=ground.clock)


async def in_state(ground: Ground, state: str) -> list[UUID]:
    """Ids of rows in `state`, oldest first."""
    rows = select(outbox_table.c.outbox_id).where(outbox_table.c.state == state)
    async with ground.database.read() as connection:
        return list(await connection.scalars(rows.order_by(outbox_table.c.interaction_id, outbox_table.c.position)))


async def enqueue(ground: Ground, interaction_id: UUID, *payloads: bytes, kind: str = "sms") -> list[UUID]:
    """Messages in order, each in a unit of its own."""
    ids = []
    for payload in payloads:
        async with ground.database.unit() as unit:
            locked = (await lock_heads(unit, [interaction_id]))[interaction_id]
            ids.append(await outbox(ground).enqueue(unit, locked, kind=kind, by=By.BOT, payload=payload))
    return ids


@pytest.fixture
async def interaction_id(ground: Ground) -> UUID:
    """An open interaction."""
    return (await ground.opened()).head.interaction_id


async def drain(sender: OutboxWorker) -> None:
    """Sends until nothing is due."""
    while await sender.send_due():
        pass


async def test_messages_of_one_interaction_arrive_in_order_whoever_sends(ground: Ground, interaction_id: UUID) -> None:
    courier = RecordingCourier()
    said = [str(number).encode() for number in range(10)]
    await enqueue(ground, interaction_id, *said)

    await asyncio.gather(*(drain(worker(ground, courier)) for _ in range(3)))

    assert courier.sent == said


async def test_a_retry_waits_and_holds_back_what_comes_after_it(ground: Ground, interaction_id: UUID) -> None:
    courier = RecordingCourier(Retry("busy", after_s=60.0))
    sender = worker(ground, courier)
    await enqueue(ground, interaction_id, b"1", b"2")

    await drain(sender)
    assert courier.sent == []

    ground.clock.advance(timedelta(seconds=61))
    await drain(sender)
    assert courier.sent == [b"1", b"2"]
    assert len(courier.keys[b"1"]) == 1


async def test_a_refused_message_is_a_visible_dead_letter_and_frees_the_next(
    ground: Ground, interaction_id: UUID
) -> None:
    courier = RecordingCourier(Refused("blocked"))
    ids = await enqueue(ground, interaction_id, b"1", b"2")

    await drain(worker(ground, courier))

    assert courier.sent == [b"2"]
    assert await in_state(ground, "dead") == ids[:1]


async def test_after_so_many_tries_it_gives_up(ground: Ground, interaction_id: UUID) -> None:
    courier = RecordingCourier(*[Retry("busy")] * 9)
    sender = worker(ground, courier, most_attempts=3)
    ids = await enqueue(ground, interaction_id, b"1")

    for _ in range(5):
        await drain(sender)
        ground.clock.advance(timedelta(minutes=20))

    assert await in_state(ground, "dead") == ids
    assert len(courier.answers) == 6


@pytest.mark.parametrize(("unknown", "state"), [("resend", "sent"), ("hold", "held")])
async def test_an_unknown_outcome_is_resent_or_held_as_its_kind_declares(
    ground: Ground, interaction_id: UUID, unknown: Literal["resend", "hold"], state: str
) -> None:
    courier = RecordingCourier(ConnectionResetError(), unknown=unknown)
    sender = worker(ground, courier)
    ids = await enqueue(ground, interaction_id, b"1")

    await drain(sender)
    ground.clock.advance(timedelta(seconds=5))
    await drain(sender)

    assert await in_state(ground, state) == ids


async def test_what_a_killed_process_was_sending_is_taken_over_after_its_lease(
    ground: Ground, interaction_id: UUID
) -> None:
    courier = RecordingCourier()
    await enqueue(ground, interaction_id, b"1")
    dead = new_id(ground.clock.now())
    assert len(await outbox(ground).claim(process_id=dead, lease=timedelta(seconds=30), most=5)) == 1

    await drain(worker(ground, courier))
    assert courier.sent == []

    ground.clock.advance(timedelta(seconds=31))
    await drain(worker(ground, courier))
    assert courier.sent == [b"1"]


async def test_a_held_row_waits_for_a_persons_word(ground: Ground, interaction_id: UUID) -> None:
    courier = RecordingCourier(TimeoutError(), unknown="hold")
    sender = worker(ground, courier)
    ids = await enqueue(ground, interaction_id, b"1", b"2")
    await drain(sender)
    assert courier.sent == []

    await Stuck(ground.database, clock=ground.clock).drop_message(ids[0])
    await drain(sender)

    assert courier.sent == [b"2"]


async def test_what_waits_for_a_person_is_listed_and_sent_again_or_dropped_with_its_words(
    ground: Ground, interaction_id: UUID
) -> None:
    courier = RecordingCourier(Refused("blocked"), Refused("blocked"))
    sender = worker(ground, courier)
    ids = await enqueue(ground, interaction_id, b"1", b"2")
    await drain(sender)
    stuck = Stuck(ground.database, clock=ground.clock)

    listed = await stuck.messages()
    assert [(one.letter_id, one.state, one.error) for one in listed] == [(each, "dead", "blocked") for each in ids]
    assert (await stuck.message_backlog()).by_state == {"dead": 2}
    await stuck.retry_message(ids[0])
    await stuck.drop_message(ids[1])
    await drain(sender)

    assert courier.sent == [b"1"]
    assert await stuck.messages() == []
    async with ground.database.read() as connection:
        assert set(await connection.scalars(select(outbox_table.c.sealed))) == {None}
    for decide in (stuck.retry_message, stuck.drop_message):
        with pytest.raises(NotFound):
            await decide(ids[0])


async def test_a_process_that_was_paused_past_its_lease_changes_nothing_any_more(
    ground: Ground, interaction_id: UUID
) -> None:
    store, lease = outbox(ground), timedelta(seconds=30)
    await enqueue(ground, interaction_id, b"1")
    (old,) = await store.claim(process_id=new_id(ground.clock.now()), lease=lease, most=1)
    ground.clock.advance(timedelta(seconds=31))
    (new,) = await store.claim(process_id=new_id(ground.clock.now()), lease=lease, most=1)

    await store.settle(old, state="pending", error="busy", next_at=ground.clock.now())

    assert await in_state(ground, "sending") == [new.outbox_id]
    assert await store.claim(process_id=new_id(ground.clock.now()), lease=lease, most=1) == []


async def test_a_stop_waits_for_what_is_being_sent_and_begins_nothing_new(ground: Ground, interaction_id: UUID) -> None:
    courier = SlowCourier()
    sender = worker(ground, courier)
    ids = await enqueue(ground, interaction_id, b"1", b"2")
    running = asyncio.ensure_future(sender.run())
    await courier.begun.wait()

    draining = asyncio.ensure_future(sender.drain())
    courier.go_on.set()
    async with asyncio.timeout(10):
        await asyncio.gather(draining, running)

    assert await in_state(ground, "sent") == ids[:1]
    assert await in_state(ground, "pending") == ids[1:]


async def test_a_kind_without_a_courier_is_a_dead_letter(ground: Ground, interaction_id: UUID) -> None:
    ids = await enqueue(ground, interaction_id, b"1", kind="pigeon")

    await drain(worker(ground, RecordingCourier()))

    assert await in_state(ground, "dead") == ids


async def test_erased_words_are_never_sent(ground: Ground, interaction_id: UUID) -> None:
    courier = RecordingCourier()
    await enqueue(ground, interaction_id, b"1")
    ended = Draft(Closed(how="idle"), By.SYSTEM, to=State.CLOSED, changes={"closed_at": ground.clock.now()})
    await ground.shared_commit.submit(Bundle(interaction_id, drafts(ended, only_in=OPEN_STATES)))
    await erase(ground.database, log=ground.log, clock=ground.clock, interaction_id=interaction_id, reason="request")

    await drain(worker(ground, courier))

    assert courier.sent == []
    assert len(await in_state(ground, "withdrawn")) == 1
