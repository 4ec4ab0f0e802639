"""The arithmetic of the scale bench: shares, sums over labels, what larger houses need, and where it is written."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bench.figures import Figure
from bench.ledger import Cost
from bench.scale import Scale, Turns, Visits
from bench.scale_page import BEGIN, END, page, replaced, rows_in
from bench.service import total_in
from bench.trees import Split
from bench.verdicts import of_scale

TURN = Cost(1_000, 500, 10, 400, 0.1, 2.0, 0.1, 1_000, 2_000, 0.33, 0.5)
VISIT = Cost(20_000, 10_000, 100, 4_000, 40.0, 60.0, 12.0, 50_000, 30_000, 0.33, 0.5)
FIGURE = Figure("turn", 200, 1_000.0, 100.0, 300.0, 1_000.0)


def _row(workers: int, *, service_us: float = 1_000.0, unserved: int = 0) -> Scale:
    cost = replace(TURN, service_us=service_us)
    visits = Visits(25.0, 10.0, 40.0, {"TimeoutError": unserved}, 0.0, VISIT)
    return Scale(workers, Turns(FIGURE, replace(FIGURE, per_s=2_000.0), cost), visits)


def test_a_share_leaves_the_load_generator_out() -> None:
    used = Split(service=5.0, postgres=4.0, redis=1.5, client=9.0).since(Split(1.0, 2.0, 0.5, 1.0))

    assert used == Split(4.0, 2.0, 1.0, 8.0)
    assert used.postgres_share == pytest.approx(2 / 7)


def test_a_metric_is_summed_over_its_labels_and_over_nothing_else() -> None:
    told = '# HELP a_total x\na_total{what="x"} 2.0\na_total{what="y"} 3.0\na_total_more 9.0\nb_total 7.0\n'

    assert (total_in(told, "a_total"), total_in(told, "b_total"), total_in(told, "c_total")) == (5.0, 7.0, 0.0)


def test_what_a_load_needs_follows_from_what_one_visit_with_its_turns_costs() -> None:
    told = page([_row(1), _row(3, service_us=1_400.0)], measured="here and now", turns=20)

    # 9,000 visits an hour are 2.5 a second; 20 + 20 · 1 ms of service, 10 + 20 · 0.5 ms of PostgreSQL, half idle.
    assert "| 100 × 15 seats | 9,000 | 0.200 | 0.100 | 0.175 | 10.0% |" in told
    assert "Each further worker adds 0.20 ms to a turn and 0.00 ms to a visit." in told
    assert "a million visits: 70 GB" in told
    assert told.startswith("here and now\n\n| workers |")


def test_figures_come_back_from_their_file_as_they_were() -> None:
    rows = [_row(1), _row(2)]

    assert rows_in(json.loads(json.dumps({"rows": [one.row() for one in rows]}))) == rows


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    assert replaced(f"a\n{BEGIN}\nold\n{END}\nb", "new") == f"a\n{BEGIN}\nnew\n{END}\nb"


def test_dearer_turns_and_people_lost_between_workers_miss_their_limits() -> None:
    judged = {one.what: one.meets for one in of_scale([_row(1), _row(2, service_us=1_600.0), _row(4, unserved=1)])}

    assert [what for what, meets in judged.items() if not meets] == [
        "CPU of a turn, 2 workers",
        "visits over 4 workers: unserved",
    ]
