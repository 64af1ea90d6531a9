"""What a process measures of itself, for `/metrics` (Prometheus base units, `_total` for counters)."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector


class Metrics:
    """One registry for each runtime, so that several services can live in one test process."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        info = Gauge(
            "insight_service_info", "Which service this is", ["service"], registry=self.registry
        )
        info.labels(service).set(1)
        self.processed = Counter(
            "insight_facts_processed_total", "Facts applied", ["type"], registry=self.registry
        )
        self.duplicates = Counter(
            "insight_facts_duplicate_total", "Copies passed over", registry=self.registry
        )
        self.dead_letters = Counter(
            "insight_dead_letters_total", "Records set aside", ["cause"], registry=self.registry
        )
        self.dead_letters_waiting = Gauge(
            "insight_dead_letters_waiting",
            "Records set aside that nobody has decided about",
            registry=self.registry,
        )
        self.rewinds = Counter(
            "insight_rewinds_total", "Batches put back for an outage", registry=self.registry
        )
        self.batch_seconds = Histogram(
            "insight_batch_seconds", "From a batch's arrival to its commit", registry=self.registry
        )
        self.published = Counter(
            "insight_facts_published_total",
            "Facts acknowledged by Kafka",
            ["topic"],
            registry=self.registry,
        )
        self.timers_fired = Counter(
            "insight_timers_fired_total", "Timers fired", ["kind"], registry=self.registry
        )
        self.lag = Gauge(
            "insight_consumer_lag_records",
            "Records not yet processed",
            ["topic"],
            registry=self.registry,
        )
        self.outbox_rows = Gauge(
            "insight_outbox_rows", "Facts waiting for Kafka", registry=self.registry
        )
        self.outbox_age = Gauge(
            "insight_outbox_age_seconds", "Age of the oldest of them", registry=self.registry
        )
