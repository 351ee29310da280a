"""What the collector says about its own intake, for Prometheus. Nothing about a site, a station or a person."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """Counters of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.envelopes = Counter(
            "dps_ingest_envelopes_total",
            "Envelopes acknowledged, by what became of them.",
            ["outcome"],
            registry=self.registry,
        )
        self.refused = Counter(
            "dps_ingest_refused_total", "Requests refused, by reason.", ["reason"], registry=self.registry
        )
        self.left_out = Counter(
            "dps_ingest_records_left_out_total",
            "Records of acknowledged envelopes that were not stored, by reason.",
            ["reason"],
            registry=self.registry,
        )
        self.enrolments = Counter(
            "dps_enrolment_attempts_total",
            "Attempts to enrol a station, by outcome.",
            ["outcome"],
            registry=self.registry,
        )
        self.batch = Histogram(
            "dps_ingest_batch_envelopes", "Envelopes per commit.", buckets=_SIZES, registry=self.registry
        )
        self.commit = Histogram(
            "dps_ingest_commit_seconds",
            "Time of one commit, until it is on the disk.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.queue = Gauge("dps_ingest_queue_envelopes", "Envelopes that wait for a commit.", registry=self.registry)
        self.marked = Gauge(
            "dps_roller_marked_slots", "Site slots that wait to be derived again.", registry=self.registry
        )
        self.sealed = Counter(
            "dps_roller_sealed_marks_total",
            "Site slots that were reported again after they had been sealed; they stayed as they were.",
            registry=self.registry,
        )
        # Looked up once: a label look-up costs more than the count itself.
        self.accepted = self.envelopes.labels("accepted")
        self.waiting = self.envelopes.labels("waiting")

    def committed(self, envelopes: int, seconds: float) -> None:
        self.batch.observe(envelopes)
        self.commit.observe(seconds)

    def dropped(self, left_out: Mapping[str, int]) -> None:
        for reason, count in left_out.items():
            self.left_out.labels(reason).inc(count)

    def too_late(self, site_slots: int) -> None:
        self.sealed.inc(site_slots)

    def render(self, *, queue: int, marked: int) -> bytes:
        self.queue.set(queue)
        self.marked.set(marked)
        return generate_latest(self.registry)
