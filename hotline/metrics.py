"""What the service counts about itself, for Prometheus. No label ever carries words or a person.

With several workers (workers/crew.py) counts are added up. Gauges are looked at in the database, by every worker the
same: the newest look counts, so none of them is made but by `_gauge`.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from interactions.timed import Spent


class Metrics:
    """The metrics of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.spent, self._told = Spent(), Spent()
        self.bot_turns = Counter(
            "hotline_bot_turns", "What became of questions to the bot", ["outcome"], registry=self.registry
        )
        self.stand_ins = Counter(
            "hotline_bot_stand_ins",
            "Questions the retrieval engine answered because the other engine was down",
            ["reason"],
            registry=self.registry,
        )
        self.rescues = Counter(
            "hotline_rescues", "What only a sweep found, because a hint was lost", ["what"], registry=self.registry
        )
        self.wakes_dropped = Counter(
            "hotline_wakes_dropped", "Wake-ups for other processes that Redis did not take", registry=self.registry
        )
        self.requests = Histogram("hotline_http_seconds", "Time to answer by route", ["route"], registry=self.registry)
        self.interactions = self._gauge("hotline_interactions", "Open interactions by state", ["state"])
        self.stray_events = self._gauge("hotline_stray_events", "Events in the default partition: upkeep was late")

        self.outbox = self._gauge("hotline_outbox", "Messages not sent yet, by state", ["state"])
        self.outbox_age = self._gauge("hotline_outbox_oldest_seconds", "Age of the oldest message to be sent")
        self.inbound = self._gauge("hotline_inbound", "Deliveries not processed yet, by state", ["state"])
        self.inbound_age = self._gauge("hotline_inbound_oldest_seconds", "Age of the oldest unprocessed delivery")
        self.owed = self._gauge("hotline_owed", "Callbacks and messages owed, by state", ["kind", "state"])
        self.overdue = self._gauge("hotline_owed_overdue", "Callbacks and messages owed past their time", ["kind"])
        self.silences = Counter(
            "hotline_database_silences", "Callers who got no answer from the database", registry=self.registry
        )
        self.content_broken = self._gauge(
            "hotline_content_broken", "1 while changed content is broken and the old answers"
        )
        self.unstaffed = self._gauge("hotline_unstaffed", "1 while no seat serves at all")
        self.statements = self._counter("hotline_database_statements", "Statements answered by the database")
        self.statement_seconds = self._counter("hotline_database_seconds", "Time in statements, each for itself")
        self.statement_busy = self._counter("hotline_database_busy_seconds", "Time with a statement under way")
        self.coverage_gap_hours = self._gauge(
            "hotline_coverage_gap_hours", "Hours ahead with fewer seats than the policy asks"
        )
        self.coverage_empty_hours = self._gauge(
            "hotline_coverage_empty_hours", "Hours ahead in which for some moment nobody is on shift"
        )
        self.coverage_seats = self._gauge(
            "hotline_coverage_seats", "Seats with shifts in the days the coverage check looks at"
        )

    def rescued(self, what: str) -> None:
        """Counts one rescue."""
        self.rescues.labels(what=what).inc()

    def stood_in(self, reason: str) -> None:
        """Counts one question that the second engine answered."""
        self.stand_ins.labels(reason=reason).inc()

    def count_spent(self) -> None:
        """Counts what was spent in the database since the last call: once a second, not for every statement."""
        told, self._told = self._told, copy(self.spent)
        self.statements.inc(self._told.statements - told.statements)
        self.statement_seconds.inc(self._told.seconds - told.seconds)
        self.statement_busy.inc(self._told.busy_s - told.busy_s)

    def _counter(self, name: str, told: str) -> Counter:
        return Counter(name, told, registry=self.registry)

    def _gauge(self, name: str, told: str, labels: Sequence[str] = ()) -> Gauge:
        return Gauge(name, told, labels, registry=self.registry, multiprocess_mode="mostrecent")
