"""The settings in force."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `SETTINGS` describes, with every default filled in."""

    data_folder: Path
    database_url: str
    listen_host: str = "127.0.0.1"
    listen_port: int = 8017
    public_url: str = ""
    public_pages: bool = True
    publisher: str = ""
    open_data_licence: str = ""
    trusted_proxies: tuple[str, ...] = ()
    secure_cookies: bool = True
    tls_certificate_file: str = ""
    tls_key_file: str = ""
    log_format: str = "json"
    time_zone: str = "Europe/Brussels"
    idle_rule_minutes: int = 10
    contact_interval_seconds: int = 1800
    queue_limit: int = 512
    envelope_bytes_limit: int = 262_144
    body_seconds_limit: int = 20
    slots_back_days: int = 14
    slots_back_backlog_days: int = 60
    starts_per_slot_limit: int = 60
    runs_per_day_limit: int = 200
    waiting_envelopes_limit: int = 400
    slot_records_kept_days: int = 90
    site_slots_kept_months: int = 25
    readings_kept_days: int = 400
    audit_kept_days: int = 1_830
    catalogue_folder: str = ""
    downloads_kept_days: int = 400
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_user: str = ""
    smtp_password: str = ""
    mail_from: str = ""
    webhook_url: str = ""
    webhook_secret: str = ""
    apprise_urls: tuple[str, ...] = ()
    channel_language: str = "en"
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_label: str = "OpenID Connect"

    @property
    def root_path(self) -> str:
        """The path of `public_url`, below which a proxy serves the collector; usually empty."""
        return urlsplit(self.public_url).path.rstrip("/")

    @property
    def revocations_file(self) -> Path:
        """What was revoked, outside every backup: a restore must not bring it back to life."""
        return self.data_folder / "revocations.jsonl"
