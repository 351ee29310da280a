"""Every setting, as it is read and as it is documented."""

from typing import Any, NamedTuple


class Setting(NamedTuple):
    """One setting."""

    name: str
    default: Any
    meaning: str
    least: int = 0
    most: int = 0
    words: tuple[str, ...] = ()
    secret: bool = False
    commas: bool = True
    """Whether commas too stand between the values of a list, not only blanks and ends of lines."""


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "data_folder",
        "",
        "Folder of the database and of what must outlive it; empty: the user's data folder of this system.",
    ),
    Setting(
        "database_url",
        "",
        "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE; empty: collector.sqlite in the data folder.",
        secret=True,
    ),
    Setting("listen_host", "127.0.0.1", "Address on which the collector listens."),
    Setting("listen_port", 8017, "Port on which the collector listens.", 1, 65_535),
    Setting(
        "public_url",
        "",
        "Address under which stations and people reach the collector, such as https://HOST or https://HOST/PATH.",
    ),
    Setting(
        "public_pages",
        True,
        "Whether everybody may read the list of certified sites, the published statistics and the open data.",
    ),
    Setting("publisher", "", "Name of the public body that publishes the statistics, for the catalogue of open data."),
    Setting(
        "open_data_licence",
        "",
        "Address of the licence of open data, such as https://creativecommons.org/publicdomain/zero/1.0/.",
    ),
    Setting("trusted_proxies", (), "Addresses or networks of proxies whose X-Forwarded headers are believed."),
    Setting("secure_cookies", True, "Whether cookies are sent over HTTPS only; false only for a trial on loopback."),
    Setting("tls_certificate_file", "", "Certificate chain (PEM), to serve HTTPS without a proxy; empty: plain HTTP."),
    Setting("tls_key_file", "", "Private key (PEM) of that certificate."),
    Setting("log_format", "json", "json for machines, pretty for people.", words=("json", "pretty")),
    Setting("time_zone", "Europe/Brussels", "Time zone of days, months and opening hours."),
    Setting(
        "idle_rule_minutes",
        10,
        "Minutes without input that end a session: 3, 5, 10 or 15.",
        words=("3", "5", "10", "15"),
    ),
    Setting("contact_interval_seconds", 1800, "Seconds after which a station is asked to report again.", 60, 86_400),
    Setting(
        "queue_limit",
        512,
        "Envelopes that may wait for the disk; beyond it a station is asked to come back.",
        1,
        100_000,
    ),
    Setting("envelope_bytes_limit", 262_144, "Largest envelope, unpacked, in bytes.", 4_096, 4_194_304),
    Setting("body_seconds_limit", 20, "Seconds in which a request must have arrived whole.", 1, 600),
    Setting("slots_back_days", 14, "Age up to which quarter-hours are accepted, in days.", 1, 60),
    Setting("slots_back_backlog_days", 60, "The same for an envelope that says that it brings a backlog.", 1, 90),
    Setting("starts_per_slot_limit", 60, "Sessions that may start on one station in one quarter-hour.", 1, 10_000),
    Setting("runs_per_day_limit", 200, "Runs of the agent that one station may have in one day.", 1, 100_000),
    Setting("waiting_envelopes_limit", 400, "Envelopes kept for a station that waits to be approved.", 1, 100_000),
    Setting(
        "slot_records_kept_days",
        90,
        "Days after which what single stations counted is deleted; the site's sums are sealed before and stay.",
        30,
        366,
    ),
    Setting(
        "site_slots_kept_months",
        25,
        "Whole months after which a site's quarter-hours are folded into sums by weekday, hour and kind of opening.",
        4,
        600,
    ),
    Setting("readings_kept_days", 400, "Days after which old hardware readings are deleted.", 30, 3_660),
    Setting("audit_kept_days", 1_830, "Days after which it is forgotten who changed what.", 366, 36_600),
    Setting(
        "catalogue_folder",
        "",
        "Folder with a catalogue of figures in place of the built-in one: catalogue.toml and words.en.toml,"
        " words.fr.toml, words.nl.toml; empty: the built-in one.",
    ),
    Setting("downloads_kept_days", 400, "Days after which is forgotten who downloaded what.", 30, 3_660),
    Setting("smtp_host", "", "Server that takes mails; empty: links of invitations are shown, to be sent by hand."),
    Setting("smtp_port", 587, "Port of that server.", 1, 65_535),
    Setting(
        "smtp_security",
        "starttls",
        "How the way to it is encrypted: starttls, tls, or none for a server on this computer.",
        words=("starttls", "tls", "none"),
    ),
    Setting("smtp_user", "", "Name for that server; empty: it asks for none."),
    Setting("smtp_password", "", "Password for that server.", secret=True),
    Setting(
        "mail_from", "", "Address from which mails come, such as dps@HOST, or with a name before it: NAME <dps@HOST>."
    ),
    Setting(
        "webhook_url",
        "",
        "Address to which alerts are sent as JSON, such as https://HOST/PATH; empty: nowhere. It needs webhook_secret.",
    ),
    Setting(
        "webhook_secret",
        "",
        "Key with which what is sent there is signed: whsec_ and what `openssl rand -base64 32` says.",
        secret=True,
    ),
    Setting(
        "apprise_urls",
        (),
        "Addresses as Apprise writes them, such as matrixs://… or msteams://…, to which alerts are sent; in a file, one"
        " on a line. They need the extra `channels`.",
        secret=True,
        commas=False,
    ),
    Setting(
        "channel_language",
        "en",
        "Language of the words that the webhook and Apprise take: en, fr or nl.",
        words=("en", "fr", "nl"),
    ),
    Setting(
        "oidc_issuer",
        "",
        "Address of a provider of OpenID Connect at which people may log in; empty: none. It needs public_url; the"
        " provider must know PUBLIC_URL/login/provider/return as the address to come back to.",
    ),
    Setting("oidc_client_id", "", "As what that provider knows this collector."),
    Setting("oidc_client_secret", "", "The secret that goes with it.", secret=True),
    Setting("oidc_label", "OpenID Connect", "What people call that provider, such as the name of their organisation."),
)
