"""The simulation looks back as the router does: the same figures from a simulated day as from its rows.

three days of visitors ─┬─▶ simulate ─▶ LookingBack.look
                        └─▶ their rows ─▶ observations.observe
"""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from sqlalchemy import text

from routing.handling import Observed
from routing.observations import observe
from routing.settings import EstimateSettings, RoutingSettings
from routing.simulate import MIDNIGHT, Day, simulate
from routing.simulation.arrivals import generated
from routing.simulation.looking_back import LookingBack
from routing.simulation.posts import posts_of
from routing.simulation.visits import Visit
from tests.rig.ground import Ground
from tests.unit.routing.simulation.days import alike

SETTINGS = EstimateSettings(latest=40, days=2, per_day=10, patience_s=3_600.0, refresh_s=0.0)
SCENARIO = alike(4, per_hour=40, patience={"mean_s": 300})
_ROWS = text("""
with visit as (
    select * from jsonb_to_recordset(cast(:visits as jsonb)) as v(
        id uuid, matter text, hung_up bool, came timestamptz, started timestamptz, ended timestamptz, took float)
), one as (
    insert into interaction (interaction_id, number, resident_id, channel, language, state, urgency, matter,
        district, opened_at, waiting_since, rank_at, last_turn_at, closed_at, last_seq, head)
    select id, id::text, id, 'voice', 'zh', case when hung_up then 'abandoned' else 'closed' end, 3, matter,
        'unknown', came, came, came, came, ended, 0, '' from visit
)
insert into assignment (segment_id, interaction_id, seat_id, account_id, started_at, released_at, finished_at,
    handling_s)
select id, id, id, id, started, ended, ended, took from visit where not hung_up
""")


class _Looks:
    """Looks back whenever somebody begins to wait, and keeps the last look."""

    def __init__(self) -> None:
        self._back = LookingBack()
        self.now_s = 0.0
        self.observed = Observed()

    def __call__(self, visit: Visit, day: Day) -> None:
        self.now_s, self.observed = day.now_s, self._back.look(day)


async def test_a_simulated_day_is_looked_back_on_as_its_rows_are(ground: Ground) -> None:
    looks = _Looks()
    settings = RoutingSettings(estimate=SETTINGS)
    course = simulate(
        generated(SCENARIO, days=3, seed=(5,)), posts_of(SCENARIO, days=3), settings=settings, watcher=looks
    )
    over = [one for one in course.visits if one.ended_at_s is not None and one.ended_at_s <= looks.now_s]
    async with ground.database.unit() as unit:
        await unit.connection.execute(text("set local session_replication_role = replica"))
        await unit.connection.execute(_ROWS, {"visits": _json([_row(one) for one in over])})

    async with ground.database.read() as reading:
        rows = await observe(reading, now=MIDNIGHT + timedelta(seconds=looks.now_s), settings=SETTINGS)

    assert looks.now_s > 2 * 86_400
    assert sum(one.count for one in rows.talks.values()) == SETTINGS.latest + SETTINGS.days * SETTINGS.per_day
    assert rows.hung_up > 0
    assert looks.observed.hung_up == rows.hung_up
    assert looks.observed.in_line_s == pytest.approx(rows.in_line_s, abs=0.01)
    assert looks.observed.talks.keys() == rows.talks.keys()
    for matter, talks in rows.talks.items():
        mine = looks.observed.talks[matter]
        assert mine.count == talks.count
        assert mine.mean_s == pytest.approx(talks.mean_s)
        assert mine.squares == pytest.approx(talks.squares)


def _row(visit: Visit) -> dict[str, object]:
    def at(seconds: float | None) -> str | None:
        return None if seconds is None else (MIDNIGHT + timedelta(seconds=seconds)).isoformat()

    return {
        "id": str(visit.interaction_id),
        "matter": visit.arrival.need.matter,
        "hung_up": visit.abandoned,
        "came": at(visit.arrival.at_s),
        "started": at(visit.answered_at_s),
        "ended": at(visit.ended_at_s),
        "took": visit.arrival.talk_s + visit.arrival.wrap_up_s,
    }


def _json(rows: list[dict[str, object]]) -> str:
    return orjson.dumps(rows).decode()
