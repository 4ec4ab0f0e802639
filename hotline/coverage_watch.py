"""The coverage check as health detail and metrics: looked at once a minute, told to whoever asks in between."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from agents.coverage import Coverage
from agents.record_form import utc
from agents.staffing import Staffing
from hotline.metrics import Metrics
from interactions.clock import Clock

FRESH = timedelta(seconds=60)


@dataclass(slots=True)
class CoverageWatch:
    """The latest coverage and when it was looked at."""

    staffing: Staffing
    clock: Clock
    metrics: Metrics
    _latest: Coverage | None = None
    _looked_at: datetime | None = field(default=None)

    async def look(self) -> Coverage:
        """Looks anew, and sets the gauges."""
        self._latest = latest = await self.staffing.coverage()
        self._looked_at = self.clock.now()
        self.metrics.coverage_gap_hours.set(len(latest.gaps))
        self.metrics.coverage_empty_hours.set(sum(one.seats == 0 for one in latest.hours))
        self.metrics.coverage_seats.set(latest.seats)
        return latest

    async def detail(self) -> dict[str, Any]:
        """What `/health/ready` tells of the days ahead. A gap makes no process unready: others can't fill it either."""
        fresh = self._looked_at is not None and self.clock.now() < self._looked_at + FRESH
        return coverage_detail(self._latest if fresh and self._latest else await self.look())


def coverage_detail(found: Coverage) -> dict[str, Any]:
    """`ok`, or `short` with how many hours, how many of them with nobody, and when the first is."""
    gaps = found.gaps
    return {
        "state": "ok" if found.enough else "short",
        "hours": len(found.hours),
        "gap_hours": len(gaps),
        "empty_hours": sum(one.seats == 0 for one in found.hours),
        "next_gap_at": utc(gaps[0].starts_at) if gaps else None,
        "seats": found.seats,
        "seats_total": found.seats_total,
        "calendar_missing": list(found.unknown_years),
    }
