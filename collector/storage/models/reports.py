"""Frozen reports, their files, the gates that a coordinator let pass, and what is told of years beside them."""

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, LargeBinary, PrimaryKeyConstraint, String, Text
from sqlalchemy.types import Integer

from collector.storage.models.base import belongs_to_site, distributed, reference

vintage = distributed(
    # Its site_id is 0 for the report of the Region, so nothing refers to the table of sites.
    "vintage",
    Column("year", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    # A word of collector.reports.inputs.Edition.
    Column("edition", String(16), nullable=False),
    # Canonical JSON of all that was computed.
    Column("inputs", Text, nullable=False),
    Column("inputs_sha256", String(64), nullable=False),
    Column("frozen_at", BigInteger, nullable=False),
    Column("frozen_by", String(120), nullable=False),
    PrimaryKeyConstraint("site_id", "year", "number", "edition"),
    long_rows=True,
)

vintage_file = distributed(
    "vintage_file",
    Column("year", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("edition", String(16), nullable=False),
    Column("language", String(2), nullable=False),
    Column("format", String(8), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("sha256", String(64), nullable=False),
    PrimaryKeyConstraint("site_id", "year", "number", "edition", "language", "format"),
    ForeignKeyConstraint(
        ["site_id", "year", "number", "edition"],
        ["vintage.site_id", "vintage.year", "vintage.number", "vintage.edition"],
    ),
    long_rows=True,
)

gate_acceptance = distributed(
    "gate_acceptance",
    # A word of collector.domain.gates.Gate.
    Column("gate", String(16), nullable=False),
    # 2026-03, or a year.
    Column("month", String(7), nullable=False),
    # What was accepted, as JSON of exact text; where the figures change, the gate is open again.
    Column("facts", String(400), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("accepted_by", String(120), nullable=False),
    Column("accepted_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("site_id", "gate", "month"),
    belongs_to_site(),
)

pattern = reference(
    "pattern",
    # Of all figures and rules that decide what is hidden in a year; who has others asks for another row.
    Column("question_sha256", String(64), primary_key=True),
    Column("year", Integer, nullable=False),
    # JSON: for each figure, the units and periods at which it is hidden.
    Column("hidden", Text, nullable=False),
    Column("kept_at", BigInteger, nullable=False),
)

told_year = distributed(
    # Its site_id is 0 for the Region. Computed from everything else; whoever finds none here computes it.
    "told_year",
    Column("year", Integer, nullable=False),
    # A word of collector.domain.disclosure.Audience.
    Column("audience", String(16), nullable=False),
    # Of what decides how it is told, and of what it was computed from.
    Column("rules_sha256", String(64), nullable=False),
    Column("state_sha256", String(64), nullable=False),
    Column("kept_at", BigInteger, nullable=False),
    # JSON, deflated; collector.reports.told reads it.
    Column("figures", LargeBinary, nullable=False),
    PrimaryKeyConstraint("site_id", "year", "audience"),
    long_rows=True,
)
