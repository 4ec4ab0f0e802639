"""The policy's invariants, whatever the line and the seats."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from interactions.model import Urgency
from routing.candidates import Caller, Candidate, Seats, kind_of
from routing.policy import Matching, match
from routing.relaxation import further, reach_of
from tests.unit.routing.lines import NOW, SETTINGS, account_at, caller, candidate, lines, seats


def matched(line: list[Caller], on_duty: list[Candidate]) -> Matching:
    """The policy's word on them now."""
    return match(line, Seats(on_duty), now=NOW, settings=SETTINGS)


@given(lines(), seats())
def test_no_seat_beyond_its_slots_nobody_twice_nothing_excluded_or_unfit(
    line: list[Caller], on_duty: list[Candidate]
) -> None:
    found = matched(line, on_duty).matches

    by_seat, by_caller = {one.seat_id: one for one in on_duty}, {one.interaction_id: one for one in line}
    assert len({one.interaction_id for one in found}) == len(found)
    for seat_id, taken in Counter(one.seat_id for one in found).items():
        assert taken <= by_seat[seat_id].slots
    for one in found:
        assert one.seat_id not in by_caller[one.interaction_id].exclusions
        assert _may_serve(by_seat[one.seat_id], by_caller[one.interaction_id])


@given(lines(), seats())
def test_nobody_who_could_be_served_waits_while_a_fitting_seat_has_room_unless_for_a_lawyer_they_know(
    line: list[Caller], on_duty: list[Candidate]
) -> None:
    found = matched(line, on_duty)

    taken = Counter(one.seat_id for one in found.matches)
    settled = {one.interaction_id for one in found.matches} | found.held
    for one in line:
        if one.interaction_id not in settled:
            assert all(taken[at.seat_id] == at.slots for at in _fitting(one, on_duty))


@given(lines(), seats())
def test_only_calm_newcomers_are_held_for_a_lawyer_who_may_serve_them_and_only_within_the_grace(
    line: list[Caller], on_duty: list[Candidate]
) -> None:
    found = matched(line, on_duty)

    taken = Counter(one.seat_id for one in found.matches)
    grace = timedelta(seconds=SETTINGS.preferred_grace_s)
    for one in (one for one in line if one.interaction_id in found.held):
        assert one.need.urgency >= Urgency.PROTECTED
        assert one.waiting_since + grace > NOW
        known = [at for at in _fitting(one, on_duty) if at.account_id == one.last_account_id]
        assert known
        assert all(taken[at.seat_id] == at.slots for at in known)
    assert (found.due_at is None) == (not found.held)
    assert found.due_at is None or NOW < found.due_at <= NOW + grace


@given(lines(), seats())
def test_within_a_need_nobody_is_served_before_a_better_place_that_could_have_had_the_same_seat(
    line: list[Caller], on_duty: list[Candidate]
) -> None:
    found = matched(line, on_duty)

    seat_of = {one.interaction_id: one.seat_id for one in found.matches}
    for before in (one for one in line if one.interaction_id not in seat_of.keys() | found.held):
        for after in (one for one in line if one.interaction_id in seat_of):
            overtaken = (before.rank_at, before.interaction_id) < (after.rank_at, after.interaction_id)
            if overtaken and kind_of(before.need) == kind_of(after.need):
                seat = next(one for one in on_duty if one.seat_id == seat_of[after.interaction_id])
                assert seat.seat_id in before.exclusions or not _may_serve(seat, before)


@given(lines(), seats(), st.randoms())
def test_the_same_line_and_seats_in_any_order_give_the_same_matches(
    line: list[Caller], on_duty: list[Candidate], random: object
) -> None:
    first = matched(line, on_duty)
    random.shuffle(line)  # type: ignore[attr-defined]
    random.shuffle(on_duty)  # type: ignore[attr-defined]

    assert matched(line, on_duty) == first


