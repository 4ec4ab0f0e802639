"""What the service counts about itself, for Prometheus. No label ever carries words or a person."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Metrics:
    """The metrics of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.bot_turns = Counter(
            "hotline_bot_turns", "What became of questions to the bot", ["outcome"], registry=self.registry
        )
        self.rescues = Counter(
            "hotline_rescues", "What only a sweep found, because a hint was lost", ["what"], registry=self.registry
        )
        self.wakes_dropped = Counter(
            "hotline_wakes_dropped", "Wake-ups for other processes that Redis did not take", registry=self.registry
        )
        self.requests = Histogram("hotline_http_seconds", "Time to answer by route", ["route"], registry=self.registry)
        self.interactions = Gauge(
            "hotline_interactions", "Open interactions by state", ["state"], registry=self.registry
        )
        self.stray_events = Gauge(
            "hotline_stray_events", "Events in the default partition: upkeep was late", registry=self.registry
        )

        self.outbox = Gauge("hotline_outbox", "Messages not sent yet, by state", ["state"], registry=self.registry)
        self.outbox_age = Gauge(
            "hotline_outbox_oldest_seconds", "Age of the oldest message to be sent", registry=self.registry
        )
        self.inbound = Gauge(
            "hotline_inbound", "Deliveries not processed yet, by state", ["state"], registry=self.registry
        )
        self.inbound_age = Gauge(
            "hotline_inbound_oldest_seconds", "Age of the oldest unprocessed delivery", registry=self.registry
        )
        self.silences = Counter(
            "hotline_database_silences", "Callers who got no answer from the database", registry=self.registry
        )
        self.coverage_gap_hours = Gauge(
            "hotline_coverage_gap_hours", "Hours ahead with fewer seats than the policy asks", registry=self.registry
        )
        self.coverage_empty_hours = Gauge(
            "hotline_coverage_empty_hours",
            "Hours ahead in which for some moment nobody is on shift",
            registry=self.registry,
        )
        self.coverage_seats = Gauge(
            "hotline_coverage_seats",
            "Seats with shifts in the days the coverage check looks at",
            registry=self.registry,
        )

    def rescued(self, what: str) -> None:
        """Counts one rescue."""
        self.rescues.labels(what=what).inc()
