"""People who log in."""

from sqlalchemy import BigInteger, Column, Identity, Index, String, Text

from collector.storage.models.base import Big, reference

account = reference(
    "account",
    Column("account_id", Big, Identity(), primary_key=True),
    Column("name", String(120), nullable=False, unique=True),
    Column("password_hash", String(200), nullable=False),
    Column("role", String(32), nullable=False),
    Column("language", String(2), nullable=False, server_default=""),
    Column("created_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger, nullable=True),
)

web_session = reference(
    "web_session",
    # SHA-256 of the cookie: whoever reads the database cannot log in with what stands here.
    Column("key_sha256", String(64), primary_key=True),
    Column("data", Text, nullable=False),
    Column("valid_until", BigInteger, nullable=False),
    Index(None, "valid_until"),
)
