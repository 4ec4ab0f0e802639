"""The policy's invariants, whatever the line and the seats."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from interactions.model import Need, Urgency
from routing.needs import rank_at
from routing.policy import Caller, FreeSeat, match
from routing.settings import RoutingSettings

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SETTINGS = RoutingSettings()
MATTERS = ("labour", "family", "general")


@st.composite
def seats(draw: st.DrawFn) -> list[FreeSeat]:
    """Up to eight free seats."""
    return [
        FreeSeat(
            UUID(int=100 + number),
            UUID(int=200 + number),
            frozenset(draw(st.sets(st.sampled_from(MATTERS), min_size=1))),
            frozenset({"zh"}),
            frozenset({"web"}),
            draw(st.integers(1, 3)),
            0,
            NOW - timedelta(seconds=draw(st.integers(0, 600))),
        )
        for number in range(draw(st.integers(0, 8)))
    ]


@st.composite
def lines(draw: st.DrawFn) -> list[Caller]:
    """Up to twelve callers."""
    made = []
    for number in range(draw(st.integers(0, 12))):
        urgency = draw(st.sampled_from(Urgency))
        since = NOW - timedelta(seconds=draw(st.integers(0, 4_000)))
        excluded = draw(st.sets(st.integers(100, 107), max_size=4))
        made.append(
            Caller(
                UUID(int=number),
                Need("web", draw(st.sampled_from(MATTERS)), "zh", urgency),
                since,
                rank_at(since, urgency=urgency, settings=SETTINGS),
                draw(st.none() | st.integers(200, 207).map(lambda one: UUID(int=one))),
                {UUID(int=one): "conflict" for one in excluded},
            )
        )
    return made


@given(lines(), seats())
def test_no_seat_beyond_its_slots_nobody_twice_nothing_excluded_or_unfit(
    line: list[Caller], free: list[FreeSeat]
) -> None:
    found = match(line, free, full_accounts=frozenset(), now=NOW, settings=SETTINGS).matches

    by_seat, by_caller = {one.seat_id: one for one in free}, {one.interaction_id: one for one in line}
    assert len({one.interaction_id for one in found}) == len(found)
    for seat_id, taken in Counter(one.seat_id for one in found).items():
        assert taken <= by_seat[seat_id].slots
    for one in found:
        caller = by_caller[one.interaction_id]
        assert one.seat_id not in caller.exclusions
        assert by_seat[one.seat_id].can_serve(caller.need)
        assert one.why["chosen_for"] in ("last_lawyer", "specialist", "longest_idle")


@given(lines(), seats())
def test_nobody_who_could_be_served_waits_while_a_fitting_seat_has_room(
    line: list[Caller], free: list[FreeSeat]
) -> None:
    found = match(line, free, full_accounts=frozenset(), now=NOW, settings=SETTINGS).matches

    taken = Counter(one.seat_id for one in found)
    served = {one.interaction_id for one in found}
    for caller in line:
        if caller.interaction_id not in served:
            fitting = [one for one in free if one.can_serve(caller.need) and one.seat_id not in caller.exclusions]
            assert all(taken[one.seat_id] == one.slots for one in fitting)


@given(lines(), seats())
def test_among_equals_the_one_who_came_first_is_served_first(line: list[Caller], free: list[FreeSeat]) -> None:
    equal = [
        Caller(c.interaction_id, Need("web", "labour", "zh", Urgency.NORMAL), c.waiting_since, c.waiting_since)
        for c in line
    ]

    found = match(equal, free, full_accounts=frozenset(), now=NOW, settings=SETTINGS).matches

    served = {one.interaction_id for one in found}
    left = [one.rank_at for one in equal if one.interaction_id not in served]
    assert all(one.rank_at <= min(left, default=NOW) for one in equal if one.interaction_id in served)


def test_a_resident_waits_a_little_for_the_lawyer_who_knows_them_but_not_in_danger() -> None:
    known, other = (
        UUID(int=1),
        FreeSeat(UUID(int=2), UUID(int=3), frozenset({"labour"}), frozenset({"zh"}), frozenset({"web"}), 1, 0, NOW),
    )
    calm = Caller(UUID(int=9), Need("web", "labour", "zh", Urgency.NORMAL), NOW, NOW, known)
    danger = Caller(UUID(int=9), Need("web", "labour", "zh", Urgency.DANGER), NOW, NOW, known)

    held = match([calm], [other], full_accounts=frozenset({known}), now=NOW, settings=SETTINGS)
    later = match([calm], [other], full_accounts=frozenset({known}), now=NOW + timedelta(seconds=20), settings=SETTINGS)
    at_once = match([danger], [other], full_accounts=frozenset({known}), now=NOW, settings=SETTINGS)

    assert (held.matches, held.due_at) == ((), NOW + timedelta(seconds=20))
    assert len(later.matches) == len(at_once.matches) == 1
