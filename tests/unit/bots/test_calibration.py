"""The confidence rises with the evidence, whatever the data."""

from __future__ import annotations

from dataclasses import astuple, fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.calibration import Curve, Evidence, fit

NAMES = [field.name for field in fields(Evidence)]
values = st.floats(-5.0, 5.0)
evidence = st.builds(Evidence, values, values, values, values, values)


@given(st.lists(st.tuples(evidence, st.booleans()), min_size=2, max_size=40))
def test_no_weight_of_evidence_is_ever_negative(lessons: list[tuple[Evidence, bool]]) -> None:
    curve = fit([one for one, _ in lessons], [right for _, right in lessons])

    assert min(curve.weights[1:]) >= 0.0


@given(evidence, st.sampled_from(NAMES), st.floats(0.0, 5.0), st.lists(st.floats(0.0, 3.0), min_size=5, max_size=5))
def test_more_evidence_never_lowers_the_confidence(
    before: Evidence, name: str, more: float, weights: list[float]
) -> None:
    curve = Curve((-1.0, *weights))
    after = replace(before, **{name: getattr(before, name) + more})

    assert curve.confidence(after) >= curve.confidence(before)


def test_two_kinds_of_evidence_that_say_the_same_do_not_turn_against_each_other() -> None:
    # given a second kind that is the first with a little noise: a free fit would weigh them against each other
    dice = np.random.default_rng(1)
    truth = dice.normal(size=400)
    noise = dice.normal(scale=0.01, size=400)
    right = dice.random(400) < 1.0 / (1.0 + np.exp(-2.0 * truth))
    lessons = [Evidence(one, one + slip, 0.0, 0.0, 0.0) for one, slip in zip(truth, noise, strict=True)]

    curve = fit(lessons, right.tolist())

    assert curve.confidence(Evidence(3.0, 3.0, 0.0, 0.0, 0.0)) > 0.9
    assert curve.confidence(Evidence(3.0, 0.0, 0.0, 0.0, 0.0)) <= curve.confidence(Evidence(3.0, 3.0, 0.0, 0.0, 0.0))


@pytest.mark.parametrize("right", [True, False])
def test_lessons_of_one_kind_only_make_it_certain_of_nothing(right: bool) -> None:
    curve = fit([Evidence(1.0, 1.0, 1.0, 1.0, 1.0)] * 5, [right] * 5)

    assert np.isfinite(astuple(curve)[0]).all()
    assert 0.0 <= curve.confidence(Evidence(1.0, 1.0, 1.0, 1.0, 1.0)) <= 1.0
