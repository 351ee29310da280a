"""People who log in, what they may do, and what they log in with."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    UniqueConstraint,
)

from collector.storage.models.base import Big, belongs_to_site, reference


def _belongs_to_account() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["account_id"], ["account.account_id"])


account = reference(
    "account",
    Column("account_id", Big, Identity(), primary_key=True),
    Column("name", String(120), nullable=False, unique=True),
    # Where invitations go; empty: nowhere.
    Column("email", String(254), nullable=False, server_default=""),
    # Empty: nobody can log in with a password.
    Column("password_hash", String(200), nullable=False),
    # A word of collector.domain.alert_mails.
    Column("alert_mails", String(16), nullable=False, server_default="all"),
    Column("language", String(2), nullable=False, server_default=""),
    # Of the second factor (RFC 6238), in base 32; empty: there is none.
    Column("totp_secret", String(32), nullable=False, server_default=""),
    # The last step of 30 seconds whose code was used: each opens once.
    Column("totp_step", BigInteger, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger, nullable=True),
)

account_grant = reference(
    "account_grant",
    Column("grant_id", Big, Identity(), primary_key=True),
    Column("account_id", Big, nullable=False),
    # Words of collector.domain.access.
    Column("role", String(24), nullable=False),
    Column("scope", String(16), nullable=False),
    Column("municipality", String(64), nullable=False, server_default=""),
    Column("site_id", Big, nullable=True),
    _belongs_to_account(),
    belongs_to_site(),
    Index(None, "account_id"),
)

# Who it is at the provider of OpenID Connect.
account_identity = reference(
    "account_identity",
    Column("issuer", String(255), nullable=False),
    Column("subject", String(255), nullable=False),
    # Random: a link that was undone stays so in a restored database, and one made anew does not end with it.
    Column("public_id", String(16), nullable=False),
    Column("account_id", Big, nullable=False),
    PrimaryKeyConstraint("issuer", "subject"),
    _belongs_to_account(),
)

invitation = reference(
    "invitation",
    Column("token_sha256", String(64), primary_key=True),
    Column("account_id", Big, nullable=False),
    Column("valid_until", BigInteger, nullable=False),
    _belongs_to_account(),
)

# An address that holds when whoever reads its mails has told the code.
new_email = reference(
    "new_email",
    Column("account_id", Big, primary_key=True, autoincrement=False),
    Column("email", String(254), nullable=False),
    Column("code_sha256", String(64), nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    _belongs_to_account(),
)

recovery_code = reference(
    "recovery_code",
    Column("account_id", Big, nullable=False),
    Column("code_sha256", String(64), nullable=False),
    PrimaryKeyConstraint("account_id", "code_sha256"),
    _belongs_to_account(),
)

# Touched by a person as the second factor (WebAuthn).
security_key = reference(
    "security_key",
    # Random: a key that was removed stays so in a restored database.
    Column("public_id", String(16), primary_key=True),
    Column("account_id", Big, nullable=False),
    Column("name", String(60), nullable=False),
    # "Attested credential data" of WebAuthn: the number of the credential and its public key.
    Column("credential", LargeBinary, nullable=False),
    Column("credential_id_sha256", String(64), nullable=False),
    # How often it signed, as it says itself; 0 where it does not count.
    Column("sign_count", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger, nullable=True),
    UniqueConstraint("credential_id_sha256"),
    _belongs_to_account(),
    Index(None, "account_id"),
)

# Challenges that a key has answered, until they are too old anyway: each serves once.
used_challenge = reference(
    "used_challenge",
    Column("challenge_sha256", String(64), primary_key=True),
    Column("valid_until", BigInteger, nullable=False),
)

api_token = reference(
    "api_token",
    Column("public_id", String(16), primary_key=True),
    Column("secret_sha256", String(64), nullable=False),
    Column("account_id", Big, nullable=False),
    Column("name", String(120), nullable=False),
    Column("scope", String(16), nullable=False),
    Column("municipality", String(64), nullable=False, server_default=""),
    Column("site_id", Big, nullable=True),
    Column("created_at", BigInteger, nullable=False),
    Column("valid_until", BigInteger, nullable=False),
    # To the day, so that a program that asks often makes nobody write often.
    Column("last_used_at", BigInteger, nullable=True),
    Column("revoked_at", BigInteger, nullable=True),
    _belongs_to_account(),
    belongs_to_site(),
    Index(None, "account_id"),
)

web_session = reference(
    "web_session",
    # SHA-256 of the cookie: whoever reads the database cannot log in with what stands here.
    Column("key_sha256", String(64), primary_key=True),
    Column("account_id", Big, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    # Which browser on which system, in two words; no more of what it says of itself is kept.
    Column("browser", String(60), nullable=False, server_default=""),
    Column("valid_until", BigInteger, nullable=False),
    _belongs_to_account(),
    Index(None, "valid_until"),
    Index(None, "account_id"),
)
