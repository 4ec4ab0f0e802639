"""Verification names what somebody with a superuser's rights did to the log, and goes on whatever stands there."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from interactions import verify as verify_module
from interactions.chain import chain_hash
from interactions.events import TurnSaid
from interactions.model import OPEN_STATES, By
from interactions.record import Bundle, Draft, drafts
from interactions.verify import Verdict, Violation, verify
from tests.integration.interactions.test_blind_index import closed_against
from tests.rig.ground import KEYS, Ground
from tests.rig.routing import Routing

BEFORE = ("alter table event drop constraint ck_event_seq", "drop index uq_offer_live", "drop index uq_assignment_live")
# Stands in statements for the interaction in line.
WAITING = "(select interaction_id from interaction where state = 'waiting')"


async def tampered(ground: Ground, *statements: str) -> list[Violation]:
    """What verification says after these statements, run with the guards and constraints off."""
    async with ground.database.unit() as unit:
        await unit.connection.execute(text("set local session_replication_role = replica"))
        for statement in (*BEFORE, *statements):
            await unit.connection.execute(text(statement.replace("WAITING", WAITING)))
    return (await verify(ground.database, keys=KEYS)).violations


async def answered(ground: Ground) -> str:
    """An interaction whose bot answered its resident's turn; returns its number."""
    head = (await ground.opened(text="请问")).head
    reply = Draft(TurnSaid(text="答"), By.BOT, in_reply_to=2)
    await ground.shared_commit.submit(Bundle(head.interaction_id, drafts(reply, only_in=OPEN_STATES)))
    return head.number


async def with_lawyer(ground: Ground) -> None:
    """An interaction with a lawyer."""
    seat = await ground.seat()
    await ground.waiting()
    routing = Routing.on(ground)
    await routing.rounds.run()
    (ringing,) = (await routing.live()).values()
    await routing.offers.accept(ringing.offer_id, seat_id=seat.seat_id, account_id=seat.account_id)


async def test_an_untouched_log_holds(ground: Ground) -> None:
    await ground.seat()
    await ground.waiting()
    await answered(ground)
    await closed_against(ground, "海河建筑公司")
    await Routing.on(ground).rounds.run()

    verdict = await verify(ground.database, keys=KEYS)

    assert verdict.holds, verdict.violations
    assert (verdict.interactions, verdict.events) == (3, 11)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "update event set CHANGE where seq = 2 and interaction_id = WAITING".replace("CHANGE", change),
            "2 hash does not match",
        )
        for change in (
            "kind = 'note.written'",
            "by = 'lawyer'",
            "by_id = interaction_id",
            "at = at + interval '1 microsecond'",
            "at = 'infinity'",
            "from_state = 'with_bot', to_state = 'waiting'",
            "matter = 'family'",
            "in_reply_to = 1",
            "in_reply_to = -1",
            "body = '{}'",
            "sealed = sealed || '\\x00'",
            "sealed = null",
            "hash = sha256('x')",
        )
    ]
    + [
        ("delete from event where seq = 1 and interaction_id = WAITING", "2 expected seq 1"),
        ("delete from event where seq = 2 and interaction_id = WAITING", "3 expected seq 2"),
        ("delete from event where seq = 3 and interaction_id = WAITING", "0 head says seq 3, the last event is 2"),
        ("delete from event where interaction_id = WAITING", "0 no events"),
        (
            "update event e set kind = o.kind, body = o.body, sealed = o.sealed, hash = o.hash from event o "
            "where o.interaction_id = e.interaction_id and (e.seq, o.seq) in ((2, 3), (3, 2)) "
            "and e.interaction_id = WAITING",
            "2 hash does not match",
        ),
        (
            "update event set body = 'no json' where seq = 1 and interaction_id = WAITING",
            "1 opened with another number",
        ),
        ("update event set kind = 'turn.said' where seq = 1 and interaction_id = WAITING", "1 does not begin with"),
        (
            "update event set to_state = 'closed' where seq = 3 and interaction_id = WAITING",
            "0 head says waiting, the last move",
        ),
        (
            "update event set to_state = 'offered' where seq = 3 and interaction_id = WAITING",
            "3 illegal move from with_bot",
        ),
        (
            "update event set to_state = 'nowhere' where seq = 3 and interaction_id = WAITING",
            "3 unknown state in the move",
        ),
        (
            "update event set from_state = 'wrap_up' where seq = 3 and interaction_id = WAITING",
            "3 moves from wrap_up, but was",
        ),
        ("update event set in_reply_to = 1 where in_reply_to = 2", "3 answers seq 1, which is no turn"),
        ("update interaction set state = 'closed', closed_at = now()", "0 head says closed, the last move was"),
        ("update interaction set last_seq = 9 where interaction_id = WAITING", "0 head says seq 9"),
        (
            "update interaction set number = '20000101-000001' where interaction_id = WAITING",
            "1 opened with another number",
        ),
        ("update interaction set head = '\\x00' where interaction_id = WAITING", "0 head hash"),
        ("update interaction set matter = 'family' where interaction_id = WAITING", "0 head says matter family"),
        ("delete from interaction", "1 events without an interaction"),
        (
            "insert into dedupe values (WAITING, 'x', WAITING, 99)",
            "99 acknowledged, but not in the log",
        ),
        (
            "insert into offer select gen_random_uuid(), interaction_id, interaction_id, now(), now() "
            "from interaction cross join generate_series(1, 2) where interaction_id = WAITING",
            "0 waiting with 2 live offers",
        ),
        (
            "insert into assignment select gen_random_uuid(), interaction_id, interaction_id, interaction_id, now() "
            "from interaction cross join generate_series(1, 2) where interaction_id = WAITING",
            "0 waiting with 2 live assignments",
        ),
        ("delete from interaction_key where interaction_id = WAITING", "0 no key and not erased"),
        (
            "update interaction_key set master_id = null, wrapped = null, erased_at = now() "
            "where interaction_id = WAITING",
            "0 its key is gone, but it was not erased",
        ),
        (
            "update interaction_key set wrapped = wrapped || '\\x00' where interaction_id = WAITING",
            "0 its key does not open",
        ),
        ("update interaction_key set master_id = 'k9' where interaction_id = WAITING", "0 its key is wrapped by k9"),
        (
            "update event set tx = '999999999' where seq = 2 and interaction_id = WAITING",
            "2 written by a transaction this server",
        ),
        (
            "with moved as (delete from event_y2026m11 where interaction_id = WAITING returning *) "
            "insert into event_default select * from moved",
            "1 lies in event_default",
        ),
    ],
)
async def test_every_kind_of_tampering_is_named_with_its_number_and_place(
    ground: Ground, statement: str, told: str
) -> None:
    await answered(ground)
    await ground.waiting()

    before = ("alter table event detach partition event_y2026m11",) if "event_default" in statement else ()
    found = await tampered(ground, *before, statement)

    assert any(f"{one.seq} {one.what}".startswith(told) for one in found), found
    if "delete from interaction" not in statement and "200001" not in statement:
        assert all(one.interaction.startswith("20261123-0000") for one in found)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("update interaction set seat_id = interaction_id", "assigned to another seat"),
        ("update assignment set released_at = now()", "with_lawyer, but the talk has ended"),
        ("update assignment set released_at = now(), finished_at = now()", "with_lawyer with 0 live assignments"),
        ("update offer set state = 'live', ended_at = null", "with_lawyer with 1 live offers"),
    ],
)
async def test_an_interaction_in_no_place_or_in_two_is_named(ground: Ground, statement: str, told: str) -> None:
    await with_lawyer(ground)
    assert (await verify(ground.database, keys=KEYS)).holds

    assert any(told in one.what for one in await tampered(ground, statement))


