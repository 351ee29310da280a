"""Dated settings, and which process does a task."""

from sqlalchemy import BigInteger, Column, String

from collector.storage.models.base import reference

setting = reference(
    "setting",
    Column("name", String(64), primary_key=True),
    Column("valid_from", BigInteger, primary_key=True),
    Column("value", String(1000), nullable=False),
    Column("changed_by", String(120), nullable=False),
)

lease = reference(
    "lease",
    Column("name", String(32), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("valid_until", BigInteger, nullable=False),
)
