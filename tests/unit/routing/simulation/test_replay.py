"""Recorded calls played again: our own small file by hand, and a real month where it is at hand."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from statistics import mean

import numpy as np
import pytest

from interactions.model import Urgency
from routing.simulate import Course, simulate
from routing.simulation.measures import hours, measured
from routing.simulation.recorded import Call, calls_in
from routing.simulation.replay import as_recorded, replay, settings
from tests.unit.routing.simulation.call_file import call, hung_up, waited, write

PLACE = "HOTLINE_CALL_FILE"
ROOT = Path(__file__).resolve().parents[4]
BESIDE = ROOT.parent / "shared" / "data" / "calls" / "february1999.tsv"


@pytest.fixture
def calls(tmp_path: Path) -> list[Call]:
    """One server, who works from nine, has a break at ten and a second day; a second one who knows another matter."""
    path = write(
        tmp_path / "calls.tsv",
        [
            call(),
            waited("9:00:50", 60, priority=2),
            hung_up("9:00:55", 40),
            waited("9:01:45", 120),
            call(vru_exit="11:00:00"),
            call(date="990202"),
            call(server="B", type="NE"),
        ],
    )
    return calls_in(path)


def _played(calls: Sequence[Call]) -> Course:
    played = replay(calls, seed=(1,))
    return simulate(played.arrivals, played.posts, settings=settings())


def test_servers_work_from_the_first_to_the_last_call_of_a_stretch(calls: list[Call]) -> None:
    played = replay(calls, seed=(1,))
    nine, day = 9 * 3_600.0, 86_400.0

    first, second = (post.spans for post in played.posts)
    assert first == ((nine, nine + 226.0), (nine + 7_200, nine + 7_201), (day + nine, day + nine + 1))
    assert second == ((nine, nine + 1),)
    assert [post.matters for post in played.posts] == [{"PS"}, {"NE"}]


def test_what_the_file_tells_of_patience_and_of_the_time_between_two_calls(calls: list[Call]) -> None:
    played = replay(calls, seed=(1,))

    # One hung up; all together stood in line for 220 s. The next call came 10 s and 15 s after the one before.
    assert played.patience_s == 220.0
    assert played.wrap_up_s == 12.5
    assert all(one.patience_s >= kept.wait_s for one, kept in zip(played.arrivals, calls, strict=True))
    assert [one.need.urgency for one in played.arrivals].count(Urgency.PROTECTED) == 1


def test_the_recorded_course_is_measured_as_it_was(calls: list[Call]) -> None:
    found = measured(as_recorded(calls, replay(calls, seed=(1,))))

    assert (found.came, found.answered) == (7, 6)
    assert found.abandoned == pytest.approx(1 / 7)
    assert found.asa_s == pytest.approx(180 / 6)


def test_a_file_in_which_nobody_hangs_up_has_endless_patience(tmp_path: Path) -> None:
    calls = calls_in(write(tmp_path / "calls.tsv", [call(), waited("9:00:10", 95)]))

    assert replay(calls, seed=(1,)).patience_s == float("inf")
    assert all(visit.served for visit in _played(calls).visits)


@pytest.fixture(scope="module")
def february() -> list[Call]:
    """The calls of a real centre's month, where they are at hand."""
    path = Path(os.environ.get(PLACE, BESIDE))
    if not path.exists():
        pytest.skip(
            f"no recorded month: {PLACE} names none and there is none at ../shared/data/calls beside the project"
        )
    return calls_in(path)


def test_a_real_month_is_played_as_it_was(february: list[Call]) -> None:
    played = replay(february, seed=(1,))
    recorded = as_recorded(february, played)
    simulated = simulate(played.arrivals, played.posts, settings=settings())

    was, found = measured(recorded), measured(simulated)
    assert (found.came, found.waiting_still) == (was.came, 0)
    assert [one.count for one in hours(simulated.visits)] == [one.count for one in hours(recorded.visits)]
    assert found.aht_s == pytest.approx(was.aht_s, rel=0.02)
    # The result depends on what counts as a break (see replay.py): a fifth is what is known, nothing is fitted.
    assert found.abandoned == pytest.approx(was.abandoned, abs=0.015)
    assert found.line_mean_s == pytest.approx(was.line_mean_s, rel=0.2)


def test_the_hours_of_a_real_day_are_as_long_and_as_short_as_they_were(february: list[Call]) -> None:
    played = replay(february, seed=(1,))
    simulated = hours(simulate(played.arrivals, played.posts, settings=settings()).visits)
    recorded = hours(as_recorded(february, played).visits)

    by_day = [(one, was) for one, was in zip(simulated, recorded, strict=True) if 8 <= one.hour < 22]
    waits = np.array([(one.mean_s, was.mean_s) for one, was in by_day])
    leavers = np.array([(one.abandoned, was.abandoned) for one, was in by_day])
    assert np.corrcoef(waits.T)[0, 1] > 0.95
    assert np.corrcoef(leavers.T)[0, 1] > 0.95
    assert mean(abs(one.abandoned - was.abandoned) for one, was in by_day) < 0.02
