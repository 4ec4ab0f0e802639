"""Who comes: as often, as long and as mixed as the scenario says, within sampling error."""

from __future__ import annotations

from collections import Counter
from statistics import mean, stdev

import numpy as np
import pytest

from interactions.model import Urgency
from routing.simulation.arrivals import generated
from routing.simulation.durations import Durations
from tests.unit.routing.simulation.days import alike

RATES = [0.0] * 8 + [120.0] * 4 + [40.0] * 12


def test_rates_of_each_hour_shares_and_means_are_those_of_the_scenario() -> None:
    shares = {"matters": {"labour": 3, "family": 1}, "urgency": {"normal": 9, "danger": 1}}
    found = generated(alike(1, per_hour=RATES, **shares), days=20, seed=(3,))

    hours = Counter(int(one.at_s % 86_400 // 3_600) for one in found)
    assert [one.at_s for one in found] == sorted(one.at_s for one in found)
    for hour, rate in enumerate(RATES):
        # A Poisson count lies within four of its standard deviations but once in ten thousand.
        assert abs(hours[hour] - 20 * rate) <= 4 * (20 * rate) ** 0.5
    assert sum(one.need.matter == "labour" for one in found) / len(found) == pytest.approx(0.75, abs=0.01)
    assert sum(one.need.urgency is Urgency.DANGER for one in found) / len(found) == pytest.approx(0.1, abs=0.01)
    assert mean(one.talk_s for one in found) == pytest.approx(435, rel=0.03)


def test_a_matter_may_have_its_own_talks() -> None:
    facts = {"matters": {"labour": 1, "family": 1}, "talk_by_matter": {"family": {"shape": "fixed", "mean_s": 60}}}
    found = generated(alike(1, per_hour=60, **facts), days=1, seed=(3,))

    assert {one.talk_s for one in found if one.need.matter == "family"} == {60.0}
    assert len({one.talk_s for one in found if one.need.matter == "labour"}) > 100


def test_a_lognormal_has_the_mean_and_the_spread_it_is_given() -> None:
    found = Durations(shape="lognormal", mean_s=200, cv=1.2).draw(200_000, np.random.default_rng(1)).tolist()

    assert mean(found) == pytest.approx(200, rel=0.02)
    assert stdev(found) / mean(found) == pytest.approx(1.2, rel=0.05)