async def test_words_that_do_not_open_are_found_where_every_hash_was_made_to_fit(ground: Ground) -> None:
    head = (await ground.opened()).head
    _, records = await ground.reader.read(head.interaction_id)
    forged = records[1].stored._replace(sealed=b"\x00" * 40)
    digest = chain_hash(records[0].hash, forged).hex()

    found = await tampered(
        ground,
        "update event set sealed = decode(repeat('00', 40), 'hex') where seq = 2",
        "update event set hash = decode('DIGEST', 'hex') where seq = 2".replace("DIGEST", digest),
        "update interaction set head = e.hash from event e where e.seq = 2",
    )

    assert [(one.interaction, one.seq, one.what) for one in found] == [(head.number, 2, "sealed words do not open")]


async def test_a_key_put_beside_another_interaction_is_found(ground: Ground) -> None:
    await ground.opened()
    await ground.opened()

    found = await tampered(
        ground,
        "update interaction_key k set wrapped = o.wrapped from interaction_key o "
        "where o.interaction_id > k.interaction_id",
    )

    assert [one.what for one in found] == ["its key does not open"]


async def test_what_is_left_of_erased_words_is_named(ground: Ground) -> None:
    await closed_against(ground, "海河建筑公司")

    found = await tampered(
        ground,
        "create table kept as select wrapped from interaction_key",
        "update interaction_key set wrapped = null, master_id = null, erased_at = now()",
        "insert into event (interaction_id, seq, kind, by, at, matter, body, sealed, hash) "
        "select interaction_id, seq + 1, 'interaction.erased', by, at, matter, body, 'words', hash "
        "from event order by seq desc limit 1",
    )
    told = [one.what for one in found]
    assert "erased, but a blind index still finds it" in told
    assert "sealed words after the erasure" in told

    found = await tampered_again(
        ground,
        "update interaction_key set wrapped = (select wrapped from kept), master_id = 'k1', erased_at = null",
    )
    assert "erased, but its key is still there" in [one.what for one in found]


async def tampered_again(ground: Ground, statement: str) -> list[Violation]:
    """One more statement on a log tampered with before."""
    async with ground.database.unit() as unit:
        await unit.connection.execute(text("set local session_replication_role = replica"))
        await unit.connection.execute(text(statement))
    return (await verify(ground.database, keys=KEYS)).violations


async def test_without_keys_the_chain_is_proved_all_the_same(ground: Ground) -> None:
    await ground.opened()

    assert (await verify(ground.database)).holds


async def test_it_goes_through_batches_and_tells_how_far_it_is(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_module, "BATCH", 2)
    for _ in range(5):
        await ground.opened()
    heard: list[int] = []

    verdict = await verify(ground.database, keys=KEYS, progress=heard.append)

    assert heard == [2, 4, 5]
    assert (verdict.holds, verdict.interactions, verdict.events) == (True, 5, 10)


def test_of_very_many_violations_the_first_are_kept_and_all_are_counted() -> None:
    verdict = Verdict()

    verdict.add("20261123-000001", ((seq, "x") for seq in range(5_000)))

    assert (verdict.found, len(verdict.violations), verdict.holds) == (5_000, verify_module.KEPT, False)
