"""Frozen reports, and the gates that were let pass."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from collector.storage.models import gate_acceptance, vintage, vintage_file

REGION_ID = 0
"""The site_id of the Region's reports; sites begin with 1."""


class Vintage(NamedTuple):
    """One edition of a frozen report, without its inputs and files."""

    number: int
    edition: str
    inputs_sha256: str
    frozen_at: int
    frozen_by: str


class File(NamedTuple):
    language: str
    form: str
    sha256: str
    content: bytes


class Acceptance(NamedTuple):
    gate: str
    month: str
    facts: str
    reason: str
    accepted_by: str
    accepted_at: int


def vintages_of(connection: Connection, site_id: int, year: int) -> list[Vintage]:
    """The newest first."""
    columns = vintage.c
    rows = connection.execute(
        select(columns.number, columns.edition, columns.inputs_sha256, columns.frozen_at, columns.frozen_by)
        .where(columns.site_id == site_id, columns.year == year)
        .order_by(columns.number.desc(), columns.edition)
    )
    return [Vintage(*row) for row in rows]


def last_number(connection: Connection, site_id: int, year: int) -> int:
    """0 where there is none."""
    columns = vintage.c
    found = connection.execute(
        select(func.max(columns.number)).where(columns.site_id == site_id, columns.year == year)
    ).scalar_one()
    return int(found or 0)


def frozen_reports(connection: Connection, year: int) -> dict[int, int]:
    """When the report of a year was last frozen, by site; the Region is site 0."""
    columns = vintage.c
    rows = connection.execute(
        select(columns.site_id, func.max(columns.frozen_at)).where(columns.year == year).group_by(columns.site_id)
    )
    return {site_id: int(frozen_at) for site_id, frozen_at in rows}


def inputs_of(connection: Connection, site_id: int, year: int, edition: str, number: int | None = None) -> str | None:
    """The inputs of a vintage, of the last one where no number is given; None where there is none."""
    columns = vintage.c
    wanted = select(columns.inputs).where(columns.site_id == site_id, columns.year == year, columns.edition == edition)
    if number is not None:
        wanted = wanted.where(columns.number == number)
    return connection.execute(wanted.order_by(columns.number.desc()).limit(1)).scalar_one_or_none()


def inputs_of_year(connection: Connection, site_ids: Sequence[int], edition: str, year: int) -> list[str]:
    """The inputs of all vintages of some sites."""
    columns = vintage.c
    return list(
        connection.execute(
            select(columns.inputs)
            .where(columns.site_id.in_(site_ids), columns.year == year, columns.edition == edition)
            .order_by(columns.site_id, columns.number)
        ).scalars()
    )


def file_of(
    connection: Connection, site_id: int, year: int, number: int, edition: str, language: str, form: str
) -> File | None:
    columns = vintage_file.c
    row = connection.execute(
        select(columns.language, columns.format, columns.sha256, columns.content).where(
            columns.site_id == site_id,
            columns.year == year,
            columns.number == number,
            columns.edition == edition,
            columns.language == language,
            columns.format == form,
        )
    ).one_or_none()
    return File(*row) if row else None


def add_vintage(
    connection: Connection, site_id: int, year: int, kept: Vintage, inputs: str, files: Iterable[File]
) -> None:
    """Raises IntegrityError where that number exists already."""
    key = {"site_id": site_id, "year": year, "number": kept.number, "edition": kept.edition}
    connection.execute(
        insert(vintage).values(
            **key,
            inputs=inputs,
            inputs_sha256=kept.inputs_sha256,
            frozen_at=kept.frozen_at,
            frozen_by=kept.frozen_by,
        )
    )
    connection.execute(
        insert(vintage_file),
        [
            {**key, "language": each.language, "format": each.form, "sha256": each.sha256, "content": each.content}
            for each in files
        ],
    )


def acceptances_of(connection: Connection, site_ids: Sequence[int]) -> dict[tuple[int, str, str], Acceptance]:
    """By site, gate and month."""
    columns = gate_acceptance.c
    rows = connection.execute(select(gate_acceptance).where(columns.site_id.in_(site_ids)))
    return {
        (row.site_id, row.gate, row.month): Acceptance(
            row.gate, row.month, row.facts, row.reason, row.accepted_by, row.accepted_at
        )
        for row in rows
    }


def accept(connection: Connection, site_id: int, accepted: Acceptance) -> None:
    """The last word on a gate counts."""
    columns = gate_acceptance.c
    connection.execute(
        delete(gate_acceptance).where(
            columns.site_id == site_id, columns.gate == accepted.gate, columns.month == accepted.month
        )
    )
    connection.execute(insert(gate_acceptance).values(site_id=site_id, **accepted._asdict()))
