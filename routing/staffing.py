"""Who serves a line and how fast: from seats by skill, the shift plan and what was observed. Pure.

    skills on duty ─▶ desks by need ┐
    shifts ahead   ─▶ plan          ├─▶ Staffing, which tells each place its wait (estimate.py)
    talks, hang-ups ─▶ pace         ┘

What residents are told (places.py) and what a simulated day tells (simulation/announcing.py) are made by the same hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from routing.candidates import Kind
from routing.desks import Change, Skills, by_anybody, desks, planned
from routing.estimate import Staffing
from routing.handling import Observed, pace
from routing.settings import RoutingSettings


def staffing(
    kinds: Sequence[Kind],
    *,
    skills: Mapping[Skills, int],
    changes: Iterable[Change],
    seen: Observed,
    settings: RoutingSettings,
) -> Staffing:
    """The staffing for the needs `kinds`, numbered in that order."""
    moves = pace(seen, kinds, default_s=settings.handling_default_s, weight=settings.handling_sample)
    plan, anybody = planned(skills, changes, kinds), by_anybody(skills, kinds)
    return Staffing(desks(skills, kinds), pace=moves, plan=plan, anybody=anybody)
