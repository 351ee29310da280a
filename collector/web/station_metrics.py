"""The health of sites and stations for Prometheus, as of the moment at which somebody asks. Never their use.

Gauges only, made from the database at each scrape: several workers give the same. A station is named by the code of its
site and its number there; its label, which may change, stands in `dps_station_info`.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Connection

from collector.domain.calendar import start_of_day
from collector.domain.fleet import Computer
from collector.domain.health.states import State
from collector.storage.queries.alerts import open_counts
from collector.storage.queries.fleet import computers_of, with_states
from collector.storage.queries.sites import Site, all_sites
from collector.storage.queries.thresholds import thresholds_in_force

SECONDS_OF_SLOT = 900


def station_metrics(connection: Connection, now: int, interval: int, zone: ZoneInfo) -> bytes:
    """In the text format of Prometheus; `interval` is how often stations are asked to report."""
    sites = all_sites(connection)
    found = computers_of(connection, [each.site_id for each in sites], hardware=True)
    registry = CollectorRegistry()
    limits = thresholds_in_force(connection)
    computers = with_states(connection, found, now, zone, limits, interval)
    registry.register(_Told(sites, computers, open_counts(connection), zone))
    return generate_latest(registry)


class _Told(Collector):
    """What is known at one moment, in the form that the library asks for."""

    def __init__(
        self,
        sites: Sequence[Site],
        computers: Sequence[Computer],
        alerts: Mapping[tuple[int, str, str], int],
        zone: ZoneInfo,
    ) -> None:
        self.sites = sites
        self.computers = computers
        self.alerts = alerts
        self.zone = zone

    def collect(self) -> Iterator[GaugeMetricFamily]:
        codes = {each.site_id: each.code for each in self.sites}
        yield from self._of_sites(codes)
        keyed = [([codes[one.site_id], str(one.station_id)], one) for one in self.computers]
        info = _gauge(
            "station_info",
            "What a station is; always 1.",
            "site station label agent_version system model",
        )
        state = _gauge("station_state", "The state that a station is in; always 1.", "site station state")
        for key, one in keyed:
            said = [one.label, one.agent_version, one.hardware.system or "", one.called()]
            info.add_metric([*key, *said], 1)
            if one.state is not None:
                state.add_metric([*key, one.state.value], 1)
        yield from (info, state)
        for name, text, value in (
            ("last_contact_timestamp_seconds", "When the last message of a station came in.", _contact),
            ("memory_bytes", "Memory that is built in.", _memory),
            ("least_free_bytes", "Free space of the built-in volume that has the least.", _free),
            ("disk_bytes", "Size of all built-in volumes together.", _disk),
            ("restart_pending", "Whether a station waits for a restart: 1 or 0.", _restart),
            ("failed_readings", "Readings that failed at the last contact.", _failed),
            ("maintenance_end_timestamp_seconds", "When maintenance ends, from the register.", self._maintenance),
        ):
            family = _gauge(f"station_{name}", text, "site station")
            for key, one in keyed:
                number = value(one)
                if number is not None:
                    family.add_metric(key, number)
            yield family

    def _of_sites(self, codes: Mapping[int, str]) -> Iterator[GaugeMetricFamily]:
        info = _gauge("site_info", "What a site is; always 1.", "site name municipality")
        for each in self.sites:
            info.add_metric([each.code, each.name, each.municipality], 1)
        stations = _gauge("site_stations", "Stations of a site in each state.", "site state")
        counts = Counter((one.site_id, one.state) for one in self.computers)
        for site_id, code in codes.items():
            for state in State:
                stations.add_metric([code, state.value], counts[site_id, state])
        alerts = _gauge("site_alerts", "Open alerts of a site and its stations.", "site rule level")
        for (site_id, rule, level), count in sorted(self.alerts.items()):
            if site_id in codes:
                alerts.add_metric([codes[site_id], rule, level], count)
        yield from (info, stations, alerts)

    def _maintenance(self, one: Computer) -> float | None:
        return None if one.maintenance_end is None else _seconds(one.maintenance_end, self.zone)


def _gauge(name: str, text: str, labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"dps_{name}", text, labels=labels.split())


def _seconds(day: dt.date, zone: ZoneInfo) -> float:
    return start_of_day(day, zone) * SECONDS_OF_SLOT


def _contact(one: Computer) -> float | None:
    return one.contact_at


def _memory(one: Computer) -> float | None:
    return one.hardware.memory_bytes


def _free(one: Computer) -> float | None:
    return one.hardware.free_bytes


def _disk(one: Computer) -> float | None:
    return one.hardware.disk_bytes


def _restart(one: Computer) -> float | None:
    return one.hardware.restart_pending


def _failed(one: Computer) -> float | None:
    return None if one.contact_at is None else len(one.hardware.failed)
