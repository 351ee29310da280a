"""Who may report: enrolment tokens, station secrets, and computers that wait."""

from sqlalchemy import BigInteger, Boolean, Column, Identity, Index, Integer, PrimaryKeyConstraint, String, Text

from collector.storage.models.base import Big, belongs_to_site, reference

enrolment_token = reference(
    "enrolment_token",
    Column("public_id", String(16), primary_key=True),
    Column("secret_sha256", String(64), nullable=False),
    # Null: a regional token; its stations wait until somebody approves them.
    Column("site_id", Big, nullable=True),
    Column("stations_allowed", Integer, nullable=False),
    Column("stations_used", Integer, nullable=False),
    Column("valid_until", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger, nullable=True),
    # The account's name, or "command line"; empty where it was made before anybody noted it.
    Column("made_by", String(120), nullable=False, server_default=""),
    belongs_to_site(),
)

enrolment_attempt = reference(
    "enrolment_attempt",
    Column("attempt_id", Big, Identity(), primary_key=True),
    Column("attempted_at", BigInteger, nullable=False),
    Column("token_public_id", String(16), nullable=True),
    Column("tag", String(64), nullable=False),
    # A word of collector.ingest.enrolment, such as "accepted", "unknown_token", "expired", "used_up".
    Column("outcome", String(32), nullable=False),
    Index(None, "attempted_at"),
)

credential = reference(
    "credential",
    Column("public_id", String(16), primary_key=True),
    Column("secret_sha256", String(64), nullable=False),
    # waiting, accepted, quarantined (two computers use it), revoked.
    Column("status", String(16), nullable=False),
    Column("tag", String(64), nullable=False),
    Column("token_public_id", String(16), nullable=False),
    # Null until a waiting station is approved.
    Column("site_id", Big, nullable=True),
    Column("station_id", Big, nullable=True),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger, nullable=True),
    # The station's own name of this enrolment, so that one whose answer was lost is not taken for a second one.
    Column("enrolment_id", String(32), nullable=True),
    # Salted with the site's salt (a regional token: the Region's); null where the PC has none that can be read.
    Column("hardware_key", String(64), nullable=True),
    Column("hardware_doubtful", Boolean, nullable=False, server_default="0"),
    # When the secret was first shown; then the earlier secrets of the station end.
    Column("used_at", BigInteger, nullable=True),
    # The secret that the station had before.
    Column("replaces", String(16), nullable=True),
    # Waiting because this station of the token's site may be the same PC.
    Column("resembles", Big, nullable=True),
    Column("quarantined_at", BigInteger, nullable=True),
    # "runs" or "hardware": a word of collector.domain.clones.
    Column("quarantined_because", String(16), nullable=True),
    Index(None, "status"),
    Index(None, "hardware_key"),
    Index(None, "site_id", "station_id"),
)

waiting_envelope = reference(
    "waiting_envelope",
    Column("public_id", String(16), nullable=False),
    Column("envelope_id", String(32), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("public_id", "envelope_id"),
)
