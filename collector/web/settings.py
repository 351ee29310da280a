"""What the pages must be told."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from collector.alerts.channels import Channel
from collector.catalogue import catalogue as built_in
from collector.domain.catalogue import Catalogue
from collector.domain.stations import USUAL_INTERVAL_SECONDS
from collector.domain.statistics import Rules
from collector.mail import Post
from collector.reports.papers.facts import Facts
from collector.web.enrolling import Enrolling
from collector.web.provider import Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    csrf_secret: str
    """Random, the same for all workers and over restarts; it signs the tokens of forms."""
    behind_tls: bool = False
    """Whether browsers come over HTTPS; cookies are then sent over nothing else."""
    session_seconds: int = 12 * 3600
    """How long a log-in lasts."""
    contact_interval_seconds: int = USUAL_INTERVAL_SECONDS
    """How often a station that is on is told to report."""
    rules: Rules = field(default_factory=Rules)
    public_pages: bool = True
    """Whether strangers may read the list of certified sites and the published statistics."""
    public_url: str = ""
    """Where the pages are reached, such as https://HOST; empty where nobody has said it."""
    publisher: str = ""
    """The public body that publishes statistics."""
    open_data_licence: str = ""
    """Address of the licence of open data; empty where nobody has chosen one."""
    invitation_days: int = 7
    kept: Facts = field(default_factory=Facts)
    """For how long things are kept, for the papers; what the pages know themselves is filled in by `facts`."""
    catalogue: Catalogue = field(default_factory=built_in)
    revocations_file: Path | None = None
    """Where is noted what no restored backup may bring back; None: nowhere."""
    post: Post | None = None
    """None: links are shown, to be sent by hand."""
    channels: tuple[Channel, ...] = ()
    """Where alerts go beside mails."""
    provider: Provider | None = None
    """Who else says who it is; None: nobody logs in but by a password of this collector."""
    enrolling: Enrolling | None = None
    """Who carries out what technicians decide of stations; None: nobody does, and they only read."""
    demonstration: bool = False
    """Whether the sites are invented; every page says so."""

    def facts(self, made_at: int) -> Facts:
        """What the papers say of this installation."""
        return replace(
            self.kept,
            log_in_hours=self.session_seconds // 3600,
            invitation_days=self.invitation_days,
            idle_rule_minutes=max(self.rules.idle_rules).minutes,
            time_zone=self.rules.zone.key,
            public_pages=self.public_pages,
            demonstration=self.demonstration,
            made_at=made_at,
        )

    def cookie(self, name: str) -> str:
        """The name of a cookie; with the prefix, browsers refuse it from anything but this very host over HTTPS."""
        return f"__Host-{name}" if self.behind_tls else name
