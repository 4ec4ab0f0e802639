"""Time in statements: added up for each, and once for as long as any of them is under way."""

from __future__ import annotations

import pytest

from hotline.metrics import Metrics
from interactions.timed import Spent


def test_statements_beside_one_another_count_each_and_their_time_once() -> None:
    spent = Spent()

    with spent.one(), spent.one():
        pass
    with pytest.raises(ValueError), spent.one():
        raise ValueError

    assert spent.statements == 3
    assert 0 < spent.busy_s < spent.seconds


def test_metrics_count_what_came_since_they_were_last_told() -> None:
    metrics = Metrics()

    for _ in range(2):
        with metrics.spent.one():
            pass
        metrics.count_spent()
    metrics.count_spent()

    assert metrics.statements._value.get() == 2
    assert metrics.statement_seconds._value.get() == pytest.approx(metrics.spent.seconds)
