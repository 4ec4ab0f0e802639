"""The skill asked for widens with the wait; the place, the language and the channel stay."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from interactions.model import Need, Urgency
from routing.candidates import Caller, Candidate, Seats
from routing.policy import Match, match
from routing.relaxation import Reach, further, opens_after, ranked_at_latest, reach_of, since_at_latest
from routing.settings import RelaxationSettings
from tests.unit.routing.lines import NOW, SETTINGS, caller, candidate, lines, seats

DEBT = candidate(100, matters=frozenset({"debt"}))
CONTRACT = candidate(101, matters=frozenset({"contract"}), idle_since=NOW - timedelta(hours=1))
FAMILY = candidate(102, matters=frozenset({"family"}), idle_since=NOW - timedelta(hours=2))


def _waiting(seconds: float, *, matter: str = "debt", urgency: Urgency = Urgency.NORMAL, number: int = 0) -> Caller:
    return caller(number, matter=matter, urgency=urgency, waiting_since=NOW - timedelta(seconds=seconds))


def _matched(line: list[Caller], *on_duty: Candidate) -> list[Match]:
    return [*match(line, Seats(on_duty), now=NOW, settings=SETTINGS).matches]


@pytest.mark.parametrize(("waited_s", "served_by"), [(0, []), (59, []), (60, [101]), (179, [101]), (180, [101, 102])])
def test_neighbours_may_serve_after_a_minute_and_anybody_after_three(waited_s: float, served_by: list[int]) -> None:
    found = [one for one in (CONTRACT, FAMILY) if _matched([_waiting(waited_s)], one)]

    assert [one.seat_id for one in found] == [UUID(int=number) for number in served_by]


def test_who_knows_the_matter_goes_first_then_who_knows_a_neighbouring_one_however_idle_the_others_are() -> None:
    by_all, by_two = _matched([_waiting(600)], DEBT, CONTRACT, FAMILY), _matched([_waiting(600)], FAMILY, CONTRACT)

    assert by_all[0].seat_id == DEBT.seat_id
    assert by_two[0].seat_id == CONTRACT.seat_id


def test_the_decision_tells_how_far_it_went_and_that_the_place_is_the_old_one() -> None:
    old, young = _waiting(200), _waiting(10, matter="contract", number=1)

    (found,) = _matched([young, old], CONTRACT)

    assert found.interaction_id == old.interaction_id
    assert (found.why["relaxed_to"], found.why["place"], found.why["waited_s"]) == ("neighbour", 1, 200.0)
    (by_family,) = _matched([old], FAMILY)
    assert by_family.why["relaxed_to"] == "any"
    (by_debt,) = _matched([old], DEBT)
    assert "relaxed_to" not in by_debt.why


def test_in_danger_any_lawyer_at_once_and_before_a_deadline_sooner() -> None:
    danger, deadline = _waiting(0, urgency=Urgency.DANGER), _waiting(45, urgency=Urgency.DEADLINE)

    assert _matched([danger], FAMILY)
    assert _matched([deadline], FAMILY)
    assert not _matched([_waiting(45)], FAMILY)


def test_a_skill_nobody_has_ends_at_somebody() -> None:
    assert _matched([_waiting(180, matter="maritime")], FAMILY)


def test_language_and_channel_never_relax() -> None:
    since = NOW - timedelta(days=1)
    foreign = Caller(UUID(int=1), Need("web", "debt", "en", Urgency.DANGER), since, since)
    by_phone = Caller(UUID(int=2), Need("voice", "debt", "zh", Urgency.DANGER), since, since)

    assert not _matched([foreign, by_phone], DEBT, CONTRACT, FAMILY)


@given(lines(), seats())
def test_waiting_longer_never_takes_a_seat_away(line: list[Caller], on_duty: list[Candidate]) -> None:
    for one in line:
        reaches = [
            reach_of(one.need, one.waiting_since, now=NOW + timedelta(seconds=at), settings=SETTINGS)
            for at in (0, 70, 700)
        ]
        served = [
            {at.seat_id for at in on_duty if at.can_serve(one.need, further(one.need.matter, reach, SETTINGS))}
            for reach in reaches
        ]
        assert reaches == sorted(reaches)
        assert served[0] <= served[1] <= served[2]


@given(lines(), st.sampled_from([Reach.NEIGHBOUR, Reach.ANY]))
def test_where_the_line_is_read_to_holds_everybody_who_gets_so_far(line: list[Caller], reach: Reach) -> None:
    last = ranked_at_latest(reach, now=NOW, settings=SETTINGS)
    since = since_at_latest(reach, now=NOW, settings=SETTINGS)
    for one in line:
        so_far = reach_of(one.need, one.waiting_since, now=NOW, settings=SETTINGS) >= reach
        assert so_far == (one.waiting_since <= since[one.need.urgency])
        assert not so_far or one.rank_at <= last


@given(st.sampled_from(Urgency))
def test_each_step_comes_after_the_one_before(urgency: Urgency) -> None:
    steps = [opens_after(reach, urgency, SETTINGS) for reach in Reach]

    assert steps == sorted(steps)


@pytest.mark.parametrize("wrong", [{"neighbour_s": 200.0}, {"danger": 0.9}, {"protected": 1.5}])
def test_settings_that_would_narrow_again_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        RelaxationSettings(**wrong)  # type: ignore[arg-type]
