import shutil
import subprocess

import pytest

from collector.ingest.metrics import Metrics


def exercised() -> bytes:
    metrics = Metrics()
    metrics.accepted.inc()
    metrics.waiting.inc()
    metrics.refused.labels("not_valid").inc()
    metrics.enrolments.labels("accepted").inc()
    metrics.dropped({"too_old": 2, "future": 1})
    metrics.committed(7, 0.004)
    return metrics.render(queue=3, marked=5)


def test_what_happened_is_counted() -> None:
    lines = exercised().decode().splitlines()

    for line in (
        'dps_ingest_envelopes_total{outcome="accepted"} 1.0',
        'dps_ingest_refused_total{reason="not_valid"} 1.0',
        'dps_ingest_records_left_out_total{reason="too_old"} 2.0',
        "dps_ingest_batch_envelopes_sum 7.0",
        "dps_ingest_commit_seconds_count 1.0",
        "dps_ingest_queue_envelopes 3.0",
        "dps_roller_marked_slots 5.0",
    ):
        assert line in lines


def test_promtool_finds_nothing_to_say_about_the_metrics() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: apt-get install prometheus)")

    done = subprocess.run([promtool, "check", "metrics"], input=exercised(), capture_output=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_promtool_would_say_something_about_a_bad_one() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: apt-get install prometheus)")

    done = subprocess.run(
        [promtool, "check", "metrics"], input=b"# TYPE a counter\na 1\n", capture_output=True, check=False
    )

    assert done.returncode != 0
