"""Percentiles and medians, as every figure uses them."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from bench.figures import Figure, measure, median, percentile


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.0, 1.0), (0.5, 50.0), (0.99, 99.0), (0.991, 100.0), (1.0, 100.0)],
)
def test_a_percentile_is_the_value_that_its_share_does_not_exceed(share: float, expected: float) -> None:
    assert percentile([float(number) for number in range(1, 101)], share) == expected


def test_a_percentile_of_one_value_is_that_value() -> None:
    assert percentile([7.0], 0.01) == percentile([7.0], 0.99) == 7.0


def test_the_median_of_rounds_is_taken_for_each_number_alone() -> None:
    rounds = [
        Figure("x", 1, 10.0, 3.0, 9.0, 5.0),
        Figure("x", 1, 30.0, 1.0, 8.0, 7.0),
        Figure("x", 1, 20.0, 2.0, 1.0, 6.0),
    ]

    assert median(rounds) == Figure("x", 1, 20.0, 2.0, 8.0, 6.0)


async def test_processor_time_is_that_of_whom_the_operation_costs() -> None:
    clock = itertools.count(0.0, 2.0)

    async def operation(_: int) -> None:
        await asyncio.sleep(0)

    figure = await measure("x", operation, writers=2, seconds=0.01, cpu_s=lambda: next(clock))

    operations = 2.0 / (figure.cpu_us / 1e6)
    assert operations == pytest.approx(round(operations))
    assert figure.p50_ms <= figure.p99_ms