@given(lines(), seats())
def test_the_explanation_accounts_for_every_seat_on_duty_that_could_serve_the_need(
    line: list[Caller], on_duty: list[Candidate]
) -> None:
    by_caller = {one.interaction_id: one for one in line}
    for one in matched(line, on_duty).matches:
        who, why = by_caller[one.interaction_id], one.why
        able = [at for at in on_duty if _may_serve(at, who)]
        may = [at for at in able if at.seat_id not in who.exclusions]
        assert (why["eligible"], why["full"]) == (sum(at.slots > 0 for at in may), sum(at.slots == 0 for at in may))
        assert why["excluded"] == Counter(who.exclusions[at.seat_id] for at in able if at.seat_id in who.exclusions)
        assert why["chosen_for"] in ("last_lawyer", "specialist", "generalist", "longest_idle")
        assert why["urgency"] == who.need.urgency
        seat = next(at for at in on_duty if at.seat_id == one.seat_id)
        assert ("relaxed_to" in why) is not seat.can_serve(who.need)


def test_a_resident_waits_a_little_for_the_lawyer_who_knows_them_but_not_in_danger() -> None:
    known, other = candidate(100, slots=0), candidate(101)
    calm = caller(last_account_id=account_at(100))
    danger = caller(last_account_id=account_at(100), urgency=Urgency.DANGER)

    held = matched([calm], [known, other])
    later = match([calm], Seats([known, other]), now=NOW + timedelta(seconds=20), settings=SETTINGS)

    assert (held.matches, held.due_at) == ((), NOW + timedelta(seconds=20))
    assert [one.seat_id for one in later.matches] == [other.seat_id]
    assert len(matched([danger], [known, other]).matches) == 1


def test_nobody_waits_for_a_lawyer_who_cannot_serve_them_may_not_or_is_protected_for_longer() -> None:
    other = candidate(101)
    back = caller(last_account_id=account_at(100))
    refused = caller(last_account_id=account_at(100), exclusions={UUID(int=100): "conflict"})
    protected = candidate(100, slots=0, protected_until=NOW + timedelta(seconds=21))

    assert matched([back], [candidate(100, slots=0, matters=frozenset({"family"})), other]).matches
    assert matched([refused], [candidate(100, slots=0), other]).matches
    assert matched([back], [protected, other]).matches


def test_a_generalist_is_kept_for_those_whom_nobody_else_serves() -> None:
    generalists = [
        candidate(n, matters=frozenset({"general"}), idle_since=NOW - timedelta(hours=1)) for n in (100, 101, 102)
    ]
    specialists = [candidate(n) for n in (103, 104, 105)]
    line = [caller(n) for n in range(3)] + [caller(n, matter="maritime") for n in range(3, 6)]

    found = matched(line, generalists + specialists).matches

    assert len(found) == 6
    assert [one.why["chosen_for"] for one in found[:3]] == ["specialist"] * 3


def test_with_generalists_to_spare_the_longest_idle_serves_and_unknown_matters_go_to_them() -> None:
    generalists = [
        candidate(n, matters=frozenset({"general"}), idle_since=NOW - timedelta(hours=1)) for n in range(100, 103)
    ]
    specialist = candidate(103)

    labour, unknown = matched([caller(0), caller(1, matter="general")], [*generalists, specialist]).matches

    assert (labour.seat_id, labour.why["chosen_for"]) == (UUID(int=100), "longest_idle")
    assert (unknown.seat_id, unknown.why["chosen_for"]) == (UUID(int=101), "generalist")


def _fitting(one: Caller, on_duty: list[Candidate]) -> list[Candidate]:
    return [at for at in on_duty if _may_serve(at, one) and at.seat_id not in one.exclusions]


def _may_serve(seat: Candidate, one: Caller) -> bool:
    """Whether a seat's skill is within what the caller takes by now."""
    reach = reach_of(one.need, one.waiting_since, now=NOW, settings=SETTINGS)
    return seat.can_serve(one.need, further(one.need.matter, reach, SETTINGS))
